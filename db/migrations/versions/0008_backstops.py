"""How many calls of a run the wall-clock backstop ended: such a run is no evidence, what it hit counts for nobody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column; of older attempts it is not known."""
    op.add_column("attempts", sa.Column("backstops", sa.BigInteger(), nullable=True))
