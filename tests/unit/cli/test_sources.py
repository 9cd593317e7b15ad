"""Which files are meant and where they go."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.batch.bucket_files import refuse_losses
from passerby.cli.sources import find_jobs
from passerby.errors import OutputError, PasserbyError, SettingsError, SourceError


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b.MOV", "c.jpg", "notes.txt", "a.redacted.mp4", ".hidden.mp4", "day/a.mp4", ".git/x.mp4"):
        file = tmp_path / "clips" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    return tmp_path / "clips"


def outputs(*named: str | Path, output: Path | None = None) -> list[str]:
    return [Path(job.output or "").as_posix() for job in find_jobs([str(name) for name in named], output)]


def test_one_file_goes_beside_itself() -> None:
    assert outputs("clips/street.avi") == ["clips/street.redacted.mp4"]


def test_still_keeps_its_suffix() -> None:
    assert outputs("face.JPG") == ["face.redacted.JPG"]


def test_one_file_goes_where_told() -> None:
    assert outputs("street.avi", output=Path("safe.mkv")) == ["safe.mkv"]


def test_one_file_goes_into_a_folder_when_told_one(tmp_path: Path) -> None:
    assert outputs("street.avi", output=tmp_path) == [f"{tmp_path.as_posix()}/street.redacted.mp4"]
    assert outputs("street.avi", output=Path("new")) == ["new/street.redacted.mp4"]


@pytest.mark.parametrize("sources", [1, 2])
def test_a_folder_that_is_named_like_a_video_is_a_folder(tmp_path: Path, sources: int) -> None:
    folder = tmp_path / "card.mp4"
    folder.mkdir()
    named = ["clips/street.avi", "clips/yard.avi"][:sources]
    assert outputs(*named, output=folder)[0] == f"{folder.as_posix()}/street.redacted.mp4"


def test_folder_gives_its_videos_and_stills_but_no_outputs_and_nothing_hidden(clips: Path) -> None:
    found = [Path(job.source).relative_to(clips).as_posix() for job in find_jobs([str(clips)])]
    assert sorted(found) == ["a.mp4", "b.MOV", "c.jpg", "day/a.mp4"]


def test_tree_keeps_its_shape(clips: Path) -> None:
    assert "safe/day/a.redacted.mp4" in outputs(clips, output=Path("safe"))


def test_pattern_in_quotes_is_expanded(clips: Path) -> None:
    found = find_jobs([str(clips / "**" / "*.mp4")])
    assert sorted(Path(job.source).relative_to(clips).as_posix() for job in found) == ["a.mp4", "day/a.mp4"]


def test_file_whose_name_looks_like_a_pattern_is_taken_as_it_is(tmp_path: Path) -> None:
    odd = tmp_path / "clip[1].mp4"
    odd.write_bytes(b"x")
    assert [job.source for job in find_jobs([str(odd)])] == [odd]


def test_file_named_twice_is_redacted_once(clips: Path) -> None:
    assert len(find_jobs([str(clips / "a.mp4"), str(clips / "day" / ".." / "a.mp4")])) == 1


def test_sources_that_differ_in_suffix_do_not_overwrite_each_other() -> None:
    assert outputs("clip.avi", "clip.mp4") == ["clip.avi.redacted.mp4", "clip.mp4.redacted.mp4"]


def test_sources_of_one_name_from_two_folders_are_refused_in_one_output() -> None:
    with pytest.raises(SettingsError, match="2 sources would all become"):
        outputs("monday/clip.avi", "tuesday/clip.avi", output=Path("safe"))


def test_several_sources_cannot_go_into_one_file() -> None:
    with pytest.raises(SettingsError, match="is one file"):
        outputs("a.mp4", "b.mp4", output=Path("safe.mp4"))


@pytest.mark.parametrize("named", ["empty", "*.nothing"])
def test_nothing_found_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError):
        find_jobs([named])


def test_report_folder_gets_both_kinds_for_each_source() -> None:
    jobs = find_jobs(["a.mp4", "b.mp4"], None, [Path("safe")])
    assert [str(path) for path in jobs[1].reports] == ["safe/b.redacted.mp4.json", "safe/b.redacted.mp4.html"]


@pytest.mark.parametrize(("named", "report"), [(["a.mp4", "b.mp4"], "r.html"), (["a.mp4"], "r.pdf")])
def test_report_that_cannot_be_is_refused_before_any_work(named: list[str], report: str) -> None:
    with pytest.raises(SettingsError):
        find_jobs(named, None, [Path(report)])


def test_source_is_never_overwritten_even_when_told_to(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"x")
    (tmp_path / "link.mp4").symlink_to(source)
    for output in (source, tmp_path / "link.mp4"):
        with pytest.raises(OutputError, match="the source itself"):
            refuse_losses(find_jobs([str(source)], output)[0], overwrite=True)


def test_what_is_there_is_replaced_only_when_told_to(tmp_path: Path) -> None:
    (tmp_path / "a.redacted.mp4").write_bytes(b"x")
    job = find_jobs([str(tmp_path / "a.mp4")])[0]
    refuse_losses(job, overwrite=True)
    with pytest.raises(PasserbyError, match="already there"):
        refuse_losses(job, overwrite=False)
