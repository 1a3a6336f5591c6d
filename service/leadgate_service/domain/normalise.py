"""One normaliser for each of the eleven fields: from a provider's text to the one form that is kept (R-001, R-076).

All are total: no text makes them raise; what cannot be kept becomes None and the field is dropped. All are idempotent:
a kept value is kept unchanged. Contact data inside descriptions and titles is `screening`'s matter and goes first.
"""

from leadgate_service.domain.characters import clean
from leadgate_service.domain.contacts import mentions_address
from leadgate_service.domain.hosts import host_name as domain
from leadgate_service.domain.phones import phone
from leadgate_service.domain.ranges import employee_band, employee_range, revenue_band, revenue_range
from leadgate_service.domain.vocabulary import job_function, seniority

__all__ = [
    "WEBSITE_SCHEME",
    "company_description",
    "company_industry",
    "company_name",
    "domain",
    "employee_band",
    "employee_range",
    "full_name",
    "job_function",
    "job_title",
    "phone",
    "revenue_band",
    "revenue_range",
    "seniority",
    "text",
    "website",
]

MAX_COMPANY_NAME = 255
MAX_COMPANY_DESCRIPTION = 255
MAX_COMPANY_INDUSTRY = 100
MAX_JOB_TITLE = 128
MAX_FULL_NAME = 200
MOST_NAME_DIGITS = 4
"""A name may carry a year or an ordinal; with more digits it carries a phone number or an id."""

_RAW_FACTOR = 4
"""How many times its limit a raw value may be long; beyond that most of it is invisible and none of it a name."""

WEBSITE_SCHEME = "https://"
"""How every company_website begins; the rest of it is the company's domain."""


def text(value: str, *, limit: int) -> str | None:
    """Brings a short text to visible characters in NFC, parted by single spaces.

    Args:
        value: The raw text.
        limit: Largest number of characters.

    Returns:
        The text; None if it holds neither letter nor digit, or is longer than `limit`. It is not cut: a cut name or
        title is another name or title, and what is kept must be accurate (GDPR Art. 5(1)(d)).
    """
    if len(value) > _RAW_FACTOR * limit:
        return None
    cleaned = clean(value)
    return cleaned if len(cleaned) <= limit and any(map(str.isalnum, cleaned)) else None


def company_name(value: str) -> str | None:
    """Normalises a company's name: at most 255 characters, no e-mail address in it."""
    return _without_address(text(value, limit=MAX_COMPANY_NAME))


def company_description(value: str) -> str | None:
    """Normalises a description, cut at the last whole word within 255 characters: a shorter one is still true."""
    cleaned = clean(value[: _RAW_FACTOR * MAX_COMPANY_DESCRIPTION])
    if len(cleaned) > MAX_COMPANY_DESCRIPTION:
        whole_words = cleaned[: MAX_COMPANY_DESCRIPTION + 1].rpartition(" ")[0]
        cleaned = whole_words or cleaned[:MAX_COMPANY_DESCRIPTION]
    return cleaned if any(map(str.isalnum, cleaned)) else None


def company_industry(value: str) -> str | None:
    """Normalises an industry: at most 100 characters, no e-mail address in it."""
    return _without_address(text(value, limit=MAX_COMPANY_INDUSTRY))


def job_title(value: str) -> str | None:
    """Normalises a job title: at most 128 characters."""
    return text(value, limit=MAX_JOB_TITLE)


def full_name(value: str) -> str | None:
    """Normalises a person's name: at most 200 characters, no e-mail address in its place, and no phone number."""
    name = _without_address(text(value, limit=MAX_FULL_NAME))
    return name if name and sum(map(str.isdigit, name)) <= MOST_NAME_DIGITS else None


def website(domain_name: str) -> str | None:
    """Builds a company's website from its domain: `https://`, lower-case IDNA, `www.` stripped.

    Returns:
        The website; None if `domain_name` is no bare host name. A website that this function built is given back.
    """
    host = domain(domain_name.removeprefix(WEBSITE_SCHEME))
    return f"{WEBSITE_SCHEME}{host}" if host else None


def _without_address(value: str | None) -> str | None:
    return None if value and "@" in value and mentions_address(value) else value
