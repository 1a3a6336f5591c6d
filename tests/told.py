"""What a caller is told of the items that it handed in: ids and codes, no values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.fields import Field
from leadgate_service.domain.refine import Drop
from leadgate_service.records import Judged


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller is told of one item."""

    outcome: Outcome
    reason: Reason | None
    lead_id: bytes | None
    kept: frozenset[Field]
    dropped: Mapping[Field, Drop]


def encoded(judged: Sequence[Judged]) -> bytes:
    """Make an answer, as the RPC layer does: ids and codes, no values."""
    return json.dumps(
        [
            {
                "outcome": one.decision.outcome,
                "reason": one.decision.reason,
                "lead_id": one.lead_id.hex() if one.lead_id is not None else None,
                "kept": sorted(one.decision.kept),
                "dropped": dict(one.decision.dropped),
            }
            for one in judged
        ],
    ).encode()


def told(response: bytes) -> list[Told]:
    """Read an answer."""
    return [
        Told(
            outcome=Outcome(one["outcome"]),
            reason=Reason(one["reason"]) if one["reason"] else None,
            lead_id=bytes.fromhex(one["lead_id"]) if one["lead_id"] else None,
            kept=frozenset(map(Field, one["kept"])),
            dropped={Field(name): Drop(reason) for name, reason in one["dropped"].items()},
        )
        for one in json.loads(response)
    ]
