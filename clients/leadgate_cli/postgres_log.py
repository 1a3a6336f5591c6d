"""What PostgreSQL writes into its own log: by default it copies a failing row and its parameters there (P17)."""

from collections.abc import Mapping
from types import MappingProxyType

import sqlalchemy as sa
from leadgate_service.storage.connection import on_connection

REQUIRED: Mapping[str, str] = MappingProxyType(
    {
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    },
)
"""The settings that keep tokens and content of rows out of the server's log."""


def talkative(database_url: str) -> Mapping[str, str]:
    """Read which of the required settings have another value, for sessions such as the service's.

    Args:
        database_url: A PostgreSQL database.

    Returns:
        The values that were found, by the names of the settings; empty if all is well.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
        InvalidArgument: DATABASE_URL_INVALID.
    """
    return on_connection(database_url, _read, may_create=False)


def _read(connection: sa.Connection) -> Mapping[str, str]:
    found = {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in REQUIRED}
    return {name: value for name, value in found.items() if value != REQUIRED[name]}
