"""The objections of the fake service: it recognises people by exact addresses, and companies by exact domains."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from leadgate.v1 import objection_service_pb2 as wire

_ENDED = (wire.OBJECTION_STATE_ANNULLED, wire.OBJECTION_STATE_LIFTED)


@dataclass(slots=True, kw_only=True)
class ObjectionBook:
    """Objections, whom they name, and challenges that are on their way.

    Attributes:
        objections: Every objection by its id, the oldest first.
        named: The addresses and domains that each names.
        challenges: The address that each challenge was made for.
    """

    objections: dict[str, wire.Objection] = field(default_factory=dict)
    named: dict[str, frozenset[str]] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)

    def register(self, named: Iterable[str], **facts: object) -> str:
        """Register an objection, and return its id."""
        objection_id = str(uuid.uuid4())
        state = wire.OBJECTION_STATE_UNREADABLE
        self.objections[objection_id] = wire.Objection(objection_id=objection_id, state=state, **facts)  # type: ignore[arg-type]
        self.named[objection_id] = frozenset(named)
        return objection_id

    def register_item(self, item: wire.ObjectionItem, **facts: object) -> wire.ObjectionResult:
        """Register one objection of a batch, if it is sound."""
        result = self.judge_item(item)
        if result.outcome == wire.OBJECTION_OUTCOME_VALID:
            sound = [email for email in item.objector.emails if _is_sound(email)]
            result.outcome = wire.OBJECTION_OUTCOME_REGISTERED
            result.objection_id = self.register(
                sound, reference=item.reference, received_time=item.received_time, **facts
            )
        return result

    def judge_item(self, item: wire.ObjectionItem) -> wire.ObjectionResult:
        """Say whether one objection of a batch names a person by more than a name, and by what else than it says."""
        objector = item.objector
        if not (objector.emails or objector.phones or objector.crm_references or objector.lead_ids):
            return wire.ObjectionResult(outcome=wire.OBJECTION_OUTCOME_NEEDS_IDENTIFIER)
        left_out = [
            wire.LeftOut(field=f"objector.emails[{position}]", rule="must be an e-mail address")
            for position, email in enumerate(objector.emails)
            if not _is_sound(email)
        ]
        if len(left_out) < len(objector.emails) or objector.phones or objector.crm_references or objector.lead_ids:
            return wire.ObjectionResult(outcome=wire.OBJECTION_OUTCOME_VALID, left_out=left_out)
        first = left_out[0]
        return wire.ObjectionResult(outcome=wire.OBJECTION_OUTCOME_INVALID, field=first.field, rule=first.rule)

    def suppresses(self, emails: Iterable[str]) -> bool:
        """Whether an objection that has not ended names one of the addresses, or its domain."""
        asked = {name for email in emails for name in (email, email.rpartition("@")[2])}
        return any(not asked.isdisjoint(self.named[one.objection_id]) for one in self._in_effect())

    def listed(self, reference: str, import_id: str) -> list[wire.Objection]:
        """The objections of a case number and an import, the newest first."""
        newest_first = reversed(self.objections.values())
        return [one for one in newest_first if reference in {"", one.reference} and import_id in {"", one.import_id}]

    def of(self, request: wire.AnnulObjectionRequest) -> list[wire.Objection]:
        """The objections that an annulment is about."""
        if request.objection_id:
            return [self.objections[request.objection_id]] if request.objection_id in self.objections else []
        return self.listed("", request.import_id)

    def is_annulled(self, import_id: str) -> bool:
        """Whether there was an import of this name, and every objection of it is annulled."""
        states = {one.state for one in self.listed("", import_id)} if import_id else set()
        return states == {wire.OBJECTION_STATE_ANNULLED}

    def challenge(self, email: str) -> str:
        """Make a challenge for an address, whether or not it is known."""
        challenge = f"challenge-{len(self.challenges)}"
        self.challenges[challenge] = email
        return challenge

    def lift(self, email: str) -> int:
        """End every objection that names an address, and say how many those are."""
        return self.end(wire.OBJECTION_STATE_LIFTED, lambda one: email in self.named[one.objection_id])

    def end(self, state: wire.ObjectionState.ValueType, chosen: Callable[[wire.Objection], bool]) -> int:
        """End those that are chosen, and say how many those are."""
        ended = [one for one in self._in_effect() if chosen(one)]
        for one in ended:
            one.state = state
        return len(ended)

    def _in_effect(self) -> list[wire.Objection]:
        return [one for one in self.objections.values() if one.state not in _ENDED]


def _is_sound(email: str) -> bool:
    return email.count("@") == 1
