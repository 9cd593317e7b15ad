"""Promise 3: no row about events, and no query for them, has a place for who somebody was. Whoever adds a column or a
parameter has to change these lists, and to answer for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Table

from passerby.catalogue.schema import events, notify, push

ROOT = Path(__file__).parents[3]
COLUMNS = {
    "rules": "camera name value is_enabled is_in_file who at_90k",
    "events": "id camera rule kind objects way start_90k end_90k is_open count state state_who state_90k is_told token",
    "event_comments": "id event_id who at_90k text",
    "counts": "camera rule way minute count",
    "lines_watched": "camera rule hour minutes",
    "event_marks": "camera writer number",
    "presence": "camera rule hour minutes",
    "kept_boxes": "camera start_90k end_90k boxes",
    "outbox": "id message_id channel escalates message same state made_90k due_90k give_up_90k cool_90k "
    "leased_until_90k tries failed_90k error ended_90k",
    "alarms_told": "kind camera since_90k count seen_90k",
    "alerts_off": "camera",
    "event_stills": "event_id camera at_90k jpeg",
    "page_channels": "name settings sealed address_shown who at_90k",
    "page_routes": "id settings who at_90k",
}
"""`who` and `state_who` are users, `text` is what they wrote; `message` has the fields of `Message` alone, and `boxes`
are places without ids: tests of their own say so."""
ASKED = {
    "camera", "rule", "kind", "state", "is_open", "from_90k", "to_90k", "before_90k", "before_id", "most", "per",
    "zone", "within_s", "last-event-id", "id", "only_ask", "until", "signature",
}  # fmt: skip
"""zone: a time zone. signature: of a link."""


@pytest.mark.promise
def test_no_row_about_events_has_a_column_for_who_it_was() -> None:
    tables = {
        each.name: " ".join(column.name for column in each.columns)
        for module in (events, notify)
        for each in vars(module).values()
        if isinstance(each, Table)
    }
    assert tables == COLUMNS
    waiting = {column.name for column in push.push_waiting.columns}
    assert not waiting & {"track_id", "picture", "crop", "description"}


@pytest.mark.promise
def test_no_query_for_events_or_counts_takes_a_person() -> None:
    """The description of the API is that of the API: see tests/unit/api/test_routes.py."""
    paths = json.loads((ROOT / "web" / "src" / "api" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    about_events = ("/events", "/counts", "/messages", "/rules", "/in-view", "/linked-stills")
    asked = {
        parameter["name"]
        for path, routes in paths.items()
        if any(each in path for each in about_events)
        for route in routes.values()
        for parameter in route.get("parameters", ())
    }
    assert asked == ASKED
    bodies = {
        kind
        for path, routes in paths.items()
        if any(each in path for each in about_events)
        for route in routes.values()
        for kind in route.get("requestBody", {}).get("content", {})
    }
    assert bodies == {"application/json"}, "no picture is taken to search by"
