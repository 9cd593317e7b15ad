"""Runs networks on the CPU with OpenVINO. They are compiled once per picture size and kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import openvino as ov
from openvino.preprocess import ColorFormat, PrePostProcessor

from passerby.detect.errors import DetectorError
from passerby.detect.runtime import DEFAULT_TIMEOUT_S, Bgr, InputSpec, Outputs, Precision, check_size
from passerby.detect.signal_stack import leave_signal_stack
from passerby.errors import ModelError

MAX_SIZES = 7
"""Number of compiled input sizes to keep: a still is examined at five, and proofs have one of their own."""


class OpenVinoRuntime:
    """One network on the CPU. Takes ONNX, and OpenVINO IR with its weights."""

    def __init__(
        self,
        content: bytes,
        weights: bytes | None,
        spec: InputSpec,
        outputs: Sequence[str],
        *,
        threads: int | None = None,
        precision: Precision = "auto",
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        self._core = ov.Core()
        self._spec, self._outputs = spec, tuple(outputs)
        self._timeout_ms = int(timeout_s * 1000)
        self._threads, self._precision = threads or os.cpu_count() or 1, precision
        # By (width, height): the network, and as many requests as ever ran at once, each with its own memory.
        # A camera only ever uses two or three sizes; a folder of stills has any number, so the oldest are dropped.
        self._compiled: dict[tuple[int, int], tuple[ov.CompiledModel, list[ov.InferRequest]]] = {}
        # Compiled from copies of this, which share its weights: 15 MB less for each size than if it were read again.
        self._model = self._read(content, weights)
        self.precision: str = "unknown until the first picture"

    def infer(self, pictures: Sequence[Bgr]) -> list[Outputs]:
        """See `Runtime.infer`."""
        if not pictures:
            return []
        height, width = pictures[0].shape[:2]
        requests = self._requests((width, height), min(len(pictures), self._threads))
        answers: list[Outputs] = []
        try:
            for start in range(0, len(pictures), len(requests)):
                running = list(zip(requests, pictures[start : start + len(requests)], strict=False))
                for request, picture in running:
                    request.start_async([picture[np.newaxis]])
                for request, _ in running:
                    if not request.wait_for(self._timeout_ms):
                        self._give_up((width, height))
                    answers.append(self._answer(request))
                leave_signal_stack()
        except RuntimeError as error:
            raise DetectorError(f"OpenVINO failed on a picture of {width}x{height}: {_first_line(error)}") from error
        return answers

    def release(self, size_wh: tuple[int, int]) -> None:
        """See `Runtime.release`. About 100 MB at 1280 pixels."""
        self._compiled.pop(size_wh, None)

    def _give_up(self, size_wh: tuple[int, int]) -> NoReturn:
        """Abandons the requests of this size, one of which hangs. The next picture gets new ones."""
        for request in self._compiled.pop(size_wh)[1]:
            request.cancel()
        raise DetectorError(f"OpenVINO gave no answer within {self._timeout_ms / 1000:g} s")

    def _answer(self, request: ov.InferRequest) -> Outputs:
        # Copied, because OpenVINO writes the next answer into the same memory.
        return {name: np.array(request.get_tensor(name).data, np.float32) for name in self._outputs}

    def _requests(self, size_wh: tuple[int, int], count: int) -> list[ov.InferRequest]:
        """At least `count` requests for pictures of this size."""
        if size_wh not in self._compiled:
            while len(self._compiled) >= MAX_SIZES:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[size_wh] = (self._compile(size_wh), [])
        # The size in use moves to the end: a folder of stills must not push out the one that proofs use.
        compiled, requests = self._compiled[size_wh] = self._compiled.pop(size_wh)
        while len(requests) < count:
            requests.append(compiled.create_infer_request())
        return requests

    def _read(self, content: bytes, weights: bytes | None) -> ov.Model:
        """The network reduced to the requested outputs: the rest is never computed."""
        try:
            model = self._core.read_model(content, weights or b"")
            wanted = [model.output(name) for name in self._outputs]
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot read the model: {_first_line(error)}") from error
        return ov.Model([output.get_node().input_value(0) for output in wanted], model.get_parameters(), "detector")

    def _compile(self, size_wh: tuple[int, int]) -> ov.CompiledModel:
        check_size(self._spec, size_wh)
        try:
            model = self._with_pictures(self._model.clone(), size_wh)
            compiled = self._core.compile_model(model, "CPU", self._options())
        except RuntimeError as error:
            raise ModelError(
                f"OpenVINO cannot run the model at {size_wh[0]}x{size_wh[1]}: {_first_line(error)}"
            ) from error
        leave_signal_stack()
        self.precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        return compiled

    def _with_pictures(self, model: ov.Model, size_wh: tuple[int, int]) -> ov.Model:
        """Folds the normalisation into the graph, so that 8-bit pictures go in as they are."""
        model.reshape([1, 3, size_wh[1], size_wh[0]])
        processor = PrePostProcessor(model)
        entry = processor.input()
        entry.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(ColorFormat.BGR)
        entry.model().set_layout(ov.Layout("NCHW"))
        steps = entry.preprocess()
        if self._spec.colour == "RGB":
            steps.convert_color(ColorFormat.RGB)
        steps.convert_element_type(ov.Type.f32).mean(list(self._spec.mean)).scale(list(self._spec.std))
        return processor.build()

    def _options(self) -> dict[str, Any]:
        """One thread per picture, several pictures at once: two threads on one picture of this size gain nothing.

        Threads are not pinned to CPUs, because they share them with the decoder and the encoder.
        """
        options: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,  # each stream has its own memory, 60 MB for a large picture
            "INFERENCE_NUM_THREADS": self._threads,
            "ENABLE_CPU_PINNING": False,
        }
        if self._precision != "auto":
            options["INFERENCE_PRECISION_HINT"] = self._precision
        return options


def _first_line(error: Exception) -> str:
    """OpenVINO's messages have many lines of its source locations; the last line says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__
