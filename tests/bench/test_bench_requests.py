"""The bench's requests and raw rows: distinct, canonical, and the same for both sides."""

from itertools import islice

import pytest
from leadgate.v1 import intake_service_pb2, lead_service_pb2, types_pb2
from leadgate.v1 import objection_service_pb2 as objections_pb2
from leadgate_cli.bench.limits import RawRows, new_rows
from leadgate_cli.bench.workload import OBJECTORS, Checks, Intakes, Objections, Reads, answer_to
from leadgate_service.domain import identity, normalise

LEADS = RawRows(url="", table="bench_raw_leads", like="leads", batch=10)


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


def addresses(requests: Objections) -> list[str]:
    """Read by which addresses people object in all requests."""
    parsed = map(objections_pb2.BatchRegisterObjectionsRequest.FromString, requests)
    return [email for request in parsed for item in request.items for email in item.objector.emails]


def test_every_objection_is_another_persons_at_another_domain() -> None:
    """No two objections, of one window or of two, share anything that goes on the list; each is in canonical form."""
    made = addresses(Objections(0, items=50, requests=30)) + addresses(Objections(10_000_000, items=1, requests=100))

    assert len(set(made)) == len({identity.email_domain(email) for email in made}) == len(made) == 1_600
    assert all(identity.canonical_email(email) == email for email in made)


def test_every_batch_of_objections_has_an_id_of_its_own() -> None:
    """No batch is taken for a repeated one, in a window or after it."""
    made = [*Objections(0, items=1, requests=20), *Objections(10_000_000, items=1, requests=20)]
    ids = {objections_pb2.BatchRegisterObjectionsRequest.FromString(request).request_id for request in made}

    assert len(ids) == len(made)


def test_one_of_ten_who_are_asked_about_objected() -> None:
    """Strangers are asked about once each, those who objected in turn, and each answer is known beforehand."""
    objected = set(addresses(Objections(OBJECTORS.start, items=len(OBJECTORS), requests=1)))
    requests = list(islice(Checks(0), 2_000))
    asked = [objections_pb2.CheckSuppressionRequest.FromString(request).objector.emails[0] for request in requests]
    answers = [objections_pb2.CheckSuppressionResponse.FromString(answer_to(request)) for request in requests]

    assert [answer.suppressed for answer in answers] == [email in objected for email in asked]
    assert sum(email in objected for email in asked) == 200
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("absent", [None, "sealed"])
def test_raw_rows_are_new_leads_like_the_sample(absent: str | None) -> None:
    """A raw row has ids, tokens and sealed bytes of its own, as long as the sample's, and the sample's other values."""
    columns = LEADS.columns
    sample = tuple(None if name == absent else name.encode() for name in columns)
    batches = list(islice(LEADS.batches([sample], lead_id=lambda new: new.bytes), 3))
    rows = [row for batch in batches for row in batch]

    changed = {name for place, name in enumerate(columns) if any(row[place] != sample[place] for row in rows)}
    assert changed == {"lead_id", "key_token", "sealed"} - {absent}
    assert [len(batch) for batch in batches] == [10] * 3
    assert len({row[columns.index("lead_id")] for row in rows}) == len(rows) == 30
    assert len({row[columns.index("key_token")] for row in rows}) == 30
    assert {len(row[columns.index("key_token")]) for row in rows} == {len("key_token")}


def test_raw_tokens_of_one_objection_stay_together() -> None:
    """An objection's rows have one group, which is that of no other objection, and a new token each."""
    sample = [(bytes([number]) * 16, group * 16, "email_exact") for number in range(4) for group in (b"a", b"b")]
    rows = list(islice(new_rows(sample, ("token", "group_id", "kind"), lead_id=lambda new: new), 24))

    assert len({token for token, _, _ in rows}) == 12
    assert len({group for _, group, _ in rows}) == 6
    assert [len({group for _, group, _ in rows[start : start + 8 : 2]}) for start in range(0, 24, 8)] == [1] * 3


def test_a_raw_batch_has_all_rows_of_its_operations() -> None:
    """An operation that leaves four rows is copied as four."""
    raw = RawRows(url="", table="bench_raw_suppressions", like="suppressions", batch=500, rows_per_operation=4)
    sample = tuple(name.encode() for name in raw.columns)

    assert len(next(raw.batches([sample], lead_id=lambda new: new))) == 2_000
