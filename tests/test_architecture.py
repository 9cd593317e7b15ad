"""The shape of the code, kept true by machine: who may hold a clear frame, what rules may not do, what pages say."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from passerby.cli.app import app
from passerby.version import __version__

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "passerby"
MODULES = sorted(PACKAGE.rglob("*.py"))
OWN_CODE = [
    *MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py"), *ROOT.glob("build_*/*.py"),
    *(ROOT / "web" / "src").rglob("*.ts*"),
]  # fmt: skip

MAY_HOLD_CLEAR_FRAMES = {"capture", "background", "detect", "paint", "engine", "media", "testing"}
MAY_HOLD_PACKETS = {"capture"}
MAY_HOLD_TRACKS = {"engine", "events", "media", "rules", "track"}
HOLD_BUT_NEVER_WRITE = {"background", "paint", "engine", "media", "rules", "track"}
TALKS_TO_OTHERS = {
    "asyncio", "ftplib", "http", "logging", "requests", "httpx", "httpx2", "aiohttp", "smtplib", "socket",
    "socketserver", "ssl", "subprocess", "syslog", "telnetlib", "urllib", "webbrowser", "xmlrpc", "shelve",
    "pickle", "marshal",
}  # fmt: skip
ONLY_TALKS = {"asyncio", "http", "smtplib", "socket", "ssl", "urllib"}
SERVES = {"asyncio", "logging", "ssl", "urllib"}
WRITES = {"imwrite", "imencode", "write_bytes", "write_text", "tofile", "savez", "savetxt", "mkstemp", "memmap"}
NOT_PURE = {"open", "print", "input", "exec", "eval"}
CLOCKS_AND_DICE = {"time", "datetime", "random", "secrets", "os", "pathlib", "io", "uuid"}

LONGEST_MODULE = 350
LONGEST_FUNCTION = 45
"""Lines after the signature: a command declares its options there, and they are many."""


def tree_of(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"), str(source))


def stage_of(source: Path) -> str:
    """The folder of the package that a module is in; a module beside the folders is its own stage."""
    return source.relative_to(PACKAGE).parts[0].removesuffix(".py")


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.alias(name=name):
                yield from name.split(".")


def imports_in(tree: ast.AST) -> Iterator[str]:
    """The top package of everything imported, wherever in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def calls_in(tree: ast.AST) -> Iterator[str]:
    """The last name of everything called: f(), a.b.f() and f are all f."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                yield name


def wrong(modules: list[Path], is_wrong: object) -> list[str]:
    assert modules, "nothing was searched: this test would pass for nothing"
    assert callable(is_wrong)
    return [str(module.relative_to(ROOT)) for module in modules if is_wrong(tree_of(module))]


def in_stages(stages: set[str]) -> list[Path]:
    return [module for module in MODULES if stage_of(module) in stages]


def test_only_the_stages_before_the_cover_name_a_clear_frame() -> None:
    others = [module for module in MODULES if stage_of(module) not in MAY_HOLD_CLEAR_FRAMES]
    assert not wrong(others, lambda tree: "RawFrame" in names_in(tree))


def test_every_stage_that_may_hold_a_clear_frame_does() -> None:
    holders = {stage_of(module) for module in MODULES if "RawFrame" in names_in(tree_of(module))}
    assert holders == MAY_HOLD_CLEAR_FRAMES, "a stage that needs none should not be allowed any"


def test_only_capture_names_a_clear_packet() -> None:
    holders = {stage_of(module) for module in MODULES if "SourcePacket" in names_in(tree_of(module))}
    assert holders == MAY_HOLD_PACKETS


def test_tracks_stay_with_those_who_make_something_of_them() -> None:
    others = [module for module in MODULES if stage_of(module) not in MAY_HOLD_TRACKS]
    assert not wrong(others, lambda tree: {"Track", "InView"} & set(names_in(tree)))
    holders = {stage_of(module) for module in MODULES if {"Track", "InView"} & set(names_in(tree_of(module)))}
    assert holders == MAY_HOLD_TRACKS, "a stage that needs none should not be allowed any"


def test_only_paint_makes_a_redacted_frame() -> None:
    others = [module for module in MODULES if stage_of(module) != "paint"]
    assert not wrong(others, lambda tree: "RedactedFrame" in calls_in(tree))
    assert wrong(in_stages({"paint"}), lambda tree: "RedactedFrame" in calls_in(tree)), "paint makes them"


def test_rules_are_pure() -> None:
    rules = in_stages({"rules"})
    assert not wrong(rules, lambda tree: NOT_PURE & set(calls_in(tree)))
    assert not wrong(rules, lambda tree: CLOCKS_AND_DICE & set(imports_in(tree)))


def test_stages_that_hold_clear_pictures_write_no_files() -> None:
    assert not wrong(in_stages(HOLD_BUT_NEVER_WRITE), lambda tree: WRITES & set(calls_in(tree)))
    assert not wrong(in_stages(HOLD_BUT_NEVER_WRITE), lambda tree: "open" in calls_in(tree))


def test_nothing_talks_to_the_network_runs_a_command_or_logs() -> None:
    looks_for_a_port = PACKAGE / "cli" / "demo_config.py"
    others = [module for module in MODULES if not talks(module) and not serves(module) and module != looks_for_a_port]
    assert not wrong(others, lambda tree: TALKS_TO_OTHERS & set(imports_in(tree)))
    assert not wrong([looks_for_a_port], lambda tree: (TALKS_TO_OTHERS - {"socket"}) & set(imports_in(tree)))


def test_what_serves_runs_no_command_and_opens_no_connection_by_itself() -> None:
    serving = [module for module in MODULES if serves(module)]
    assert not wrong(serving, lambda tree: (TALKS_TO_OTHERS - SERVES) & set(imports_in(tree)))


def test_what_talks_to_others_runs_no_command_and_logs_nothing() -> None:
    talking = [module for module in MODULES if talks(module)]
    assert not wrong(talking, lambda tree: (TALKS_TO_OTHERS - ONLY_TALKS) & set(imports_in(tree)))


def talks(module: Path) -> bool:
    """Others are reached from one folder, and cameras nobody has named yet by asking all; the servers that tests play
    cameras with are shipped too. The live feed is read in the event loop of whoever serves it. Nodes talk to NATS from
    one folder."""
    by_itself = {PACKAGE / "fleet" / "live_feed.py", PACKAGE / "capture" / "onvif" / "discover.py"}
    is_nats = PACKAGE / "fleet" / "nats" in module.parents
    return module in by_itself or is_nats or stage_of(module) in ("net", "testing")


def serves(module: Path) -> bool:
    """The API, and what starts it and runs beside it. They hold encoded redacted video and never a picture."""
    starts = {PACKAGE / "cli" / name for name in ("serve.py", "worker.py", "api.py", "logs.py")}
    return stage_of(module) in ("api", "service") or module in starts


def test_only_the_command_prints() -> None:
    quiet = [module for module in MODULES if stage_of(module) != "cli"]
    assert not wrong(quiet, lambda tree: {"print", "breakpoint"} & set(calls_in(tree)))


def test_every_module_says_its_one_job_first() -> None:
    for module in MODULES:
        said = ast.get_docstring(tree_of(module))
        assert said, f"{module.relative_to(ROOT)} has no docstring"
        assert re.search(r"[.:?!]\"*$", said.splitlines()[0]), f"{module.relative_to(ROOT)}: '{said.splitlines()[0]}'"


def test_modules_and_functions_are_short() -> None:
    for module in MODULES:
        lines = len(module.read_text(encoding="utf-8").splitlines())
        assert lines <= LONGEST_MODULE, f"{module.relative_to(ROOT)} has {lines} lines"
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.body[0].lineno + 1
                assert length <= LONGEST_FUNCTION, f"{module.relative_to(ROOT)}: {node.name} has {length} lines"


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {module.parent for module in MODULES}
    assert all((folder / "__init__.py").exists() for folder in folders)
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.parametrize(
    ("search", "code"),
    [
        (lambda tree: "RawFrame" in names_in(tree), "def f(frame: media.RawFrame): ..."),
        (lambda tree: "RawFrame" in names_in(tree), "from passerby.media import RawFrame as R"),
        (lambda tree: "RedactedFrame" in calls_in(tree), "frames.RedactedFrame(picture, 0, 0, t, 0)"),
        (lambda tree: NOT_PURE & set(calls_in(tree)), "def f():\n    with open('x') as file: ..."),
        (lambda tree: WRITES & set(calls_in(tree)), "cv2.imwrite('frame.png', frame)"),
        (lambda tree: TALKS_TO_OTHERS & set(imports_in(tree)), "def f():\n    from urllib.request import urlopen"),
    ],
)
def test_the_searches_find_what_they_look_for(search: object, code: str, tmp_path: Path) -> None:
    assert callable(search)
    assert search(ast.parse(code))


# What the project says of itself.


def project() -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def test_version_is_the_same_everywhere() -> None:
    assert project()["version"] == __version__
    assert __version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_is_pinned_for_make() -> None:
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M))
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*pyproject["project"]["dependencies"], *pyproject["build-system"]["requires"]]
    for extra in pyproject["project"]["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[\[<>=!~; ]", each)[0].lower() for each in wanted}
    assert names <= {name.lower() for name in pinned}


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])


def code_in(page: Path) -> str:
    """What a page sets as code, each piece on lines of its own."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.S)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))])


def test_commands_that_pages_name_exist() -> None:
    root = typer.main.get_command(app)
    commands = set(getattr(root, "commands"))  # noqa: B009  A click group, which typer does not type.
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert {"redact", "audit"} <= commands and {"demo", "test"} <= targets
    for page in pages():
        said = set(re.findall(r"(?:^|bin/)passerby ([a-z]+)", code_in(page), re.M))
        made = set(re.findall(r"^make ([a-z]+)", code_in(page), re.M))
        assert said <= commands, f"{page.relative_to(ROOT)}: {said - commands}"
        assert made <= targets, f"{page.relative_to(ROOT)}: {made - targets}"


def test_links_between_pages_lead_somewhere() -> None:
    checked = 0
    for page in pages():
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                checked += 1
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to '{target}'"
    assert checked > 10


def test_no_file_names_a_machine_or_a_registry() -> None:
    """They would be true on one machine and wrong on every other."""
    homes = "|".join(["work/ma", "work/sh", "home/[a-z]", "root/[a-z]"])
    places = re.compile(rf"(?<![\w.])/({homes})|pypi[.]org|npmjs[.]|files[.]pythonhosted")
    texts = [*OWN_CODE, *pages(), ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    for text in texts:
        found = places.search(text.read_text(encoding="utf-8"))
        assert not found, f"{text.relative_to(ROOT)} names '{found and found.group()}'"
