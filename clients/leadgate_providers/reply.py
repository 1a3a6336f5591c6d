"""What a provider is asked, and what comes back: the same words for every provider."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Document = dict[str, Any]
"""A parsed JSON object of a provider. Nothing in it is trusted, neither its keys nor its types."""

MayAskAgain = Callable[[], bool]
"""Says whether a provider may be sent one more request about the same person, for each one tells it of them anew."""

LEAST_SECONDS = 0.1
"""With less than this left no request is sent: no answer would come in time, and the provider would know all the same.
"""


class Outcome(StrEnum):
    """The class of a look-up: all that its caller decides by, and all that may be kept of it (R-092)."""

    OK = "ok"
    """A person, a company or both were found."""
    MISS = "miss"
    """The provider knows nobody here. An objection made at Clearbit looks the same."""
    QUEUED = "queued"
    """The provider is still looking; asking again in some minutes costs nothing."""
    RETRY = "retry"
    """No complete answer came within the deadline, though one may come later."""
    OUT_OF_CREDIT = "out_of_credit"
    """The plan is used up: stop asking, tell the operator."""
    AUTH = "auth"
    """The provider refuses the key: stop asking, tell the operator."""
    INVALID = "invalid"
    """The provider refuses this address or domain; asking again is in vain."""
    OBJECTED = "objected"
    """The person told the provider to stop. It counts as an objection made to us (Art. 21(3) GDPR)."""
    UNREADABLE = "unreadable"
    """The answer is nothing that this provider documents."""
    STOPPED = "stopped"
    """The first answers were not final, and the caller forbade to ask again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How one look-up ended.

    Attributes:
        outcome: The class of the answer.
        body: Only with `Outcome.OK`: `{"person": object or null, "company": object or null}`, at least one of them an
            object with content. It is the raw answer: to be gated, then dropped (R-001). Never shown by `repr` (R-078).
        calls: HTTP requests attempted, retries and polls included.
    """

    outcome: Outcome
    body: Document | None = field(repr=False)
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Who or what is looked up: exactly one of the two, because nothing else leaves for a provider (R-003).

    Attributes:
        email: A work address. Never shown by `repr` (R-078).
        domain: A company's domain. Never shown by `repr`, for a sole trader's domain names a person.

    Raises:
        ValueError: Neither is given, or both are.
    """

    email: str | None = field(default=None, repr=False)
    domain: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if bool(self.email) == bool(self.domain):
            raise ValueError("a query names an address or a domain, and not both")


class Provider(Protocol):
    """An enrichment provider, as the service sees it."""

    @property
    def name(self) -> str:
        """The provider's name in policy, provenance and look-up records."""

    def look_up(self, query: Query, *, timeout: float, may_ask_again: MayAskAgain) -> Reply:
        """Ask for one person or one company; blocks, and may be called from many threads at once.

        Args:
            query: Who or what to look up.
            timeout: Seconds until the reply must be there, with every retry, poll and wait in between; with less than
                `LEAST_SECONDS` nothing is sent.
            may_ask_again: Called in the same thread right before every request after the first. What it raises ends
                the look-up, and is raised.

        Returns:
            How it ended. What a provider or a network does never raises.
        """

    def close(self) -> None:
        """Close the idle connections."""
