"""The schema, to be read as a data-protection document.

Each table says what it is for, how long a row lives, what it is keyed by, and who deletes it. The content of a
provider's answer is in `leads` and nowhere else; its columns are the eleven fields of `domain.fields` and no more
(R-001). No e-mail address, no raw answer and no name of an unknown attribute has a column anywhere (R-003).

A *token* is 16 bytes of a keyed hash (`keys.KeepRing.token`): it can be compared, not read.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[Any]):
    """A moment in UTC, to the microsecond: `timestamptz` on PostgreSQL, ISO text (which sorts) on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """Choose the column type of the dialect."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))


class current_transaction(FunctionElement[int]):  # noqa: N801 - reads as SQL
    """The id of the writing transaction, by which a feed knows that nothing older can still commit (P11).

    SQLite has one writer, so the order of its change ids is the order of its commits, and zero says so.
    """

    inherit_cache = True


@compiles(current_transaction, "postgresql")
def _current_transaction_postgresql(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "((pg_current_xact_id())::text)::bigint"


@compiles(current_transaction, "sqlite")
def _current_transaction_sqlite(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "0"


LeadId = Uuid(as_uuid=False).with_variant(LargeBinary(16), "sqlite")
Token = LargeBinary(16)
Serial = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)

_ERASED = text("erase_time IS NOT NULL")
OF_COMPANY = text("scope = 'company'")
"""Which of the objections are companies': few, and looked for in so many words, for an index that has no others."""

leads = Table(
    "leads",
    metadata,
    Column("lead_id", LeadId, primary_key=True, comment="UUIDv7; also the CRM's external id"),
    Column(
        "key_token", Token, nullable=False, unique=True, comment="exact e-mail, or a company's domain: the identity"
    ),
    Column("personal", Boolean, nullable=False, comment="false: company data of a legal person, no notice, no rights"),
    Column("company_name", String(255)),
    Column("company_description", String(255)),
    Column("company_domain", String(253), comment="company_website without its https://"),
    Column("revenue_lower", BigInteger),
    Column("revenue_upper", BigInteger),
    Column("employees_lower", BigInteger),
    Column("employees_upper", BigInteger),
    Column("company_industry", String(100)),
    Column("job_function", String(50)),
    Column("seniority", String(10)),
    Column("sealed", LargeBinary, comment="full_name, job_title, phone_number: AES-256-GCM, key of expire_date"),
    Column("phone_kind", String(10)),
    Column("employee_band", String(10)),
    Column("revenue_band", String(10)),
    Column("approximate", Boolean, nullable=False, comment="the provider matched the person only approximately"),
    Column("pinned_fields", SmallInteger, nullable=False, comment="bit per field that the person corrected (R-059)"),
    Column("origin", String(20), nullable=False),
    Column("country_code", String(2)),
    Column("legal_form", String(40)),
    Column("relationship", String(10), nullable=False),
    Column("purposes", String(120), nullable=False, comment="those of the assessment (R-004, R-011)"),
    Column("lawful_basis", String(20), nullable=False),
    Column("assessment_version", String(40), nullable=False, comment="the assessment that covers it (R-004, R-009)"),
    Column("policy_version", BigInteger, nullable=False, comment="the policy it was last decided under"),
    Column(
        "first_obtained_date",
        Date,
        nullable=False,
        comment="the clock's start; only an earlier one moves it",
    ),
    Column("expire_date", Date, nullable=False, comment="the last day held (R-040)"),
    Column("notice_due_date", Date, comment="one month after first_obtained_date; null for company data (R-061)"),
    Column("restricted_time", Instant, comment="Art. 18: withheld, unchanged, not swept"),
    Column("suppressed_time", Instant, comment="Art. 21: unreadable since"),
    Column("erase_time", Instant, comment="when suppressed content is due; null if it is only withheld (R-031)"),
    Column("until_named", Boolean, nullable=False, comment="withheld as a business, until somebody is named (R-013)"),
    Column("phone_withheld", Boolean, nullable=False, comment="somebody who shares the direct line objected (R-031)"),
    CheckConstraint("lawful_basis = 'legitimate_interest'", name="one_basis"),
    CheckConstraint("personal = (notice_due_date IS NOT NULL)", name="notice_for_persons"),
    CheckConstraint("expire_date >= first_obtained_date", name="expires_after_start"),
    Index(None, "company_industry", "lead_id"),
    Index(None, "job_function", "lead_id"),
    Index(None, "seniority", "lead_id"),
    Index(None, "company_domain", "lead_id"),
    Index(None, "employee_band", "lead_id"),
    Index(None, "revenue_band", "lead_id"),
    Index(None, "expire_date"),
    Index(None, "erase_time", postgresql_where=_ERASED, sqlite_where=_ERASED),
    comment="Content: the eleven fields and their closed metadata. Lives until expire_date (weeks), an objection or an "
    "erasure. Keyed by key_token. Withheld from reads at once; deleted by the retention sweep and by erasure.",
)
"""What is held of a person at work, or of a company."""

lead_sources = Table(
    "lead_sources",
    metadata,
    Column("lead_id", LeadId, ForeignKey("leads.lead_id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("record_token", Token, nullable=False, comment="of the provider's own id of the person or company"),
    Column("first_obtained_date", Date, nullable=False),
    Column("obtained_time", Instant, nullable=False),
    Column("fields", SmallInteger, nullable=False, comment="bit per field whose present value is this source's"),
    comment="Provenance: which provider supplied which field, when (Art. 14(2)(f), 15(1)(g)). Lives and dies with its "
    "lead, deleted by cascade.",
)
"""Which provider supplied what."""

crm_references = Table(
    "crm_references",
    metadata,
    Column("lead_id", LeadId, ForeignKey("leads.lead_id", ondelete="CASCADE"), primary_key=True),
    Column("record_token", Token, primary_key=True, comment="one for a record, however its id is written"),
    Column("recipient", String(40), nullable=False),
    Column("object", String(40), nullable=False),
    Column("record_id", String(40), nullable=False),
    Index(None, "record_token"),
    comment="The CRM records that a lead is known to be. Lives and dies with its lead, deleted by cascade.",
)
"""Which CRM record a lead is."""

lookups = Table(
    "lookups",
    metadata,
    Column("key_token", Token, primary_key=True, comment="of the address or domain that was asked about"),
    Column("source", String(40), primary_key=True),
    Column("personal", Boolean, nullable=False),
    Column("outcome", String(10), nullable=False, comment="asking, found, miss, queued, failed"),
    Column("asked_time", Instant, nullable=False),
    Column("answered_time", Instant, comment="of the last found or miss; repeat_after counts from it"),
    Column("first_obtained_date", Date, nullable=False, comment="of the acquisition: the clock that outlives the lead"),
    Column("expire_date", Date, comment="last day of what was acquired; null while nothing of a person was stored"),
    Column("delete_date", Date, nullable=False, comment="last day of this record"),
    comment="Memory of every acquisition, without content (R-092): so that letting a lead lapse cannot restart its "
    "clock. Lives 12 months from first acquisition and never shorter than its lead. Deleted by the retention sweep.",
)
"""Who was bought, when, from whom: no content."""

aliases = Table(
    "aliases",
    metadata,
    Column("key_token", Token, primary_key=True, comment="of the address or domain under which somebody is known"),
    Column("token", Token, primary_key=True, comment="of another identifier of the same person"),
    Column("kind", String(20), nullable=False),
    Index(None, "token"),
    comment="What else a person is known by (R-030): so that an objection reaches it, and two keys of one person share "
    "a clock (R-041). Tokens only, added and never replaced. Lives as long as the lead or the look-up record of its "
    "key, deleted with the later of the two.",
)
"""Which identifiers belong to one person."""

suppressions = Table(
    "suppressions",
    metadata,
    Column("token", Token, primary_key=True),
    Column("group_id", Token, primary_key=True, comment="one per objection, used nowhere else"),
    Column("kind", String(20), nullable=False),
    Column("scope", String(10), nullable=False),
    Column("parent_token", Token, comment="the token that a linked one was added for, one step from the original"),
    Column("key_version", SmallInteger, nullable=False),
    Column("canonicaliser_version", SmallInteger, nullable=False),
    Column("created_date", Date, nullable=False),
    Index(None, "group_id"),
    comment="The suppression list (R-027): keyed tokens of people who objected. Lives as long as enrichment runs; goes "
    "only by a lift or an annulment. Usable for a yes or no, and for answering the person.",
)
"""Who must not be processed."""

objection_latch = Table(
    "objection_latch",
    metadata,
    Column("latch_id", SmallInteger, primary_key=True, autoincrement=False),
    CheckConstraint("latch_id = 1", name="one_row"),
    comment="One empty row. Every storing transaction reads it; an objection locks the table. So nothing of an "
    "objector is stored in either order of events (R-019).",
)
"""What makes an objection and an intake exclude each other."""

objections = Table(
    "objections",
    metadata,
    Column("objection_id", LeadId, primary_key=True),
    Column("received_time", Instant, nullable=False),
    Column("effective_time", Instant, nullable=False),
    Column("erase_time", Instant, comment="null if a privacy officer must confirm it first"),
    Column("scope", String(10), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("contact_scope", String(10), nullable=False, comment="which opt-out flags a recipient is to set"),
    Column("purpose", String(20), comment="what the person objects to; null if they did not say"),
    Column("reference", String(64), comment="the desk's own case number; the contract forbids names"),
    Column("import_id", String(64), comment="the import that it was a part of; computed from a file's digest"),
    Column("registered_by", String(64), nullable=False),
    Column("matched_leads", Integer, nullable=False),
    Column("identifiers", Integer, nullable=False, comment="by how many the person was recognised"),
    Column("linked_identifiers", Integer, nullable=False),
    Column("annulment_reason", String(20), comment="why it was never theirs (R-091); null unless that is proposed"),
    Column("annulment_proposed_by", String(64)),
    Column("annulled_by", String(64), comment="the second person; null while there is none"),
    Index(None, "import_id", "objection_id"),
    Index(None, "scope", postgresql_where=OF_COMPANY, sqlite_where=OF_COMPANY),
    comment="Evidence that an objection was honoured (R-072): dates and channel, no content, no lead id. Lives five "
    "years. Deleted by the retention sweep.",
)
"""That somebody objected, and when it took effect."""

requests = Table(
    "requests",
    metadata,
    Column("principal", String(64), primary_key=True),
    Column("request_id", String(64), primary_key=True),
    Column("body_mac", LargeBinary(32), nullable=False, comment="keyed hash of the body, to tell another body apart"),
    Column("response", LargeBinary, comment="ids and codes; null while the call is under way"),
    Column("claimed_time", Instant, nullable=False),
    Column("delete_time", Instant, nullable=False),
    Index(None, "delete_time"),
    comment="Idempotency: what a call answered, so that sending it again has no second effect. Lives 72 hours. Deleted "
    "by the retention sweep.",
)
"""What was answered to which request."""

changes = Table(
    "changes",
    metadata,
    Column("change_id", Serial, primary_key=True, autoincrement=True),
    Column("transaction_id", BigInteger, nullable=False, server_default=current_transaction()),
    Column("lead_id", LeadId, nullable=False),
    Column("kind", String(10), nullable=False, comment="upsert, stop, remove"),
    Column("reason", String(20), nullable=False),
    Column("recorded_time", Instant, nullable=False),
    comment="What the CRM sync must be told: ids, kind and reason, never a value. Carries the lead's id until every "
    "recipient's take-back is verified. Deleted by the delivery clean-up.",
    sqlite_autoincrement=True,  # an id that was deleted is never used again: a consumer's place in the feed stays true
)
"""What changed, in the order a consumer may rely on."""

audit_chains = Table(
    "audit_chains",
    metadata,
    Column("chain_id", LeadId, primary_key=True),
    Column("writer", String(40), nullable=False),
    Column("opened_time", Instant, nullable=False),
    Column("previous_chain_id", LeadId, comment="the chain that this one continues after an unknown commit"),
    Column("previous_sequence", BigInteger),
    Column("previous_hash", LargeBinary(32)),
    comment="One row per hash chain; one chain per writer and run. Lives as long as its entries.",
)
"""The heads' family tree."""

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("chain_id", LeadId, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("recorded_time", Instant, nullable=False),
    Column("principal", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("purpose", String(20)),
    Column("outcome", String(40), nullable=False),
    Column("count", Integer, nullable=False),
    Column("detail", Text, nullable=False, comment="codes and counts of a closed vocabulary; no value, no id in clear"),
    Column("policy_version", BigInteger, nullable=False),
    Column("tokens", LargeBinary, nullable=False, comment="evidence tokens of the leads concerned, 16 bytes each"),
    Column("hash", LargeBinary(32), nullable=False),
    comment="Append-only proof of every decision, read and change (R-074). No content. Lives five years. Deleted by "
    "the retention sweep, whole chains at a time.",
)
"""What was done, by whom, for what."""

policies = Table(
    "policies",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("yaml", Text, nullable=False),
    Column("applied_time", Instant, nullable=False),
    Column("applied_by", String(64), nullable=False),
    comment="Every policy that was ever in force; the highest version is. Kept: decisions name their version.",
)
"""The rules, as applied."""

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True, comment="SHA-256 of 256 random bits: nothing to guess"),
    Column("token_id", String(8), nullable=False, unique=True, comment="to name a token without showing it"),
    Column("principal", String(64), nullable=False),
    Column("issued_time", Instant, nullable=False),
    Column("expire_time", Instant, nullable=False),
    Column("last_used_date", Date),
    Column("revoked_time", Instant),
    comment="Who may call. A token names a person or a job of the policy. Lives 90 days; kept, expired or revoked, as "
    "the list of who had access.",
)
"""Who may call."""

installation = Table(
    "installation",
    metadata,
    Column("installation_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("keep_fingerprint", LargeBinary, nullable=False, comment="of the key ring that the tokens were made with"),
    Column("token_version", SmallInteger, nullable=False, comment="how many token keys are in every token (R-032)"),
    Column("founded_time", Instant, nullable=False),
    CheckConstraint("installation_id = 1", name="one_row"),
    comment="One row: which key ring this database belongs to. A service with another ring does not start, since it "
    "would see an empty suppression list (R-034).",
)
"""Which keys belong to this database."""
