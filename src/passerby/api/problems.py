"""Error responses: one sentence and perhaps a hint, never what was sent, since that may be a password."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, computed_field
from starlette.exceptions import HTTPException as StarletteHTTPException

from passerby.api.said import Said, said_of
from passerby.errors import FieldError, LimitError, OutputError, PasserbyError, SettingsError, SourceError

log = logging.getLogger("passerby.api")


class Problem(BaseModel):
    """What went wrong."""

    message: str = Field(description="One sentence for people.")
    hint: str | None = Field(None, description="What to do about it.")
    field: str | None = Field(None, description="The field of the form that is wrong; null: it is not about one.")

    @computed_field(description="The message as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.message)

    @computed_field(description="The hint as a code; null: it has none.")
    def hint_said(self) -> Said | None:
        return said_of(self.hint)


RESPONSES: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "Sign in first."},
    403: {"model": Problem, "description": "You do not have permission."},
    404: {"model": Problem, "description": "It does not exist."},
    405: {"model": Problem, "description": "The method is not allowed."},
    413: {"model": Problem, "description": "Too much was sent."},
    422: {"model": Problem, "description": "The request is not valid."},
    429: {
        "model": Problem,
        "description": "Too many attempts; Retry-After says how long to wait.",
    },
    503: {"model": Problem, "description": "Something that is needed is not working now."},
}
"""The errors that any route may return."""


def problem(status: int, message: str, hint: str | None = None, headers: dict[str, str] | None = None) -> HTTPException:
    """Returns an exception to raise."""
    return HTTPException(status, Problem(message=message, hint=hint).model_dump(), headers)


def no_such(what: str, name: str) -> HTTPException:
    return problem(404, f"there is no {what} '{name}'")


def handle_problems(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(PasserbyError, _failed)
    app.add_exception_handler(Exception, _mistake)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    detail: object = error.detail
    body = detail if isinstance(detail, dict) else Problem(message=str(detail).lower()).model_dump()
    return JSONResponse(body, error.status_code, error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["loc"][0] == "path":  # a name or an id of a shape that none has
        return _answer(404, Problem(message="there is nothing at this address"))
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    says = str(first["msg"]).removeprefix("Value error, ")
    return _answer(422, Problem(message=f"{place}: {says[:1].lower()}{says[1:]}" if place else says))


async def _failed(request: Request, error: Exception) -> JSONResponse:
    """Errors that passerby raises on purpose. Their messages hold no secrets."""
    assert isinstance(error, PasserbyError)
    if isinstance(error, OutputError | SourceError):
        log.error("%s %s: %s", request.method, request.scope["path"], error)
        return _answer(503, Problem(message=error.message, hint=error.hint))
    if isinstance(error, LimitError):
        return _answer(429, Problem(message=error.message, hint=error.hint), {"Retry-After": "60"})
    if isinstance(error, FieldError):
        return _answer(422, Problem(message=error.message, hint=error.hint, field=error.key))
    status = 422 if isinstance(error, SettingsError) else 500
    return _answer(status, Problem(message=error.message, hint=error.hint))


async def _mistake(request: Request, error: Exception) -> JSONResponse:
    """A bug of ours. Its message may hold anything, so only its type is reported."""
    log.error("%s %s: an error in passerby itself (%s)", request.method, request.scope["path"], type(error).__name__)
    return _answer(500, Problem(message=f"an error in passerby itself ({type(error).__name__})"))


def _answer(status: int, body: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body.model_dump(), status, headers)
