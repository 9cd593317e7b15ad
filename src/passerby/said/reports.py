"""Codes of what the report of a redacted file says, and of the system's own reasons."""

REPORTS = {
    # Why this mode
    "mode-requested": "as requested",
    "mode-too-short": "too short to learn a background from",
    "mode-still": "a still has no background to learn",
    "mode-moves": "the camera moves: {share}% of the edges do not stay where they are",
    "mode-moves-shift":
        "the camera moves: {share}% of the edges do not stay where they are, even after a shift of {pixels} px",
    "mode-stands": "the camera stands still: {share}% of the edges stay where they are",
    "mode-stands-apart":
        "the camera stands still: {share}% of the edges stay where they are, its pictures are {pixels} px apart",
    "mode-drifts": "the camera drifts but keeps its view: {share}% of the edges stay where they are",
    "mode-drifts-apart":
        "the camera drifts but keeps its view: {share}% of the edges stay where they are, "
        "its pictures are {pixels} px apart",
    "mode-stands-short":
        "the camera stands still, but a background needs {needed} s and {samples} samples, there are {there} s: "
        "what is found is covered, and so is what moves",
    # Warnings
    "caution-people": "People are not looked for: where the camera moves, their clothes, build and gait stay visible.",
    "caution-style": "A {style} keeps traces of the picture under it: it can be attacked, a flat cover cannot.",
    "caution-sound": "The sound is kept: voices identify people.",
    "caution-outline": "Outlines show build and gait, by which people can be recognised.",
    "cover-no-outlines": "Cover mode has no outlines: boxes are drawn.",
    "more-tracks": "{count} more tracks are not listed.",
    "more-doubts": "{count} more places to check are not listed: watch the whole result.",
    # Problems of the file
    "frames-damaged": "frames are damaged, or build upon a damaged one",
    "frames-lost": "frames could not be decoded and are missing",
    "frames-unshown": "frames that the file's own edit list leaves out are left out here too",
    "frames-gap": "a gap in time: frames seem to be missing",
    "frames-stopped": "reading stopped: {why:may}",
    "frames-ordered": "frames without a time got one from their order",
    "clock-back": "the clock of the source jumped back: later times are moved to follow on",
    "clock-ahead": "the clock of the source jumped ahead by {time}: later times are moved to follow on",
    "clock-coded": "the source tells when frames are decoded, not when they are shown: they are timed by their order",
    "clock-moved": "repeated or backward times were moved to the next free tick",
    "clock-impossible": "the clock of the source begins at no possible time: zero is taken",
    "tracks-of-video": "the source has {count} video tracks: number {number} ({size}) is redacted, no other",
    "not-searchable": "the source cannot be searched: it is read from its start",
    "size-changes": "the picture's size changes: later frames are scaled to the first",
    "still-with-video": "a video is attached to the picture, as in motion photos: only the picture is redacted",
    "cut-short": "the source ends here, though it says that it is {seconds} s long",
}  # fmt: skip

SYSTEM = {
    "system-space": "no space left on device",
    "system-quota": "disk quota exceeded",
    "system-permission": "permission denied",
    "system-not-permitted": "operation not permitted",
    "system-read-only": "read-only file system",
    "system-no-file": "no such file or directory",
    "system-io": "input/output error",
    "system-memory": "cannot allocate memory",
    "system-many-files": "too many open files",
    "system-busy": "device or resource busy",
    "system-long-name": "file name too long",
    "system-stale": "stale file handle",
    "system-refused": "connection refused",
    "system-reset": "connection reset by peer",
    "system-timed-out": "connection timed out",
    "system-unreachable": "network is unreachable",
    "system-no-route": "no route to host",
    "system-pipe": "broken pipe",
}
"""Not written by passerby: the C library's words for an error, in lower case."""
