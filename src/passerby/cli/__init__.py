"""The `passerby` command. It calls the library and reports the result; it decides nothing about pictures."""

from passerby.cli.app import app, main

__all__ = ["app", "main"]
