"""What PostgreSQL writes into its own log when it is set up as an operator must."""

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from leadgate_service.errors import Unavailable
from leadgate_service.storage import tables
from leadgate_service.storage.connection import on_connection


@pytest.mark.proves("P17")
def test_a_row_that_is_refused_is_not_logged(postgres_url: str, postgres_log: Path) -> None:
    """The log says which rule a row broke, and repeats none of its values; nor does our error."""
    row = {"version": 1, "yaml": "unlogged", "applied_time": dt.datetime(2026, 1, 31, tzinfo=dt.UTC)}

    def insert(connection: sa.Connection) -> None:
        connection.execute(tables.policies.insert(), row | {"applied_by": None})

    with pytest.raises(Unavailable) as refused:
        on_connection(postgres_url, insert)
    log = postgres_log.read_text(encoding="utf-8")
    assert 'null value in column "applied_by"' in log
    assert "unlogged" not in log + str(refused.value)
    assert refused.value.metadata == {"code": "23502"}
