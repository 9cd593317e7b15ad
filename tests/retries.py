"""Which tests may be tried again: those that go by real time, each with its reason; never one of a promise.

`tests/test_retries.py` holds this.
"""

from __future__ import annotations

import pytest

TRIES = 3  # a machine that stalls for a second fails one try; what is wrong fails all of them

PROMISES = (
    "flow/test_campaign.py",
    "flow/test_jobs_wait.py",
    "flow/test_engine.py",
    "flow/test_engine_campaign.py",
    "flow/test_engine_sources.py",
    "flow/test_fail_closed.py",
    "flow/test_footage.py",
    "flow/test_hangs.py",
    "flow/test_media.py",
    "flow/test_non_interference.py",
    "flow/test_redact_file.py",
    "flow/test_silent_detector.py",
    "flow/test_still_people.py",
    "page/test_alarms.py",
    "page/test_not_people.py",
    "page/test_people.py",
    "page/test_redact.py",
    "page/test_sign_in.py",
)
"""Files of a promise: fail closed, nothing clear leaves, rights end, non-interference, audit, private files, retention.
Nothing in them is tried again. In others a test of one has the mark `promise`."""


def by_real_time(reason: str) -> pytest.MarkDecorator:
    """Tries a test again that a busy machine alone can fail. reason: how."""
    if not reason.strip():
        raise ValueError("a test that is tried again says why")
    return pytest.mark.flaky(reruns=TRIES - 1)
