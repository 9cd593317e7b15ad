"""`passerby rule`: lists, tries, adds and removes rules of the cameras of a data folder. The page can do the same."""

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

app = typer.Typer(no_args_is_help=True, help="List, try, add and remove rules: what is worth noticing in view.")

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

    Try them first on the last day of the camera:

      passerby rule try gate rules.toml

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


@app.command("try")
@fails_clearly
def try_rules(
    camera: Camera,
    rules: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="The rules, in TOML: docs/reference/rules.md.")
    ],
    hours: Annotated[float, typer.Option(metavar="HOURS", min=0.02, max=24, help="How far back.")] = 24.0,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Print what rules would have raised in the last day, by the boxes that were kept of it. Nothing is saved.

    Where the camera was not recorded, or its boxes are not kept, nothing is known. For a video of the same place:

      passerby events street.mp4 --rules rules.toml
    """
    from passerby.access.camera_rules import CameraRule
    from passerby.access.rule_words import rule_words
    from passerby.cli.tried import tried_lines
    from passerby.events.dry_run import check_can_be_tried, try_rule
    from passerby.rules.retention import HOUR_90K

    new = read_rules(rules)
    for each in new:
        check_can_be_tried(each)
    with installed(data, config) as installation:
        found = installation.cameras.find(camera)
        if found is None:
            raise SettingsError(f"there is no camera '{camera}'", hint="passerby camera list names them")
        to_90k = installation.clock.now_90k()
        from_90k = max(to_90k - round(hours * HOUR_90K), found.since_90k)
        for each in new:
            about = rule_words(None, CameraRule(camera, each, True, False, "", to_90k))
            installation.audit.note("", "command", "rules:try", camera, from_90k, to_90k, about)
            stretches = installation.kept_boxes.stretches(camera, from_90k, to_90k)
            done = try_rule(each, camera, stretches, (from_90k, to_90k))
            for line in tried_lines(each, done, keeps_boxes=found.facts.keeps_boxes):
                typer.echo(line)


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
