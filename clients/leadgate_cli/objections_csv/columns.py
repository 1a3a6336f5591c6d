"""Which column is what, by its head in Dutch, English, German or French."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_SHOWN = 40
"""The most characters of a head that are shown."""


class Column(StrEnum):
    """What a column can hold, as it is shown to people."""

    EMAIL = "e-mail address"
    PHONE = "phone number"
    NAME = "name"
    FIRST_NAME = "first name"
    NAME_PREFIX = "name prefix"
    LAST_NAME = "last name"
    COMPANY_DOMAIN = "company domain"
    LEAD_ID = "lead id"
    CRM_RECORD_ID = "CRM record id"
    RECEIVED = "received"
    REFERENCE = "reference"


IDENTIFYING = frozenset(
    {Column.EMAIL, Column.PHONE, Column.NAME, Column.FIRST_NAME, Column.LAST_NAME, Column.LEAD_ID, Column.CRM_RECORD_ID}
)
"""Columns of which a file must have one: without any, no row could name anybody."""

_HEADS: Mapping[Column, str] = {
    Column.EMAIL: """
        email mail emailaddress mailaddress workemail businessemail
        emailadres mailadres zakelijkemail werkemail zakelijkemailadres
        emailadresse mailadresse courriel adresseemail adressemail adressecourriel adresseelectronique
    """,
    Column.PHONE: """
        phone phonenumber telephone telephonenumber tel telno mobile mobilephone mobilenumber cell cellphone
        directphone directline directnumber workphone businessphone
        telefoon telefoonnummer telefoonnr mobiel mobielnummer mobieletelefoon gsm gsmnummer doorkiesnummer
        telefon telefonnummer telefonnr rufnummer handy handynummer mobil mobiltelefon mobilnummer durchwahl
        numerodetelephone telephonemobile telephoneportable portable mobiletelephone lignedirecte
    """,
    Column.NAME: """
        name fullname contactname personname contactperson
        naam volledigenaam contactpersoon naamcontactpersoon
        vollstandigername ansprechpartner ansprechpartnerin nom nomcomplet nometprenom prenometnom
    """,
    Column.FIRST_NAME: "firstname givenname forename voornaam roepnaam vorname prenom",
    Column.NAME_PREFIX: "middlename infix tussenvoegsel tussenvoegsels namensvorsatz particule",
    Column.LAST_NAME: "lastname surname familyname achternaam familienaam nachname familienname nomdefamille",
    Column.COMPANY_DOMAIN: """
        domain companydomain website websites site web www url companywebsite companyurl homepage
        domein bedrijfsdomein domeinnaam bedrijfswebsite websitebedrijf
        webseite internetseite unternehmenswebsite firmendomain unternehmensdomain
        domaine siteweb siteinternet domainedelentreprise sitewebdelentreprise
    """,
    Column.LEAD_ID: "leadid leadgateid leadgateleadid externalid externalleadid",
    Column.CRM_RECORD_ID: """
        crmid crmrecordid crmreference recordid salesforceid salesforcerecordid hubspotid contactid
        crmrecord crmnummer crmkenmerk datensatzid crmdatensatzid
    """,
    Column.RECEIVED: """
        received receiveddate receivedtime receivedat receivedon datereceived objectiondate objecteddate
        ontvangen ontvangenop ontvangstdatum datumontvangst datumontvangen datumbezwaar bezwaardatum
        eingegangen eingegangenam eingangsdatum eingang erhalten erhaltenam widerspruchsdatum
        recu recule datedereception datereception datedopposition
    """,
    Column.REFERENCE: """
        reference ref referenceno referencenumber caseid caseno casenumber ticket ticketid ticketno ticketnumber
        referentie referentienummer kenmerk zaaknummer dossiernummer ticketnummer
        referenz aktenzeichen vorgangsnummer fallnummer numerodereference numerodedossier numerodeticket
    """,
}
_BY_HEAD = {head: column for column, heads in _HEADS.items() for head in heads.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which cells of a row are what.

    Attributes:
        count: How many columns there are.
        read: Every column that is read, by its position.
        heads: The heads of those, by position, as far as they are shown.
        ignored: The heads of the others, as far as they are shown.
    """

    count: int
    read: Mapping[int, Column]
    heads: Mapping[int, str]
    ignored: Sequence[str]

    @property
    def can_identify(self) -> bool:
        """Whether any column can name a person."""
        return not IDENTIFYING.isdisjoint(self.read.values())


def familiarity(heads: Iterable[str]) -> int:
    """Say how many of some cells are heads that are known."""
    return sum(_plain(head) in _BY_HEAD for head in heads)


def find_columns(heads: Sequence[str], *, crm_known: bool) -> Columns:
    """Say which column is what.

    Args:
        heads: The first row.
        crm_known: It is known which CRM's records, of which kind, are meant; else their ids say nothing.
    """
    found = {position: _BY_HEAD.get(_plain(head)) for position, head in enumerate(heads)}
    read = {
        position: column
        for position, column in found.items()
        if column is not None and (crm_known or column is not Column.CRM_RECORD_ID)
    }
    return Columns(
        count=len(heads),
        read=read,
        heads={position: _shown(heads[position]) for position in read},
        ignored=[_shown(head) for position, head in enumerate(heads) if position not in read and head.strip()],
    )


def _plain(head: str) -> str:
    """Leave letters alone, without case and accents, so that `E-Mail 2` is `email`."""
    letters = unicodedata.normalize("NFKD", head[: 2 * MOST_SHOWN]).casefold()
    return "".join(letter for letter in letters if letter.isalpha())


def _shown(head: str) -> str:
    one_line = " ".join(head.split())
    return one_line if len(one_line) <= MOST_SHOWN else f"{one_line[: MOST_SHOWN - 1]}…"
