"""Run by Alembic: migrates over the connection that ``db.migrations`` hands in, within its transaction."""

from __future__ import annotations

from alembic import context

from db.migrations import VERSION_TABLE
from db.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
