"""Passwords are slow to guess, and bad ones are refused."""

from __future__ import annotations

import re

import pytest

from passerby.access.passwords import Passwords
from passerby.errors import SettingsError


def test_passwords_are_slow_to_guess() -> None:
    passwords = Passwords(12)
    kept = passwords.hash("a long enough pass phrase", "kim")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", kept)
    assert found and int(found[1]) >= 65536 and int(found[2]) >= 3, "RFC 9106"
    assert passwords.fits("a long enough pass phrase", kept) and not passwords.fits("another", kept)
    assert not passwords.fits("nobody has this one", None), "no password fits nobody"
    assert kept != passwords.hash("a long enough pass phrase", "kim"), "salted"


@pytest.mark.parametrize("password", ["short", "x" * 300, "kimberley-123", "Kimberley1234"])
def test_bad_passwords_are_refused(password: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Passwords(12).hash(password, "kimberley")
    assert password not in str(caught.value)
