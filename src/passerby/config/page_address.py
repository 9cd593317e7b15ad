"""The page's address, for links in the terminal and in messages."""

from __future__ import annotations

from passerby.config.server import Server


def page_address(server: Server) -> str:
    """With a slash at the end."""
    if server.names and server.trusted_proxies and not server.is_https:
        return f"https://{server.names[0]}{server.path}"  # the proxy's, which browsers use
    scheme = "https" if server.is_https else "http"
    here = "localhost" if server.host in ("127.0.0.1", "0.0.0.0", "::") else server.host
    host = server.names[0] if server.names else here
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{server.port}{server.path}"
