"""What a browser posts."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.requests import Request

from leadgate_service.errors import invalid

MOST_FIELDS = 200
"""How many fields a form may have: more than any page here has."""


class Form:
    """The fields of a form, without white space around their values.

    Args:
        fields: Names and values, in the order of the page.
    """

    def __init__(self, fields: Sequence[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            self._values.setdefault(name, []).append(value.strip())

    def one(self, name: str) -> str:
        """Return a field's value; empty if it was not sent."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> Sequence[str]:
        """Return the values of a field that may be sent several times."""
        return self._values.get(name, ())


async def read(request: Request) -> Form:
    """Read what was posted.

    Raises:
        InvalidArgument: FIELD_INVALID: it is no form, or has too many fields.
    """
    try:
        return Form(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise invalid("form", f"must have at most {MOST_FIELDS} fields, in UTF-8") from None
