"""Writes results as a table, for a terminal or in Markdown. What the rows are is cases' business."""

from __future__ import annotations

from collections.abc import Sequence

from cases import Results, Row
from tools import PASSERBY

NOT_MEASURED = "–"


def table(rows: Sequence[Row], results: Results, tools: Sequence[str], *, markdown: bool = False) -> str:
    """One line for each row that anything was measured for."""
    head = ["", *tools, "at least", "aim", "reached"]
    lines = [_line(row, results, tools) for row in rows if any(_figure(row, results, t) is not None for t in tools)]
    return _markdown(head, lines) if markdown else _aligned(head, lines)


def verdict(row: Row, results: Results) -> str:
    """Whether passerby reaches the row's bars: 'aim', 'least', 'MISSED', or nothing where there is no bar."""
    value = _compared(row, results, PASSERBY)
    if value is None or row.least is None or row.aim is None:
        return ""
    sign = -1 if row.more_is_better else 1
    if sign * value <= sign * row.aim:
        return "aim"
    return "least" if sign * value <= sign * row.least else "MISSED"


def _line(row: Row, results: Results, tools: Sequence[str]) -> list[str]:
    cells = [_cell(row, results, tool) for tool in tools]
    return [row.label, *cells, _bar(row, row.least), _bar(row, row.aim), verdict(row, results)]


def _cell(row: Row, results: Results, tool: str) -> str:
    value = _figure(row, results, tool)
    if value is None:
        return NOT_MEASURED
    text = row.text.format(value)
    ratio = _compared(row, results, tool) if row.against not in (None, tool) else None
    return text if ratio is None else f"{text} ({ratio:.2f} ×)"


def _bar(row: Row, bar: float | None) -> str:
    if bar is None:
        return ""
    return f"{bar:g} × {row.against}" if row.against else f"{bar:g}"


def _figure(row: Row, results: Results, tool: str) -> float | None:
    figures = results.get(row.case, {}).get(tool)
    return None if figures is None else row.figure(figures)


def _compared(row: Row, results: Results, tool: str) -> float | None:
    """The row's figure of a tool, or its ratio to that of the tool that the row compares with."""
    value = _figure(row, results, tool)
    if row.against is None or value is None:
        return value
    other = _figure(row, results, row.against)
    return value / other if other else None


def _markdown(head: list[str], lines: list[list[str]]) -> str:
    rule = ["---", *["--:"] * (len(head) - 2), "---"]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *lines))


def _aligned(head: list[str], lines: list[list[str]]) -> str:
    widths = [max(len(cells[i]) for cells in (head, *lines)) for i in range(len(head))]
    shown = []
    for cells in (head, *lines):
        first, *rest = (cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(cells, widths, strict=True)))  # fmt: skip
        shown.append("  ".join([first, *rest]))
    return "\n".join(shown)
