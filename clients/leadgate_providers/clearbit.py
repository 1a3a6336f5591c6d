"""Clearbit Enrichment: a wire format with configurable hosts, for more than one vendor speaks it."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from leadgate_providers.documents import combined, company_only
from leadgate_providers.lookup import Endpoint, Lookup
from leadgate_providers.reply import MayAskAgain, Outcome, Query, Reply
from leadgate_providers.transport import Transport, checked_key, checked_url

API_VERSION = "2019-12-19"
"""The last dated schema. Without the header an account stays on the schema of its first call."""

STATUSES: Mapping[int, Outcome] = MappingProxyType(
    {
        200: Outcome.OK,  # the official clients and documentation; either half may be null
        201: Outcome.OK,  # help centre, "what counts": billed like a 200
        202: Outcome.QUEUED,  # help centre and the Node client: the look-up goes on, the body says `queued`
        400: Outcome.INVALID,  # documentation: bad request
        401: Outcome.AUTH,  # documentation: bad key
        402: Outcome.OUT_OF_CREDIT,  # help centre and a recorded body: over the plan's quota
        403: Outcome.AUTH,  # HTTP: not documented here; 403 means a slow-down at Hunter only
        404: Outcome.MISS,  # the official clients map it to nothing found; an erased person looks the same
        422: Outcome.INVALID,  # help centre: malformed address, unknown domain, or a mailbox of a role
        429: Outcome.RETRY,  # documentation: 600 a minute, with Retry-After
    }
)
"""Clearbit's statuses, each with its source. It documents no 451: an objection made there shows as a 404."""


class ClearbitClient:
    """Asks a provider that speaks Clearbit's format.

    Args:
        api_key: Sent as a bearer token.
        person_url: Base URL of the host for people.
        company_url: Base URL of the host for companies.
        sleep: Waits between requests.

    Raises:
        ValueError: The key fits no header, or a URL is not HTTPS.
    """

    name = "clearbit"

    def __init__(
        self,
        *,
        api_key: str,
        person_url: str = "https://person.clearbit.com",
        company_url: str = "https://company.clearbit.com",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._person_url = checked_url(person_url)
        self._company_url = checked_url(company_url)
        self._transport = Transport({"Authorization": f"Bearer {checked_key(api_key)}", "API-Version": API_VERSION})
        self._lookup = Lookup(self._transport, STATUSES, sleep=sleep)

    def look_up(self, query: Query, *, timeout: float, may_ask_again: MayAskAgain) -> Reply:
        """Ask for a person with their company, or for a company; see `Provider.look_up`."""
        return self._lookup.run(self._endpoint(query), timeout=timeout, may_ask_again=may_ask_again)

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def _endpoint(self, query: Query) -> Endpoint:
        # Of the documented parameters only the required one: every other sends more personal data, or (`subscribe`,
        # `webhook_url`) brings answers that nobody asked for, after an erasure too.
        if query.email:
            return Endpoint(url=f"{self._person_url}/v2/combined/find", params={"email": query.email}, shape=combined)
        return Endpoint(
            url=f"{self._company_url}/v2/companies/find", params={"domain": query.domain or ""}, shape=company_only
        )
