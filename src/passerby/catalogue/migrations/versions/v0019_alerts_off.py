"""Cameras of whose events nobody is told, and where sites are on the map."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "alerts_off",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
        comment="Cameras of whose events nobody is told; the events are kept all the same.",
    )
    north = "Where it is on the map: WGS 84, degrees north. NULL: not on it."
    east = "Where it is on the map: WGS 84, degrees east. NULL: not on it."
    op.add_column("sites", sa.Column("latitude", sa.Float, nullable=True, comment=north))
    op.add_column("sites", sa.Column("longitude", sa.Float, nullable=True, comment=east))
