"""An index for users who see some cameras and ask for what is new."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index("events_by_camera_state", "events", ["camera", "state", "start_90k", "id"])
