"""Converts HDR, as filmed by phones, to the levels that detectors know, and passerby's own colours to HDR.

The transfers are PQ (SMPTE ST 2084) and HLG (ARIB STD-B67) as in ITU-R BT.2100, with white at 203 cd/m²
as BT.2408 has it. Only small copies are converted: what is recorded keeps its samples.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

PQ, HLG = 16, 18
NAMES = {PQ: "PQ (SMPTE ST 2084)", HLG: "HLG (ARIB STD-B67)"}
"""By the transfer's number in ITU-T H.273."""
WHITE_NITS = 203.0
_HLG_PEAK_NITS, _HLG_GAMMA = 1000.0, 1.2
_KNEE = 0.8
"""Of white: darker values stay as they are, brighter ones are compressed into the rest."""
_STEPS = 4096
_CHROMA = {PQ: (2.4, 3.7), HLG: (1.5, 2.4)}
"""How much larger U and V are in BT.709, measured on random muted colours (their correlation is .95 and .98)."""

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

_709_FROM_2020 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_2020_FROM_709 = np.linalg.inv(_709_FROM_2020)


def sdr_bgr(bgr: Bytes, transfer: int) -> Bytes:
    """Converts a small BGR picture from BT.2020 with an HDR transfer to sRGB, (rows, columns, 3)."""
    linear = _linear_table(transfer)[bgr]
    mixed = np.clip(linear @ _709_FROM_2020[::-1, ::-1].T.astype(np.float32), 0, 1)
    return _encoding_table()[(mixed * (_STEPS - 1)).astype(np.uint16)]


@cache
def luma_table(transfer: int, *, full_range: bool) -> Bytes:
    """(256,): the SDR value of each 8-bit HDR luma sample."""
    black, steps = (0, 255) if full_range else (16, 219)
    signal = np.clip((np.arange(256) - black) / steps, 0, 1)
    return np.rint(black + steps * _encoded(_squeezed(_nits(signal, transfer) / WHITE_NITS))).astype(np.uint8)


@cache
def chroma_tables(transfer: int) -> tuple[Bytes, Bytes]:
    """The same for U and V: scaled up as muted colours are in BT.709."""
    away = np.arange(256) - 128.0
    blue, red = (np.clip(np.rint(128 + times * away), 0, 255).astype(np.uint8) for times in _CHROMA[transfer])
    return blue, red


def signal_of(rgb: tuple[int, int, int], transfer: int) -> tuple[float, float, float]:
    """An sRGB colour in HDR, looking the same on screen: R'G'B' of BT.2020, 0 to 1."""
    linear = _2020_FROM_709 @ _decoded(np.array(rgb) / 255)
    red, green, blue = _signal(np.clip(linear, 0, None) * WHITE_NITS, transfer)
    return float(red), float(green), float(blue)


@cache
def _linear_table(transfer: int) -> npt.NDArray[np.float32]:
    """Maps 8-bit full-range samples to light, with 1 for the brightest of SDR."""
    return _squeezed(_nits(np.arange(256) / 255, transfer) / WHITE_NITS).astype(np.float32)


@cache
def _encoding_table() -> Bytes:
    return np.rint(255 * _encoded(np.arange(_STEPS) / (_STEPS - 1))).astype(np.uint8)


def _squeezed(light: Floats) -> Floats:
    rest = 1 - _KNEE
    return np.where(light <= _KNEE, light, _KNEE + rest * (1 - np.exp(-(light - _KNEE) / rest)))


def _encoded(light: Floats) -> Floats:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def _decoded(signal: Floats) -> Floats:
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073


def _nits(signal: Floats, transfer: int) -> Floats:
    """Light on a screen, cd/m² (BT.2100, tables 4 and 5)."""
    if transfer == PQ:
        power = signal ** (1 / _M2)
        return 10_000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - _C) / _A) + _B) / 12)
    return _HLG_PEAK_NITS * scene**_HLG_GAMMA


def _signal(nits: Floats, transfer: int) -> Floats:
    """The inverse of `_nits`."""
    if transfer == PQ:
        power = (nits / 10_000) ** _M1
        return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    scene = (nits / _HLG_PEAK_NITS) ** (1 / _HLG_GAMMA)
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), _A * np.log(np.maximum(12 * scene - _B, 1e-9)) + _C)
