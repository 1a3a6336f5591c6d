"""How long a call may take, and what is tried again meanwhile."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from leadgate.v1.types_pb2 import Lead
from leadgate_client import (
    AnnulmentReason,
    Client,
    DeadlineExceeded,
    InvalidField,
    Objection,
    ObjectionChannel,
    ObjectionItem,
    Origin,
    PolicyChanged,
    Purpose,
    RequestInProgress,
    Unavailable,
)
from leadgate_client._channel import SERVICE_CONFIG

from tests.client.fake_service import TOKEN, Fakes, serving
from tests.client.refusals import GONE, UNAVAILABLE, Refusal
from tests.client.test_client_calls import ADA, SERVICES, item

SUPPORT = ObjectionChannel.OBJECTION_CHANNEL_SUPPORT
TEST = AnnulmentReason.ANNULMENT_REASON_TEST
ONE = ObjectionItem(objector=ADA)
IN_PROGRESS = Refusal(code=grpc.StatusCode.ABORTED, reason="REQUEST_IN_PROGRESS")

DEADLINES: dict[str, tuple[float, Callable[[Client], object]]] = {
    "enrich_lead": (30, lambda client: client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com")),
    "batch_ingest_leads": (30, lambda client: client.batch_ingest_leads([item(1)])),
    "ingest_leads": (30, lambda client: list(client.ingest_leads([item(1)]))),
    "get_lead": (5, lambda client: client.get_lead(purpose=Purpose.PURPOSE_OUTREACH, lead_id="0197")),
    "query_leads": (5, lambda client: list(client.query_leads(purpose=Purpose.PURPOSE_OUTREACH))),
    "register_objection": (10, lambda client: client.register_objection(ADA, channel=SUPPORT)),
    "batch_register_objections": (60, lambda client: client.batch_register_objections([ONE], channel=SUPPORT)),
    "list_objections": (5, lambda client: list(client.list_objections())),
    "get_objection": (5, lambda client: client.get_objection("0197")),
    "annul_objection": (60, lambda client: client.annul_objection(objection_id="0197", reason=TEST)),
    "lift_suppression": (10, lambda client: client.lift_suppression("sent")),
    "request_lift": (10, lambda client: client.request_lift("ada@example.com")),
    "check_suppression": (5, lambda client: client.check_suppression(ADA)),
    "get_readiness": (5, lambda client: client.get_readiness()),
    "get_policy": (5, lambda client: client.get_policy()),
    "apply_policy": (10, lambda client: client.apply_policy(yaml="fields: few", expected_version=1)),
}
"""Every call of the client, with the seconds it may take by default."""


@pytest.mark.parametrize("name", DEADLINES)
def test_every_call_has_a_deadline(client: Client, fakes: Fakes, name: str) -> None:
    """No call waits for ever, whatever its caller forgets."""
    seconds, call = DEADLINES[name]
    fakes.leads["0197"] = Lead(lead_id="0197")
    fakes.book.objections["0197"], fakes.book.named["0197"] = Objection(objection_id="0197"), frozenset()
    fakes.book.challenges["sent"] = "ada@example.com"
    call(client)
    assert fakes.arrivals[0].seconds == pytest.approx(seconds, abs=1)


def test_the_caller_may_set_the_deadline(client: Client, fakes: Fakes) -> None:
    """A service that is slower than the given seconds is a typed error, in time."""
    fakes.delay = 0.5
    with pytest.raises(DeadlineExceeded):
        client.get_policy(timeout=0.1)


def test_an_unavailable_service_is_tried_again_with_the_same_request(client: Client, fakes: Fakes) -> None:
    """A write that was committed before its answer was lost is sent again with its id, and takes effect once."""
    fakes.after = [UNAVAILABLE, UNAVAILABLE]
    answer = client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com")
    first, *others = [arrival.request for arrival in fakes.arrivals]
    assert others == [first, first]
    assert list(fakes.leads) == [answer.lead_id]


def test_a_request_in_progress_is_tried_again(client: Client, fakes: Fakes) -> None:
    """While another attempt of the same intake is under way, waiting is all that is needed."""
    fakes.before = [IN_PROGRESS]
    assert client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com").lead_id
    assert len(fakes.arrivals) == 2


def test_retries_end_with_the_deadline(client: Client, fakes: Fakes) -> None:
    """Tries and pauses count against the caller's seconds, not beside them."""
    fakes.before = [IN_PROGRESS] * 9
    with pytest.raises((RequestInProgress, DeadlineExceeded)):
        client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com", timeout=0.4)
    assert len(fakes.arrivals) < 4


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Refusal(code=grpc.StatusCode.INVALID_ARGUMENT, reason="FIELD_INVALID"), InvalidField),
        (Refusal(code=grpc.StatusCode.ABORTED, reason="POLICY_CHANGED"), PolicyChanged),
    ],
)
def test_what_waiting_cannot_change_is_not_tried_again(
    client: Client, fakes: Fakes, refusal: Refusal, error: type[Exception]
) -> None:
    """A mistake, or a policy that has moved on, is told at once."""
    fakes.before = [refusal]
    with pytest.raises(error):
        client.apply_policy(yaml="fields: few", expected_version=1)
    assert len(fakes.arrivals) == 1


def test_a_restart_of_the_service_fails_no_call(fakes: Fakes) -> None:
    """A call that finds the service down waits for it to come back."""
    with serving(fakes) as port:
        client = Client.connect(f"127.0.0.1:{port}", token=TOKEN, insecure_local=True)
        client.get_policy()
    with client, ThreadPoolExecutor(max_workers=1) as caller:
        answer = caller.submit(client.get_policy)
        with pytest.raises(TimeoutError):
            answer.result(timeout=0.3)
        with serving(fakes, port=port):
            assert answer.result().version == 1


def test_a_service_may_ask_not_to_be_tried_again(client: Client, fakes: Fakes) -> None:
    """A service that knows it stays unavailable is believed, so that an outage is not made worse."""
    fakes.before = [GONE]
    with pytest.raises(Unavailable):
        client.get_policy()
    assert len(fakes.arrivals) == 1


def test_every_service_of_the_contract_is_retried() -> None:
    """A service that is added to the contract does not go without the retry policy."""
    configured = {name["service"] for entry in json.loads(SERVICE_CONFIG)["methodConfig"] for name in entry["name"]}
    assert {service.full_name for service in SERVICES} == configured
