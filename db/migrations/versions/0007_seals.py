"""Seals of runs and measurements (``db.seals``), which are taken of all that is there when the migrations have run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns."""
    for name in ("seal", "phase_seal"):
        op.add_column("runs", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("measurements", sa.Column("seal", sa.Text(), nullable=True))
