"""Which action each route is. A route that is not here answers nobody."""

from __future__ import annotations

from passerby.rules.access import Action

TABLE: dict[tuple[str, str], Action] = {
    ("GET", "/healthz"): Action.SEE_ABOUT,
    ("GET", "/metrics"): Action.SEE_METRICS,
    ("GET", "/api/openapi.json"): Action.SEE_ABOUT,
    ("GET", "/api/about"): Action.SEE_ABOUT,
    ("GET", "/api/settings"): Action.SEE_SETTINGS,
    ("GET", "/api/audit"): Action.SEE_AUDIT,
    ("GET", "/api/states"): Action.SEE_HEALTH,
    ("GET", "/api/users"): Action.SEE_USERS,
    ("POST", "/api/users"): Action.CHANGE_USERS,
    ("PUT", "/api/users/{name}"): Action.CHANGE_USERS,
    ("DELETE", "/api/users/{name}"): Action.CHANGE_USERS,
    ("PUT", "/api/users/{name}/password"): Action.CHANGE_USERS,
    ("GET", "/api/groups"): Action.SEE_GROUPS,
    ("POST", "/api/groups"): Action.CHANGE_GROUPS,
    ("DELETE", "/api/groups/{name}"): Action.CHANGE_GROUPS,
    ("POST", "/api/set-up"): Action.SIGN_IN,
    ("GET", "/api/session"): Action.SIGN_IN,
    ("POST", "/api/session"): Action.SIGN_IN,
    ("DELETE", "/api/session"): Action.CHANGE_SELF,
    ("PUT", "/api/self/password"): Action.CHANGE_SELF,
    ("GET", "/api/self/tokens"): Action.SEE_SELF,
    ("POST", "/api/self/tokens"): Action.CHANGE_SELF,
    ("DELETE", "/api/self/tokens/{id}"): Action.CHANGE_SELF,
    ("GET", "/api/cameras"): Action.SEE_CAMERAS,
    ("POST", "/api/cameras"): Action.CHANGE_CAMERAS,
    ("POST", "/api/cameras/try"): Action.CHANGE_CAMERAS,
    ("GET", "/api/cameras/{camera}"): Action.SEE_CAMERAS,
    ("PUT", "/api/cameras/{camera}"): Action.CHANGE_CAMERAS,
    ("DELETE", "/api/cameras/{camera}"): Action.CHANGE_CAMERAS,
    ("WS", "/api/cameras/{camera}/live"): Action.WATCH_LIVE,
    ("GET", "/api/cameras/{camera}/timeline"): Action.WATCH_TIMELINE,
    ("GET", "/api/cameras/{camera}/timeline/playlist.m3u8"): Action.WATCH_TIMELINE,
    ("GET", "/api/cameras/{camera}/timeline/init/{id}.mp4"): Action.WATCH_TIMELINE,
    ("GET", "/api/cameras/{camera}/timeline/objects/{day}/{name}"): Action.WATCH_TIMELINE,
    ("GET", "/api/cameras/{camera}/timeline/still.jpg"): Action.SEE_STILL,
    ("GET", "/api/cameras/{camera}/timeline/export.mp4"): Action.EXPORT,
}
"""By method and path; WS for a WebSocket."""
