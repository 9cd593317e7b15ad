"""Puts the routes together behind the gate."""

from __future__ import annotations

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from passerby.access.one_time import OneTime
from passerby.api import (
    about,
    alarms,
    cameras,
    channels,
    counts,
    devices,
    events,
    health,
    live,
    live_hls,
    machines,
    map,
    not_people,
    oidc,
    onvif,
    passkeys,
    people,
    preferences,
    redactions,
    rule_trials,
    rules,
    settings,
    sign_in,
    sites,
    timeline,
)
from passerby.api.event_feed import EventFeed
from passerby.api.exports import Exports
from passerby.api.gate import gate
from passerby.api.middleware import Middleware
from passerby.api.oidc_client import OidcClient
from passerby.api.openapi import Described
from passerby.api.page import Page
from passerby.api.permits import Permits, WhileAllowed
from passerby.api.ports import Services
from passerby.api.problems import RESPONSES, handle_problems
from passerby.api.under_path import UnderPath
from passerby.config import Redact, Server
from passerby.config.map import Map
from passerby.sites import Tiles
from passerby.sites.plan_picture import MAX_UPLOAD_BYTES
from passerby.version import __version__

DEFAULT = Redact()
NO_MAP = Map()
COMPRESSED_FROM_BYTES = 1000
NOT_COMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream")
"""Pictures and video are compressed already, and are sent as they arrive."""


def make_app(services: Services, page: Path | None = None) -> FastAPI:
    """page: a folder with the built page, which anybody may load: it shows nothing without the API. Raises
    SettingsError."""
    path = services.installation.config.server.path
    app = Described(
        title="passerby",
        version=__version__,
        summary="Records and reports what happens in public space, and never who it happened to.",
        dependencies=[Depends(gate)],
        responses=RESPONSES,
        # FastAPI can send requests and errors, with their data, to whatever service the environment names.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        servers=None if path == "/" else [{"url": path.removesuffix("/")}],
        redirect_slashes=False,  # they would lead out of server.path
        openapi_url=None,  # a route of ours serves it: FastAPI's own would bypass the gate
    )
    app.state.services = services
    app.state.finder = onvif.Finder(services.installation.clock)
    app.state.exports = Exports()
    app.state.event_feed = EventFeed(services.installation.events)
    app.state.live_windows = live_hls.LiveWindows()
    app.state.tiles = Tiles(services.installation.config.map)
    app.state.oidc = _sign_on(services)
    handle_problems(app)
    app.add_middleware(WhileAllowed, permits=Permits(services.installation.rights, services.installation.clock))
    app.add_middleware(
        GZipMiddleware,
        minimum_size=COMPRESSED_FROM_BYTES,
        compresslevel=6,
        exclude_content_types=NOT_COMPRESSED,
    )
    sections = (
        about, settings, channels, devices, alarms, sign_in, preferences, passkeys, oidc, people, cameras, not_people,
        rules, rule_trials, machines, map, sites, onvif, health, timeline, live, live_hls, events, counts, redactions,
    )  # fmt: skip
    for routes in sections:
        app.include_router(routes.router)

    @app.get("/api/openapi.json", tags=["about"], summary="This description", response_class=JSONResponse)
    def openapi() -> JSONResponse:
        return JSONResponse(app.openapi())

    if page:
        app.mount("/", Page(directory=page, html=True), name="page")
    return app


def _sign_on(services: Services) -> oidc.SignOn | None:
    config, clock = services.installation.config.oidc, services.installation.clock
    return oidc.SignOn(OidcClient(config, clock), OneTime(clock)) if config.issuer else None


def behind_middleware(app: ASGIApp, server: Server, redact: Redact = DEFAULT, map_: Map = NO_MAP) -> ASGIApp:
    """The application as served: with the checks before any route, the headers of trusted proxies, and its path."""
    behind_proxy = bool(server.trusted_proxies) and not (server.is_https or server.allow_plain_http)
    larger = {redactions.UPLOAD: redact.max_bytes, sites.UPLOAD: MAX_UPLOAD_BYTES}
    names = [*server.names, server.host]
    app_in_middleware: ASGIApp = Middleware(app, names, larger, only_https=behind_proxy, asks=map_.origin)
    if server.trusted_proxies:
        app_in_middleware = ProxyHeadersMiddleware(app_in_middleware, trusted_hosts=list(server.trusted_proxies))  # type: ignore[arg-type,assignment]
    return app_in_middleware if server.path == "/" else UnderPath(app_in_middleware, server.path)
