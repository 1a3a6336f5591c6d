"""Requests of tests: one good request of every method, and shorthand for the ones that tests send most."""

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message
from leadgate.v1 import (
    governance_service_pb2,
    intake_service_pb2,
    lead_service_pb2,
    objection_service_pb2,
    types_pb2,
)

from tests.builders import IDA, company, person

_numbers = itertools.count(1)

NOBODY = "01900000-0000-7000-8000-000000000000"
"""An id that nothing has."""


def new_id() -> str:
    """Make a request id that no other request has."""
    return f"request-{next(_numbers)}"


def enrich(email: str = IDA, **facts: Any) -> intake_service_pb2.EnrichLeadRequest:
    """Ask for one person."""
    return intake_service_pb2.EnrichLeadRequest(
        **{
            "request_id": new_id(),
            "lookup": types_pb2.LookupKey(email=email),
            "origin": types_pb2.ORIGIN_CRM_LEAD,
            "country_code": "NL",
            **facts,
        }
    )


def item(email: str = IDA, *, name: str = "Ida Vermolen", **facts: Any) -> intake_service_pb2.IngestItem:
    """Hand in what Clearbit says of one person."""
    domain = email.rpartition("@")[2]
    body = {"person": person(name, id=f"person-of-{email}"), "company": company(domain)}
    return intake_service_pb2.IngestItem(
        **{
            "lookup": types_pb2.LookupKey(email=email),
            "origin": types_pb2.ORIGIN_CRM_LEAD,
            "source": "clearbit",
            "country_code": "NL",
            "provider_json": json.dumps(body).encode(),
            **facts,
        }
    )


def ingest(*items: intake_service_pb2.IngestItem, **facts: Any) -> intake_service_pb2.BatchIngestLeadsRequest:
    """Hand in some answers."""
    return intake_service_pb2.BatchIngestLeadsRequest(
        **{"request_id": new_id(), "items": items or [item()], **facts},
    )


def get(email: str = IDA, purpose: int = types_pb2.PURPOSE_OUTREACH, **facts: Any) -> lead_service_pb2.GetLeadRequest:
    """Read one lead."""
    key = {} if facts.keys() & {"lead_id", "crm_reference"} else {"email": email}
    return lead_service_pb2.GetLeadRequest(**{"purpose": purpose, **key, **facts})


def query(purpose: int = types_pb2.PURPOSE_OUTREACH, **facts: Any) -> lead_service_pb2.QueryLeadsRequest:
    """List leads."""
    return lead_service_pb2.QueryLeadsRequest(**{"purpose": purpose, **facts})


def object_(email: str = IDA, **facts: Any) -> objection_service_pb2.RegisterObjectionRequest:
    """Register an objection."""
    channel = objection_service_pb2.OBJECTION_CHANNEL_SUPPORT
    return objection_service_pb2.RegisterObjectionRequest(
        **{"request_id": new_id(), "objector": {"emails": [email]}, "channel": channel, **facts},
    )


def check(email: str = IDA) -> objection_service_pb2.CheckSuppressionRequest:
    """Ask whether somebody may not be processed."""
    return objection_service_pb2.CheckSuppressionRequest(objector=objection_service_pb2.Objector(emails=[email]))


def item_of(**objector: Any) -> objection_service_pb2.ObjectionItem:
    """Name one person of a batch by anything."""
    return objection_service_pb2.ObjectionItem(objector=objection_service_pb2.Objector(**objector))


def object_all(*emails: str, **facts: Any) -> objection_service_pb2.BatchRegisterObjectionsRequest:
    """Register the objections of many."""
    items = [item_of(emails=[email]) for email in emails or (IDA,)]
    channel = objection_service_pb2.OBJECTION_CHANNEL_LETTER
    return objection_service_pb2.BatchRegisterObjectionsRequest(
        **{"request_id": new_id(), "items": items, "channel": channel, **facts},
    )


def annul(objection_id: str = NOBODY, **facts: Any) -> objection_service_pb2.AnnulObjectionRequest:
    """Annul an objection, or with `import_id` an import."""
    target = {} if "import_id" in facts else {"objection_id": objection_id}
    reason = objection_service_pb2.ANNULMENT_REASON_TEST
    return objection_service_pb2.AnnulObjectionRequest(
        **{"request_id": new_id(), "reason": reason, **target, **facts},
    )


def lift(email: str = IDA, **facts: Any) -> objection_service_pb2.LiftSuppressionRequest:
    """Ask for the challenge of an address, or with `challenge` answer it."""
    step = {} if "challenge" in facts else {"email": email}
    return objection_service_pb2.LiftSuppressionRequest(**{"request_id": new_id(), **step, **facts})


def get_objection(objection_id: str = NOBODY) -> objection_service_pb2.GetObjectionRequest:
    """Ask what became of an objection."""
    return objection_service_pb2.GetObjectionRequest(objection_id=objection_id)


def apply(yaml: str, expected_version: int = 1, **facts: Any) -> governance_service_pb2.ApplyPolicyRequest:
    """Apply a policy."""
    return governance_service_pb2.ApplyPolicyRequest(
        **{"request_id": new_id(), "yaml": yaml, "expected_version": expected_version, **facts},
    )


GOOD: Mapping[str, Callable[[], Message]] = {
    "leadgate.v1.IntakeService/EnrichLead": enrich,
    "leadgate.v1.IntakeService/BatchIngestLeads": ingest,
    "leadgate.v1.LeadService/GetLead": get,
    "leadgate.v1.LeadService/QueryLeads": query,
    "leadgate.v1.ObjectionService/RegisterObjection": object_,
    "leadgate.v1.ObjectionService/CheckSuppression": check,
    "leadgate.v1.ObjectionService/BatchRegisterObjections": object_all,
    "leadgate.v1.ObjectionService/GetObjection": get_objection,
    "leadgate.v1.ObjectionService/ListObjections": objection_service_pb2.ListObjectionsRequest,
    "leadgate.v1.ObjectionService/AnnulObjection": annul,
    "leadgate.v1.ObjectionService/LiftSuppression": lift,
    "leadgate.v1.GovernanceService/GetReadiness": governance_service_pb2.GetReadinessRequest,
    "leadgate.v1.GovernanceService/GetPolicy": governance_service_pb2.GetPolicyRequest,
    "leadgate.v1.GovernanceService/ApplyPolicy": lambda: apply("demo: true\n"),
}
"""A request of every method that breaks no rule of the contract, though the policy it applies has mistakes."""
