"""The bench's requests: distinct, canonical, and the same for both sides."""

from itertools import islice

import pytest
from leadgate.v1 import intake_service_pb2, lead_service_pb2, types_pb2
from leadgate_cli.bench.limits import COLUMNS, new_batches
from leadgate_cli.bench.workload import Intakes, Reads
from leadgate_service.domain import identity, normalise


def items(requests: Intakes) -> list[intake_service_pb2.IngestItem]:
    """Read the items of all requests."""
    parsed = map(intake_service_pb2.BatchIngestLeadsRequest.FromString, requests)
    return [item for request in parsed for item in request.items]


def test_every_lead_is_another_person() -> None:
    """No two items, of one window or of two, share an address or a provider's id: each is a new lead."""
    made = items(Intakes(0, items=50, requests=30)) + items(Intakes(10_000_000, items=1, requests=100))

    assert len({item.lookup.email for item in made}) == len(made) == 1_600
    assert len({item.typed.person_id for item in made}) == len(made)


def test_every_request_has_an_id_of_its_own() -> None:
    """No request is taken for a repeated one, in a window or after it."""
    made = [*Intakes(0, items=1, requests=20), *Intakes(10_000_000, items=1, requests=20)]
    ids = {intake_service_pb2.BatchIngestLeadsRequest.FromString(request).request_id for request in made}

    assert len(ids) == len(made)


def test_a_request_has_as_many_items_as_asked_for() -> None:
    """A batch of 500 is 500 leads."""
    request = next(iter(Intakes(0, items=500)))

    assert len(intake_service_pb2.BatchIngestLeadsRequest.FromString(request).items) == 500


def test_items_are_in_canonical_form() -> None:
    """What is measured is intake of canonical values: normalising leaves them as they are."""
    made = items(Intakes(0, items=1_000, requests=1))

    assert all(identity.canonical_email(item.lookup.email) == item.lookup.email for item in made)
    assert all(normalise.full_name(item.typed.fields.full_name) == item.typed.fields.full_name for item in made)
    assert all(normalise.phone(item.typed.fields.phone_number, "GB") == item.typed.fields.phone_number for item in made)


def test_reads_go_round_all_leads() -> None:
    """Every lead is read before one is read again, in an order that is not that of their ids."""
    leads = [bytes([0] * 15 + [number]) for number in range(50)]
    made = [lead_service_pb2.GetLeadRequest.FromString(request) for request in islice(Reads(leads), 100)]

    first, second = [one.lead_id for one in made[:50]], [one.lead_id for one in made[50:]]
    assert first == second
    assert len(set(first)) == 50
    assert first != sorted(first)
    assert {one.purpose for one in made} == {types_pb2.PURPOSE_OUTREACH}


@pytest.mark.parametrize("absent", [None, "sealed"])
def test_raw_rows_are_new_leads_like_the_sample(absent: str | None) -> None:
    """A raw row has ids, tokens and sealed bytes of its own, as long as the sample's, and the sample's other values."""
    sample = tuple(None if name == absent else name.encode() for name in COLUMNS)
    rows = [row for batch in islice(new_batches([sample], 10, lead_id=lambda new: new.bytes), 3) for row in batch]

    changed = {name for place, name in enumerate(COLUMNS) if any(row[place] != sample[place] for row in rows)}
    assert changed == {"lead_id", "key_token", "sealed"} - {absent}
    assert len({row[COLUMNS.index("lead_id")] for row in rows}) == len(rows) == 30
    assert len({row[COLUMNS.index("key_token")] for row in rows}) == 30
    assert {len(row[COLUMNS.index("key_token")]) for row in rows} == {len("key_token")}
