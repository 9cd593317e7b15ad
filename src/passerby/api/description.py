"""The OpenAPI description, with what FastAPI says wrongly of ours put right."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def describe(app: FastAPI) -> dict[str, Any]:
    """Made once. A problem is JSON, also of a route whose answer is a picture or a page."""
    if app.openapi_schema is None:
        told = app.openapi()
        for methods in told["paths"].values():
            for route in methods.values():
                for answer in route["responses"].values():
                    _as_json(answer)
    assert app.openapi_schema is not None
    return app.openapi_schema


def _as_json(answer: dict[str, Any]) -> None:
    content = answer.get("content", {})
    for kind in [kind for kind, told in content.items() if told.get("schema") == _PROBLEM]:
        content["application/json"] = content.pop(kind)
