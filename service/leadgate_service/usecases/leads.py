"""Reads: who may see what of which lead, and the audit entry that is durable before the answer (R-011, R-074)."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from leadgate_service.audit import Entry
from leadgate_service.domain.access import Principal, Purpose, Role, acting_roles, authorise_purpose, visible_fields
from leadgate_service.domain.disclosure import GIVEN_LINK, TOLD_WITHHELD, Withheld, only_visible, withheld
from leadgate_service.domain.fields import Field
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import FailedPrecondition, NotFound, PermissionDenied
from leadgate_service.records import LeadFilter, LeadKey, LeadPage, LeadRecord
from leadgate_service.store import Store
from leadgate_service.usecases.clock import Moment
from leadgate_service.usecases.recipients import require_recipient

EvidenceToken = Callable[[str, bytes], bytes]
"""Makes the token by which evidence names a lead: see `KeepRing.evidence_token`."""

_FILTERED_FIELDS = {
    "company_industry": Field.COMPANY_INDUSTRY,
    "job_function": Field.JOB_FUNCTION,
    "seniority": Field.SENIORITY,
    "company_domain": Field.COMPANY_WEBSITE,
    "employee_band": Field.COMPANY_EMPLOYEE_RANGE,
    "revenue_band": Field.COMPANY_ESTIMATED_REVENUE,
}
"""The field that a filter tells something of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, with which method, for what, when.

    Attributes:
        principal: Who.
        method: Full name of the method.
        purpose: Why.
        policy: The policy in force.
        moment: When.
    """

    principal: Principal
    method: str
    purpose: Purpose
    policy: Policy
    moment: Moment


async def get(store: Store, evidence: EvidenceToken, reader: Reader, key: LeadKey) -> LeadRecord | Withheld:
    """Read one lead for a purpose.

    Returns:
        What the reader may see of it, or, to those who must stop, that it may not be processed.

    Raises:
        PermissionDenied: PURPOSE_NOT_ALLOWED.
        InvalidArgument: FIELD_INVALID: the policy does not list the CRM record's recipient.
        NotFound: LEAD_NOT_FOUND: there is none, or none that the reader may know of.
        FailedPrecondition: CONTENT_KEY_GONE: the key of its date is missing.
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    authorise_purpose(reader.principal, reader.method, reader.purpose)
    require_recipient(reader.policy, key.crm_record)
    record = await store.lead(key)
    answer = _disclose(reader, record)
    outcome = "OK" if isinstance(answer, LeadRecord) else answer or "LEAD_NOT_FOUND"
    tokens = evidence("lead", record.lead_id) if record is not None else b""
    await store.record(_entry(reader, outcome, count=int(isinstance(answer, LeadRecord)), tokens=tokens))
    if answer is None:
        raise NotFound("LEAD_NOT_FOUND", "There is no such lead that you may see: do not process an older copy.")
    return answer


async def query(  # noqa: PLR0913 - a command with its surroundings
    store: Store,
    evidence: EvidenceToken,
    reader: Reader,
    wanted: LeadFilter,
    *,
    after: bytes | None,
    most: int,
) -> LeadPage:
    """List leads for a purpose.

    Raises:
        PermissionDenied: PURPOSE_NOT_ALLOWED, or FIELD_NOT_ALLOWED: a filter on a field that the reader may not see.
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    authorise_purpose(reader.principal, reader.method, reader.purpose)
    visible = _visible(reader)
    for name, field in _FILTERED_FIELDS.items():
        if getattr(wanted, name) is not None and field not in visible:
            raise PermissionDenied("FIELD_NOT_ALLOWED", f"You may not filter by {name}: leave it out.", field=name)
    page = await store.leads(wanted, today=reader.moment.today, after=after, most=most)
    # A lead that cannot be opened must not hold up the list of the others; GetLead and `doctor` tell of it.
    opened = [record for record in page.leads if record.fields is not None]
    tokens = b"".join(evidence("lead", record.lead_id) for record in opened)
    await store.record(_entry(reader, "OK", count=len(opened), tokens=tokens, detail=_digest(evidence, wanted)))
    linked = _gets_links(reader)
    shown = [_seen(record, visible, linked=linked) for record in opened]
    return LeadPage(shown, page.last_examined)


def _disclose(reader: Reader, record: LeadRecord | None) -> LeadRecord | Withheld | None:
    if record is None:
        return None
    reason = withheld(
        suppressed=record.suppressed,
        restricted=record.restricted,
        expire_date=record.expire_date,
        today=reader.moment.today,
    )
    if reason is None:
        return _seen(record, _visible(reader), linked=_gets_links(reader))
    return reason if _roles(reader) & TOLD_WITHHELD else None


def _seen(record: LeadRecord, visible: frozenset[Field], *, linked: bool) -> LeadRecord:
    """Leave out what the reader may not see; content that cannot be opened is not shown as if there were none."""
    if record.fields is None:
        raise FailedPrecondition(
            "CONTENT_KEY_GONE",
            "A lead's content cannot be opened: have the operator run `leadgate doctor`.",
        )
    shown = only_visible(record.fields, visible)
    if shown is record.fields and linked:
        return record
    return replace(record, fields=shown, key_token=record.key_token if linked else None)


def _roles(reader: Reader) -> frozenset[Role]:
    return acting_roles(reader.principal, reader.method, reader.purpose)


def _gets_links(reader: Reader) -> bool:
    return not _roles(reader).isdisjoint(GIVEN_LINK)


def _visible(reader: Reader) -> frozenset[Field]:
    return visible_fields(reader.principal, reader.method, reader.purpose, reader.policy.fields)


def _entry(reader: Reader, outcome: str, *, count: int, tokens: bytes, detail: str = "") -> Entry:
    return Entry(
        time=reader.moment.now,
        principal=reader.principal.name,
        action=reader.method,
        purpose=reader.purpose,
        outcome=outcome,
        count=count,
        detail=detail,
        policy_version=reader.policy.version,
        tokens=tokens,
    )


def _digest(evidence: EvidenceToken, wanted: LeadFilter) -> str:
    """Name the filters, and give their values a token: two queries can be told to be the same, and no more."""
    values = [(one.name, getattr(wanted, one.name)) for one in fields(wanted)]
    used = [(name, str(value)) for name, value in values if value is not None]
    names = ",".join(name for name, _ in used)
    token = evidence("filter", "\x1f".join(f"{name}={value}" for name, value in used).encode())
    return f"filters={names} digest={token.hex()}"
