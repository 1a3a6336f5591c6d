"""The configured providers, asked in threads of their own so that a slow one never holds up the service."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from leadgate_providers import ClearbitClient, HunterClient, Outcome, Provider, Query

from leadgate_service.config import Config
from leadgate_service.counters import Counters
from leadgate_service.domain.register import SourceName
from leadgate_service.usecases.intake import MOST_ASKED_AT_ONCE


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
    def configured(cls, config: Config, counters: Counters) -> "Providers":
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

    async def ask(self, source: SourceName, query: Query, seconds: float) -> tuple[Outcome, Mapping[str, Any] | None]:
        """Ask a provider.

        Args:
            source: Which.
            query: About whom or what.
            seconds: How long it may take, waits and repeats included.
        """
        client = self._clients[source]
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(self._threads, lambda: client.look_up(query, timeout=seconds))
        self._counters.count(f"provider_calls.{source}", reply.calls)
        self._counters.count(f"provider_outcomes.{source}.{reply.outcome}")
        return reply.outcome, reply.body

    def close(self) -> None:
        """Wait for running look-ups and close connections."""
        self._threads.shutdown()
        for client in self._clients.values():
            client.close()
