"""That no call reads a whole table: what grows with every lead or request is found by an index."""

import re
import sqlite3
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import leadgate_service.storage
import pytest
from leadgate_service.storage import lead_reads, leads, sqlite
from leadgate_service.storage.work import Statement

from tests.stores import SQLITE

READS_ALL = {
    "SELECT_TOKENS": "the list of all tokens",
    "SELECT_FINGERPRINT": "a table of one row",
    "SELECT_TOKEN_VERSION": "a table of one row",
    "SET_TOKEN_VERSION": "a table of one row",
    "SELECT_POLICY": "the newest of a few",
    "SELECT_POLICY_VERSION": "the newest of a few",
    "SELECT_HEADS": "for a checkpoint",
    "SELECT_CHAINS": "for the verifier",
    "SELECT_ENTRIES": "for the verifier",
}

OWN_ROWS = {"SCAN examined", "SCAN reached"}
"""Steps that read what the statement itself has found so far."""


def statements() -> dict[str, Statement]:
    """Every statement of the store, by name."""
    names = [module.name for module in iter_modules(leadgate_service.storage.__path__)]
    modules = [import_module(f"leadgate_service.storage.{name}") for name in names]
    found = {name: value for module in modules for name, value in vars(module).items() if isinstance(value, Statement)}
    ways = {name: value for name, value in vars(lead_reads).items() if isinstance(value, lead_reads.Way)}
    found |= {f"{name}.{part.name}": getattr(way, part.name) for name, way in ways.items() for part in fields(way)}
    for filters in (frozenset[str](), frozenset({"job_function", "seniority", "first_obtained_from_date"})):
        pages = leads._page_statements(filters)
        found |= {f"page {number} by {sorted(filters)}": page for number, page in enumerate(pages)}
    return found


class Anything(dict[str, Any]):
    """A value for every name; a plan does not depend on it."""

    def __missing__(self, _name: str) -> int:
        return 1


def plan(path: Path, statement: Statement) -> list[str]:
    """How SQLite would find the rows."""
    sql = re.sub(r"__\[POSTCOMPILE_\w+\]", ":one, :two", sqlite._compile(statement).sql)
    connection = sqlite3.connect(path)
    try:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", Anything())]
    finally:
        connection.close()


@pytest.mark.parametrize("name", [name for name in statements() if name not in READS_ALL])
def test_rows_are_found_by_an_index(sqlite_url: str, name: str) -> None:
    """Each statement searches, and scans no table."""
    steps = plan(Path(sqlite_url.removeprefix(SQLITE)), statements()[name])
    tables = [step for step in steps if step.startswith("SCAN ") and step not in OWN_ROWS]
    assert tables == []
    assert steps


@pytest.mark.parametrize("name", READS_ALL)
def test_what_reads_all_is_still_there(name: str) -> None:
    """The list of exceptions names no statement that has gone."""
    assert name in statements()
