"""Whether a command that a page or a file names is one that passerby has: its words and its options."""

from __future__ import annotations

import re
import shlex
from typing import Any

import typer

from passerby.cli.app import app


def unknown_in(line: str) -> list[str]:
    """What of a line that begins with "passerby" is not so. Placeholders such as DIR stand for values."""
    words = shlex.split(line, comments=True)[1:]
    command: Any = typer.main.get_command(app)  # a click command, which typer does not type
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        inner, words = command.commands.get(words[0]), words if words[0] not in command.commands else words[1:]
        command = inner or command.commands.get(getattr(command, "otherwise", ""))
        if command is None:
            return words[:1]
    if hasattr(command, "commands") and not words:
        return [f"{command.name}: it needs one of its own commands"]
    return _unknown(command, words)


def _unknown(command: Any, words: list[str]) -> list[str]:
    options = {name: each.is_flag for each in command.params if each.param_type_name == "option" for name in each.opts}
    options["--help"] = True
    most = [each.nargs for each in command.params if each.param_type_name == "argument"]
    places, wrong = 0, []
    while words:
        name, _, value = words.pop(0).partition("=")
        if not name.startswith("-") or name == "-":
            places += 1
        elif name not in options:
            wrong.append(name)
        elif not options[name] and not value:
            if not words:
                wrong.append(f"{name} without a value")
            words = words[1:]
    if -1 not in most and places > sum(most):
        wrong.append(f"{places} values where there are at most {sum(most)}")
    return wrong


def blocks_in(markdown: str, language: str) -> list[str]:
    """What a page sets as code of one language."""
    return [code for name, code in re.findall(r"```(\w*)\n(.*?)```", markdown, re.S) if name == language]


def commands_in(markdown: str) -> list[str]:
    """The passerby commands of the code in a page, one a line; with what a prompt, sudo or a folder put before them."""
    blocks = blocks_in(markdown, "sh") + blocks_in(markdown, "")
    spans = re.findall(r"`(passerby [^`\n]+)`", re.sub(r"```.*?```", "", markdown, flags=re.S))
    lines = [line for block in blocks for line in re.sub(r"\\\n\s*", " ", block).splitlines()]
    found = [re.search(r"(?:^|[\s/])(passerby (?:-|[a-z]).*)", line) for line in [*lines, *spans]]
    others = (
        "useradd",
        "install",
        "docker",
        "systemctl",
        "journalctl",
        "helm",
        "kubectl",
        "createdb",
        "pg_restore",
        "psql",
    )
    starts = ("#", *others)
    return [
        each[1].split(" | ")[0].split(" > ")[0]
        for each, line in zip(found, [*lines, *spans], strict=True)
        if each and not line.strip().removeprefix("sudo ").startswith(starts)
    ]
