"""How the messages of the contract are shown on a page: words for values, times in the policy's zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from leadgate.v1 import objection_service_pb2 as wire

from leadgate_service.domain.dates import tells_a_day
from leadgate_service.http.desk.entries import CHANNELS, CONTACT_SCOPES


class Badge(NamedTuple):
    """A word with a colour of its own, which says nothing that the word does not."""

    tone: str
    text: str


class Moment(NamedTuple):
    """A time, or a day, for machines and for people."""

    iso: str
    text: str


EFFECTS: Mapping[int, Badge] = {
    wire.OBJECTION_EFFECT_SUPPRESSED: Badge("strong", "Unreadable at once, then erased"),
    wire.OBJECTION_EFFECT_WITHHELD: Badge("waiting", "Unreadable: may be the person. Not erased"),
    wire.OBJECTION_EFFECT_NUMBER_WITHHELD: Badge("calm", "Only the shared number is withheld"),
}
STATES: Mapping[int, Badge] = {
    wire.OBJECTION_STATE_UNREADABLE: Badge("strong", "Unreadable, to be erased"),
    wire.OBJECTION_STATE_ERASED: Badge("done", "Done: nothing is left to erase"),
    wire.OBJECTION_STATE_AWAITING_CONFIRMATION: Badge("waiting", "Waits for a privacy officer"),
    wire.OBJECTION_STATE_ANNULMENT_PROPOSED: Badge("waiting", "Annulment proposed"),
    wire.OBJECTION_STATE_ANNULLED: Badge("calm", "Annulled"),
    wire.OBJECTION_STATE_LIFTED: Badge("calm", "Lifted by the person"),
    wire.OBJECTION_STATE_WITHHELD: Badge("waiting", "Unreadable: may be the person. Not erased"),
}
REASONS: Mapping[str, str] = {
    "WRONG_PERSON": "Wrong person: somebody else objected",
    "WRONG_LIST": "Wrong list: these were no objections",
    "TEST": "A test",
}
"""Why a registration was never the person's, by its name in the contract."""

_ENDED = frozenset({wire.OBJECTION_STATE_ANNULLED, wire.OBJECTION_STATE_LIFTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownObjection:
    """What a page shows of an objection; attributes as in the contract."""

    objection_id: str
    state: Badge
    ended: bool
    awaits_officer: bool
    of_company: bool
    channel: str
    contact_scope: str
    reference: str
    import_id: str
    registered_by: str
    received: Moment
    effective: Moment
    erased: Moment | None
    matched_leads: int
    remaining_leads: int
    reason: str
    reason_text: str
    proposed_by: str


def shown(one: wire.Objection, zone: ZoneInfo) -> ShownObjection:
    """Prepare an objection for a page."""
    reason = wire.AnnulmentReason.Name(one.annulment_reason).removeprefix("ANNULMENT_REASON_")
    return ShownObjection(
        objection_id=one.objection_id,
        state=STATES[one.state],
        ended=one.state in _ENDED,
        awaits_officer=one.state == wire.OBJECTION_STATE_AWAITING_CONFIRMATION,
        of_company=one.scope == wire.OBJECTION_SCOPE_COMPANY,
        channel=CHANNELS[wire.ObjectionChannel.Name(one.channel).removeprefix("OBJECTION_CHANNEL_")],
        contact_scope=CONTACT_SCOPES[wire.ContactScope.Name(one.contact_scope).removeprefix("CONTACT_SCOPE_")],
        reference=one.reference,
        import_id=one.import_id,
        registered_by=one.registered_by,
        received=_received(one.received_time, zone),
        effective=_moment(one.effective_time, zone),
        erased=_moment(one.erase_time, zone) if one.HasField("erase_time") else None,
        matched_leads=one.matched_leads,
        remaining_leads=one.remaining_leads,
        reason=reason,
        reason_text=REASONS.get(reason, ""),
        proposed_by=one.annulment_proposed_by,
    )


def _received(instant: Timestamp, zone: ZoneInfo) -> Moment:
    """Write no time of day where none is known."""
    local: datetime = instant.ToDatetime(UTC).astimezone(zone)
    day = local.date().isoformat()
    return Moment(day, day) if tells_a_day(local, zone) else _moment(instant, zone)


def _moment(instant: Timestamp, zone: ZoneInfo) -> Moment:
    local: datetime = instant.ToDatetime(UTC).astimezone(zone)
    return Moment(local.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M}")
