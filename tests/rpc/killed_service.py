"""A service in a process of its own, to be killed and started again, and what it acknowledged in all its lives.

Its time is hastened, so that what objections make unreadable is erased a second later.
"""

import json
import os
import subprocess
import sys
import time
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

from tests.domain.policies import changed, written
from tests.rpc import hastened_service
from tests.rpc.wire import Caller
from tests.running_service import PATIENCE, PRINCIPALS, Loop, settings
from tests.simulated_providers import Providers

ERASED_AFTER_HOURS = 1


@dataclass(slots=True)
class Acknowledged:
    """What the service said OK to, over all its lives.

    Attributes:
        leads: Addresses whose leads were stored.
        objectors: Addresses of people who objected.
        erased: Those of them whose leads were stored, and then found to be gone.
        unknown: Batches of addresses whose call ended without an answer.
    """

    leads: set[str] = field(default_factory=set)
    objectors: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    unknown: list[Sequence[str]] = field(default_factory=list)


class Home:
    """Where one service lives again and again, on PostgreSQL also several at once.

    Args:
        folder: Of this service alone.
        database_url: A migrated, empty database.
        loop: Where its database is prepared and verified.
        providers: Whom it can ask; None for nobody.
    """

    def __init__(self, folder: Path, database_url: str, loop: Loop, providers: Providers | None = None) -> None:
        self._config: Config = settings(folder, database_url, providers)
        self._folder = folder
        self._loop = loop
        self._since = time.time()
        self.tokens = loop.run(self._found())

    @contextmanager
    def alive(self) -> Iterator["Life"]:
        """Start the service, and kill it without warning when the block ends."""
        with (self._folder / "errors.log").open("a") as errors:
            command = [sys.executable, str(hastened_service.__file__)]
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
        yaml = written(changed({("objections", "erase_after_hours"): ERASED_AFTER_HOURS}))
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
        if self._config.clearbit is not None:
            told["CLEARBIT_KEY"] = self._config.clearbit.key
            told["CLEARBIT_PERSON_URL"] = self._config.clearbit.person_url
            told["CLEARBIT_COMPANY_URL"] = self._config.clearbit.company_url
        since = {hastened_service.SINCE: str(self._since)}
        return {**os.environ, **since, **{f"LEADGATE_{name}": value for name, value in told.items()}}


@dataclass(frozen=True, slots=True)
class Life:
    """A running service."""

    channel: grpc.Channel
    tokens: dict[str, str]
    process: subprocess.Popen[bytes]

    def as_(self, role: str) -> Caller:
        """Call as the demo policy's principal of a role."""
        return Caller(self.channel, self.tokens[role])

    @property
    def runs(self) -> bool:
        """Whether it has not been killed."""
        return self.process.poll() is None

    def kill(self) -> None:
        """Kill it, as `kill -9` does."""
        self.process.kill()
