"""One look-up: some requests inside one deadline, each classed by its status, ended by the first that is final."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    stop_any,
    stop_before_delay,
    wait_exponential_jitter,
)

from leadgate_providers.documents import Unreadable, parse
from leadgate_providers.reply import LEAST_SECONDS, Document, MayAskAgain, Outcome, Reply
from leadgate_providers.retry_after import seconds_until
from leadgate_providers.transport import Answer, Transport, Unanswered, Untrusted

MAX_REQUESTS = 4
"""Requests of one look-up: the first, then at most three retries or polls of a queued answer."""

MAX_WAIT = 30.0
"""Seconds that a provider's Retry-After may make us wait."""

_AGAIN = frozenset({Outcome.RETRY, Outcome.QUEUED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where one kind of query goes, and how its answer is read.

    Attributes:
        url: Without a query.
        params: The query: one address or one domain, nothing else (R-003).
        shape: Brings a parsed answer into the combined shape; raises `Unreadable`.
    """

    url: str
    params: Mapping[str, str] = field(repr=False)
    shape: Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class _Step:
    outcome: Outcome
    body: Document | None = field(default=None, repr=False)
    wait: float | None = None


class Lookup:
    """The way from an endpoint to a reply, the same for every provider.

    Args:
        transport: Sends the requests.
        statuses: The provider's own table; what it leaves out is classed by `outcome_of`.
        sleep: Waits between requests.
    """

    def __init__(
        self, transport: Transport, statuses: Mapping[int, Outcome], *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport = transport
        self._statuses = statuses
        self._sleep = sleep

    def run(self, endpoint: Endpoint, *, timeout: float, may_ask_again: MayAskAgain) -> Reply:
        """Ask until an answer is final, the requests are spent, the next would come too late, or it is forbidden.

        Args:
            endpoint: What to ask.
            timeout: Seconds for all of it; see `LEAST_SECONDS`.
            may_ask_again: Asked before every request after the first.
        """
        if timeout < LEAST_SECONDS:
            return Reply(Outcome.RETRY, None, calls=0)
        deadline = time.monotonic() + timeout
        answered: list[_Step] = []

        def attempt() -> _Step:
            if answered and not may_ask_again():
                return _Step(Outcome.STOPPED)
            left = deadline - time.monotonic()
            if answered and left < LEAST_SECONDS:  # the wait, or the question whether to go on, took too long
                return answered[-1]
            answered.append(self._ask(endpoint, max(left, LEAST_SECONDS)))
            return answered[-1]

        retrying = Retrying(
            retry=retry_if_result(_is_open),
            stop=stop_any(stop_after_attempt(MAX_REQUESTS), stop_before_delay(timeout - LEAST_SECONDS)),
            wait=_wait,
            sleep=self._sleep,
            retry_error_callback=_result,
        )
        step = retrying(attempt)
        return Reply(step.outcome, step.body, calls=len(answered))

    def _ask(self, endpoint: Endpoint, seconds: float) -> _Step:
        try:
            answer = self._transport.get(endpoint.url, endpoint.params, timeout=seconds)
        except Unanswered:
            return _Step(Outcome.RETRY)
        except Untrusted:
            return _Step(Outcome.UNREADABLE)
        outcome = outcome_of(self._statuses, answer.status)
        if outcome is Outcome.OK:
            return _read(endpoint, answer)
        return _Step(outcome, wait=seconds_until(answer.retry_after))


def outcome_of(statuses: Mapping[int, Outcome], status: int) -> Outcome:
    """Class a status by the provider's table; what the table leaves out, by what HTTP says of it.

    The status alone decides: one known client trips over an error whose type is missing.
    An unknown refusal is final, for asking again in vain costs credits. A redirect is never followed, for it would
    carry the address to a place that no policy names.
    """
    if status in statuses:
        return statuses[status]
    classes = {4: Outcome.INVALID, 5: Outcome.RETRY}
    return classes.get(status // 100, Outcome.UNREADABLE)


def _read(endpoint: Endpoint, answer: Answer) -> _Step:
    try:
        body = endpoint.shape(parse(answer.body))
    except Unreadable:
        return _Step(Outcome.UNREADABLE)
    # A success that names neither person nor company tells as much as a 404.
    return _Step(Outcome.OK, body) if any(body.values()) else _Step(Outcome.MISS)


def _is_open(step: _Step) -> bool:
    return step.outcome in _AGAIN


def _result(state: RetryCallState) -> _Step:
    # tenacity asks for a wait, or for the last word, only after an attempt has ended; ours end with a step.
    assert state.outcome is not None  # noqa: S101  (narrows the type, see above)
    step: _Step = state.outcome.result()
    return step


_backoff = wait_exponential_jitter(multiplier=0.5, max=8, jitter=0.5)


def _wait(state: RetryCallState) -> float:
    asked = _result(state).wait
    return _backoff(state) if asked is None else min(asked, MAX_WAIT)
