"""What the sections of the policy share: how strictly they are read, and the forms their texts may have."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import pydantic

_KEBAB_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_SNAKE_PATTERN = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
_COUNTRY_PATTERN = r"^[A-Z]{2}$"
_DOMAIN_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$"

FORMS: Mapping[str, str] = {
    _KEBAB_PATTERN: "lower-case words joined by hyphens, such as crm-sync",
    _SNAKE_PATTERN: "lower-case words joined by underscores, such as human_resources",
    _COUNTRY_PATTERN: "a two-letter country code of ISO 3166, such as NL (the United Kingdom is GB, and not in the EU)",
    _DOMAIN_PATTERN: "a lower-case domain, such as example.com",
}
"""Each pattern that a text of the policy may have to match, in words."""

Text = Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""Free text of the policy's author: never empty."""

KebabName = Annotated[str, pydantic.StringConstraints(pattern=_KEBAB_PATTERN, max_length=63)]
SnakeWord = Annotated[str, pydantic.StringConstraints(pattern=_SNAKE_PATTERN, max_length=63)]
CountryCode = Annotated[str, pydantic.StringConstraints(pattern=_COUNTRY_PATTERN)]
Domain = Annotated[str, pydantic.StringConstraints(pattern=_DOMAIN_PATTERN, max_length=253)]
CivilDate = Annotated[date, pydantic.Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
"""A day of the calendar, near enough for every date that is computed from it to exist."""

Revision = Annotated[int, pydantic.Field(ge=1, le=1_000_000)]
"""The author's number of a text that decisions refer to; it counts up with every change."""


class Section(pydantic.BaseModel):
    """A part of the policy: immutable, no unknown keys, no value bent into another type."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)
