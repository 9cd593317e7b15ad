"""What an inference runtime must offer, and which ones there are. What the numbers mean is left to `families`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from passerby.errors import ModelError

Bgr = npt.NDArray[np.uint8]
"""A small picture, (height, width, 3), in the order blue, green, red."""

Outputs = Mapping[str, npt.NDArray[np.float32]]
"""A network's answer to one picture, by output name, with its batch axis of 1."""

Precision = Literal["auto", "f32", "bf16"]
"""auto: the runtime's own choice: bf16 if the CPU has AMX, 2 to 4 times faster (docs/models)."""

DEFAULT_TIMEOUT_S = 20.0
"""An answer takes 0.01 to 0.2 s. Shared machines were seen to stall for 5 s; after 20 s something is broken."""

RuntimeName = Literal["openvino", "onnxruntime"]


class InputSpec(BaseModel):
    """The input of a network: `(value - mean) / std` in the order of `colour`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size_wh: tuple[int, int] | None = Field(None, description="The only size that fits; None: any.")
    multiple: int = Field(32, ge=1, description="Width and height must be multiples of this: the largest stride.")
    colour: Literal["BGR", "RGB"] = "BGR"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)


class Runtime(Protocol):
    """One loaded network. Do not call it from two threads at once."""

    @property
    def precision(self) -> str:
        """The number format that is really used, as the runtime names it."""

    def infer(self, pictures: Sequence[Bgr]) -> list[Outputs]:
        """Runs pictures of one size, in parallel if there are enough CPUs. The caller may keep the answers."""

    def release(self, size_wh: tuple[int, int]) -> None:
        """Frees what is kept for pictures of this size. The next one takes longer."""


def load_runtime(
    content: bytes,
    weights: bytes | None,
    spec: InputSpec,
    outputs: Sequence[str],
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    runtime: RuntimeName = "openvino",
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> Runtime:
    """Loads a network that computes `outputs` and nothing else. weights: the `.bin` of OpenVINO IR, None for ONNX.

    Raises ModelError if the runtime is missing or the file cannot be loaded.
    """
    if runtime == "openvino":
        from passerby.detect.openvino_cpu import OpenVinoRuntime

        return OpenVinoRuntime(
            content, weights, spec, outputs, threads=threads, precision=precision, timeout_s=timeout_s
        )
    if weights is not None:
        raise ModelError("ONNX Runtime cannot read OpenVINO IR", hint="use the openvino runtime or an ONNX file")
    from passerby.detect.ort import OrtRuntime

    return OrtRuntime(content, spec, outputs, threads=threads)


def check_size(spec: InputSpec, size_wh: tuple[int, int]) -> None:
    """Raises ModelError unless a picture of this size fits the network."""
    if spec.size_wh is not None and size_wh != spec.size_wh:
        raise ModelError(f"the network takes pictures of {_times(spec.size_wh)}, not {_times(size_wh)}")
    if min(size_wh) < 1 or any(side % spec.multiple for side in size_wh):
        raise ModelError(f"the network takes sides that are multiples of {spec.multiple}, not {_times(size_wh)}")


def _times(size_wh: tuple[int, int]) -> str:
    return f"{size_wh[0]}x{size_wh[1]}"


def describe(values: Any) -> str:
    """The shape of an output for an error message."""
    return "x".join(str(n) for n in np.shape(values))
