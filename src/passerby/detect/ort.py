"""Runs networks with ONNX Runtime, if the extra `onnxruntime` is installed: for GPUs that OpenVINO does not support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from passerby.detect.errors import DetectorError
from passerby.detect.runtime import Bgr, InputSpec, Outputs, check_size
from passerby.errors import ModelError


class OrtRuntime:
    """One ONNX network, on the best device that ONNX Runtime finds."""

    precision = "f32"

    def __init__(self, content: bytes, spec: InputSpec, outputs: Sequence[str], *, threads: int | None = None) -> None:
        ort = _import()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3  # Errors only: it prints harmless warnings to standard error.
        try:
            self._session = ort.InferenceSession(content, options, providers=ort.get_available_providers())
        except Exception as error:  # Its exceptions have no common base class.
            raise ModelError(f"ONNX Runtime cannot read the model: {str(error).splitlines()[0][:200]}") from error
        self._input = self._session.get_inputs()[0].name
        self._spec, self._outputs = spec, list(outputs)

    def infer(self, pictures: Sequence[Bgr]) -> list[Outputs]:
        """See `Runtime.infer`."""
        return [self._infer_one(picture) for picture in pictures]

    def release(self, size_wh: tuple[int, int]) -> None:
        """See `Runtime.release`. Nothing is kept per size here."""

    def _infer_one(self, picture: Bgr) -> Outputs:
        check_size(self._spec, (picture.shape[1], picture.shape[0]))
        try:
            answers = self._session.run(self._outputs, {self._input: _normalised(picture, self._spec)})
        except Exception as error:
            raise DetectorError(f"ONNX Runtime failed: {str(error).splitlines()[0][:200]}") from error
        return {name: np.asarray(answer, np.float32) for name, answer in zip(self._outputs, answers, strict=True)}


def _import() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError("ONNX Runtime is not installed", hint="pip install 'passerby[onnxruntime]'") from error
    return onnxruntime


def _normalised(picture: Bgr, spec: InputSpec) -> npt.NDArray[np.float32]:
    ordered = picture[..., ::-1] if spec.colour == "RGB" else picture
    values = (ordered.astype(np.float32) - np.array(spec.mean, np.float32)) / np.array(spec.std, np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[np.newaxis])
