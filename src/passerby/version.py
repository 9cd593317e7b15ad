"""The version, where every module can have it without importing the whole package."""

__version__ = "0.1.0"
