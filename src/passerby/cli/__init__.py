"""The `passerby` command. It asks the library and says what happened; it decides nothing about pictures."""

from passerby.cli.app import app, main

__all__ = ["app", "main"]
