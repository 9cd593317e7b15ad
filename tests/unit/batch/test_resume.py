"""Which files of a run that ended before its time are done, and that nothing else may be asked for now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from passerby.batch import AuditTask, Job, RedactTask, Task
from passerby.batch.messages import Installed
from passerby.batch.resume import RUN_FILE, Run, begin, is_finished
from passerby.errors import SettingsError
from passerby.settings import Settings

HERE = Installed(passerby="0.1.0", models={"net.onnx": "a" * 64}, packages={"av": "18.0"})
REDACT = RedactTask(settings=Settings(threads=1))


def file_of(path: Path, at_s: int) -> Path:
    path.write_text("x")
    os.utime(path, (at_s, at_s))
    return path


def test_a_file_is_done_if_all_of_it_is_there_and_newer_than_its_source(tmp_path: Path) -> None:
    source, output, report = (tmp_path / name for name in ("a.mp4", "a.redacted.mp4", "a.json"))
    job = Job(file_of(source, 100), output, (report,))
    assert not is_finished(job)
    file_of(output, 200)
    assert not is_finished(job), "its report is missing"
    file_of(report, 200)
    assert is_finished(job)
    file_of(source, 300)
    assert not is_finished(job), "the source was replaced since"
    assert not is_finished(Job(source, None)), "nothing says that it was done"


def test_the_folder_is_begun_once_and_gone_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "safe"
    begin(folder, Run(task=REDACT, installed=HERE))
    noted = (folder / RUN_FILE).read_bytes()
    begin(folder, Run(task=REDACT.model_copy(update={"overwrite": True, "debug": True}), installed=HERE))
    assert (folder / RUN_FILE).read_bytes() == noted
    assert [path.name for path in folder.iterdir()] == [RUN_FILE]


@pytest.mark.parametrize(
    ("task", "installed", "differs"),
    [
        (RedactTask(settings=Settings(threads=2, style="solid")), HERE, "style, threads"),
        (AuditTask(threads=1), HERE, "kind"),
        (REDACT, HERE.model_copy(update={"passerby": "0.2.0"}), "what is installed"),
    ],
)
def test_something_else_is_refused_by_name(tmp_path: Path, task: Task, installed: Installed, differs: str) -> None:
    begin(tmp_path, Run(task=REDACT, installed=HERE))
    with pytest.raises(SettingsError, match=f"was begun with something else: .*{differs}"):
        begin(tmp_path, Run(task=task, installed=installed))


def test_a_run_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / RUN_FILE).write_text("{}")
    with pytest.raises(SettingsError, match="is not of this version"):
        begin(tmp_path, Run(task=REDACT, installed=HERE))
