"""A test of a promise is never tried again: what it shows once is so. Others are, where real time is the reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.retries import PROMISES, by_real_time

TESTS = Path(__file__).parent
BY_REAL_TIME = ("flow", "page")
"""Elsewhere nothing goes by real time, and nothing is tried again."""


def wrong_in(source: str, path: str) -> list[str]:
    """What of a test file is not as it should be. path: of the file, from the folder of the tests."""
    module = ast.parse(source)
    named = {"by_real_time"}
    marks: list[ast.expr] = []
    for each in module.body:
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            if each.targets[0].id == "pytestmark":
                marks.append(each.value)
            elif "by_real_time" in _words(each.value):
                named.add(each.targets[0].id)
    wrong = []
    for test in ast.walk(module):
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef) and test.name.startswith("test"):
            words = set().union(*map(_words, [*test.decorator_list, *marks]))
            if words & named and ("promise" in words or path in PROMISES or path.split("/")[0] not in BY_REAL_TIME):
                wrong.append(f"{path}: {test.name} is tried again")
    if "flaky" in _words(module):
        wrong.append(f"{path}: only by_real_time lets a test be tried again")
    return wrong


def _words(code: ast.AST) -> set[str]:
    """Its names and attributes."""
    found = {each.id for each in ast.walk(code) if isinstance(each, ast.Name)}
    return found | {each.attr for each in ast.walk(code) if isinstance(each, ast.Attribute)}


def test_no_test_of_a_promise_is_tried_again() -> None:
    wrong: list[str] = []
    for path in sorted(TESTS.rglob("*.py")):
        name = path.relative_to(TESTS).as_posix()
        source = path.read_text(encoding="utf-8")
        if path.name.startswith("test_") and name != "test_retries.py":
            wrong += wrong_in(source, name)
        elif "by_real_time" in source and name not in ("retries.py", "test_retries.py"):
            wrong.append(f"{name}: say it beside the test")  # a name from elsewhere would not be known for a retry
        assert "flaky" not in source or name in ("retries.py", "test_retries.py"), name
    assert wrong == []
    assert [each for each in PROMISES if not (TESTS / each).is_file()] == []


RETRIED = '@by_real_time("it waits")\ndef test_it() -> None: ...\n'


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (RETRIED, "flow/test_fail_closed.py"),
        (RETRIED, "unit/api/test_rights_end.py"),
        (f"@pytest.mark.promise\n{RETRIED}", "flow/test_fleet.py"),
        (f"pytestmark = pytest.mark.promise\n{RETRIED}", "flow/test_fleet.py"),
        (
            'LIVE = by_real_time("it waits")\n@LIVE\n@pytest.mark.promise\ndef test_it() -> None: ...\n',
            "flow/test_a.py",
        ),
        (
            'pytestmark = [by_real_time("it waits")]\n@pytest.mark.promise\ndef test_it() -> None: ...\n',
            "flow/test_a.py",
        ),
        ("@pytest.mark.flaky(reruns=2)\ndef test_it() -> None: ...\n", "flow/test_fleet.py"),
    ],
)
def test_one_that_is_would_be_found(source: str, path: str) -> None:
    assert len(wrong_in(source, path)) == 1


def test_one_that_may_be_is_left_in_peace() -> None:
    assert wrong_in(f"{RETRIED}@pytest.mark.promise\ndef test_that() -> None: ...\n", "flow/test_fleet.py") == []


def test_a_retry_says_why() -> None:
    with pytest.raises(ValueError, match="says why"):
        by_real_time(" ")
