"""Writes the fragments of one camera into objects, and decides when one begins and ends. `closing` finishes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from passerby.archive.asking import Asking
from passerby.archive.rows import Rows
from passerby.archive.spool import SpoolFile
from passerby.errors import OutputError, Superseded, os_reason
from passerby.media.segments import SHORT_OVERLAP_90K, TICKS_PER_S, ArchivedObject, Fragment, Gop, ObjectState
from passerby.objects.names import ObjectName

LONGEST_HOLE_90K = 3 * TICKS_PER_S
"""A camera that returns sooner continues the same object. Otherwise one with a bad cable would fill the catalogue."""


class CameraWriter:
    """One for each camera, used by one thread.

    For every fragment: write the bytes; at a new GOP sync the disk; then the row. So a row never describes bytes that
    are not on the disk, and a crash in between leaves bytes that recovery adds to the row.

    With a fencing token it asks the catalogue before each GOP whether the camera is still this machine's. While the
    catalogue is away it goes on: what becomes of it is decided when it is handed in.
    """

    def __init__(self, camera: str, folder: Path, spool: str, rows: Rows, object_90k: int, token: int = 0) -> None:
        """folder, spool: where open objects are, and its name. Ended ones stay there until `Archive.maintain` stores
        them. object_90k: the length of an object, see `rules.retention.object_90k`. token: 0 on a single machine."""
        self._camera, self._folder, self._spool_name, self._token = camera, folder, spool, token
        self._rows, self._object_90k = rows, object_90k
        self._asking = Asking() if rows.is_remote else None
        self._file: SpoolFile | None = None

    def append(self, fragment: Fragment) -> bool:
        """Record a fragment. False if it cannot be recorded because no key frame came before it.

        Raises OutputError if it cannot be written, or its row cannot be updated. Go on with the next fragment: what was
        written before is safe, and the row is updated as soon as the catalogue can be reached. Raises Superseded if
        another machine records the camera now: nothing of this GOP was written, and nothing more can be.
        """
        if self._token and fragment.is_key:
            self._ask_fence()
        ended = None
        if self._file and self._ends_before(self._file, fragment):
            ended, self._file = self._file, None
        is_kept = self._file is not None or fragment.is_key
        try:
            if is_kept:
                self._write(fragment)
        finally:
            if ended:
                self._end(ended)
        if fragment.is_key and self._file:
            self._note(self._file, self._file.gops[:-1])
        return is_kept

    def _ask_fence(self) -> None:
        try:
            self._ask(lambda: self._rows.admit(self._camera, self._token))
        except Superseded:
            self._give_up()
            raise
        except OutputError:
            return  # the catalogue is away: `_note` says so

    def _write(self, fragment: Fragment) -> None:
        """Append to the open object, or begin a new one with it."""
        try:
            name = ObjectName(self._camera, fragment.start_90k, self._token, self._token)
            file = self._file = self._file or SpoolFile.create(self._folder, name, fragment.init)
            file.append(fragment)
            if fragment.is_key:
                file.sync()
        except OSError as error:
            self._give_up()
            raise OutputError(
                f"couldn't record camera '{self._camera}': {os_reason(error)}",
                hint="is the disk full?",
            ) from error

    def close(self) -> None:
        """End the open object, if there is one. Raises OutputError; the object is then finished later."""
        file, self._file = self._file, None
        try:
            if file:
                self._end(file)
        finally:
            if self._asking:
                self._asking.close()

    def _end(self, file: SpoolFile) -> None:
        try:
            file.seal()
            self._note(file, file.gops)
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"couldn't end a recording of camera '{self._camera}': {error}") from error
        finally:
            file.release()

    def _ends_before(self, file: SpoolFile, fragment: Fragment) -> bool:
        """Whether the object ends before this fragment: its time slot is over, it is full, or there is another init, a
        gap or a clock set back."""
        hole_90k = fragment.start_90k - file.end_90k
        if fragment.init_id != file.init.id or hole_90k > LONGEST_HOLE_90K or hole_90k < -SHORT_OVERLAP_90K:
            return True
        if hole_90k < 0 and (not fragment.is_key or fragment.start_90k <= file.gops[-1].start_90k):
            return True
        is_over = fragment.start_90k // self._object_90k != file.gops[0].start_90k // self._object_90k
        return fragment.is_key and (is_over or file.is_full)

    def _note(self, file: SpoolFile, gops: Sequence[Gop]) -> None:
        facts, init = facts_of(file, gops, ObjectState.OPEN, self._spool_name), file.init
        self._ask(lambda: self._rows.save(facts, init))

    def _ask(self, call: Callable[[], None]) -> None:
        """A server may answer nothing for long. A file on this machine answers, or fails."""
        if self._asking:
            self._asking.ask(call)
        else:
            call()

    def _give_up(self) -> None:
        """Leave the object as it is on the disk: once the lock is released, `closing` finishes it."""
        if self._file:
            self._file.release()
        self._file = None


def facts_of(file: SpoolFile, gops: Sequence[Gop], state: ObjectState, spool: str) -> ArchivedObject:
    """The content of an object's row."""
    start_90k = file.gops[0].start_90k
    end_90k, size = (gops[-1].end_90k, gops[-1].offset + gops[-1].size) if gops else (start_90k, 0)
    return ArchivedObject(
        file.camera, file.name.key, start_90k, end_90k, size, state, file.init.id, spool, tuple(gops),
        file.name.token, file.name.recorded_token,
    )  # fmt: skip
