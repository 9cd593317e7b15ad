"""`passerby user`: lists users, and makes a link for one who cannot sign in. Everything else is done on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from passerby.cli.camera_words import show
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, ConfigFile, Data, installed
from passerby.config.page_address import page_address
from passerby.errors import SettingsError

if TYPE_CHECKING:
    from passerby.access import Installation
    from passerby.access.users import User

app = typer.Typer(no_args_is_help=True, help="List users, and reset a forgotten password.")

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="The name that they sign in with.")]


@app.command("list")
@fails_clearly
def list_users(data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """List the users: roles, what they see, how they sign in."""
    table = Table("name", "roles", "sees", "signs in with", "", box=None, header_style="bold")
    with installed(data, config) as installation:
        for each in installation.users.list():
            sees = "all cameras" if each.sees_all_cameras else " ".join(sorted(each.groups)) or "no camera"
            ways = ", ".join(_ways_in(installation, each)) or "nothing"
            table.add_row(each.name, " ".join(sorted(each.roles)), sees, ways, "" if each.is_enabled else "locked")
    show(table)


@app.command("reset")
@fails_clearly
def reset(name: Name, data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """Print a link with which a user sets a new password. It works once, for as long as the set-up link does.

    Using it ends their sessions, tokens and passkeys. A newer link replaces it.

    Example:

      passerby user reset kim
    """
    with installed(data, config) as installation:
        user = _known(installation, name)
        installation.audit.note("", "command", "password:reset", about=user.name)  # before anybody has the link
        secret = installation.reset.new_link(user)
        server, minutes = installation.config.server, installation.config.sign_in.set_up_link_minutes
    typer.echo(
        f"{user.name} can set a new password with this link, within {minutes:g} minutes:\n\n"
        f"  {page_address(server)}#/reset/{user.name}/{secret}\n\n"
        "passerby serve must be running. This ends their sessions, tokens and passkeys."
    )


def _known(installation: Installation, name: str) -> User:
    user = installation.users.find(name)
    if user is None:
        raise SettingsError(f"there is no user '{name}'", hint="passerby user list names them")
    if not user.is_enabled:
        raise SettingsError(f"user '{user.name}' is locked", hint="an admin unlocks them on the page")
    return user


def _ways_in(installation: Installation, user: User) -> list[str]:
    ways = ["password"] if user.password else []
    ways += ["passkey"] if installation.passkeys.list(user) else []
    return ways + (["single sign-on"] if user.oidc_subject else [])
