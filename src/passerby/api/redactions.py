"""Routes of files that operators upload for redaction. Clear files are kept in memory and never returned."""

from __future__ import annotations

import asyncio
import functools
import json
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from anyio import CancelScope
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, computed_field
from starlette.requests import ClientDisconnect

from passerby.api.gate import signed_in_of
from passerby.api.openapi import BODY_OF_BYTES
from passerby.api.ports import ReceivingFile, Redaction, Redactions, services_of
from passerby.api.problems import Problem, no_such, problem
from passerby.api.said import Said, said_of
from passerby.config.about import Language
from passerby.covers_file import TimedBox
from passerby.rules.access import Action
from passerby.settings import Hide, Mode, Settings, Shape

router = APIRouter(prefix="/api/redactions", tags=["redactions"])

UPLOAD = ("POST", "/api/redactions")
SILENT_UPLOAD_S = 60.0  # a phone that changes networks is silent for a while
MAX_CORRECTIONS = 1000
MAX_DISMISSED = 5000  # of the reports in both modes
DEFAULTS = Settings()
REPORT_PAGE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"}
"""The report has its own styles, and runs no scripts."""
TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}

JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
DoubtId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class RedactionShown(BaseModel):
    """A file and what became of it. Only the user who uploaded it sees it."""

    id: str
    name: str
    bytes: int = Field(description="Of the uploaded file.")
    mode: Mode
    shape: Shape
    hide: list[Hide]
    corrections: list[TimedBox] = Field(description="Boxes added by hand.")
    dismissed: list[str] = Field(description="Entries of the report that its owner has dealt with, by their id.")
    state: Literal["queued", "running", "done", "failed"]
    stage: Literal["starting", "learning", "redacting"] | None = Field(description="While it runs.")
    progress: float | None = Field(description="Of the stage, 0..1; null where nobody knows.")
    reason: str | None = Field(description="Why it failed, in a sentence.")
    hint: str | None
    kind: Literal["video", "still"] = Field(description="Of the output.")
    output_name: str
    has_output: bool = Field(description="There is an output, perhaps without the latest corrections.")
    is_current: bool = Field(description="The output has all corrections.")
    made_at_90k: int = Field(description="When it was uploaded. UTC, 1/90000 s since 1970.")
    expires_at_90k: int = Field(
        description="When it is forgotten, unless it is requested before. UTC, 1/90000 s since 1970."
    )

    @computed_field(description="The reason as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.reason)

    @computed_field(description="The hint as a code; null: it has none.")
    def hint_said(self) -> Said | None:
        return said_of(self.hint)


class RedactionList(BaseModel):
    redactions: list[RedactionShown]
    max_bytes: int = Field(description="The largest file that is accepted.")
    keep_s: float = Field(description="Seconds without a request after which a file is forgotten.")
    refuses: str | None = Field(description="Why no files are accepted here; null: they are.")

    @computed_field(description="The same as a code; null: it has none.")
    def refuses_said(self) -> Said | None:
        return said_of(self.refuses)


class Corrections(BaseModel):
    """More boxes to hide. Covers cannot be removed: nobody can judge what is under one."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    add: list[TimedBox] = Field(
        max_length=MAX_CORRECTIONS,
        description="Pixels of the upright picture; seconds from the start. They replace earlier ones.",
    )
    mode: Mode | None = Field(None, description="Render in this mode; null: in the same as before.")


class Dismissed(BaseModel):
    """What somebody looked at and found to be nothing."""

    model_config = ConfigDict(extra="forbid")

    dismissed: list[DoubtId] = Field(
        max_length=MAX_DISMISSED,
        description="Entries of the report's low_confidence, by their id. They replace earlier ones.",
    )


@router.get("", summary="My files")
def redactions(request: Request) -> RedactionList:
    jobs, config = _jobs(request), services_of(request).installation.config.redact
    return RedactionList(
        redactions=[_shown(each) for each in jobs.list(_owner(request))], max_bytes=config.max_bytes,
        keep_s=config.keep_minutes * 60, refuses=jobs.refuses,
    )  # fmt: skip


@router.post(
    "", summary="Upload a video or still, as the body of the request", status_code=201,
    openapi_extra=BODY_OF_BYTES,
)  # fmt: skip
async def redact_file(
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=300, description="Its file name.")],
    mode: Mode = DEFAULTS.mode,
    shape: Shape = DEFAULTS.shape,
    hide: Annotated[list[Hide] | None, Query(max_length=4, description="What to look for.")] = None,
) -> RedactionShown:
    jobs, me, services = _jobs(request), signed_in_of(request), services_of(request)
    if jobs.refuses:
        raise problem(503, jobs.refuses, "use the command: passerby redact")
    settings = Settings(mode=mode, shape=shape, hide=frozenset(hide) if hide else DEFAULTS.hide)
    # Whatever may wait for a job runs in a thread: this one serves everybody.
    receiving = await _place(asyncio.create_task(run_in_threadpool(jobs.receive, _owner(request), name, settings)))
    note = functools.partial(services.installation.audit.note, me.user.name, me.through, Action.REDACT_FILE)
    try:
        await run_in_threadpool(note, about=receiving.id)
        await _receive(request, receiving, services.installation.config.redact.max_bytes)
        return _shown(await run_in_threadpool(receiving.finish))
    finally:
        with CancelScope(shield=True):  # frees its memory, also if the request was cancelled
            await run_in_threadpool(receiving.abandon)


async def _place(asked: asyncio.Task[ReceivingFile]) -> ReceivingFile:
    """A place among the jobs. If the request is cancelled while waiting, the place is given back."""
    try:
        return await asyncio.shield(asked)
    except asyncio.CancelledError:
        await run_in_threadpool((await asked).abandon)
        raise


async def _receive(request: Request, receiving: ReceivingFile, max_bytes: int) -> None:
    taken, pieces = 0, request.stream()
    try:
        while piece := await asyncio.wait_for(anext(pieces, b""), SILENT_UPLOAD_S):
            taken += len(piece)
            if taken > max_bytes:
                raise problem(
                    413, f"a file can have at most {max_bytes / 1e6:g} MB", "redact.max_megabytes in passerby.toml"
                )
            receiving.write(piece)
    except (TimeoutError, ClientDisconnect):
        raise problem(422, "the upload ended early", "upload it again") from None
    if not taken:
        raise problem(422, "the file is empty", "copy it again from where it came")


@router.get("/{id}", summary="The state of one of my files")
def redaction(id: JobId, request: Request) -> RedactionShown:
    return _shown(_found(request, id))


@router.delete("/{id}", summary="Discard one of my files and its output", status_code=204)
def discard(id: JobId, request: Request) -> None:
    jobs, me = _jobs(request), signed_in_of(request)
    _found(request, id)
    services_of(request).installation.audit.note(me.user.name, me.through, "file:discard", about=id)
    jobs.discard(_owner(request), id)


@router.put("/{id}/corrections", summary="Hide more by hand, or in another mode, and render again")
def correct(id: JobId, body: Corrections, request: Request) -> RedactionShown:
    jobs, me = _jobs(request), signed_in_of(request)
    _found(request, id)
    services_of(request).installation.audit.note(me.user.name, me.through, "file:correct", about=id)
    return _shown(jobs.correct(_owner(request), id, body.add, body.mode))


@router.put("/{id}/dismissed", summary="Remember what was looked at and is nothing")
def dismiss(id: JobId, body: Dismissed, request: Request) -> RedactionShown:
    jobs, me = _jobs(request), signed_in_of(request)
    _found(request, id)
    services_of(request).installation.audit.note(me.user.name, me.through, "file:dismiss", about=id)
    return _shown(jobs.dismiss(_owner(request), id, body.dismissed))


@router.get(
    "/{id}/output", summary="The redacted video or still; ranges of it too", response_class=FileResponse,
    responses={
        200: {"content": {kind: {} for kind in TYPES.values()}}, 206: {"description": "The range."},
        416: {"model": Problem, "description": "There is no such range."},
    },
)  # fmt: skip
def output(id: JobId, request: Request, download: bool = False) -> Response:
    made = _found(request, id)
    path = _file(request, made, None)
    _note_pass(request, "file:download" if download else "file:watch", id)
    return FileResponse(
        path, media_type=TYPES[path.suffix], filename=made.output_name,
        content_disposition_type="attachment" if download else "inline",
    )  # fmt: skip


@router.get(
    "/{id}/report.json", summary="The report: what was done, and how sure it is", response_class=FileResponse,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)  # fmt: skip
def report_json(id: JobId, request: Request) -> Response:
    return _report(request, id, "report.json", "application/json", {})


@router.get(
    "/{id}/report.html", summary="The report as a page", response_class=FileResponse,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)  # fmt: skip
def report_html(id: JobId, request: Request, language: Language = "en") -> Response:
    return _report(request, id, f"report.{language}.html", "text/html", REPORT_PAGE)


@router.get("/{id}/report/said", summary="The report's sentences as codes, for other languages")
def report_said(id: JobId, request: Request) -> dict[str, Said]:
    """By sentence; those without a code are left out. It has no pictures, so that it is no look."""
    report = json.loads(_file(request, _found(request, id), "report.json").read_bytes())
    sentences = [report["mode"]["why"], *report["warnings"]]
    sentences += [each["message"] for each in report["problems"]]
    sentences += [each["reason"] for each in report["whole_spans"]]
    return {sentence: said for sentence in dict.fromkeys(sentences) if (said := said_of(sentence))}


def _report(request: Request, id: str, name: str, kind: str, headers: dict[str, str]) -> Response:
    """It contains small redacted pictures: viewing it counts as a look."""
    path = _file(request, _found(request, id), name)
    _note_pass(request, "file:watch", id)
    return FileResponse(path, media_type=kind, headers=headers)


def _jobs(request: Request) -> Redactions:
    jobs = services_of(request).redactions
    if jobs is None:
        raise problem(503, "this installation does not redact files")
    return jobs


def _owner(request: Request) -> str:
    """Random and never reused: the database gives a removed user's number to the next one."""
    return signed_in_of(request).user.handle.hex()


def _found(request: Request, id: str) -> Redaction:
    try:
        return _jobs(request).find(_owner(request), id)
    except KeyError:
        raise no_such("file of yours", id) from None


def _file(request: Request, made: Redaction, name: str | None) -> FilePath:
    try:
        path = _jobs(request).file(_owner(request), made.id, name)
    except KeyError:
        path = None
    if path is None or not path.is_file():
        raise problem(404, "this file has no output yet", "wait until it is done")
    return path


def _note_pass(request: Request, what: str, id: str) -> None:
    services_of(request).installation.audit.look_at_each_minute(signed_in_of(request), what, id)


def _shown(made: Redaction) -> RedactionShown:
    facts: dict[str, Any] = {name: getattr(made, name) for name in RedactionShown.model_fields if hasattr(made, name)}
    settings = made.settings
    return RedactionShown(
        **facts, mode=settings.mode, shape=settings.shape, hide=sorted(settings.hide),
        kind="video" if made.output_name.endswith(".mp4") else "still",
    )  # fmt: skip
