"""Keeps every pixel as it was last seen uncovered. It never holds a sample that was covered when it was taken.

It has two uses. The style `background` shows it under covers. A quiet canvas spares the encoder the noise of a still
scene: blocks that changed by less than noise keep the samples shown before, bit for bit.
"""

from __future__ import annotations

import cv2
import numpy as np

from passerby.paint.bytemaps import BLOCK_PX, BlockMask, ByteMap, above, any_in_blocks, bands, halved
from passerby.paint.pyramid import Differ, Planes, Pyramid
from passerby.paint.region import Area, Region

MAX_CHANGES = (16, 6, 3, 2)
"""Largest difference, out of 255, in an unchanged block: of any average of 2 x 2, 4 x 4 and 8 x 8 pixels, and of the
block. Noise and the pulsing of a coded source average out, movement does not: so the larger the area, the stricter. The
last also keeps slow changes of light from showing as seams. Campus clip, x264 veryfast at 23: a third fewer bytes.
"""


class Canvas:
    """The picture as last seen without covers, one for each source.

    planes: Y, U and V. unseen: of luma (only for the style `background`) and of chroma, 255 where a sample was never
    shown. all_seen: nothing is unseen.
    """

    def __init__(self, like: Planes, shift_x: int, shift_y: int, *, quiet: bool, for_background: bool) -> None:
        self.planes: Planes = (np.zeros_like(like[0]), np.zeros_like(like[1]), np.zeros_like(like[2]))
        self.unseen = np.full(like[0].shape, 255, np.uint8), np.full(like[1].shape, 255, np.uint8)
        self.all_seen = False
        self._unseen_blocks = np.ones([-(-side // BLOCK_PX) for side in like[0].shape], np.uint8)
        self._taken = BlockMask(like[0].shape, 0, 0), BlockMask(like[1].shape, shift_x, shift_y)
        self._quiet, self._for_background = quiet, for_background
        if quiet:
            self._now, self._shown = Pyramid(like, len(MAX_CHANGES)), Pyramid(like, len(MAX_CHANGES))
            self._differ = Differ(self._now)
            self.planes = self._shown.places(like)

    def observe(self, frame: Planes, region: Region) -> None:
        """Takes over the shown samples of a frame; in a quiet canvas, only where they changed."""
        busy = self._busy_blocks(frame, region) if self._quiet else np.ones_like(self._unseen_blocks)
        for rows, columns in bands(busy):
            self._take(frame, region, rows, columns, busy[rows, columns])
            if self._quiet:
                self._shown.update(self.planes, rows)
        if not self.all_seen:
            self._note_seen(region)

    def _take(self, frame: Planes, region: Region, rows: slice, columns: slice, busy: ByteMap) -> None:
        """Copies the shown samples of busy blocks. rows, columns: the positions of these blocks."""
        area = Area.of_blocks(rows, columns, region.width, region.height)
        parts = area.of_luma, area.of_chroma(region.shift_x, region.shift_y)
        for taken, part, marks in zip(self._taken, parts, (region.luma, region.chroma), strict=True):
            taken.set(part, busy, marks[part])
        for i, (canvas, plane) in enumerate(zip(self.planes, frame, strict=True)):
            part = parts[min(i, 1)]
            cv2.copyTo(plane[part], self._taken[min(i, 1)].mask[part], canvas[part])

    def _note_seen(self, region: Region) -> None:
        """Where chroma was shown, its luma was too, so chroma tells which blocks hold a sample that was never shown."""
        for rows, columns in bands(self._unseen_blocks):
            area = Area.of_blocks(rows, columns, region.width, region.height)
            parts = area.of_luma, area.of_chroma(region.shift_x, region.shift_y)
            # Outside busy blocks the masks are outdated, but everything there has been seen: nothing is left to remove.
            if self._for_background:
                cv2.subtract(self.unseen[0][parts[0]], self._taken[0].mask[parts[0]], self.unseen[0][parts[0]])
            unseen, taken = self.unseen[1][parts[1]], self._taken[1].mask[parts[1]]
            if cv2.countNonZero(cv2.bitwise_and(unseen, taken)):  # mostly not: what is unseen stays covered for long
                cv2.subtract(unseen, taken, unseen)
                self._unseen_blocks[rows, columns] = any_in_blocks(unseen, region.shift_x, region.shift_y)
        self.all_seen = not self._unseen_blocks.any()

    def _busy_blocks(self, frame: Planes, region: Region) -> ByteMap:
        """(block rows, block columns): 1 where a pixel is hidden or new, or the shown ones changed by more than noise.

        A block with a hidden pixel is busy whatever the pixels say, so no decision depends on a hidden sample.
        """
        self._now.update(frame, slice(0, self._unseen_blocks.shape[0]))
        busy: ByteMap | None = None
        for change, most in zip(self._differ.compare(self._now, self._shown), MAX_CHANGES, strict=True):
            here = above(change, most, out=change)
            busy = here if busy is None else here | halved(busy)
        assert busy is not None
        return above(busy, 0, 1) | self._unseen_blocks | region.blocks
