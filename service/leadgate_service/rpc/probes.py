"""What probes and balancers are told, without a token, of the service as a whole and of each of its parts."""

from collections.abc import Sequence
from typing import Any

from grpc_health.v1 import health, health_pb2, health_pb2_grpc

NAME: str = health.SERVICE_NAME
"""The full name of the service that they ask."""

_SERVING, _NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
_WHOLE = ""


class Probes:
    """Answers them.

    Args:
        server: Where it does.
        services: The full names of the parts.
        seeing: Those of them that serve only while they find who objected; so does the whole.
    """

    def __init__(self, server: Any, *, services: Sequence[str], seeing: Sequence[str]) -> None:
        self._services = services
        self._seeing = (*seeing, _WHOLE)
        self._servicer = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    async def begin(self) -> None:
        """Tell that everything serves."""
        for name in self._services:
            await self._servicer.set(name, _SERVING)
        await self.see(found=True)

    async def see(self, *, found: bool) -> None:
        """Tell whether who objected is found; after `end` nothing changes any more."""
        for name in self._seeing:
            await self._servicer.set(name, _SERVING if found else _NOT_SERVING)

    async def end(self) -> None:
        """Tell that nothing serves any more."""
        await self._servicer.enter_graceful_shutdown()
