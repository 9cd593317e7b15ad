"""How commands fail: a sentence, a hint, an exit code; a traceback only when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.cli.failure import EXIT_INTERRUPTED, fails_clearly
from passerby.errors import SourceError, sentence
from passerby.settings import Settings

run = CliRunner().invoke


def raising(error: BaseException) -> typer.Typer:
    made = typer.Typer()

    @made.command()
    @fails_clearly
    def command(debug: bool = False) -> None:
        raise error

    return made


def test_error_is_a_sentence_and_a_hint_without_traceback() -> None:
    result = run(raising(SourceError("'a.mp4' is empty", hint="copy it again")), [])
    assert result.exit_code == 1
    assert result.stderr == "error: 'a.mp4' is empty\nhint: copy it again\n"


def test_debug_shows_where_it_came_from() -> None:
    result = run(raising(SourceError("'a.mp4' is empty")), ["--debug"])
    assert "Traceback" in result.stderr and result.exit_code == 1


def test_ctrl_c_ends_with_130() -> None:
    assert run(raising(KeyboardInterrupt()), []).exit_code == EXIT_INTERRUPTED


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    result = run(raising(SourceError("'[red]a[/red].mp4' is empty")), [])
    assert "'[red]a[/red].mp4' is empty" in result.stderr


def test_own_mistake_is_owned() -> None:
    assert "an error in passerby itself (ZeroDivisionError)" in sentence(ZeroDivisionError("x"))[0]


def test_settings_that_contradict_are_one_sentence() -> None:
    with pytest.raises(ValueError) as caught:
        Settings(start_s=5, end_s=2)
    assert sentence(caught.value) == ("end 2 s is not after start 5 s", None)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--hide", "ears"], "--hide takes people, faces, plates, vehicles"),
        (["--start", "1:75"], "is not a time"),
        (["--style", "glitter"], "silhouette"),
        (["--jobs", "0"], "greater than or equal to 1"),
    ],
)
def test_wrong_option_is_a_usage_error(options: list[str], says: str) -> None:
    result = run(app, ["redact", "a.mp4", *options])
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("command", [[], ["redact"], ["audit"], ["doctor"], ["demo"], ["models"], ["models", "add"]])
def test_every_command_has_help(command: list[str]) -> None:
    result = run(app, [*command, "--help"])
    assert result.exit_code == 0 and "Usage" in result.stdout


def test_help_and_version_wait_for_no_inference_library() -> None:
    """Shell completion and --help must answer at once: loading OpenVINO or OpenCV takes a second."""
    code = (
        "import sys; from passerby.cli import main; sys.argv[1:] = ['--version']\ntry: main()\nfinally: "
        "print(sorted({'openvino', 'cv2', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
