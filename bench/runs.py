"""Runs every tool on a case, in turn, so many times, and keeps what it cost and what its output shows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cases import Case, Figures
from clips import Clip, Clips
from exposure import measure_stills, measure_video
from process import Cost, median_cost
from tools import Tool


class Bench:
    """What stays the same over all cases. A tool that has no options does each source only once."""

    def __init__(
        self, shared: Path, clips: Clips, tools: Sequence[Tool], runs: int, work: Path, say: Callable[[str], None]
    ) -> None:
        self._shared = shared
        self._clips = clips
        self._tools = tools
        self._runs = runs
        self._work = work
        self._say = say
        self._done: dict[tuple[str, str], Figures] = {}

    def measure(self, case: Case) -> dict[str, Figures]:
        """Figures by tool. Raises ClipMissing or CommandFailed."""
        tools = [tool for tool in self._tools if tool.name in case.tools]
        measure = self._measure_stills if case.is_stills else self._measure_video
        known = {tool.name: self._done[key] for tool in tools if (key := (tool.name, case.source)) in self._done}
        fresh = measure(case, [tool for tool in tools if tool.name not in known])
        for tool in tools:
            if tool.same_for_all_options and tool.name in fresh:
                self._done[tool.name, case.source] = fresh[tool.name]
        return {**known, **fresh}

    def _measure_video(self, case: Case, tools: Sequence[Tool]) -> dict[str, Figures]:
        clip = self._clips.get(case.source)
        costs: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
        outputs = {tool.name: self._work / f"{tool.name.replace(' ', '')}-out.mp4" for tool in tools}
        for _ in range(self._runs):
            # In turn, so that a slow minute of the machine falls on all tools alike.
            for tool in tools:
                outputs[tool.name].unlink(missing_ok=True)
                cost = tool.video(clip.path, outputs[tool.name], case.options)
                costs[tool.name].append(cost)
                self._say(f"{case.name}: {tool.name}: {clip.frames / cost.wall_s:.0f} fps, {cost.cpu_s:.1f} CPU s")
        return {name: self._figures_of_video(clip, outputs[name], costs[name]) for name in outputs}

    def _figures_of_video(self, clip: Clip, output: Path, costs: list[Cost]) -> Figures:
        exposed = measure_video(self._shared, clip, output)
        return Figures(median_cost(costs), output.stat().st_size, clip.frames, exposed)

    def _measure_stills(self, case: Case, tools: Sequence[Tool]) -> dict[str, Figures]:
        """Once: what stills show is what counts, not how long they take."""
        folder = self._clips.stills(case.source)
        results = {}
        for tool in tools:
            output = self._work / "stills"
            shutil.rmtree(output, ignore_errors=True)
            cost = tool.stills(folder, output, case.options)
            if cost is None:
                continue
            self._say(f"{case.name}: {tool.name}: {cost.wall_s:.1f} s")
            exposed: dict[str, Any] = measure_stills(self._shared, folder, output)
            results[tool.name] = Figures(cost, sum(file.stat().st_size for file in output.iterdir()), None, exposed)
        return results
