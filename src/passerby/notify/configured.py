"""The notifier of an installation: made of the channels and routes of the file and of the page, and follows these."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from passerby.access import Installation
from passerby.access.channels import ConfiguredChannel, ConfiguredRoute
from passerby.config import Channel as ChannelConfig
from passerby.config import Route as RouteConfig
from passerby.config.about import Language
from passerby.config.page_address import page_address
from passerby.errors import FieldError, SettingsError
from passerby.media.messages import Severity
from passerby.notify.channel import Channel
from passerby.notify.channels import ChannelContext, make_channel
from passerby.notify.notifier import Notifier
from passerby.rules.events.schedule import Schedule
from passerby.rules.notify import Route


class ConfiguredNotifier(Notifier):
    """See `Notifier`."""

    def __init__(self, installation: Installation, *, is_service: bool = True) -> None:
        """is_service: it sends; otherwise tests only, and tells how it goes. Raises SettingsError for a channel of the
        file that cannot be used."""
        self._installation, self._is_service = installation, is_service
        self._page, self._context = page_address(installation.config.server), channel_context(installation)
        self._following = threading.Lock()
        self._configs: Mapping[str, ChannelConfig] = {}
        self._unusable: Mapping[str, str] = {}
        self._routed: tuple[tuple[Route, ...], frozenset[str]] | None = None
        super().__init__(installation.rows, {}, (), self._groups)
        self.follow()

    def follow(self) -> None:
        """Takes up what was changed on the page. Called again and again, and after each change. Raises OutputError if
        the catalogue fails; SettingsError as it is made, never later."""
        with self._following:
            known = self._installation.channels.list()
            used = [each for each in known if not each.is_overruled]
            channels, self._unusable = self._made(used)
            routes = routes_of(self._installation.channels.routes(), [each.name for each in used])
            routed = routes, frozenset(channels)
            if dict(channels) != dict(self._channels) or routed != self._routed:
                self.use(channels, routes)
                self._routed = routed

    def check(self, config: ChannelConfig) -> None:
        """Whether a channel can be used as it is set up on the page. Contacts nobody. Raises FieldError."""
        try:
            self._make(config, is_in_file=False).close()
        except FieldError:
            raise
        except SettingsError as error:
            says = error.message.removeprefix(f"channel '{config.name}': ")
            raise FieldError("address", says, error.hint) from None

    @property
    def unusable(self) -> Mapping[str, str]:
        """Why channels of the page are not used, by name."""
        return self._unusable

    def _made(self, used: Iterable[ConfiguredChannel]) -> tuple[dict[str, Channel], dict[str, str]]:
        channels, unusable, configs = dict[str, Channel](), dict[str, str](), dict[str, ChannelConfig]()
        for each in used:
            if each.config is None:
                unusable[each.name] = each.problem or ""
                continue
            if self._configs.get(each.name) == each.config and each.name in self._channels:
                channels[each.name] = self._channels[each.name]
            else:
                try:
                    channels[each.name] = self._make(each.config, is_in_file=each.is_in_file)
                except SettingsError as error:
                    if each.is_in_file:
                        raise
                    unusable[each.name] = str(error)
                    continue
            configs[each.name] = each.config
        self._configs = configs
        return channels, unusable

    def _make(self, config: ChannelConfig, *, is_in_file: bool) -> Channel:
        clock = self._installation.clock
        return make_channel(
            config, self._page, clock, self._context, is_service=self._is_service, is_in_file=is_in_file
        )

    def _groups(self, camera: str) -> frozenset[str]:
        found = self._installation.cameras.find(camera)
        return found.facts.groups if found else frozenset()


def channel_context(installation: Installation) -> ChannelContext:
    def language() -> Language:
        chosen = installation.settings.current().about.language
        return "en" if chosen == "auto" else chosen

    return ChannelContext(installation.audience, installation.own_secrets, installation.still_links, language)


def routes_of(configured: Iterable[ConfiguredRoute], names: list[str]) -> tuple[Route, ...]:
    """Without channels that there are not any more. If nothing is configured, one to all channels."""
    found = tuple(route_of(each.route, names) for each in configured)
    return found or (Route(tuple(names)),)


def route_of(config: RouteConfig, names: list[str]) -> Route:
    return Route(
        channels=tuple(each for each in config.channels if each in names),
        least=Severity(config.severity),
        cameras=frozenset(config.cameras),
        groups=frozenset(config.groups),
        rules=frozenset(config.rules),
        when=Schedule.of(config.when),
        quiet=Schedule.of(config.quiet) if config.quiet else None,
        cool_down_s=config.cool_down_s,
        digest_after=config.digest_after,
        escalate_after_s=config.escalate_after_s,
        escalate_to=tuple(each for each in config.escalate_to or () if each in names),
    )
