"""The configured providers, asked in threads of their own so that a slow one never holds up the service."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from leadgate_providers import ClearbitClient, HunterClient, Outcome, Provider, Query

from leadgate_service.config import Settings
from leadgate_service.counters import Counters
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import Unavailable
from leadgate_service.usecases.enrichment import MOST_ASKED_AT_ONCE, StillAllowed


class Providers:
    """The clients of the configured providers.

    Args:
        clients: By source.
        counters: Count the calls.
    """

    def __init__(self, clients: Mapping[SourceName, Provider], counters: Counters) -> None:
        self._clients = clients
        self._counters = counters
        self._threads = ThreadPoolExecutor(MOST_ASKED_AT_ONCE, thread_name_prefix="leadgate-provider")

    @classmethod
    def configured(cls, config: Settings, counters: Counters) -> "Providers":
        """Make the clients that the settings name."""
        clients: dict[SourceName, Provider] = {}
        if config.clearbit is not None:
            access = config.clearbit
            clients[SourceName.CLEARBIT] = ClearbitClient(
                api_key=access.key,
                person_url=access.person_url,
                company_url=access.company_url,
            )
        if config.hunter is not None:
            clients[SourceName.HUNTER] = HunterClient(api_key=config.hunter.key, base_url=config.hunter.url)
        return cls(clients, counters)

    @property
    def sources(self) -> frozenset[SourceName]:
        """The sources that can be asked."""
        return frozenset(self._clients)

    async def ask(
        self,
        source: SourceName,
        query: Query,
        seconds: float,
        still_allowed: StillAllowed,
    ) -> tuple[Outcome, Mapping[str, Any] | None]:
        """Ask a provider.

        Args:
            source: Which.
            query: About whom or what.
            seconds: How long it may take, waits and repeats included.
            still_allowed: Asked before every request after the first. If it says no, or fails, none is sent.

        Raises:
            Unavailable: STORE_UNAVAILABLE: whether it is still allowed could not be learnt in time.
            LeadgateError: What `still_allowed` raises.
        """
        client = self._clients[source]
        loop = asyncio.get_running_loop()
        may_ask_again = _from_thread(still_allowed, loop, seconds)
        reply = await loop.run_in_executor(
            self._threads,
            lambda: client.look_up(query, timeout=seconds, may_ask_again=may_ask_again),
        )
        self._counters.count(f"provider_calls.{source}", reply.calls)
        self._counters.count(f"provider_outcomes.{source}.{reply.outcome}")
        return reply.outcome, reply.body

    def close(self) -> None:
        """Wait for running look-ups and close connections."""
        self._threads.shutdown()
        for client in self._clients.values():
            client.close()


def _from_thread(still_allowed: StillAllowed, loop: asyncio.AbstractEventLoop, seconds: float) -> Callable[[], bool]:
    """Let a thread put the question to the event loop, and wait for the answer until the seconds are over."""
    deadline = time.monotonic() + seconds

    def may_ask_again() -> bool:
        answer = asyncio.run_coroutine_threadsafe(still_allowed(), loop)
        try:
            return answer.result(deadline - time.monotonic())
        except TimeoutError:
            answer.cancel()
            raise Unavailable(
                "STORE_UNAVAILABLE",
                "Whether the person objected meanwhile could not be learnt in time: send the same request again.",
            ) from None

    return may_ask_again
