"""The page's address, for links in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passerby.config import Server


def page_address(told: Server) -> str:
    """Without a trailing slash."""
    if told.names and told.trusted_proxies and not told.is_https:
        return f"https://{told.names[0]}"  # the proxy's, which browsers use
    scheme = "https" if told.is_https else "http"
    host = told.names[0] if told.names else "localhost" if told.host in ("127.0.0.1", "0.0.0.0", "::") else told.host
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{told.port}"
