"""Sites with their floor plans, and where cameras are."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Integer, LargeBinary, String, Table

from passerby.catalogue.schema import metadata

sites = Table(
    "sites",
    metadata,
    Column("name", String(64), primary_key=True, comment="Letters, digits, hyphen, underscore."),
    Column("title", String(120), nullable=False, comment="Name shown to users."),
    Column("plan", LargeBinary, nullable=True, comment="The floor plan, encoded by passerby. NULL: there is none yet."),
    Column("plan_kind", String(4), nullable=True, comment="png or jpeg."),
    Column("plan_width_px", Integer, nullable=True, comment="Width of the floor plan."),
    Column("plan_height_px", Integer, nullable=True, comment="Height of the floor plan."),
    Column("plan_version", String(16), nullable=True, comment="Start of the floor plan's SHA-256, in hexadecimal."),
    Column("latitude", Float, nullable=True, comment="Where it is on the map: WGS 84, degrees north. NULL: not on it."),
    Column("longitude", Float, nullable=True, comment="Where it is on the map: WGS 84, degrees east. NULL: not on it."),
    comment="Places with cameras that have a floor plan: a school, a floor of a building.",
)

places = Table(
    "places",
    metadata,
    # Not a foreign key to cameras.name: cameras in the configuration file are inserted anew at each start.
    Column("camera", String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
    Column(
        "site",
        String(64),
        ForeignKey("sites.name", ondelete="CASCADE"),
        nullable=True,
        comment="On whose floor plan it is. NULL: on the map.",
    ),
    Column("x_share", Float, nullable=True, comment="On a plan: from its left edge, as a share (0..1) of its width."),
    Column("y_share", Float, nullable=True, comment="On a plan: from its top edge, as a share (0..1) of its height."),
    Column("range_share", Float, nullable=True, comment="On a plan: how far it sees, as a share of the plan's width."),
    Column("latitude", Float, nullable=True, comment="On the map: WGS 84, degrees north."),
    Column("longitude", Float, nullable=True, comment="On the map: WGS 84, degrees east."),
    Column("range_m", Float, nullable=True, comment="On the map: how far it sees, in metres."),
    Column("bearing_deg", Float, nullable=False, comment="Where it looks: clockwise from the plan's top, or north."),
    Column("angle_deg", Float, nullable=False, comment="How wide it sees: the angle of its view."),
    CheckConstraint(
        "(site IS NULL) = (x_share IS NULL) AND (site IS NULL) = (y_share IS NULL) "
        "AND (site IS NULL) = (range_share IS NULL) AND (site IS NULL) = (latitude IS NOT NULL) "
        "AND (site IS NULL) = (longitude IS NOT NULL) AND (site IS NULL) = (range_m IS NOT NULL)",
        name="place_is_one",
    ),
    comment="Where cameras are, on a floor plan or on the map.",
)
