"""Hunter, in its native format: close to Clearbit's, with an envelope, and a person's direct line."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from leadgate_providers.documents import combined, company_only, unwrapped
from leadgate_providers.lookup import Endpoint, Lookup
from leadgate_providers.reply import Document, MayAskAgain, Outcome, Query, Reply
from leadgate_providers.transport import Transport, checked_key, checked_url

STATUSES: Mapping[int, Outcome] = MappingProxyType(
    {
        200: Outcome.OK,  # documentation
        201: Outcome.OK,  # HTTP: a success with a body; Hunter documents it for other calls
        400: Outcome.INVALID,  # documentation: `wrong_params`; `invalid_domain` may hide an objection, not to be told
        401: Outcome.AUTH,  # documentation: `authentication_failed`
        403: Outcome.RETRY,  # documentation: the rate limit, 15 a second; elsewhere a 403 is final
        404: Outcome.MISS,  # documentation
        422: Outcome.INVALID,  # HTTP: the parameters make no sense
        429: Outcome.OUT_OF_CREDIT,  # documentation: the plan's allotment is used up; elsewhere a 429 is a rate limit
        451: Outcome.OBJECTED,  # documentation: `claimed_email`, the person asked that processing stops
    }
)
"""Hunter's statuses, each with its source. 403 and 429 swap the meaning that they have at Clearbit."""


class HunterClient:
    """Asks Hunter.

    Args:
        api_key: Sent in the header `X-API-KEY`, never in the query, where Hunter takes it too.
        base_url: Base URL of the API.
        sleep: Waits between requests.

    Raises:
        ValueError: The key fits no header, or the URL is not HTTPS.
    """

    name = "hunter"

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "https://api.hunter.io",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = checked_url(base_url)
        self._transport = Transport({"X-API-KEY": checked_key(api_key)})
        self._lookup = Lookup(self._transport, STATUSES, sleep=sleep)

    def look_up(self, query: Query, *, timeout: float, may_ask_again: MayAskAgain) -> Reply:
        """Ask for a person with their company, or for a company; see `Provider.look_up`."""
        return self._lookup.run(self._endpoint(query), timeout=timeout, may_ask_again=may_ask_again)

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def _endpoint(self, query: Query) -> Endpoint:
        if query.email:
            return Endpoint(url=f"{self._base_url}/v2/combined/find", params={"email": query.email}, shape=_combined)
        return Endpoint(
            url=f"{self._base_url}/v2/companies/find", params={"domain": query.domain or ""}, shape=_company_only
        )


def _combined(document: Document) -> Document:
    return combined(unwrapped(document))


def _company_only(document: Document) -> Document:
    return company_only(unwrapped(document))
