"""Sites with their floor plans, and where cameras are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("name", sa.String(64), primary_key=True, comment="Letters, digits, hyphen, underscore."),
        sa.Column("title", sa.String(120), nullable=False, comment="Name shown to users."),
        sa.Column(
            "plan",
            sa.LargeBinary,
            nullable=True,
            comment="The floor plan, encoded by passerby. NULL: there is none yet.",
        ),
        sa.Column("plan_kind", sa.String(4), nullable=True, comment="png or jpeg."),
        sa.Column("plan_width_px", sa.Integer, nullable=True, comment="Width of the floor plan."),
        sa.Column("plan_height_px", sa.Integer, nullable=True, comment="Height of the floor plan."),
        sa.Column(
            "plan_version",
            sa.String(16),
            nullable=True,
            comment="Start of the floor plan's SHA-256, in hexadecimal.",
        ),
        comment="Places with cameras that have a floor plan: a school, a floor of a building.",
    )
    _add_places()


def _add_places() -> None:
    op.create_table(
        "places",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
        sa.Column(
            "site",
            sa.String(64),
            sa.ForeignKey("sites.name", ondelete="CASCADE"),
            nullable=True,
            comment="On whose floor plan it is. NULL: on the map.",
        ),
        *(
            sa.Column(name, sa.Float, nullable=True, comment=comment)
            for name, comment in {
                "x_share": "On a plan: from its left edge, as a share (0..1) of its width.",
                "y_share": "On a plan: from its top edge, as a share (0..1) of its height.",
                "range_share": "On a plan: how far it sees, as a share of the plan's width.",
                "latitude": "On the map: WGS 84, degrees north.",
                "longitude": "On the map: WGS 84, degrees east.",
                "range_m": "On the map: how far it sees, in metres.",
            }.items()
        ),
        sa.Column(
            "bearing_deg",
            sa.Float,
            nullable=False,
            comment="Where it looks: clockwise from the plan's top, or north.",
        ),
        sa.Column("angle_deg", sa.Float, nullable=False, comment="How wide it sees: the angle of its view."),
        sa.CheckConstraint(
            "(site IS NULL) = (x_share IS NULL) AND (site IS NULL) = (y_share IS NULL) "
            "AND (site IS NULL) = (range_share IS NULL) AND (site IS NULL) = (latitude IS NOT NULL) "
            "AND (site IS NULL) = (longitude IS NOT NULL) AND (site IS NULL) = (range_m IS NOT NULL)",
            name="place_is_one",
        ),
        comment="Where cameras are, on a floor plan or on the map.",
    )
