"""The objections of a batch: what cannot be read of one is left out and told, and refuses nobody (R-017, R-026)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from leadgate.v1 import objection_service_pb2 as wire
from leadgate.v1 import types_pb2

from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.objector import MOST_IDENTIFIERS, ContactScope, Objector
from leadgate_service.errors import InvalidArgument
from leadgate_service.records import Objection, Registered
from leadgate_service.rpc.convert import id_to_pb
from leadgate_service.rpc.convert_objections import (
    CONTACT_SCOPES,
    OpenLink,
    identifiers_from_pb,
    identifiers_in,
    person_record_from_pb,
    received_from_pb,
    reference_from_pb,
    too_many_or_none,
)

Value = TypeVar("Value")

RequireRecipient: TypeAlias = Callable[[CrmRecord, str], None]
"""Refuses the CRM record of a field whose recipient the policy does not list."""


@dataclass(frozen=True, slots=True)
class Readable:
    """An objection with a sound identifier, and what of it breaks a rule."""

    objection: Objection
    left_out: Sequence[InvalidArgument]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReader:
    """Reads the objections of one batch.

    Attributes:
        channel: How they came.
        import_id: The import that they are a part of; None if there is none.
        now: When they were received that do not say it.
        open_link: Opens links.
        require_recipient: Refuses records of other systems.
    """

    channel: str
    import_id: str | None
    now: datetime
    open_link: OpenLink
    require_recipient: RequireRecipient

    def read(self, item: wire.ObjectionItem) -> Readable | wire.ObjectionResult:
        """Read an objection as far as that can be done; of one that cannot be registered say why."""
        given, left_out = item.objector, list[InvalidArgument]()
        if not (given.emails or given.phones or given.crm_references or given.lead_ids or given.unsubscribe_tokens):
            return wire.ObjectionResult(outcome=wire.OBJECTION_OUTCOME_NEEDS_IDENTIFIER)
        objector = self._objector(given, left_out)
        if not _is_known_by_more_than_a_name(objector):
            said = left_out[0].metadata
            return wire.ObjectionResult(outcome=wire.OBJECTION_OUTCOME_INVALID, field=said["field"], rule=said["rule"])

        def or_else(default: Value, read: Callable[[], Value]) -> Value:
            try:
                return read()
            except InvalidArgument as refusal:
                left_out.append(refusal)
                return default

        objection = Objection(
            objector=objector,
            channel=self.channel,
            received_time=or_else(self.now, lambda: received_from_pb(item, self.now)),
            contact_scope=or_else(None, lambda: CONTACT_SCOPES.read_optional(item.contact_scope, "contact_scope"))
            or ContactScope.ALL,
            reference=or_else(None, lambda: reference_from_pb(item.reference)),
            import_id=self.import_id,
        )
        return Readable(objection, left_out)

    def _objector(self, given: wire.Objector, left_out: list[InvalidArgument]) -> Objector:
        objector = identifiers_from_pb(_first_identifiers(given), self.open_link, self._record, left_out.append)
        if identifiers_in(given) > MOST_IDENTIFIERS:
            left_out.append(too_many_or_none())
        return objector

    def _record(self, message: types_pb2.CrmReference, field: str) -> CrmRecord:
        record = person_record_from_pb(message, field)
        self.require_recipient(record, field)
        return record


def registered_result(registered: Registered | None) -> wire.ObjectionResult:
    """Write what became of an objection; None names nobody who is held."""
    if registered is None:
        return wire.ObjectionResult(outcome=wire.OBJECTION_OUTCOME_LEAD_NOT_FOUND)
    return wire.ObjectionResult(
        outcome=wire.OBJECTION_OUTCOME_REGISTERED,
        objection_id=id_to_pb(registered.objection_id),
        matched_leads=registered.matched_leads,
    )


def judged_result(*, names_somebody: bool) -> wire.ObjectionResult:
    """Write what would become of an objection."""
    outcome = wire.OBJECTION_OUTCOME_VALID if names_somebody else wire.OBJECTION_OUTCOME_LEAD_NOT_FOUND
    return wire.ObjectionResult(outcome=outcome)


def in_order(
    items: Iterable[Readable | wire.ObjectionResult], of_readable: Iterable[wire.ObjectionResult]
) -> Iterator[wire.ObjectionResult]:
    """Put the outcomes of a batch in the order of its items, each with what was left out."""
    results = iter(of_readable)
    for item in items:
        if isinstance(item, Readable):
            result = next(results)
            result.left_out.extend(wire.LeftOut(**one.metadata) for one in item.left_out)
            yield result
        else:
            yield item


def _first_identifiers(given: wire.Objector) -> wire.Objector:
    """Take as many identifiers as an objection may name: so much work, and so long a result, is an item at most."""
    first, room = wire.Objector(), MOST_IDENTIFIERS
    for field, values in given.ListFields():
        getattr(first, field.name).extend(values[:room])
        room -= len(values[:room])
    return first


def _is_known_by_more_than_a_name(objector: Objector) -> bool:
    return any((objector.emails, objector.phones, objector.crm_records, objector.lead_ids, objector.address_tokens))
