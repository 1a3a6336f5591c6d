# ruff: noqa: N802 - gRPC takes the names of methods from the contract
"""A leadgate in memory behind a real gRPC server: small, but it stores, replays, pages, suppresses and refuses."""

import time
import uuid
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from leadgate.v1 import (
    governance_service_pb2,
    governance_service_pb2_grpc,
    intake_service_pb2,
    intake_service_pb2_grpc,
    lead_service_pb2,
    lead_service_pb2_grpc,
    objection_service_pb2,
    objection_service_pb2_grpc,
    types_pb2,
)

from tests.client.refusals import NOT_FOUND, POLICY_CHANGED, POLICY_INVALID, REUSED, TOKEN_INVALID, Refusal

TOKEN = "lg_an-invented-token"

_Answer = TypeVar("_Answer", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One attempt of a call as it arrived.

    Attributes:
        request: The message.
        seconds: What was left of the deadline.
    """

    request: Message
    seconds: float


@dataclass(slots=True, kw_only=True)
class Fakes:
    """What the fake service knows and is told to do.

    Attributes:
        leads: The leads held, by id.
        withheld: Ids of leads that may not be processed.
        suppressed: E-mail addresses of people who objected.
        policy: The YAML texts applied so far; the last one is in force.
        ingested: The items decided on, each as often as it took effect.
        before: Refusals of the next attempts, before any effect.
        after: Refusals of the next attempts, after their effect and instead of its answer.
        delay: Seconds before each answer.
        arrivals: Every attempt that carried the right token.
    """

    leads: dict[str, types_pb2.Lead] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    suppressed: set[str] = field(default_factory=set)
    policy: list[str] = field(default_factory=lambda: ["fields: all"])
    ingested: list[intake_service_pb2.IngestItem] = field(default_factory=list)
    before: list[Refusal] = field(default_factory=list)
    after: list[Refusal] = field(default_factory=list)
    delay: float = 0.0
    arrivals: list[Arrival] = field(default_factory=list)
    replays: dict[str, tuple[Message, Message]] = field(default_factory=dict)

    def arrive(self, request: Message, context: grpc.ServicerContext) -> None:
        """Checks the token, notes the attempt, and fails it if that is planned."""
        if ("authorization", f"Bearer {TOKEN}") not in context.invocation_metadata():
            TOKEN_INVALID.abort(context)
        self.arrivals.append(Arrival(request=request, seconds=context.time_remaining() or 0.0))
        if self.before:
            self.before.pop(0).abort(context)
        time.sleep(self.delay)

    def leave(self, answer: _Answer, context: grpc.ServicerContext) -> _Answer:
        """Answers, or fails after the effect if that is planned."""
        if self.after:
            self.after.pop(0).abort(context)
        return answer

    def replay(self, request_id: str, request: Message, context: grpc.ServicerContext) -> Message | None:
        """The answer of an earlier attempt; another body is refused."""
        earlier, answer = self.replays.get(request_id, (request, None))
        if earlier != request:
            REUSED.abort(context)
        return answer


class FakeIntake(intake_service_pb2_grpc.IntakeServiceServicer):
    """Stores whatever has a lookup with a dot in it."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    def EnrichLead(
        self, request: intake_service_pb2.EnrichLeadRequest, context: grpc.ServicerContext
    ) -> intake_service_pb2.EnrichLeadResponse:
        """Stores a lead, once for each request id."""
        self._fakes.arrive(request, context)
        answer = self._fakes.replay(request.request_id, request, context)
        if not isinstance(answer, intake_service_pb2.EnrichLeadResponse):
            lead_id = str(uuid.uuid4())
            self._fakes.leads[lead_id] = types_pb2.Lead(lead_id=lead_id, origin=request.origin)
            answer = intake_service_pb2.EnrichLeadResponse(outcome=intake_service_pb2.OUTCOME_STORED, lead_id=lead_id)
            self._fakes.replays[request.request_id] = (request, answer)
        return self._fakes.leave(answer, context)

    def BatchIngestLeads(
        self, request: intake_service_pb2.BatchIngestLeadsRequest, context: grpc.ServicerContext
    ) -> intake_service_pb2.BatchIngestLeadsResponse:
        """Decides on each item, once for each request id."""
        self._fakes.arrive(request, context)
        answer = self._fakes.replay(request.request_id, request, context)
        if not isinstance(answer, intake_service_pb2.BatchIngestLeadsResponse):
            self._fakes.ingested.extend(request.items)
            answer = intake_service_pb2.BatchIngestLeadsResponse(results=map(_ingest_result, request.items))
            self._fakes.replays[request.request_id] = (request, answer)
        return self._fakes.leave(answer, context)


def _ingest_result(item: intake_service_pb2.IngestItem) -> intake_service_pb2.IngestResult:
    key = item.lookup.email or item.lookup.domain
    if "." not in key:
        return intake_service_pb2.IngestResult(
            outcome=intake_service_pb2.OUTCOME_NOT_STORED,
            not_stored_reason=intake_service_pb2.NOT_STORED_REASON_INVALID_ITEM,
            invalid_field="lookup",
        )
    lead_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, key))
    return intake_service_pb2.IngestResult(outcome=intake_service_pb2.OUTCOME_STORED, lead_id=lead_id)


class FakeLeads(lead_service_pb2_grpc.LeadServiceServicer):
    """Reads leads; the token of a page is the last id before it."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    def GetLead(
        self, request: lead_service_pb2.GetLeadRequest, context: grpc.ServicerContext
    ) -> lead_service_pb2.GetLeadResponse:
        """Finds a lead by its id; by a CRM record if that is one of the lead's."""
        self._fakes.arrive(request, context)
        lead = next((lead for lead in self._fakes.leads.values() if _is_named_by(request, lead)), None)
        if lead is None:
            NOT_FOUND.abort(context)
        if lead.lead_id in self._fakes.withheld:
            withheld = lead_service_pb2.Withheld(reason=lead_service_pb2.WITHHELD_REASON_SUPPRESSED)
            return lead_service_pb2.GetLeadResponse(withheld=withheld)
        return lead_service_pb2.GetLeadResponse(lead=lead)

    def QueryLeads(
        self, request: lead_service_pb2.QueryLeadsRequest, context: grpc.ServicerContext
    ) -> lead_service_pb2.QueryLeadsResponse:
        """Examines *page_size* leads from the token on, and lists those of the industry."""
        self._fakes.arrive(request, context)
        later = sorted(lead_id for lead_id in self._fakes.leads if lead_id > request.page_token)
        examined = later[: request.page_size or 50]
        found = [self._fakes.leads[lead_id] for lead_id in examined]
        if request.HasField("company_industry"):
            found = [lead for lead in found if lead.fields.company_industry == request.company_industry]
        token = examined[-1] if len(later) > len(examined) else ""
        return self._fakes.leave(lead_service_pb2.QueryLeadsResponse(leads=found, next_page_token=token), context)


def _is_named_by(request: lead_service_pb2.GetLeadRequest, lead: types_pb2.Lead) -> bool:
    return lead.lead_id == request.lead_id or request.crm_reference in lead.crm_references


class FakeObjections(objection_service_pb2_grpc.ObjectionServiceServicer):
    """Suppresses by the exact address."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    def RegisterObjection(
        self, request: objection_service_pb2.RegisterObjectionRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.RegisterObjectionResponse:
        """Suppresses the person, and quotes the time received as the time of effect."""
        self._fakes.arrive(request, context)
        self._fakes.suppressed.update(request.objector.emails)
        answer = objection_service_pb2.RegisterObjectionResponse(effective_time=request.received_time)
        return self._fakes.leave(answer, context)

    def CheckSuppression(
        self, request: objection_service_pb2.CheckSuppressionRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.CheckSuppressionResponse:
        """Answers from the addresses suppressed so far."""
        self._fakes.arrive(request, context)
        suppressed = not self._fakes.suppressed.isdisjoint(request.objector.emails)
        return objection_service_pb2.CheckSuppressionResponse(suppressed=suppressed)


class FakeGovernance(governance_service_pb2_grpc.GovernanceServiceServicer):
    """Keeps every policy; refuses one with a tab in it."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    def GetReadiness(
        self, request: governance_service_pb2.GetReadinessRequest, context: grpc.ServicerContext
    ) -> governance_service_pb2.GetReadinessResponse:
        """Reports one point that blocks."""
        self._fakes.arrive(request, context)
        point = governance_service_pb2.OpenPoint(code="ASSESSMENT_IS_DRAFT", blocking=True)
        return governance_service_pb2.GetReadinessResponse(open_points=[point])

    def GetPolicy(
        self, request: governance_service_pb2.GetPolicyRequest, context: grpc.ServicerContext
    ) -> governance_service_pb2.GetPolicyResponse:
        """Returns the last policy applied."""
        self._fakes.arrive(request, context)
        return governance_service_pb2.GetPolicyResponse(version=len(self._fakes.policy), yaml=self._fakes.policy[-1])

    def ApplyPolicy(
        self, request: governance_service_pb2.ApplyPolicyRequest, context: grpc.ServicerContext
    ) -> governance_service_pb2.ApplyPolicyResponse:
        """Appends the policy if the author saw the one in force."""
        self._fakes.arrive(request, context)
        lines = enumerate(request.yaml.splitlines(), start=1)
        mistakes = tuple((f"line {number}: fields", "has a tab; use spaces") for number, line in lines if "\t" in line)
        if mistakes:
            replace(POLICY_INVALID, violations=mistakes).abort(context)
        if request.expected_version != len(self._fakes.policy):
            POLICY_CHANGED.abort(context)
        self._fakes.policy.append(request.yaml)
        return governance_service_pb2.ApplyPolicyResponse(version=len(self._fakes.policy))


@contextmanager
def serving(fakes: Fakes, *, port: int = 0, credentials: grpc.ServerCredentials | None = None) -> Iterator[int]:
    """Serves the fake on the loopback address while the block lasts, and yields the port."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    intake_service_pb2_grpc.add_IntakeServiceServicer_to_server(FakeIntake(fakes), server)
    lead_service_pb2_grpc.add_LeadServiceServicer_to_server(FakeLeads(fakes), server)
    objection_service_pb2_grpc.add_ObjectionServiceServicer_to_server(FakeObjections(fakes), server)
    governance_service_pb2_grpc.add_GovernanceServiceServicer_to_server(FakeGovernance(fakes), server)
    address = f"127.0.0.1:{port}"
    bound = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    server.start()
    try:
        yield bound
    finally:
        server.stop(grace=None).wait()
