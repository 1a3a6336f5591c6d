"""The words of which invented people and companies are made.

Phone numbers are of ranges that are kept for fiction, where the country has one.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job title, with the provider's words for it."""

    title: str
    role: str
    sub_role: str
    seniority: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people and companies are, and the jobs there.

    Attributes:
        phone: A number with `#` for each free digit, valid to libphonenumber whatever the digits.
        legal_form: Of a company.
        sole_form: Of a person trading under their own name.
    """

    country: str
    country_code: str
    city: str
    zone: str
    utc_offset: int
    degrees: tuple[int, int]
    phone: str
    legal_form: str
    sole_form: str
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """A line of business, in the words of the GICS, and what such a company says of itself."""

    sector: str
    group: str
    industry: str
    noun: str
    description: str


GIVEN_NAMES = (
    "Marisol", "Tobias", "Ngozi", "Dashiell", "Zoë", "Jürgen", "Åsa", "Łukasz", "François", "Siobhán", "Bjørn",
    "Inês", "Mehmet", "Čedomir", "Anaïs", "Giulia", "Sanne", "Thijs", "Fatoumata", "Kwabena", "Aiko", "Ravi",
    "Leïla", "Piotr", "Noor", "Eilidh", "Matěj", "Șerban", "Ōmi", "Yetunde", "Hélène", "Jörg", "Maarten",
    "Linnéa", "Sörine", "Agnieszka", "Paolo", "Ximena", "Ödön", "Birgül", "Aurélie", "Casper", "Dilnoza",
    "Emre", "Feija", "Gintarė", "Håkon", "Ilse",
)  # fmt: skip

FAMILY_NAMES = (
    "Quintave", "Lindqvarn", "Hallowaye", "Okonedo", "Brämsfeld", "van der Zwaluwe", "Ó Faoláin", "Świerkot",
    "Duchâtel", "Müllenbeck", "Ørskov", "Conceiçã", "Yıldızoğlu", "Župančev", "D'Alvano", "Kvistgård",
    "de Brouwerij", "Asantewe", "Nakashibe", "Venkatarao", "Benmoussi", "Wrzosek", "Tamminga", "MacIllvray",
    "Dvořáček", "Țurlescu", "Adébáyọ̀", "Lefèbure", "Großmeier", "Hoogstraaten", "Sjölundh", "Kowalczewska",
    "Brentazzo", "Ybarrola", "Szőnyegi", "Karadenizli", "Rousselin", "Vestergren", "Tashkenova", "Aydınlık",
    "Feikema", "Petrauskė", "Haugstvedt", "ten Kortenaar",
)  # fmt: skip

COMPANY_STARTS = (
    "Bright", "North", "Quiet", "Silber", "Kvist", "Amber", "Cobalt", "Delta", "Ever", "Fjord", "Grano",
    "Helio", "Iris", "Juniper", "Kestrel", "Linden", "Maple", "Nova", "Oker", "Pine", "Quarry", "River",
    "Sable", "Tide", "Umber", "Velo", "Werk", "Xeno", "Yarrow", "Zinc",
)  # fmt: skip

COMPANY_ENDS = (
    "kettle", "pier", "fold", "bach", "gard", "loom", "forge", "field", "dock", "crest", "mill", "stone",
    "vale", "haven", "form", "bridge", "point", "works", "lane", "yard", "wick", "borg", "ster", "quay",
)  # fmt: skip

INDUSTRIES = (
    Industry(
        sector="Information Technology",
        group="Software & Services",
        industry="Internet Software & Services",
        noun="Analytics",
        description="{name} sells planning software to mid-size distributors.",
    ),
    Industry(
        sector="Industrials",
        group="Capital Goods",
        industry="Machinery",
        noun="Anlagenbau",
        description="{name}: Maschinen und Anlagen für die Lebensmittelindustrie.",
    ),
    Industry(
        sector="Industrials",
        group="Transportation",
        industry="Air Freight & Logistics",
        noun="Logistiek",
        description="{name} vervoert gekoelde goederen door heel Europa.",
    ),
    Industry(
        sector="Health Care",
        group="Health Care Equipment & Services",
        industry="Health Care Technology",
        noun="Santé",
        description="{name} édite des logiciels d’accueil pour les hôpitaux.",
    ),
    Industry(
        sector="Financials",
        group="Diversified Financials",
        industry="Capital Markets",
        noun="Kapital",
        description="{name} förvaltar fonder åt stiftelser.",
    ),
    Industry(
        sector="Consumer Discretionary",
        group="Retailing",
        industry="Specialty Retail",
        noun="Retail",
        description="{name} runs bicycle shops and their repair services.",
    ),
)

_ENGLISH = (
    Job(title="VP of Revenue Operations", role="operations", sub_role="revenue_operations", seniority="executive"),
    Job(title="Head of Procurement", role="operations", sub_role="procurement", seniority="director"),
    Job(title="Sales Manager", role="sales", sub_role="account_executive", seniority="manager"),
    Job(title="Software Engineer", role="engineering", sub_role="software", seniority=None),
)
_GERMAN = (
    Job(title="Leiter Einkauf", role="operations", sub_role="procurement", seniority="director"),
    Job(title="Geschäftsführerin", role="leadership", sub_role="ceo", seniority="executive"),
    Job(title="Sachbearbeiter Buchhaltung", role="finance", sub_role="accounting", seniority=None),
)
_DUTCH = (
    Job(title="Hoofd Inkoop", role="operations", sub_role="procurement", seniority="director"),
    Job(title="Accountmanager Binnendienst", role="sales", sub_role="account_executive", seniority="manager"),
    Job(title="Eigenaar", role="leadership", sub_role="owner", seniority="executive"),
)
_FRENCH = (
    Job(title="Directrice des achats", role="operations", sub_role="procurement", seniority="director"),
    Job(title="Responsable marketing", role="marketing", sub_role="marketing", seniority="manager"),
    Job(title="Développeur principal", role="engineering", sub_role="software", seniority=None),
)
_SWEDISH = (
    Job(title="Inköpschef", role="operations", sub_role="procurement", seniority="manager"),
    Job(title="Verkställande direktör", role="leadership", sub_role="ceo", seniority="executive"),
)

PLACES = (
    Place(
        country="United Kingdom",
        country_code="GB",
        city="London",
        zone="Europe/London",
        utc_offset=0,
        degrees=(51, 0),
        phone="+44 20 7946 0###",
        legal_form="Ltd",
        sole_form="sole trader",
        jobs=_ENGLISH,
    ),
    Place(
        country="United States",
        country_code="US",
        city="Portland",
        zone="America/Los_Angeles",
        utc_offset=-8,
        degrees=(45, -122),
        phone="+1 503-555-01##",
        legal_form="Inc.",
        sole_form="DBA",
        jobs=_ENGLISH,
    ),
    Place(
        country="Germany",
        country_code="DE",
        city="Berlin",
        zone="Europe/Berlin",
        utc_offset=1,
        degrees=(52, 13),
        phone="+49 30 23125 ###",
        legal_form="GmbH",
        sole_form="e.K.",
        jobs=_GERMAN,
    ),
    Place(
        country="Netherlands",
        country_code="NL",
        city="Utrecht",
        zone="Europe/Amsterdam",
        utc_offset=1,
        degrees=(52, 5),
        phone="+31 20 555 01##",
        legal_form="B.V.",
        sole_form="eenmanszaak",
        jobs=_DUTCH,
    ),
    Place(
        country="France",
        country_code="FR",
        city="Lyon",
        zone="Europe/Paris",
        utc_offset=1,
        degrees=(45, 4),
        phone="+33 1 99 00 ## ##",
        legal_form="S.A.S.",
        sole_form="EI",
        jobs=_FRENCH,
    ),
    Place(
        country="Sweden",
        country_code="SE",
        city="Göteborg",
        zone="Europe/Stockholm",
        utc_offset=1,
        degrees=(57, 11),
        phone="+46 8 465 004 ##",
        legal_form="AB",
        sole_form="enskild firma",
        jobs=_SWEDISH,
    ),
)

SENSITIVE_TITLES = (
    "Trade union representative",
    "Voorzitter vakbond",
    "Gewerkschaftssekretär",
    "Pastor",
    "Délégué syndical",
)
"""Titles that tell of the person's own belief or union office (R-008)."""

EMPLOYEE_RANGES = (
    (1, 10, "1-10"),
    (11, 50, "11-50"),
    (51, 250, "51-250"),
    (251, 1_000, "251-1K"),
    (1_001, 5_000, "1K-5K"),
    (5_001, 10_000, "5K-10K"),
    (10_001, 50_000, "10K-50K"),
    (50_001, 100_000, "50K-100K"),
    (100_001, 300_000, "100K+"),
)
"""Fewest, most, and the provider's words for it."""

REVENUE_RANGES = (
    "$0-$1M", "$1M-$10M", "$10M-$50M", "$50M-$100M", "$100M-$250M", "$250M-$500M", "$500M-$1B", "$1B-$10B", "$10B+",
)  # fmt: skip
"""In the order of `EMPLOYEE_RANGES`: the larger the company, the higher."""
