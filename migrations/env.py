"""Runs the migrations, all of them or none, on the connection that `leadgate_service.storage.migrations` hands over.

A developer writes the next one with `alembic -x database=URL revision --autogenerate --rev-id 0004 -m "..."`.
"""

import sqlalchemy as sa
from alembic import context
from leadgate_service.storage.connection import on_connection
from leadgate_service.storage.migrations import COMPARISON

FIRST = {
    "postgresql": (
        # Two replicas may upgrade at once: the second waits here, and then finds nothing left to do.
        "SET LOCAL statement_timeout = '30s'",
        "SELECT pg_advisory_xact_lock(hashtext('leadgate.migrations'))",
        # A change that waits for a table makes every later reader of it wait too, so it soon gives up (P33).
        "SET LOCAL lock_timeout = '500ms'",
    ),
    "sqlite": ("BEGIN IMMEDIATE",),
}
"""What is said to a database before the first change."""


def migrate(connection: sa.Connection) -> None:
    """Run what the command asks for in one transaction, on SQLite too, which Alembic would not do by itself."""
    context.configure(connection=connection, transactional_ddl=True, **COMPARISON)
    with context.begin_transaction():
        for statement in FIRST[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        context.run_migrations()


def main() -> None:
    """Use the connection that is handed over, or the database that `-x` names."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        on_connection(context.get_x_argument(as_dictionary=True)["database"], migrate)
    else:
        migrate(connection)


main()
