"""The OpenAPI description, with corrections where FastAPI describes our routes wrongly."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

BODY_OF_BYTES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""`openapi_extra` of a route whose request is a file, which it reads as it comes."""
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


class Described(FastAPI):
    """A problem is JSON, even in a route that returns a picture or a page."""

    def openapi(self) -> dict[str, Any]:
        """Built once."""
        if self.openapi_schema is None:
            for methods in super().openapi()["paths"].values():
                for answers in [route["responses"] for route in methods.values()]:
                    for answer in answers.values():
                        _as_json(answer)
        return super().openapi()


def _as_json(answer: dict[str, Any]) -> None:
    content = answer.get("content", {})
    for kind in [kind for kind, media in content.items() if media.get("schema") == _PROBLEM]:
        content["application/json"] = content.pop(kind)
