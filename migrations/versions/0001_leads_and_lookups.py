"""Found the database: content, and the look-up records that outlive it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LEAD_ID = sa.Uuid(as_uuid=False).with_variant(sa.LargeBinary(16), "sqlite")
TOKEN = sa.LargeBinary(16)
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    create_leads()
    create_lead_sources()
    create_crm_references()
    create_lookups()
    create_aliases()


def downgrade() -> None:
    """Drop them, those first that refer to others."""
    op.drop_table("aliases")
    op.drop_table("lookups")
    op.drop_table("crm_references")
    op.drop_table("lead_sources")
    op.drop_table("leads")


def create_leads() -> None:
    """Content."""
    op.create_table(
        "leads",
        *identity_columns(),
        *field_columns(),
        *standing_columns(),
        sa.PrimaryKeyConstraint("lead_id", name="pk_leads"),
        sa.UniqueConstraint("key_token", name="uq_leads_key_token"),
        sa.CheckConstraint("lawful_basis = 'legitimate_interest'", name=op.f("ck_leads_one_basis")),
        sa.CheckConstraint("personal = (notice_due_date IS NOT NULL)", name=op.f("ck_leads_notice_for_persons")),
        sa.CheckConstraint("expire_date >= first_obtained_date", name=op.f("ck_leads_expires_after_start")),
        comment="Content: the eleven fields and their closed metadata. Lives until expire_date (weeks), an objection "
        "or an erasure. Keyed by key_token. Withheld from reads at once; deleted by the retention sweep and by "
        "erasure.",
    )
    op.create_index("ix_leads_expire_date", "leads", ["expire_date"])
    erased = sa.text("erase_time IS NOT NULL")
    op.create_index("ix_leads_erase_time", "leads", ["erase_time"], postgresql_where=erased, sqlite_where=erased)
    filters = ("company_industry", "job_function", "seniority", "company_domain", "employee_band", "revenue_band")
    for column in filters:
        op.create_index(f"ix_leads_{column}_lead_id", "leads", [column, "lead_id"])


def identity_columns() -> list[sa.Column[object]]:
    """Who a lead is, as tokens."""
    return [
        sa.Column("lead_id", LEAD_ID, nullable=False, comment="UUIDv7; also the CRM's external id"),
        sa.Column("key_token", TOKEN, nullable=False, comment="exact e-mail, or a company's domain: the identity"),
        sa.Column(
            "personal",
            sa.Boolean(),
            nullable=False,
            comment="false: company data of a legal person, no notice, no rights",
        ),
    ]


def field_columns() -> list[sa.Column[object]]:
    """What is known: the eleven fields."""
    return [
        sa.Column("company_name", sa.String(255)),
        sa.Column("company_description", sa.String(255)),
        sa.Column("company_domain", sa.String(253), comment="company_website without its https://"),
        sa.Column("revenue_lower", sa.BigInteger()),
        sa.Column("revenue_upper", sa.BigInteger()),
        sa.Column("employees_lower", sa.BigInteger()),
        sa.Column("employees_upper", sa.BigInteger()),
        sa.Column("company_industry", sa.String(100)),
        sa.Column("job_function", sa.String(50)),
        sa.Column("seniority", sa.String(10)),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            comment="full_name, job_title, phone_number: AES-256-GCM, key of expire_date",
        ),
    ]


def standing_columns() -> list[sa.Column[object]]:
    """Under which rules a lead is held, and until when."""
    return [
        sa.Column("phone_kind", sa.String(10)),
        sa.Column("employee_band", sa.String(10)),
        sa.Column("revenue_band", sa.String(10)),
        sa.Column(
            "approximate", sa.Boolean(), nullable=False, comment="the provider matched the person only approximately"
        ),
        sa.Column(
            "pinned_fields",
            sa.SmallInteger(),
            nullable=False,
            comment="bit per field that the person corrected (R-059)",
        ),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("country_code", sa.String(2)),
        sa.Column("legal_form", sa.String(40)),
        sa.Column("relationship", sa.String(10), nullable=False),
        sa.Column("purposes", sa.String(120), nullable=False, comment="those of the assessment (R-004, R-011)"),
        sa.Column("lawful_basis", sa.String(20), nullable=False),
        sa.Column(
            "assessment_version", sa.String(40), nullable=False, comment="the assessment that covers it (R-004, R-009)"
        ),
        sa.Column("policy_version", sa.BigInteger(), nullable=False, comment="the policy it was last decided under"),
        sa.Column(
            "first_obtained_date",
            sa.Date(),
            nullable=False,
            comment="the clock's start; only an earlier one moves it",
        ),
        sa.Column("expire_date", sa.Date(), nullable=False, comment="the last day held (R-040)"),
        sa.Column(
            "notice_due_date",
            sa.Date(),
            comment="one month after first_obtained_date; null for company data (R-061)",
        ),
        sa.Column("restricted_time", INSTANT, comment="Art. 18: withheld, unchanged, not swept"),
        sa.Column("suppressed_time", INSTANT, comment="Art. 21: unreadable since"),
        sa.Column("erase_time", INSTANT, comment="when suppressed content is due; null if it is only withheld (R-031)"),
        sa.Column(
            "until_named",
            sa.Boolean(),
            nullable=False,
            comment="withheld as a business, until somebody is named (R-013)",
        ),
        sa.Column(
            "phone_withheld",
            sa.Boolean(),
            nullable=False,
            comment="somebody who shares the direct line objected (R-031)",
        ),
    ]


def create_lead_sources() -> None:
    """Provenance."""
    op.create_table(
        "lead_sources",
        sa.Column("lead_id", LEAD_ID, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("record_token", TOKEN, nullable=False, comment="of the provider's own id of the person or company"),
        sa.Column("first_obtained_date", sa.Date(), nullable=False),
        sa.Column("obtained_time", INSTANT, nullable=False),
        sa.Column(
            "fields",
            sa.SmallInteger(),
            nullable=False,
            comment="bit per field whose present value is this source's",
        ),
        sa.PrimaryKeyConstraint("lead_id", "source", name="pk_lead_sources"),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.lead_id"], name="fk_lead_sources_lead_id_leads", ondelete="CASCADE"
        ),
        comment="Provenance: which provider supplied which field, when (Art. 14(2)(f), 15(1)(g)). Lives and dies with "
        "its lead, deleted by cascade.",
    )


def create_crm_references() -> None:
    """The CRM's records."""
    op.create_table(
        "crm_references",
        sa.Column("lead_id", LEAD_ID, nullable=False),
        sa.Column("record_token", TOKEN, nullable=False, comment="one for a record, however its id is written"),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("object", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "record_token", name="pk_crm_references"),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.lead_id"], name="fk_crm_references_lead_id_leads", ondelete="CASCADE"
        ),
        comment="The CRM records that a lead is known to be. Lives and dies with its lead, deleted by cascade.",
    )
    op.create_index("ix_crm_references_record_token", "crm_references", ["record_token"])


def create_lookups() -> None:
    """Look-up records."""
    op.create_table(
        "lookups",
        sa.Column("key_token", TOKEN, nullable=False, comment="of the address or domain that was asked about"),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False, comment="asking, found, miss, queued, failed"),
        sa.Column("asked_time", INSTANT, nullable=False),
        sa.Column("answered_time", INSTANT, comment="of the last found or miss; repeat_after counts from it"),
        sa.Column(
            "first_obtained_date",
            sa.Date(),
            nullable=False,
            comment="of the acquisition: the clock that outlives the lead",
        ),
        sa.Column(
            "expire_date", sa.Date(), comment="last day of what was acquired; null while nothing of a person was stored"
        ),
        sa.Column("delete_date", sa.Date(), nullable=False, comment="last day of this record"),
        sa.PrimaryKeyConstraint("key_token", "source", name="pk_lookups"),
        comment="Memory of every acquisition, without content (R-092): so that letting a lead lapse cannot restart "
        "its clock. Lives 12 months from first acquisition and never shorter than its lead. Deleted by the retention "
        "sweep.",
    )


def create_aliases() -> None:
    """What else a person is known by."""
    op.create_table(
        "aliases",
        sa.Column("key_token", TOKEN, nullable=False, comment="of the address or domain under which somebody is known"),
        sa.Column("token", TOKEN, nullable=False, comment="of another identifier of the same person"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("key_token", "token", name="pk_aliases"),
        comment="What else a person is known by (R-030): so that an objection reaches it, and two keys of one person "
        "share a clock (R-041). Tokens only, added and never replaced. Lives as long as the lead or the look-up record "
        "of its key, deleted with the later of the two.",
    )
    op.create_index("ix_aliases_token", "aliases", ["token"])
