"""Objections: the suppression list, its evidence, and the latch that keeps intake and objection apart."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LEAD_ID = sa.Uuid(as_uuid=False).with_variant(sa.LargeBinary(16), "sqlite")
TOKEN = sa.LargeBinary(16)
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    create_suppressions()
    create_objection_latch()
    create_objections()


def downgrade() -> None:
    """Drop them, those first that refer to others."""
    op.drop_table("objections")
    op.drop_table("objection_latch")
    op.drop_table("suppressions")


def create_suppressions() -> None:
    """The suppression list."""
    op.create_table(
        "suppressions",
        sa.Column("token", TOKEN, nullable=False),
        sa.Column("group_id", TOKEN, nullable=False, comment="one per objection, used nowhere else"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column(
            "parent_token", TOKEN, comment="the token that a linked one was added for, one step from the original"
        ),
        sa.Column("key_version", sa.SmallInteger(), nullable=False),
        sa.Column("canonicaliser_version", sa.SmallInteger(), nullable=False),
        sa.Column("created_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("token", "group_id", name="pk_suppressions"),
        comment="The suppression list (R-027): keyed tokens of people who objected. Lives as long as enrichment runs; "
        "goes only by a lift or an annulment. Usable for a yes or no, and for answering the person.",
    )
    op.create_index("ix_suppressions_group_id", "suppressions", ["group_id"])


def create_objection_latch() -> None:
    """The latch, with its row: without one, a storing statement would have nothing to read."""
    latch = op.create_table(
        "objection_latch",
        sa.Column("latch_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("latch_id", name="pk_objection_latch"),
        sa.CheckConstraint("latch_id = 1", name=op.f("ck_objection_latch_one_row")),
        comment="One empty row. Every storing transaction reads it; an objection locks the table. So nothing of an "
        "objector is stored in either order of events (R-019).",
    )
    op.bulk_insert(latch, [{"latch_id": 1}])


def create_objections() -> None:
    """Evidence of objections."""
    op.create_table(
        "objections",
        sa.Column("objection_id", LEAD_ID, nullable=False),
        sa.Column("received_time", INSTANT, nullable=False),
        sa.Column("effective_time", INSTANT, nullable=False),
        sa.Column("erase_time", INSTANT, comment="null if a privacy officer must confirm it first"),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("contact_scope", sa.String(10), nullable=False, comment="which opt-out flags a recipient is to set"),
        sa.Column("purpose", sa.String(20), comment="what the person objects to; null if they did not say"),
        sa.Column("reference", sa.String(64), comment="the desk's own case number; the contract forbids names"),
        sa.Column(
            "import_id", sa.String(64), comment="the import that it was a part of; computed from a file's digest"
        ),
        sa.Column("registered_by", sa.String(64), nullable=False),
        sa.Column("matched_leads", sa.Integer(), nullable=False),
        sa.Column("identifiers", sa.Integer(), nullable=False, comment="by how many the person was recognised"),
        sa.Column("linked_identifiers", sa.Integer(), nullable=False),
        sa.Column(
            "annulment_reason",
            sa.String(20),
            comment="why it was never theirs (R-091); null unless that is proposed",
        ),
        sa.Column("annulment_proposed_by", sa.String(64)),
        sa.Column("annulled_by", sa.String(64), comment="the second person; null while there is none"),
        sa.PrimaryKeyConstraint("objection_id", name="pk_objections"),
        comment="Evidence that an objection was honoured (R-072): dates and channel, no content, no lead id. Lives "
        "five years. Deleted by the retention sweep.",
    )
    op.create_index("ix_objections_import_id_objection_id", "objections", ["import_id", "objection_id"])
    company = sa.text("scope = 'company'")
    op.create_index("ix_objections_scope", "objections", ["scope"], postgresql_where=company, sqlite_where=company)
