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

from tests.client.fake_objections import ObjectionBook
from tests.client.refusals import (
    ANNULMENT_DIFFERS,
    CHALLENGE_INVALID,
    IMPORT_ANNULLED,
    NOT_FOUND,
    OBJECTION_NOT_FOUND,
    POLICY_CHANGED,
    POLICY_INVALID,
    REUSED,
    TOKEN_INVALID,
    Refusal,
)

TOKEN = "lg_an-invented-token"
SECOND_TOKEN = "lg_a-second-persons-token"
PRINCIPALS = {("authorization", f"Bearer {TOKEN}"): "desk", ("authorization", f"Bearer {SECOND_TOKEN}"): "officer"}

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
        book: Objections.
        policy: The YAML texts applied so far; the last one is in force.
        ingested: The items decided on, each as often as it took effect.
        before: Refusals of the next attempts, before any effect.
        after: Refusals of the next attempts, after their effect and instead of its answer.
        delay: Seconds before each answer.
        arrivals: Every attempt that carried a right token.
    """

    leads: dict[str, types_pb2.Lead] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    book: ObjectionBook = field(default_factory=ObjectionBook)
    policy: list[str] = field(default_factory=lambda: ["fields: all"])
    ingested: list[intake_service_pb2.IngestItem] = field(default_factory=list)
    before: list[Refusal] = field(default_factory=list)
    after: list[Refusal] = field(default_factory=list)
    delay: float = 0.0
    arrivals: list[Arrival] = field(default_factory=list)
    replays: dict[str, tuple[Message, Message]] = field(default_factory=dict)

    def arrive(self, request: Message, context: grpc.ServicerContext) -> str:
        """Checks the token, notes the attempt, fails it if that is planned, and tells whose the token is."""
        known = [PRINCIPALS[pair] for pair in context.invocation_metadata() if pair in PRINCIPALS]
        if not known:
            TOKEN_INVALID.abort(context)
        self.arrivals.append(Arrival(request=request, seconds=context.time_remaining() or 0.0))
        if self.before:
            self.before.pop(0).abort(context)
        time.sleep(self.delay)
        return known[0]

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
    """Keeps a book of objections; the token of a page is how many were listed before it."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    def RegisterObjection(
        self, request: objection_service_pb2.RegisterObjectionRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.RegisterObjectionResponse:
        """Suppresses the person or company, and quotes the time received as the time of effect."""
        principal = self._fakes.arrive(request, context)
        answer = objection_service_pb2.RegisterObjectionResponse(effective_time=request.received_time)
        if not request.validate_only:
            answer.objection_id = self._fakes.book.register(
                [*request.objector.emails, *request.company_domains],
                scope=request.scope,
                channel=request.channel,
                reference=request.reference,
                registered_by=principal,
            )
        return self._fakes.leave(answer, context)

    def BatchRegisterObjections(
        self, request: objection_service_pb2.BatchRegisterObjectionsRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.BatchRegisterObjectionsResponse:
        """Decides on each item, once for each request id; with `validate_only` it only says how."""
        principal = self._fakes.arrive(request, context)
        if request.validate_only:
            judged = map(self._fakes.book.judge_item, request.items)
            return self._fakes.leave(objection_service_pb2.BatchRegisterObjectionsResponse(results=judged), context)
        if self._fakes.book.is_annulled(request.import_id):
            IMPORT_ANNULLED.abort(context)
        answer = self._fakes.replay(request.request_id, request, context)
        if not isinstance(answer, objection_service_pb2.BatchRegisterObjectionsResponse):
            facts = {"channel": request.channel, "import_id": request.import_id, "registered_by": principal}
            results = [self._fakes.book.register_item(item, **facts) for item in request.items]
            answer = objection_service_pb2.BatchRegisterObjectionsResponse(results=results)
            self._fakes.replays[request.request_id] = (request, answer)
        return self._fakes.leave(answer, context)

    def GetObjection(
        self, request: objection_service_pb2.GetObjectionRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.GetObjectionResponse:
        """Finds an objection, and what was handed over."""
        self._fakes.arrive(request, context)
        objection = self._fakes.book.objections.get(request.objection_id)
        if objection is None:
            OBJECTION_NOT_FOUND.abort(context)
        receipts = [
            objection_service_pb2.ObjectionReceipt(language="nl", text="Wij verwerken u niet meer."),
            objection_service_pb2.ObjectionReceipt(language="en", text="We process you no more."),
        ]
        return objection_service_pb2.GetObjectionResponse(objection=objection, receipts=receipts)

    def ListObjections(
        self, request: objection_service_pb2.ListObjectionsRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.ListObjectionsResponse:
        """Lists a page of the objections that are asked for, the newest first."""
        self._fakes.arrive(request, context)
        found = self._fakes.book.listed(request.reference, request.import_id)
        start = int(request.page_token or 0)
        end = start + (request.page_size or 50)
        token = str(end) if end < len(found) else ""
        return objection_service_pb2.ListObjectionsResponse(objections=found[start:end], next_page_token=token)

    def AnnulObjection(
        self, request: objection_service_pb2.AnnulObjectionRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.AnnulObjectionResponse:
        """Notes who proposes it; annuls when another agrees for the same reason."""
        principal = self._fakes.arrive(request, context)
        found = self._fakes.book.of(request)
        if not found:
            OBJECTION_NOT_FOUND.abort(context)
        if found[0].annulment_proposed_by in {"", principal}:
            for one in found:
                one.state = objection_service_pb2.OBJECTION_STATE_ANNULMENT_PROPOSED
                one.annulment_proposed_by, one.annulment_reason = principal, request.reason
            return objection_service_pb2.AnnulObjectionResponse(state=found[0].state)
        if found[0].annulment_reason != request.reason:
            ANNULMENT_DIFFERS.abort(context)
        annulled = self._fakes.book.end(objection_service_pb2.OBJECTION_STATE_ANNULLED, found.__contains__)
        return objection_service_pb2.AnnulObjectionResponse(
            state=objection_service_pb2.OBJECTION_STATE_ANNULLED, annulled_objections=annulled
        )

    def LiftSuppression(
        self, request: objection_service_pb2.LiftSuppressionRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.LiftSuppressionResponse:
        """Makes a challenge for an address, good for an hour; lifts what named it when the challenge comes back."""
        self._fakes.arrive(request, context)
        if request.email:
            answer = objection_service_pb2.LiftSuppressionResponse(challenge=self._fakes.book.challenge(request.email))
            answer.expire_time.FromSeconds(int(time.time()) + 3600)
            return answer
        email = self._fakes.book.challenges.get(request.challenge)
        if email is None:
            CHALLENGE_INVALID.abort(context)
        return objection_service_pb2.LiftSuppressionResponse(lifted_objections=self._fakes.book.lift(email))

    def CheckSuppression(
        self, request: objection_service_pb2.CheckSuppressionRequest, context: grpc.ServicerContext
    ) -> objection_service_pb2.CheckSuppressionResponse:
        """Answers from the objections that have not ended."""
        self._fakes.arrive(request, context)
        suppressed = self._fakes.book.suppresses(request.objector.emails)
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
