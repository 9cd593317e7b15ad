"""`passerby rule`: lists, adds and removes rules of the cameras of a data folder. The page can do the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from passerby.cli.camera_words import show
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, ConfigFile, Data, installed
from passerby.config.rule import read_rules
from passerby.errors import SettingsError

app = typer.Typer(no_args_is_help=True, help="List, add and remove rules: what is worth noticing in a camera's view.")

Camera = Annotated[str, typer.Argument(metavar="CAMERA", show_default=False, help="The camera's name.")]


@app.command("list")
@fails_clearly
def list_rules(
    camera: Annotated[
        str | None, typer.Argument(metavar="[CAMERA]", show_default="all cameras", help="Only those of this camera.")
    ] = None,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """List the rules of the cameras."""
    table = Table("camera", "rule", "kind", "objects", "", box=None, header_style="bold")
    with installed(data, config) as installation:
        known = {each.name for each in installation.cameras.list()}
        for each in installation.rules.list(camera):
            notes = {
                "in the file": each.is_in_file, "off": not each.is_enabled, "no such camera": each.camera not in known,
            }  # fmt: skip
            state = ", ".join(note for note, is_so in notes.items() if is_so)
            table.add_row(each.camera, each.rule.name, each.rule.kind, each.rule.objects, state)
    show(table)


@app.command("add")
@fails_clearly
def add(
    camera: Camera,
    rules: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="The rules, in TOML: docs/reference/rules.md.")
    ],
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Add the rules of a file to a camera: all of them, or none if one is refused.

    Try them first on a video of the same place:

      passerby events street.mp4 --rules rules.toml

      passerby rule add gate rules.toml
    """
    from passerby.access.rule_words import rule_words

    new = read_rules(rules)
    with installed(data, config) as installation, installation.audit.with_change():
        if installation.cameras.find(camera) is None:
            raise SettingsError(f"there is no camera '{camera}'", hint="passerby camera list names them")
        for each in new:
            added = installation.rules.add(camera, each, is_enabled=True, who="")
            installation.audit.note("", "command", "rule:add", camera, about=rule_words(None, added))
    for each in new:
        typer.echo(f"added rule '{each.name}' to camera {camera}")


@app.command("remove")
@fails_clearly
def remove(
    camera: Camera,
    name: Annotated[str, typer.Argument(metavar="RULE", show_default=False, help="The rule's name.")],
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Remove a rule. What it raised and counted stays."""
    from passerby.access.rule_words import rule_words

    with installed(data, config) as installation, installation.audit.with_change():
        before = installation.rules.find(camera, name)
        installation.rules.remove(camera, name)
        installation.audit.note("", "command", "rule:remove", camera, about=rule_words(before, None))
    typer.echo(f"removed rule '{name}' of camera {camera}")
