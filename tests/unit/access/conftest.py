"""The catalogues of tests/unit/archive, for what else is kept in them."""

from tests.unit.archive.conftest import catalogue_url

__all__ = ["catalogue_url"]
