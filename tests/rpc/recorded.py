"""Clients that call at random about some people, and the history of each person that they leave."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc
from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2

from tests.rpc.histories import Act, Call
from tests.rpc.messages import check, get, ingest, item, object_, query
from tests.rpc.wire import Caller

As = Callable[[str], Caller]
"""Gives a caller of one service by its role."""

_INGESTED = {
    intake_service_pb2.OUTCOME_STORED: "stored",
    intake_service_pb2.OUTCOME_UPDATED: "updated",
    intake_service_pb2.OUTCOME_NOT_STORED: "refused",
}


def _ingest(as_: As, email: str) -> str:
    answer = as_("intake").send(ingest(item(email)))
    (result,) = answer.read(intake_service_pb2.BatchIngestLeadsResponse).results
    suppressed = result.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_SUPPRESSED
    assert suppressed == (result.outcome == intake_service_pb2.OUTCOME_NOT_STORED)
    return _INGESTED[result.outcome]


def _object(as_: As, email: str) -> str:
    assert as_("support").send(object_(email)).code is grpc.StatusCode.OK
    return "done"


def _read(as_: As, email: str) -> str:
    answer = as_("crm_sync").send(get(email))
    if answer.code is grpc.StatusCode.NOT_FOUND:
        return "nothing"
    return "withheld" if answer.read(lead_service_pb2.GetLeadResponse).HasField("withheld") else "shown"


def _list(as_: As, email: str) -> str:
    answer = as_("crm_sync").send(query(company_domain=email.rpartition("@")[2]))
    return "shown" if answer.read(lead_service_pb2.QueryLeadsResponse).leads else "nothing"


def _check(as_: As, email: str) -> str:
    answer = as_("support").send(check(email)).read(objection_service_pb2.CheckSuppressionResponse)
    return "suppressed" if answer.suppressed else "free"


_CALLS: Mapping[Act, Callable[[As, str], str]] = {
    Act.INGEST: _ingest,
    Act.OBJECT: _object,
    Act.READ: _read,
    Act.LIST: _list,
    Act.CHECK: _check,
}
_OFTEN = {Act.INGEST: 8, Act.OBJECT: 1, Act.READ: 10, Act.LIST: 8, Act.CHECK: 5}


def record(services: Sequence[As], emails: Sequence[str], *, clients: int, calls: int, seed: int) -> list[list[Call]]:
    """Let clients call at once, each the services in turn, and return the history of each person.

    Args:
        services: That share a database.
        emails: Of people who are unknown so far, each at a company of their own.
        clients: How many call at once.
        calls: How many calls each makes.
        seed: Another seed makes other calls.
    """
    histories = defaultdict[str, list[Call]](list)

    def work(client: int) -> None:
        dice = random.Random(f"{seed} {client}")
        for number in range(calls):
            act, email = dice.choices(list(_OFTEN), list(_OFTEN.values()))[0], dice.choice(emails)
            start = time.monotonic()
            result = _CALLS[act](services[(client + number) % len(services)], email)
            histories[email].append(Call(act, start, time.monotonic(), result))

    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(work, client) for client in range(clients)]:
            done.result()
    return list(histories.values())
