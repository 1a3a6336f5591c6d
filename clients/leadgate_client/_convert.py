"""Where Python's types meet the contract's messages. Nothing else in the SDK knows both shapes of a record."""

from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from leadgate.v1 import intake_service_pb2, objection_service_pb2, types_pb2

from leadgate_client._records import (
    Contract,
    CrmReference,
    IngestItem,
    Lead,
    LeadFields,
    ObjectionItem,
    Objector,
    Range,
    SourceRecord,
    TypedAnswer,
    WebFormAct,
)


def date_to_pb(day: date | None) -> types_pb2.Date | None:
    """Turns a civil day into the contract's; absent stays absent."""
    return None if day is None else types_pb2.Date(year=day.year, month=day.month, day=day.day)


def date_from_pb(message: types_pb2.Date) -> date | None:
    """Reads a civil day; None where the message was not set, whose year is then 0."""
    return date(message.year, message.month, message.day) if message.year else None


def time_to_pb(moment: datetime | None) -> Timestamp | None:
    """Turns an instant into the contract's; absent stays absent.

    Raises:
        ValueError: *moment* has no time zone, so it names no instant.
    """
    if moment is None:
        return None
    if moment.utcoffset() is None:
        raise ValueError("a time needs a time zone, such as datetime.UTC")
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def lookup_to_pb(email: str | None, domain: str | None) -> types_pb2.LookupKey:
    """Names whom or what to look up.

    Raises:
        TypeError: Both are given, or neither.
    """
    if email is not None and domain is None:
        return types_pb2.LookupKey(email=email)
    if domain is not None and email is None:
        return types_pb2.LookupKey(domain=domain)
    raise TypeError("give exactly one of email and domain")


def crm_reference_to_pb(reference: CrmReference) -> types_pb2.CrmReference:
    """Names a CRM record."""
    return types_pb2.CrmReference(recipient=reference.recipient, object=reference.object, record_id=reference.record_id)


def objector_to_pb(objector: Objector) -> objection_service_pb2.Objector:
    """Names a person by everything that is given."""
    return objection_service_pb2.Objector(
        emails=objector.emails,
        phones=[
            objection_service_pb2.PhoneNumber(number=phone.number, country_code=phone.country_code)
            for phone in objector.phones
        ],
        crm_references=[crm_reference_to_pb(reference) for reference in objector.crm_references],
        lead_ids=objector.lead_ids,
        names=[
            objection_service_pb2.NameAtCompany(full_name=name.full_name, company_domain=name.company_domain)
            for name in objector.names
        ],
        unsubscribe_tokens=objector.unsubscribe_tokens,
    )


def objection_item_to_pb(item: ObjectionItem) -> objection_service_pb2.ObjectionItem:
    """Packs one objection of a batch.

    Raises:
        ValueError: The time when it was received has no time zone.
    """
    return objection_service_pb2.ObjectionItem(
        objector=objector_to_pb(item.objector),
        received_time=time_to_pb(item.received_time),
        reference=item.reference,
        contact_scope=item.contact_scope,
    )


def web_form_to_pb(act: WebFormAct | Contract | None) -> types_pb2.WebFormAct | None:
    """The act, if it is a web form."""
    return types_pb2.WebFormAct(act_date=date_to_pb(act.act_date)) if isinstance(act, WebFormAct) else None


def contract_to_pb(act: WebFormAct | Contract | None) -> types_pb2.Contract | None:
    """The act, if it is a contract."""
    if not isinstance(act, Contract):
        return None
    return types_pb2.Contract(reference=act.reference, start_date=date_to_pb(act.start_date))


def ingest_item_to_pb(item: IngestItem) -> intake_service_pb2.IngestItem:
    """Packs an answer.

    Raises:
        TypeError: Not exactly one of e-mail and domain is given.
        ValueError: The time of the answer has no time zone.
    """
    answer = item.answer
    message = intake_service_pb2.IngestItem(
        lookup=lookup_to_pb(item.email, item.domain),
        origin=item.origin,
        source=item.source,
        country_code=item.country_code or "",
        legal_form=item.legal_form or "",
        obtained_time=time_to_pb(item.obtained_time),
        crm_reference=crm_reference_to_pb(item.crm_reference) if item.crm_reference is not None else None,
        web_form=web_form_to_pb(item.act),
        contract=contract_to_pb(item.act),
        typed=_typed_answer_to_pb(answer) if isinstance(answer, TypedAnswer) else None,
    )
    if not isinstance(answer, TypedAnswer):
        message.provider_json = answer
    return message


def _typed_answer_to_pb(answer: TypedAnswer) -> intake_service_pb2.TypedAnswer:
    return intake_service_pb2.TypedAnswer(
        fields=lead_fields_to_pb(answer.fields), person_id=answer.person_id, approximate=answer.approximate
    )


def lead_fields_to_pb(fields: LeadFields) -> types_pb2.LeadFields:
    """Packs content; what is None stays unset."""
    return types_pb2.LeadFields(
        company_name=fields.company_name,
        company_description=fields.company_description,
        company_website=fields.company_website,
        company_estimated_revenue=_range_to_pb(fields.company_estimated_revenue),
        company_employee_range=_range_to_pb(fields.company_employee_range),
        company_industry=fields.company_industry,
        job_function=fields.job_function,
        job_title=fields.job_title,
        seniority=fields.seniority or types_pb2.SENIORITY_UNSPECIFIED,
        full_name=fields.full_name,
        phone_number=fields.phone_number,
        phone_kind=fields.phone_kind or types_pb2.PHONE_KIND_UNSPECIFIED,
    )


def lead_fields_from_pb(message: types_pb2.LeadFields) -> LeadFields:
    """Reads content. The contract never sends an empty text, so empty means absent."""
    return LeadFields(
        company_name=message.company_name or None,
        company_description=message.company_description or None,
        company_website=message.company_website or None,
        company_estimated_revenue=(
            _range_from_pb(message.company_estimated_revenue) if message.HasField("company_estimated_revenue") else None
        ),
        company_employee_range=(
            _range_from_pb(message.company_employee_range) if message.HasField("company_employee_range") else None
        ),
        company_industry=message.company_industry or None,
        job_function=message.job_function or None,
        job_title=message.job_title or None,
        seniority=message.seniority or None,
        full_name=message.full_name or None,
        phone_number=message.phone_number or None,
        phone_kind=message.phone_kind or None,
    )


def _range_to_pb(span: Range | None) -> types_pb2.Range | None:
    return None if span is None else types_pb2.Range(lower=span.lower, upper=span.upper)


def _range_from_pb(message: types_pb2.Range) -> Range:
    return Range(lower=message.lower, upper=message.upper if message.HasField("upper") else None)


def lead_from_pb(message: types_pb2.Lead) -> Lead:
    """Reads a lead."""
    return Lead(
        lead_id=message.lead_id,
        fields=lead_fields_from_pb(message.fields),
        estimated_fields=tuple(message.estimated_fields),
        employee_band=message.employee_band or None,
        revenue_band=message.revenue_band or None,
        relationship=message.relationship,
        origin=message.origin,
        country_code=message.country_code or None,
        first_obtained_date=date_from_pb(message.first_obtained_date),
        expire_date=date_from_pb(message.expire_date),
        notice_state=message.notice_state or None,
        notice_due_date=date_from_pb(message.notice_due_date),
        crm_references=tuple(_crm_reference_from_pb(reference) for reference in message.crm_references),
        sources=tuple(_source_from_pb(source) for source in message.sources),
        policy_version=message.policy_version,
        unsubscribe_url=message.unsubscribe_url or None,
    )


def _crm_reference_from_pb(message: types_pb2.CrmReference) -> CrmReference:
    return CrmReference(recipient=message.recipient, object=message.object, record_id=message.record_id)


def _source_from_pb(message: types_pb2.SourceRecord) -> SourceRecord:
    obtained = message.obtained_time.ToDatetime(tzinfo=UTC) if message.HasField("obtained_time") else None
    return SourceRecord(
        source=message.source,
        first_obtained_date=date_from_pb(message.first_obtained_date),
        obtained_time=obtained,
        fields=tuple(message.fields),
    )
