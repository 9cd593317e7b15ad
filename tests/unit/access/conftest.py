"""The catalogues of tests/unit/archive, for what else is kept in them."""

from tests.unit.archive.conftest import catalogue_url, postgresql

__all__ = ["catalogue_url", "postgresql"]
