"""What is known of an objector, and what therefore does not come back: each row is tried, and printed in README.md."""

from dataclasses import dataclass
from enum import StrEnum

from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.objector import Company, NameAtCompany, Objector
from leadgate_service.domain.register import SourceName

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person

LINE = "+31205550123"
RECORD = crm_record("00Q1")
ELSEWHERE = "i.vermolen@oldharbour.example.org"
HARBOUR = "oldharbour.example.org"
SHOP = "janetrader.example.org"
SOLE = "eenmanszaak"


class Answer(StrEnum):
    """What becomes of an answer that comes after the objection, in the words of README.md."""

    NOT_ASKED_FOR = "nobody is asked, and it is refused"
    REFUSED = "it is refused"
    WITHOUT_NUMBER = "it is taken in without the number"
    TAKEN_IN = "it is taken in"


class Lead(StrEnum):
    """What becomes of a lead that was there before the objection, in the words of README.md."""

    ERASED = "**unreadable** at once, and erased"
    WITHHELD = "**unreadable** at once, and kept until it is known whose it is"
    WITHOUT_NUMBER = "stays, without the number"
    STAYS = "stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Attributes:
        known: What is known of the objector, in words.
        comes: What comes back, in words.
        answer: What becomes of it when it comes after the objection.
        lead: What becomes of it when it was there before.
        objector: Who objects.
        back: What comes back.
        held: What is held of the objector before anything else; None for nothing.
    """

    known: str
    comes: str
    answer: Answer
    lead: Lead
    objector: Objector | Company
    back: Candidate
    held: Candidate | None = None


def answer(  # noqa: PLR0913 - each has a default, and a row names one or two
    email: str = ELSEWHERE,
    name: str | None = "Somebody Else",
    *,
    record_id: str | None = None,
    phone: str | None = None,
    works_at: str | None = None,
    has_record: bool = False,
) -> Candidate:
    """Build what a source says of somebody; beside what is named here nothing connects it with anybody."""
    return candidate(
        said=intake(email, crm_record=RECORD if has_record else None),
        source=SourceName.HUNTER,
        person=person(name, id=record_id, phone=phone),
        company=company(works_at, id=None) if works_at else None,
    )


BY_ADDRESS = Objector(emails=(IDA,))
NAMED = NameAtCompany("Ida Vermolen", HARBOUR)
HELD = answer(IDA, "Ida Vermolen", record_id="person-ida", phone=LINE, works_at=HARBOUR, has_record=True)
"""What is known of Ida when she objects by her address: the same for all rows that begin with it."""

ROWS = [
    Row(
        known="an address",
        comes="the address in any writing: capitals, `+tags`, full-width letters",
        answer=Answer.NOT_ASKED_FOR,
        lead=Lead.ERASED,
        objector=BY_ADDRESS,
        back=answer("ＩＤＡ.Vermolen+news@NorthPier.example.com"),
    ),
    Row(
        known="an address; a source's id of the person is held",
        comes="the id, with a new name, employer and address",
        answer=Answer.REFUSED,
        lead=Lead.ERASED,
        objector=BY_ADDRESS,
        held=HELD,
        back=answer(record_id="person-ida"),
    ),
    Row(
        known="an address; a CRM record is held",
        comes="the record, with another address",
        answer=Answer.NOT_ASKED_FOR,
        lead=Lead.ERASED,
        objector=BY_ADDRESS,
        held=HELD,
        back=answer(has_record=True),
    ),
    Row(
        known="an address; name and direct line are held",
        comes="name and line together, at another company",
        answer=Answer.REFUSED,
        lead=Lead.ERASED,
        objector=BY_ADDRESS,
        held=HELD,
        back=answer("ida@third.example.net", "Vermolen, drs. Ida", phone=LINE),
    ),
    Row(
        known="an address; name and direct line are held",
        comes="a colleague on the same line",
        answer=Answer.WITHOUT_NUMBER,
        lead=Lead.WITHOUT_NUMBER,
        objector=BY_ADDRESS,
        held=HELD,
        back=answer(name="Ben Okafor", phone=LINE),
    ),
    Row(
        known="an address; name and company are held",
        comes="somebody of that name at that company",
        answer=Answer.REFUSED,
        lead=Lead.STAYS,
        objector=BY_ADDRESS,
        held=HELD,
        back=answer(name="Ida Vermolen"),
    ),
    Row(
        known="an address",
        comes="a colleague at the same company",
        answer=Answer.TAKEN_IN,
        lead=Lead.STAYS,
        objector=BY_ADDRESS,
        held=HELD,
        back=answer("ben.okafor@northpier.example.com", "Ben Okafor", works_at=HARBOUR),
    ),
    Row(
        known="an address",
        comes="the same person with nothing in common with what is known: nobody can tell",
        answer=Answer.TAKEN_IN,
        lead=Lead.STAYS,
        objector=BY_ADDRESS,
        held=HELD,
        back=answer("ida@third.example.net", "Ida Vermolen"),
    ),
    Row(
        known="a CRM record alone",
        comes="the record, with any address",
        answer=Answer.NOT_ASKED_FOR,
        lead=Lead.ERASED,
        objector=Objector(crm_records=(RECORD,)),
        back=answer(has_record=True),
    ),
    Row(
        known="a name with a direct line",
        comes="name and line together",
        answer=Answer.REFUSED,
        lead=Lead.ERASED,
        objector=Objector(names=(NAMED,), phones=(LINE,)),
        back=answer("ida@third.example.net", "Ida Vermolen", phone=LINE),
    ),
    Row(
        known="a name at a company, and no more",
        comes="somebody of that name at that company",
        answer=Answer.REFUSED,
        lead=Lead.WITHHELD,
        objector=Objector(names=(NAMED,)),
        back=answer(name="Ida Vermolen"),
    ),
    Row(
        known="a name at a company, and an address, a number or a record that nobody here has",
        comes="somebody of that name at that company",
        answer=Answer.REFUSED,
        lead=Lead.WITHHELD,
        objector=Objector(names=(NAMED,), emails=("ida@unknown.example.net",), phones=("+31612345678",)),
        back=answer(name="Ida Vermolen"),
    ),
    Row(
        known="a name at a company, and an address that somebody here has",
        comes="somebody else of that name at that company",
        answer=Answer.REFUSED,
        lead=Lead.STAYS,
        objector=Objector(names=(NAMED,), emails=(IDA,)),
        held=HELD,
        back=answer(name="Ida Vermolen"),
    ),
    Row(
        known="a direct line, and no more",
        comes="anybody on that line",
        answer=Answer.WITHOUT_NUMBER,
        lead=Lead.WITHOUT_NUMBER,
        objector=Objector(phones=(LINE,)),
        back=answer(phone=LINE),
    ),
    Row(
        known="an address at a domain that is no mail provider's",
        comes="a business there that is one person's, without a name",
        answer=Answer.NOT_ASKED_FOR,
        lead=Lead.WITHHELD,
        objector=Objector(emails=(f"jane@{SHOP}",)),
        back=candidate(said=of_domain(SHOP, legal_form=SOLE), company=company(SHOP, name="Trading", id=None)),
    ),
    Row(
        known="a company's domain: the whole company objects",
        comes="the company, or anybody there or at a sub-domain",
        answer=Answer.NOT_ASKED_FOR,
        lead=Lead.ERASED,
        objector=Company(domains=(HARBOUR,)),
        back=answer(f"ben.okafor@lab.{HARBOUR}", "Ben Okafor"),
    ),
]
