"""A day of boxes of each camera, to try rules on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    keeps_boxes = sa.Column(
        "keeps_boxes",
        sa.Boolean,
        nullable=False,
        server_default=sa.true(),
        comment="Whether a day of boxes is kept, to try rules on: see kept_boxes.",
    )
    op.add_column("cameras", keeps_boxes)
    op.create_table(
        "kept_boxes",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
        sa.Column(
            "start_90k", sa.BigInteger, primary_key=True, comment="UTC of the first sample, 1/90000 s since 1970."
        ),
        sa.Column("end_90k", sa.BigInteger, nullable=False, comment="UTC of the last sample, at most a minute later."),
        sa.Column(
            "boxes",
            sa.LargeBinary,
            nullable=False,
            comment="Compressed: times, and kinds and places of boxes. No ids: nothing says which are of the same "
            "person.",
        ),
        comment="A day of boxes of each camera, to try rules on. In no backup.",
    )
    op.create_index("kept_boxes_by_time", "kept_boxes", ["start_90k"])
