"""Services that Apprise knows. It opens its own connections: nothing here checks where to."""

from __future__ import annotations

import importlib
import re
import threading
from typing import Any, Literal

from passerby.errors import OutputError, SettingsError

_STATUS = re.compile(r"error=(\d{3})\b")
_WARNING = 30  # a level of logs
_UNREACHABLE = "the service cannot be reached"
WELL_KNOWN = frozenset(
    {
        "discord", "gchat", "guilded", "ifttt", "line", "ntfy", "ntfys", "opsgenie", "pagerduty", "pbul", "pover",
        "prowl", "signl4", "slack", "tgram", "threema", "twilio", "viber", "vonage", "webex", "whatsapp", "wxteams",
    }
)  # fmt: skip
"""Services that run on servers of their own: no host is in their addresses."""
_NTFY = "ntfy.sh"
_ANY_SERVER = "this service cannot be used on the page: its address may name any server"
_IN_FILE = "set the channel up in passerby.toml"


class AppriseService:
    """address: SECRET, as Apprise writes them. only_well_known: for addresses that do not come from the configuration
    file: others may name any server, and options files of this machine. Raises SettingsError if Apprise is not
    installed, or does not know the address."""

    def __init__(self, address: str, *, only_well_known: bool = False) -> None:
        try:
            apprise: Any = importlib.import_module("apprise")
        except ImportError:
            hint = "install it with: pip install 'passerby[apprise]'"
            raise SettingsError("Apprise is not installed", hint) from None
        apprise.logger.propagate = False  # it may name the service with its token
        # Without time-outs of its own: what these leave behind has few threads, shared by all services, and would hold
        # up the end of the process.
        asset = apprise.AppriseAsset(
            app_id="passerby", app_desc="passerby", app_url="", async_mode=False, service_timeout=0
        )
        self._target = apprise.Apprise(asset=asset)
        if only_well_known:
            _check_before(address)
        if not self._target.add(address):
            raise SettingsError("Apprise knows no service with its address")
        if only_well_known:
            _check_after(self._target)
        self._left: threading.Thread | None = None
        """The latest that did not end in time."""

    def send(self, title: str, text: str, tone: Literal["info", "warning", "failure"], within_s: float) -> None:
        """Blocks. Raises OutputError, without secrets. What takes longer is left behind, and as long as it hangs
        nothing else is sent."""
        if self._left is not None and self._left.is_alive():
            raise OutputError("the service has not answered the message before yet")
        failed: list[str] = []

        def notify() -> None:
            try:
                result = self._target.notify(
                    title=title, body=text, notify_type=tone, body_format="text", log_level=_WARNING
                )
                if not result:
                    status = _STATUS.search("\n".join(entry.message for entry in result.logs()))
                    failed.append(f"the service answered with {status[1]}" if status else _UNREACHABLE)
            except Exception as error:  # its text may have secrets
                failed.append(f"an error in Apprise ({type(error).__name__})")

        thread = threading.Thread(target=notify, name="apprise", daemon=True)
        thread.start()
        thread.join(within_s)
        if thread.is_alive():
            self._left = thread
            raise OutputError("the service gave no answer in time")
        if failed:
            raise OutputError(failed[0])


def _check_before(address: str) -> None:
    """Before Apprise reads the address: it may hold several, and options that name a file or a server."""
    if address.partition("://")[0].lower() not in WELL_KNOWN:
        raise SettingsError(_ANY_SERVER, hint=_IN_FILE)
    if any(each in "?,;" or each.isspace() for each in address):
        raise SettingsError("on the page, Apprise takes one address, without options", hint=_IN_FILE)


def _check_after(services: Any) -> None:
    (service,) = services
    if service.service_name == "ntfy" and service.mode != "cloud" and service.host != _NTFY:
        raise SettingsError(_ANY_SERVER, hint=_IN_FILE)
