"""Runs the migrations on the connection that :meth:`ledger.index.database.Index.open` hands over."""

from alembic import context

from ledger.index.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
