"""A file of objections as it comes: whatever its bytes are, it is read row by row, and no row is lost."""

import codecs
import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from leadgate.v1.objection_service_pb2 import CONTACT_SCOPE_ALL
from leadgate_cli.objections_csv.columns import Column, familiarity, find_columns
from leadgate_cli.objections_csv.reading import MOST_CHARACTERS, MOST_LINES, Cells, Table, opened_table
from leadgate_cli.objections_csv.rows import MOST_REMEMBERED, Outcome, Reading, Result, ToSend, read_rows

MEGABYTE = 10**6

AWKWARD = st.sampled_from(['"', '""', ",", ";", "\t", "\r\n", "\n", "\r", "\0", "=", " ", "a@example.com", "é", "x"])
"""What a file is made of that somebody edited by hand."""


def rows_of(raw: bytes) -> list[Cells]:
    """The heads of a file with these bytes, and the cells of all rows behind them."""
    with opened_table(io.BytesIO(raw), familiarity) as table:
        return [list(table.heads), *(cells for _, cells in table.rows)]


def understood(raw: bytes, *, crm: tuple[str, str] | None = None) -> Iterator[ToSend | Result]:
    """What is to be sent, or has become, of each row of a file with these bytes."""
    with opened_table(io.BytesIO(raw), familiarity) as table:
        yield from read_all(table, crm=crm)


def read_all(table: Table, *, crm: tuple[str, str] | None = None) -> Iterator[ToSend | Result]:
    """What is to be sent, or has become, of each row."""
    columns = find_columns(table.heads, crm_known=crm is not None)
    reading = Reading(columns=columns, country="NL", crm=crm, contact_scope=CONTACT_SCOPE_ALL)
    return read_rows(table.rows, reading)


def only(raw: bytes) -> ToSend | Result:
    """What is to be sent, or has become, of the one row."""
    (row,) = understood(raw)
    return row


def letters(text: str) -> str:
    """A text without what may part or quote cells."""
    return "".join(letter for letter in text if letter not in '"\r\n,;\t' and not letter.isspace())


@given(st.lists(AWKWARD, max_size=60).map("".join) | st.text(max_size=80))
@example('email\n"a@example.com\nb@example.com\n"c@example.com","x" y\n')
@example('a","\n' * 5)
def test_nothing_that_is_written_gets_lost(text: str) -> None:
    """However quotation marks, delimiters and line breaks are mixed, every other character is in a cell, in order."""
    cells = [cell for row in rows_of(text.encode("utf-8", "replace")) for cell in row or ()]
    assert letters("".join(cells)) == letters(text.encode("utf-8", "replace").decode())


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda tail: b"email;phone\n" + tail))
@example(b"\xff\xfea")
@example(b"\xff\xfe\0\0a")
@example(b"sep=")
@example(b"email\n=\xff\xc3")
def test_no_bytes_are_too_odd(raw: bytes) -> None:
    """Whatever a file holds, each row that is not empty is understood or refused, once, under its own number."""
    numbers = [row.row for row in understood(raw)]
    assert numbers == sorted(set(numbers))


@given(st.lists(st.text("ab@ \0'=;\t", max_size=8), max_size=20), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_line_without_quotation_marks_is_a_row(lines: list[str], end: str) -> None:
    """The numbers are those of the lines, of which the first names the columns; empty ones are passed over."""
    raw = end.join(["email,phone", *lines, ""]).encode()
    expected = [number for number, line in enumerate(lines, start=2) if line.strip(" \t")]
    assert [row.row for row in understood(raw)] == expected


ROWS = [["Naam", "E-mail", "Telefoon"], ["Zoë, van\nDam", "zoe@example.com", "020 555 0123"], ['Bo "B" Wit', "", "€"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_spreadsheets_are_read_as_they_are_saved(encoding: str, delimiter: str, end: str) -> None:
    """Encoding and delimiter are found out, and quoted delimiters, line breaks and marks belong to their cell."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=end).writerows(ROWS)
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    assert rows_of(mark + written.getvalue().encode(encoding)) == ROWS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(encoding: str) -> None:
    """Exports of databases leave the mark away: the NULs between the letters tell, accents or not."""
    text = "E-Mail-Adresse;Téléphone\na@example.com;\nsep=;\n"
    assert rows_of(text.encode(encoding)) == [["E-Mail-Adresse", "Téléphone"], ["a@example.com", ""], ["sep=", ""]]
    assert rows_of("sep=;\nemail;ref\na@example.com;1\n".encode(encoding))[1] == ["a@example.com", "1"]


def test_a_file_may_be_joined_from_two_encodings() -> None:
    """What is no UTF-8 is read as Western Excel writes it, without harm to what is."""
    joined = "naam,email\nZoë,a\n".encode() + "Zoë,b".encode("cp1252")
    assert rows_of(joined)[1:] == [["Zoë", "a"], ["Zoë", "b"]]


def test_excels_own_first_line_names_the_delimiter() -> None:
    """`sep=` is obeyed, and is no row: spreadsheets do not count it."""
    raw = b"sep=|\r\nemail|phone\r\na@example.com|1\r\n"
    assert rows_of(raw) == [["email", "phone"], ["a@example.com", "1"]]
    assert only(raw).row == 2


def test_a_mark_that_nothing_closes_swallows_no_row() -> None:
    """A stray quotation mark is text; the rows behind it are read as if it were not there."""
    stray = b'naam,email\n"Ida,a@example.com\nBo,b@example.com\n"Cor, de ""C""",c@example.com\n'
    assert rows_of(stray)[1:] == [
        ['"Ida', "a@example.com"],
        ["Bo", "b@example.com"],
        ['Cor, de "C"', "c@example.com"],
    ]
    assert rows_of(b'naam,email\n"Ida" Dam,a@example.com\n')[1:] == [["Ida Dam", "a@example.com"]]


def test_a_file_in_quotation_marks_is_not_held_in_memory() -> None:
    """Behind a mark that is open for too many lines the rows are read one by one, each once."""
    lines = b"a@example.com\n" * (3 * MOST_LINES)
    assert len(rows_of(b'email\n"x\n' + lines)) == 3 * MOST_LINES + 2
    assert len(rows_of(b'email\n"x\n' + lines + b'y"\n')) == 3 * MOST_LINES + 3
    assert len(rows_of(b"email\n" + b'a","\n' * (3 * MOST_LINES))) == 3 * MOST_LINES + 1


@pytest.mark.parametrize("quoted", [True, False])
def test_a_cell_of_a_megabyte_is_read(quoted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A long remark is no reason to refuse an objection; a row that is longer still is refused, and no other."""
    remark = "x" * MEGABYTE
    cell = f'"{remark[:-1]}\n"' if quoted else remark
    first, second, third = understood(
        f"opmerking,email\n{cell},a@example.com\n{'x' * MOST_CHARACTERS},b@example.com\ny,c@example.com\n".encode()
    )
    assert isinstance(first, ToSend)
    assert second == Result(3, Outcome.INVALID, rule="must be a row of at most 1,250,000 characters")
    assert isinstance(third, ToSend)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Of rows that were understood nothing stays but a digest."""
    file = tmp_path / "list.csv"
    with file.open("w", encoding="utf-8") as written:
        written.write("email,remark\n")
        written.writelines(f"p{number}@example.com,{'x' * 2_000}\n" for number in range(4_000))
    with file.open("rb") as stream, opened_table(stream, familiarity) as table:
        tracemalloc.start()
        try:
            count = sum(1 for _ in read_all(table))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert count == 4_000
    assert peak < 3 * MEGABYTE


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ("E-mail;Telefoon;Naam;Bedrijfsdomein;Ontvangen op;Referentie", "nl"),
        ("Email Address;Phone;Full name;Website;Date received;Case number", "en"),
        ("E-Mail-Adresse;Telefonnummer;Ansprechpartner;Webseite;Eingangsdatum;Aktenzeichen", "de"),
        ("Adresse e-mail;Téléphone;Nom;Site web;Date de réception;Numéro de dossier", "fr"),
        ("MAIL;GSM;contactpersoon;URL;ontvangstdatum;kenmerk", "mixed"),
    ],
)
def test_columns_are_known_in_four_languages(heads: str, expected: str) -> None:
    """Case, accents, spaces and hyphens do not matter."""
    columns = find_columns(heads.split(";"), crm_known=False)
    assert list(columns.read.values()) == [
        Column.EMAIL,
        Column.PHONE,
        Column.NAME,
        Column.COMPANY_DOMAIN,
        Column.RECEIVED,
        Column.REFERENCE,
    ], expected


def test_a_column_can_come_twice() -> None:
    """`E-mail 1` and `E-mail 2` are both addresses of the person; of other columns the first that is filled counts."""
    row = only(b"E-mail 1,E-mail 2,Reference,Ref\na@example.com,b@example.com,,7\n")
    assert isinstance(row, ToSend)
    assert (list(row.item.objector.emails), row.item.reference) == (["a@example.com", "b@example.com"], "7")


@pytest.mark.parametrize(
    ("heads", "cells", "name"),
    [
        ("naam", "Ida van Dam", "Ida van Dam"),
        ("voornaam,tussenvoegsel,achternaam", "Ida,van,Dam", "Ida van Dam"),
        ("Vorname,Name", "Ida,Dam", "Ida Dam"),
        ("Nom,Prénom", "Dam,Ida", "Ida Dam"),
        ("Nachname", "Dam", "Dam"),
    ],
)
def test_a_name_is_put_together(heads: str, cells: str, name: str) -> None:
    """First name, prefix and last name are one name, whichever of them is called `name`."""
    row = only(f"email,website,{heads}\na@example.com,https://www.northpier.example.com/x,{cells}\n".encode())
    assert isinstance(row, ToSend)
    (told,) = row.item.objector.names
    assert (told.full_name, told.company_domain) == (name, "northpier.example.com")


@pytest.mark.parametrize("domain", ["", "n/a", "n.v.t.", "-", "=HYPERLINK(1)", "http://[", "example", "geen website."])
def test_what_is_no_domain_costs_nobody_their_objection(domain: str) -> None:
    """Where a website should be there is often something else: then the name is left out, and the address counts."""
    row = only(f"email;naam;website\na@example.com;Ida Dam;{domain}\n".encode())
    assert isinstance(row, ToSend)
    assert not row.item.objector.names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:30:00+01:00", datetime(2026, 3, 1, 11, 30, tzinfo=UTC)),
        ("2026-03-01T23:30:00Z", datetime(2026, 3, 1, 23, 30, tzinfo=UTC)),
        ("2026-03-01 12:30", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01 00:00:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("1-3-2026", datetime(2026, 3, 1, tzinfo=UTC)),
        ("01/03/2026", datetime(2026, 3, 1, tzinfo=UTC)),
        ("01.03.2026 12:30:05", datetime(2026, 3, 1, tzinfo=UTC)),
        ("24.11.2026 10:30", datetime(2026, 11, 24, tzinfo=UTC)),
        ("46350", datetime(2026, 11, 24, tzinfo=UTC)),
        ("30000", datetime(1982, 2, 18, tzinfo=UTC)),
        ("", None),
    ],
)
def test_days_are_read_as_europe_writes_them(text: str, expected: datetime | None) -> None:
    """ISO 8601, the day before the month, or a spreadsheet's number; of a time without a zone only the day counts."""
    row = only(f"email,received\na@example.com,{text}\n".encode())
    assert isinstance(row, ToSend)
    assert row.item.received_time == expected


@pytest.mark.parametrize(
    "text",
    [
        "31-31-2026",
        "03/25/2026",
        "11/24/2026",
        "24 november 2026",
        "yesterday",
        "29999",
        "60000",
        "4635",
        "463500",
        "-46350",
        "46350.5",
        "1-3-26",
        "0001-01-01T00:00+23:00",
    ],
)
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    """A day that cannot be read is left out, and costs nobody their objection."""
    row = only(f"email,received\na@example.com,{text}\n".encode())
    assert isinstance(row, ToSend)
    assert (row.item.received_time, [one.field for one in row.left_out]) == (None, ["received_time"])
    nobody = only(f"email,name,received\n,Ida Dam,{text}\n".encode())
    assert nobody == Result(2, Outcome.NEEDS_IDENTIFIER)


@pytest.mark.parametrize(
    ("head", "cell", "field"),
    [
        ("email", '=HYPERLINK("mailto:a@example.com")', "objector.emails[0]"),
        ("email", "=a@example.com", "objector.emails[0]"),
        ("email", "'a@example.com", "objector.emails[0]"),
        ("email", "+a@example.com", "objector.emails[0]"),
        ("email", "-a@example.com", "objector.emails[0]"),
        ("email", "@a@example.com", "objector.emails[0]"),
        ("phone", '="0205550123"', "objector.phones[0]"),
        ("lead id", "=1+1", "objector.lead_ids[0]"),
        ("reference", "=1+1", "reference"),
        ("name", "=1+1", "objector.names[0]"),
        ("first name,last name", "Ida,=1+1", "objector.names[0]"),
        ("email", "a" * 255, "objector.emails[0]"),
        ("phone", "1" * 65, "objector.phones[0]"),
        ("reference", "1" * 65, "reference"),
    ],
)
def test_formulas_and_long_cells_are_left_out(head: str, cell: str, field: str) -> None:
    """An address inside a formula is not guessed, no cell makes a message too long, and the row counts by the rest."""
    written = io.StringIO()
    heads, cells = (head.split(","), cell.split(",")) if "," in head else ([head], [cell])
    csv.writer(written).writerows([["crm id", *heads], ["00Q1", *cells]])
    (row,) = understood(written.getvalue().encode(), crm=("salesforce", "Lead"))
    assert isinstance(row, ToSend)
    assert [one.field for one in row.left_out] == [field]
    sent = row.item.objector
    assert [one.record_id for one in sent.crm_references] == ["00Q1"]
    assert not any((sent.emails, sent.phones, sent.lead_ids, sent.names, row.item.reference))


@pytest.mark.proves("R-026")
def test_a_row_of_which_no_identifier_can_be_read_is_invalid() -> None:
    """The first is named; where there is none at all, the row needs one."""
    rows = understood(b"email,phone,received\n=A1,=B1,soon\n,,soon\n")
    assert list(rows) == [
        Result(2, Outcome.INVALID, field="objector.emails[0]", rule="must be a value, not a formula"),
        Result(3, Outcome.NEEDS_IDENTIFIER),
    ]


def test_what_is_told_of_a_row_names_its_own_cells() -> None:
    """Where cells before it were left out, a field of what was sent has another number in the row."""
    row = only(b"e-mail 1,e-mail 2,e-mail 3,phone 1,phone 2\n=A1,a@example.com,b,=B1,0205550100\n")
    assert isinstance(row, ToSend)
    assert [row.told(field) for field in ("objector.emails[1]", "objector.phones[0].number", "objector", "")] == [
        "objector.emails[2]",
        "objector.phones[1].number",
        "objector",
        "",
    ]


def test_a_leading_sign_is_not_always_a_formula() -> None:
    """A number with its country, and a name that begins with an apostrophe, are what they are."""
    row = only(b"phone,name,domain\n+31 20 555 0123,'t Hooft,northpier.example.com\n")
    assert isinstance(row, ToSend)
    assert row.item.objector.phones[0].number == "+31 20 555 0123"
    assert row.item.objector.names[0].full_name == "'t Hooft"


def test_ragged_rows_are_read_as_far_as_they_are_clear() -> None:
    """What is missing is empty and a tail of empty cells is nothing; with more cells than heads they may be shifted."""
    short, tail, long = understood(b"email,name\na@example.com\nb@example.com,Bo,,\nc@example.com,Pit, Cor\n")
    assert isinstance(short, ToSend)
    assert isinstance(tail, ToSend)
    assert long == Result(4, Outcome.INVALID, rule="must not have more cells than the row of heads")


@pytest.mark.proves("R-026")
def test_a_name_alone_is_not_guessed_at() -> None:
    """A reseller's file of names gets NEEDS_IDENTIFIER for each row, with or without a company."""
    rows = understood(b"naam,website\nIda Dam,northpier.example.com\nBo Wit,\n,northpier.example.com\n")
    assert [row.outcome for row in rows if isinstance(row, Result)] == [Outcome.NEEDS_IDENTIFIER] * 3


def test_the_second_of_two_equal_rows_is_a_duplicate() -> None:
    """The case of an address does not matter; another date or case number is an objection of its own."""
    raw = b"email,ref\na@example.com,1\nA@Example.com,1\na@example.com,2\n\na@example.com,1\n"
    rows = list(understood(raw))
    assert [row.row for row in rows if isinstance(row, ToSend)] == [2, 4]
    assert [row for row in rows if isinstance(row, Result)] == [
        Result(3, Outcome.DUPLICATE, duplicate_of=2),
        Result(6, Outcome.DUPLICATE, duplicate_of=2),
    ]


def test_only_so_many_rows_are_remembered() -> None:
    """Behind the last rows that are remembered a duplicate is sent again, which changes nothing for the person."""
    between = "".join(f"p{number}@x\n" for number in range(MOST_REMEMBERED - 1))
    again = [row.row for row in understood(f"email\na@x\n{between}a@x\nb@x\na@x\n".encode()) if isinstance(row, Result)]
    assert again == [MOST_REMEMBERED + 2]
    assert MOST_REMEMBERED >= 100_000


def test_a_crms_record_ids_count_if_the_crm_is_known() -> None:
    """The id of a record says nothing without the CRM and the kind of record."""
    raw = b"Salesforce ID,email\n00Q1,\n"
    (known,) = understood(raw, crm=("salesforce", "Lead"))
    assert isinstance(known, ToSend)
    (reference,) = known.item.objector.crm_references
    assert (reference.recipient, reference.object, reference.record_id) == ("salesforce", "Lead", "00Q1")
    assert find_columns(["Salesforce ID", "email"], crm_known=False).ignored == ["Salesforce ID"]


@pytest.mark.proves("P17")
def test_a_row_shows_nothing_when_it_is_printed() -> None:
    """A traceback that happens to print a row, or a file, shows nobody's data."""
    with opened_table(io.BytesIO(b"email\nkanarie@example.com\n"), familiarity) as table:
        (row,) = read_all(table)
    with opened_table(io.BytesIO(b"kanarie\n"), familiarity) as without_heads:
        assert "kanarie" not in repr(row) + repr(without_heads)
