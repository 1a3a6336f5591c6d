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
    "leadgate.v1.GovernanceService/GetReadiness": governance_service_pb2.GetReadinessRequest,
    "leadgate.v1.GovernanceService/GetPolicy": governance_service_pb2.GetPolicyRequest,
    "leadgate.v1.GovernanceService/ApplyPolicy": lambda: apply("demo: true\n"),
}
"""A request of every method that breaks no rule of the contract, though the policy it applies has mistakes."""
