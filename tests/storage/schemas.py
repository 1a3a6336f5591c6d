"""What the tests of the schema do to a database, and see of it, at whatever revision it is."""

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from leadgate_service.storage.connection import on_connection
from leadgate_service.storage.migrations import migrations_folder

SCRIPTS = sorted((migrations_folder() / "versions").glob("*.py"))
REVISIONS = [path.name[:4] for path in SCRIPTS]

SAMPLES: dict[type, Any] = {
    bytes: bytes(16),
    str: "x",
    bool: True,
    int: 1,
    dt.date: dt.date(2026, 1, 31),
    dt.datetime: dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
    uuid.UUID: uuid.UUID(int=1),
}


def run(database_url: str, *statements: str) -> None:
    """Runs statements in one transaction."""

    def act(connection: sa.Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()

    on_connection(database_url, act)


def stored_tables(connection: sa.Connection) -> list[sa.Table]:
    """The tables as they are in the database, those first that others refer to."""
    stored = sa.MetaData()
    stored.reflect(connection)
    return [table for table in stored.sorted_tables if table.name != "alembic_version"]


def fill(database_url: str) -> None:
    """Puts a row into every table that there is and that has none."""

    def act(connection: sa.Connection) -> None:
        for table in stored_tables(connection):
            if not connection.execute(sa.select(table)).first():
                row = {column.name: SAMPLES[column.type.python_type] for column in table.columns}
                fixed = {"lawful_basis": "legitimate_interest"}
                connection.execute(table.insert(), row | {name: fixed[name] for name in fixed.keys() & row.keys()})
        connection.commit()

    on_connection(database_url, act)


def rows(database_url: str) -> dict[str, list[Any]]:
    """Every row of every table."""
    return on_connection(
        database_url,
        lambda connection: {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))]
            for table in stored_tables(connection)
        },
    )


def shape(connection: sa.Connection) -> dict[str, Any]:
    """What a database says of its own tables, checks included, which Alembic does not compare."""
    inspector = sa.inspect(connection)
    return {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"], column.get("comment"))
                for column in inspector.get_columns(name)
            },
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": inspector.get_foreign_keys(name),
            "unique": inspector.get_unique_constraints(name),
            "checks": {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(name)},
            "indexes": {
                index["name"]: (index["column_names"], index["unique"]) for index in inspector.get_indexes(name)
            },
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }
