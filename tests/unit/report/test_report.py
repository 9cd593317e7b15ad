"""The report: true to its schema, the same every time, self-contained, written whole or not at all."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.errors import OutputError, SettingsError
from passerby.media import Kind
from passerby.media.look import COLOURS, as_hex, legend
from passerby.report import (
    Doubt,
    FrameCounts,
    HiddenShare,
    ModeChoice,
    ModelUsed,
    OutputFacts,
    Problem,
    Report,
    SourceFacts,
    Span,
    Speed,
    Still,
    TrackSpan,
    html,
)
from passerby.report.cautions import advice, cautions
from passerby.report.html import MAX_TICKS, Words, lanes, ticks
from passerby.report.russian import TEXTS as RUSSIAN
from passerby.report.schema import schema_text
from passerby.report.words import clock, in_bytes, place, share
from passerby.settings import Hide, Settings

SCHEMA_FILE = Path(__file__).parents[3] / "docs" / "reference" / "report.schema.json"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


DOUBT = Doubt.of(Kind.PERSON, is_covered=False, start_s=4, end_s=5.5, at_s=4.5, xyxy=(100.2, 20, 199.5, 300))


def a_report(**changes: Any) -> Report:
    facts: dict[str, Any] = {
        "source": SourceFacts(
            name="street.mp4", bytes=3_840_805, codec="h264", width=1280, height=720, duration_s=12.0
        ),
        "output": OutputFacts(
            name="street.redacted.mp4", bytes=1_200_000, sha256="0" * 64, codec="h264", encoder="libx264"
        ),
        "mode": ModeChoice(used="reveal", asked="auto", why="The camera stands still."),
        "settings": Settings(),
        "models": (ModelUsed(name="nanodet-g", family="nanodet", sha256="f" * 64),),
        "frames": FrameCounts(total=300, redacted=300, covered_whole=12, whole_by_reason={"learning": 12}),
        "whole_spans": (Span(start_s=0, end_s=0.48, reason="learning", frames=12),),
        "low_confidence": (DOUBT,),
        "tracks": (
            TrackSpan.of(1, Kind.PERSON, 0.0, 4.0, 100),
            TrackSpan.of(2, Kind.PERSON, 4.5, 9.0, 112),
            TrackSpan.of(3, Kind.VEHICLE, 3.0, 7.0, 100),
        ),
        "problems": (Problem(kind="damaged", at_s=3.0, message="three frames could not be decoded"),),
        "hidden": HiddenShare(mean=0.1, max=0.25),
        "speed": Speed(wall_s=2.5, cpu_s=4.0, frames_per_s=120, stage_s={"detect": 1.5}),
        "warnings": ("Outlines show build and gait.",),
        "contact_sheet": (Still.of(1.0, JPEG),),
    }
    return Report(**facts | changes)


class _Page(HTMLParser):
    """Every attribute by which a page could fetch or run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]


def test_json_comes_back_as_the_same_report() -> None:
    report = a_report()
    assert Report.model_validate_json(report.to_json()) == report


def test_json_has_the_fields_of_the_schema_and_no_others() -> None:
    assert set(json.loads(a_report().to_json())) == set(Report.json_schema()["properties"])


def test_schema_file_is_the_schema() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: make schema"


def test_settings_are_written_in_one_order() -> None:
    hide = frozenset({Hide.VEHICLES, Hide.FACES, Hide.PLATES, Hide.PEOPLE})
    written = json.loads(a_report(settings=Settings(hide=hide)).to_json())["settings"]["hide"]
    assert written == ["faces", "people", "plates", "vehicles"]


def test_page_fetches_nothing_and_runs_nothing() -> None:
    page = _Page(a_report().to_html())
    assert "img" in page.tags and "script" not in page.tags and "link" not in page.tags
    assert all(value.startswith("data:image/jpeg;base64,") for value in page.fetched)
    assert not re.search(r"https?:|url\(|@import", a_report().to_html())


def test_page_shows_names_as_text_not_as_markup() -> None:
    hostile = "<script>alert(1)</script>.mp4"
    source = SourceFacts(name=hostile, bytes=1, codec="h264", width=2, height=2, duration_s=1.0)
    page = a_report(source=source).to_html()
    assert "script" not in _Page(page).tags
    assert "&lt;script&gt;" in page


def test_page_of_a_still_has_no_timeline() -> None:
    source = SourceFacts(name="face.jpg", bytes=1, codec="mjpeg", width=2, height=2)
    nothing: dict[str, Any] = {"whole_spans": (), "low_confidence": (), "tracks": (), "contact_sheet": ()}
    assert "Timeline" not in a_report(source=source, **nothing).to_html()


def test_tracks_that_do_not_overlap_share_a_lane() -> None:
    rows = lanes(a_report(), Words("en"))
    assert [len(row.bars) for row in rows] == [1, 1, 2, 1]
    assert [row.name for row in rows] == ["covered whole", "look at", "person tracks", "vehicle tracks"]


times = st.floats(0, 100_000, allow_nan=False)


@given(st.lists(st.tuples(times, times, st.sampled_from([Kind.PERSON, Kind.FACE, Kind.PLATE])), max_size=30), times)
def test_bars_stay_on_the_timeline(spans: list[tuple[float, float, Kind]], duration_s: float) -> None:
    source = SourceFacts(name="a.mp4", bytes=1, codec="h264", width=2, height=2, duration_s=duration_s)
    tracks = [TrackSpan.of(n, kind, min(a, b), max(a, b), 1) for n, (a, b, kind) in enumerate(spans)]
    for lane in lanes(a_report(source=source, tracks=tracks), Words("en")):
        for bar in lane.bars:
            assert bar.left >= 0 and bar.width > 0 and bar.left + bar.width <= 100.01


@given(st.floats(0.001, 86_400 * 3))
def test_time_axis_is_never_crowded(duration_s: float) -> None:
    assert 1 <= len(ticks(duration_s)) <= MAX_TICKS + 1 or duration_s > 86_400 * MAX_TICKS


@pytest.mark.parametrize("suffix", [".json", ".html"])
def test_write_replaces_and_leaves_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"report{suffix}"
    path.write_text("old")
    a_report().write(path)
    assert "street.mp4" in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]


def test_write_refuses_other_suffixes(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"report\.pdf"):
        a_report().write(tmp_path / "report.pdf")
    assert not list(tmp_path.iterdir())


def test_write_says_when_the_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        a_report().write(tmp_path / "nowhere" / "report.json")


def test_small_shares_are_never_shown_as_nothing() -> None:
    assert (share(0.0), share(0.0001), share(0.034)) == ("0.0 %", "<0.1 %", "3.4 %")


def test_sizes_and_times_read_well() -> None:
    assert [in_bytes(n) for n in (999, 3_400_000, 2_000_000_000_000)] == ["999 bytes", "3.4 MB", "2000.0 GB"]
    assert [clock(t) for t in (None, 0, 83.46, 3600)] == ["–", "0:00.0", "1:23.5", "1:00:00.0"]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(style="mosaic"), "mosaic"),
        (Settings(style="blur"), "blur"),
        (Settings(audio="keep"), "voices"),
        (Settings(shape="outline"), "gait"),
        (Settings(hide=frozenset({Hide.FACES})), "People are not looked for"),
    ],
)
def test_each_dangerous_setting_is_warned_of(settings: Settings, word: str) -> None:
    assert any(word in sentence for sentence in cautions(settings))


def test_defaults_need_no_warning() -> None:
    assert cautions(Settings()) == ()


def test_stills_have_a_legend_of_the_colours_that_were_painted() -> None:
    page = a_report().to_html()
    for colour, meaning in legend():
        assert f'<i style="background:{colour}"></i>{meaning}' in page
    assert {as_hex(rgb) for rgb in COLOURS.values()} < {colour for colour, _ in legend()}


def test_a_style_without_colours_has_no_legend() -> None:
    assert 'class="legend"' not in a_report(settings=Settings(style="background")).to_html()


def test_the_page_shows_doubtful_frames_with_the_place_outlined() -> None:
    page = a_report(contact_sheet=(Still.of(4.5, JPEG),)).to_html()
    assert "Redacted stills" not in page
    outline = "left:7.81%;top:2.78%;width:7.81%;height:38.89%"
    assert outline in page and "0:04.5, top left: what may be a person was left visible" in page
    assert "100, 20, 200, 300" in page, "as a covers file has it"


def test_an_outline_is_of_the_upright_picture() -> None:
    source = SourceFacts(name="a.mp4", bytes=1, codec="h264", width=1280, height=720, duration_s=9, turn=90)
    page = a_report(source=source, contact_sheet=(Still.of(4.5, JPEG),)).to_html()
    assert "left:13.89%;top:1.56%;width:13.89%;height:21.88%" in page


def test_without_doubts_the_page_shows_what_the_video_looks_like() -> None:
    page = a_report(low_confidence=()).to_html()
    assert "Redacted stills" in page and "Nothing stands out" in page


def test_entries_are_the_same_in_two_reports_only_if_they_say_the_same() -> None:
    again = Doubt.of(Kind.PERSON, is_covered=False, start_s=4, end_s=5.5, at_s=4.5, xyxy=(100.4, 20, 199.1, 300))
    assert again.id == DOUBT.id
    later = Doubt.of(Kind.PERSON, is_covered=False, start_s=4.1, end_s=5.5, at_s=4.5, xyxy=(100.2, 20, 199.5, 300))
    assert later.id != DOUBT.id


@pytest.mark.parametrize("instead", ["reveal", "cover"])
def test_where_most_is_hidden_the_option_that_hides_less_is_named(instead: Any) -> None:
    mode = ModeChoice(used="cover", asked="auto", why="The camera moves.", instead=instead)
    assert f"Try --mode {instead}" in a_report(mode=mode).to_html()
    assert "Try --mode" not in a_report().to_html()


@pytest.mark.parametrize(
    ("xyxy", "words"),
    [
        ((0, 0, 10, 10), "top left"),
        ((40, 40, 60, 60), "middle"),
        ((90, 45, 99, 55), "right"),
        ((0, 95, 100, 99), "bottom"),
    ],
)
def test_a_place_is_named_by_its_middle(xyxy: tuple[float, ...], words: str) -> None:
    assert place(xyxy, 100, 100) == words


def test_a_russian_report_has_no_english_but_names() -> None:
    source = SourceFacts(name="улица.mp4", bytes=3_840_805, codec="h264", width=1280, height=720, duration_s=12.0)
    mode = ModeChoice(used="cover", asked="auto", why="too short to learn a background from", instead="reveal")
    report = a_report(
        source=source, mode=mode, contact_sheet=(Still.of(4.5, JPEG),), warnings=cautions(Settings(audio="keep")),
        whole_spans=(Span(start_s=0, end_s=0.48, reason="damaged in the source", frames=12),),
        frames=FrameCounts(total=300, redacted=300, covered_whole=12, whole_by_reason={"damaged in the source": 12}),
        problems=(Problem(kind="lost", at_s=2.0, message="frames could not be decoded and are missing"),),
    )  # fmt: skip
    page = report.to_html("ru")
    assert '<html lang="ru">' in page and "Возможно, человек, закрытый не полностью" in page
    text = re.sub(r"<style>.*?</style>|<code>.*?</code>|Настройки</th><td>.*?</td>", "", page, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*?(?:(?:title|alt|aria-label)=\"([^\"]*)\"[^>]*)?>", r" \1 ", text)
    names = {"passerby", "street", "redacted", "mp", "SHA", "mode", "reveal", "libx", "nanodet"}
    assert set(re.findall(r"[A-Za-z]{2,}", shown)) == names


def test_what_a_report_says_in_russian_is_said_somewhere() -> None:
    folder = Path(html.__file__).parent
    source = "".join(
        each.read_text(encoding="utf-8")
        for each in sorted(folder.glob("*"))
        if each.name != "russian.py" and each.is_file()
    )
    parts = {"cover", "reveal", *(kind.label for kind in Kind), *(f"{kind.label} tracks" for kind in Kind), "s"}
    from_elsewhere = {meaning for _, meaning in legend()} | {advice("cover"), advice("reveal")}
    stages = {"detect", "encode", "examine", "finish", "learn", "redact"}
    places = {place((x, y, x, y), 90, 90) for x in (1, 45, 89) for y in (1, 45, 89)}
    doubts = {
        Doubt.of(kind, is_covered=covered, start_s=0, end_s=1, at_s=0, xyxy=(0, 0, 1, 1)).reason
        for kind in (Kind.PERSON, Kind.FACE)
        for covered in (True, False)
    }
    known = parts | from_elsewhere | stages | places | doubts
    assert {each for each in RUSSIAN if each not in known and f'"{each}"' not in source} == set()
