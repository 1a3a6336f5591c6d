"""A service in a process of its own, to be killed and started again, and what it acknowledged in all its lives."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from leadgate_service.app import open_store, utc_now
from leadgate_service.audit_checkpoints import Checkpoints
from leadgate_service.audit_verify import Finding, verify
from leadgate_service.config import Config
from leadgate_service.policy_file import parse
from leadgate_service.records import Caller as Author
from leadgate_service.records import PolicyChange
from leadgate_service.usecases.access import issue

from tests.rpc.wire import Caller
from tests.running_service import DEMO_POLICY, PATIENCE, PRINCIPALS, Loop, settings


@dataclass(slots=True)
class Acknowledged:
    """What the service said OK to, over all its lives.

    Attributes:
        leads: Addresses whose leads were stored.
        objectors: Addresses of people who objected.
        unknown: Batches of addresses whose call ended without an answer.
    """

    leads: set[str] = field(default_factory=set)
    objectors: set[str] = field(default_factory=set)
    unknown: list[Sequence[str]] = field(default_factory=list)


class Home:
    """Where one service lives again and again.

    Args:
        folder: Of this service alone.
        database_url: A migrated, empty database.
        loop: Where its database is prepared and verified.
    """

    def __init__(self, folder: Path, database_url: str, loop: Loop) -> None:
        self._config: Config = settings(folder, database_url, None)
        self._folder = folder
        self._loop = loop
        self.tokens = loop.run(self._found())

    @contextmanager
    def alive(self) -> Iterator["Life"]:
        """Start the service, and kill it without warning when the block ends."""
        with (self._folder / "errors.log").open("a") as errors:
            command = [sys.executable, "-m", "leadgate_service"]
            process = subprocess.Popen(command, env=self._environment(), stdout=subprocess.PIPE, stderr=errors)
            assert process.stdout is not None
            try:
                started = json.loads(process.stdout.readline())
                with grpc.insecure_channel(started["address"]) as channel:
                    yield Life(channel, self.tokens, process)
            finally:
                process.kill()
                process.wait(PATIENCE)
                process.stdout.close()

    def findings(self) -> tuple[Finding, ...]:
        """Verify the audit trail while nothing runs."""

        async def chains() -> tuple[Finding, ...]:
            store, _ = await open_store(self._config, utc_now, serving=False)
            try:
                return verify(await store.audit_chains(), Checkpoints(signed=(), rejected=())).findings
            finally:
                await store.close()

        return self._loop.run(chains())

    async def _found(self) -> dict[str, str]:
        yaml = DEMO_POLICY.read_text(encoding="utf-8")
        store, _ = await open_store(self._config, utc_now, serving=False)
        try:
            author = Author("founder", "leadgate serve", "founding", b"")
            await store.apply_policy(
                PolicyChange(
                    caller=author, yaml=yaml, expected_version=0, now=utc_now(), encode=lambda version: b"%d" % version
                )
            )
            policy = parse(yaml).numbered(1)
            return {role: (await issue(store, policy, name, utc_now()))[0] for role, name in PRINCIPALS.items()}
        finally:
            await store.close()

    def _environment(self) -> dict[str, str]:
        told = {
            "DATABASE_URL": self._config.database_url,
            "KEEP_RING": str(self._config.keep_ring),
            "BURN_RING": str(self._config.burn_ring),
            "CHECKPOINTS": str(self._config.checkpoints),
            "LISTEN": self._config.listen,
            "DEV": "1",
        }
        return {**os.environ, **{f"LEADGATE_{name}": value for name, value in told.items()}}


@dataclass(frozen=True, slots=True)
class Life:
    """A running service."""

    channel: grpc.Channel
    tokens: dict[str, str]
    process: subprocess.Popen[bytes]

    def as_(self, role: str) -> Caller:
        """Call as the demo policy's principal of a role."""
        return Caller(self.channel, self.tokens[role])

    def kill(self) -> None:
        """Kill it, as `kill -9` does."""
        self.process.kill()
