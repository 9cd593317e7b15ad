"""The address of the page, as links in the terminal have it."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.config import parse_config
from passerby.config.page_address import page_address


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ({}, "http://localhost:8080/"),
        ({"path": "/cameras/"}, "http://localhost:8080/cameras/"),
        ({"host": "::1", "port": 81}, "http://[::1]:81/"),
        (
            {"names": ["school.example"], "trusted_proxies": ["127.0.0.1/32"], "path": "/cameras/"},
            "https://school.example/cameras/",
        ),
    ],
)
def test_links_lead_to_where_browsers_find_the_page(server: dict[str, Any], address: str) -> None:
    assert page_address(parse_config({"server": server}).server) == address
