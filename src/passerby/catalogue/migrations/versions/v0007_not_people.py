"""Boxes that a user marked as not a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "not_people",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="To remove it by."),
        sa.Column("camera", sa.String(64), nullable=False, comment="As in cameras.name; they go with the camera."),
        sa.Column("left_share", sa.Float, nullable=False, comment="Left edge, 0..1 of the picture's width."),
        sa.Column("top_share", sa.Float, nullable=False, comment="Upper edge, 0..1 of the picture's height."),
        sa.Column("right_share", sa.Float, nullable=False, comment="Right edge, 0..1 of the picture's width."),
        sa.Column("bottom_share", sa.Float, nullable=False, comment="Lower edge, 0..1 of the picture's height."),
        sa.Column("who", sa.String(64), nullable=False, comment="The user who said so, kept when the user goes."),
        sa.Column("at_90k", sa.BigInteger, nullable=False, comment="UTC when they said so, 1/90000 s since 1970."),
        sqlite_autoincrement=True,  # ids are never reused: an outdated page must not remove another box
        comment="Boxes of a camera's picture in which somebody said that there is a poster or the like, and no person.",
    )
    op.create_index("not_people_by_camera", "not_people", ["camera"])
