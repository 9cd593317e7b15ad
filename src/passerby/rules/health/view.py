"""Decides from single pictures whether a camera sees its place: obstructed, moved, blurred, too dark, too bright."""

from __future__ import annotations

from passerby.media.health import Check, Finding, Light, PictureSeen, ViewSeen
from passerby.rules.health.latch import Latch

DOUBTFUL_KEPT = 0.6  # of the reference's edges: a crowd hides a third
USUAL_AFTER = 10  # pictures
USUAL_KEPT = 0.75
USUAL_WEIGHT = 0.01  # of a picture: the usual values follow the hours of the day, not minutes

GONE_KEPT = 0.3  # of the usual share of edges: less is chance and the text that a camera writes into its picture
GONE_DETAIL = 0.45  # of the usual: a covered lens, or a wall
GONE_AFTER_S = 7.5  # a bus or a lorry takes longer only if it stands still
SMEARED_DETAIL, SMEARED = 0.55, 0.5  # of the usual detail and fineness: a hand or bag can be this near, a vehicle not
SMEARED_AFTER_S = 0.8
LOST_KEPT = 0.5
MOVED_AFTER_S = 20.0  # ignores people who stand in front, and a bus at its stop
MOVED_BY = 0.012  # of the picture's width, 8 pixels of 640: more than a mast sways
BLURRED_FINENESS, BLURRED_DETAIL = 0.68, 0.85  # of the usual
BLURRED_AFTER_S = 12.0  # autofocus may hunt for some seconds
DARK_HIGH, DARK_KEPT = 45.0, 0.35  # nothing is brighter, and edges can hardly be seen
BRIGHT_SHARE = 0.5  # of the picture has the maximum brightness
LIGHT_AFTER_S = 8.0  # automatic exposure takes two
OVER_AFTER_S = 3.0

BLACK = 40.0


class ViewHealth:
    """Takes the measurements of one source's pictures, about once a second."""

    def __init__(self) -> None:
        self._usual: dict[str, float] = {}
        self._seen = 0
        no_reference, learning = "there is no reference yet to compare with", "still learning what is usual"
        self._smeared = _latch(Check.OBSTRUCTED, SMEARED_AFTER_S, learning, "nothing is in front of the lens")
        self._gone = _latch(Check.OBSTRUCTED, GONE_AFTER_S, learning, "nothing is in front of the lens")
        self._moved = _latch(Check.MOVED, MOVED_AFTER_S, no_reference, "it points where it did")
        self._blurred = _latch(Check.BLURRED, BLURRED_AFTER_S, learning, "it is as sharp as it was")
        self._dark = _latch(Check.DARK, LIGHT_AFTER_S, learning, "there is enough light")
        self._glare = _latch(Check.GLARE, LIGHT_AFTER_S, learning, "it is not too bright")

    def expect(self, detail: float, fineness: float) -> None:
        """Takes these values of a new reference's picture. Values measured from earlier pictures take precedence."""
        self._usual["kept"] = USUAL_KEPT
        if self._seen < USUAL_AFTER:
            self._usual |= {"detail": detail, "fineness": fineness}

    def note(self, at_s: float, seen: PictureSeen) -> None:
        self._seen += 1
        light, view = seen.light, seen.view
        detail, fineness = self._of_usual("detail", seen.detail), self._of_usual("fineness", seen.fineness)
        kept = None if view is None else self._of_usual("kept", view.kept)
        is_known = view is not None or self._seen > USUAL_AFTER
        has_lost = kept is None or kept < GONE_KEPT
        is_gone = has_lost and detail < GONE_DETAIL if is_known else None
        is_smeared = has_lost and kept is not None and detail < SMEARED_DETAIL and fineness < SMEARED
        why = _obstructed_words(light)
        self._gone.note(at_s, is_gone, why)
        self._smeared.note(at_s, is_smeared, why)
        self._note_place(at_s, view, kept, bool(is_gone) or is_smeared)
        is_soft = fineness < BLURRED_FINENESS and detail < BLURRED_DETAIL and not is_gone
        self._blurred.note(
            at_s, is_soft if is_known else None, "the picture is much less sharp than it was: dirt, or out of focus"
        )
        is_black = light.high < DARK_HIGH and (view is None or view.kept < DARK_KEPT or detail < GONE_DETAIL)
        self._dark.note(at_s, is_black, "it is too dark to see anything")
        self._glare.note(at_s, light.blown > BRIGHT_SHARE, "the picture is too bright: half of it is white")
        if not any(latch.is_bad for latch in self._all) and not (is_gone or is_soft or is_black):
            self._follow(seen)

    def _note_place(self, at_s: float, view: ViewSeen | None, kept: float | None, is_gone: bool) -> None:
        if view is None or kept is None:
            self._moved.note(at_s, None)
        elif view.shift is not None:
            share = f"{100 * view.shift:.0f} % of the picture's width"
            self._moved.note(at_s, view.shift > MOVED_BY, f"the camera was moved, by about {share}")
        elif not is_gone:
            is_lost = kept < LOST_KEPT and view.cells_kept < LOST_KEPT
            self._moved.note(at_s, is_lost, "it shows a different view: it was moved, or something hides the view")

    def _of_usual(self, name: str, value: float) -> float:
        """The share of the usual value. The first value counts as usual."""
        usual = self._usual.setdefault(name, value)
        return value / max(usual, 1e-3)

    def _follow(self, seen: PictureSeen) -> None:
        weight = max(USUAL_WEIGHT, 1 / self._seen)
        values = {"detail": seen.detail, "fineness": seen.fineness}
        if seen.view is not None:
            values["kept"] = max(seen.view.kept, DOUBTFUL_KEPT)
        for name, value in values.items():
            usual = self._usual.get(name, value)
            self._usual[name] = usual + weight * (value - usual)

    @property
    def _all(self) -> tuple[Latch, ...]:
        return self._smeared, self._gone, self._moved, self._blurred, self._dark, self._glare

    def findings(self, at_s: float) -> list[Finding]:
        obstructed = self._smeared if self._smeared.is_bad and not self._gone.is_bad else self._gone
        return [each.finding(at_s) for each in (obstructed, self._moved, self._blurred, self._dark, self._glare)]


def _latch(check: Check, after_s: float, unknown: str, ok: str) -> Latch:
    return Latch(check, after_s=after_s, over_after_s=OVER_AFTER_S, unknown=unknown, ok=ok)


def _obstructed_words(light: Light) -> str:
    if light.high < BLACK:
        return "the picture is black: the lens is covered, or the lights are off"
    return "hardly any edge of the place can be seen: something covers the lens"
