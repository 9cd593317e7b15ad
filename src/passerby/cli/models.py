"""`passerby models`: lists the detectors, and adds one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from passerby.cli.failure import Debug, fails_clearly
from passerby.errors import PasserbyError
from passerby.media.families import FAMILIES, FamilyName

if TYPE_CHECKING:
    from passerby.detect import Model
    from passerby.media import Kind

app = typer.Typer(
    no_args_is_help=True, help="List, add, remove and test the detectors that look for people and things."
)

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="A name from `passerby models list`.")]


@app.command("list")
@fails_clearly
def list_models(debug: Debug = False) -> None:
    """List the models that examine every picture."""
    from passerby.detect import ModelStore

    store = ModelStore()
    table = Table("name", "finds", "family", "licence", "from", "SHA-256", box=None, header_style="bold")
    for model in store.list():
        table.add_row(
            model.card.name,
            _finds(model),
            model.card.family,
            model.card.licence or "not stated",
            "passerby" if model.bundled else "added",
            _hash(model)[:12],
        )
    Console(highlight=False).print(table)
    Console(highlight=False, soft_wrap=True).print(f"Added models are kept in {store.folder}", markup=False)


@app.command("add")
@fails_clearly
def add(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="An .onnx file, or the .xml of OpenVINO IR.")
    ],
    name: Annotated[str | None, typer.Option(help="What to call it.", show_default="the file's name")] = None,
    family: Annotated[
        FamilyName | None,
        typer.Option(
            show_default="recognised by its outputs",
            help=f"How its output is read: {', '.join(FAMILIES[:-1])} or {FAMILIES[-1]}.",
        ),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="N=KIND,...",
            show_default="guessed from its name",
            help=("The network's class numbers and what they are: person, face, plate or vehicle."),
        ),
    ] = None,
    score: Annotated[
        float | None, typer.Option(min=0, max=1, help="Drop detections below this.", show_default="by family")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="For its card.", show_default=False)] = None,
    origin: Annotated[str | None, typer.Option(help="For its card: where it comes from.", show_default=False)] = None,
    debug: Debug = False,
) -> None:
    """Add a detector from a file. It is copied, and its SHA-256 is checked whenever it is used.

    A model finds people, faces, plates or vehicles. One that could tell who somebody is, is refused.

    Examples:

      passerby models add face_detection_yunet.onnx

      passerby models add plates.onnx --family ssd --class 1=plate --name plates
    """
    from passerby.detect import ModelStore
    from passerby.detect.canary_of import canary_of

    store = ModelStore()
    model = store.add(
        file, name=name, family=family, classes=parse_classes(classes), score=score, licence=licence, origin=origin
    )
    try:
        figure = canary_of(model)
    except PasserbyError:
        figure = None  # it cannot be run at all: `models test` says why
    typer.echo(f"added {model.card.name}: family {model.card.family}, finds {_finds(model)}")
    if figure:
        store.expect(model, figure)
        typer.echo(f"it finds a drawn {figure}, which it must find in every picture from now on")
    else:
        typer.echo("warning: it finds no drawn figure, so nobody will notice if it stops finding anything", err=True)
    typer.echo(f"try it: passerby models test {model.card.name}")


@app.command("remove")
@fails_clearly
def remove(name: Name, debug: Debug = False) -> None:
    """Remove a model that was added."""
    from passerby.detect import ModelStore

    ModelStore().remove(name)
    typer.echo(f"removed {name}")


@app.command("test")
@fails_clearly
def test(name: Name, debug: Debug = False) -> None:
    """Load a model, check its hash, and show what it finds in a drawn picture."""
    from passerby.detect import ModelStore, try_model

    trial = try_model(ModelStore().get(name))
    width, height = trial.size_wh
    typer.echo(
        f"{name} works: {trial.milliseconds:.0f} ms for a picture of {width}×{height} in {trial.precision}; "
        f"it finds {trial.found} things in a drawing that shows nobody"
    )


def parse_classes(text: str | None) -> dict[int, Kind] | None:
    """From `0=person,2=vehicle`; typer.BadParameter for anything else."""
    from passerby.detect.cards import parse_kind

    if text is None:
        return None
    try:
        pairs = [pair.split("=") for pair in text.split(",")]
        return {int(number): parse_kind(kind.strip()) for number, kind in pairs}
    except ValueError as error:
        raise typer.BadParameter(f"--class takes pairs like 0=person,2=vehicle: {error}") from error


def _finds(model: Model) -> str:
    return ", ".join(sorted(kind.label for kind in model.card.kinds))


def _hash(model: Model) -> str:
    return model.card.sha256[model.card.file]
