"""What is owed to callers, recipients and auditors: answers, changes, audit, policies, access."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

LEAD_ID = sa.Uuid(as_uuid=False).with_variant(sa.LargeBinary(16), "sqlite")
HASH = sa.LargeBinary(32)
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENT_TRANSACTION = {"postgresql": "((pg_current_xact_id())::text)::bigint", "sqlite": "0"}


def upgrade() -> None:
    """Make the tables."""
    create_requests()
    create_changes()
    create_audit_chains()
    create_audit_entries()
    create_policies()
    create_access_tokens()
    create_installation()


def downgrade() -> None:
    """Drop them, those first that refer to others."""
    op.drop_table("installation")
    op.drop_table("access_tokens")
    op.drop_table("policies")
    op.drop_table("audit_entries")
    op.drop_table("audit_chains")
    op.drop_table("changes")
    op.drop_table("requests")


def create_requests() -> None:
    """Idempotency."""
    op.create_table(
        "requests",
        sa.Column("principal", sa.String(64), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("body_mac", HASH, nullable=False, comment="keyed hash of the body, to tell another body apart"),
        sa.Column("response", sa.LargeBinary(), comment="ids and codes; null while the call is under way"),
        sa.Column("claimed_time", INSTANT, nullable=False),
        sa.Column("delete_time", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("principal", "request_id", name="pk_requests"),
        comment="Idempotency: what a call answered, so that sending it again has no second effect. Lives 72 hours. "
        "Deleted by the retention sweep.",
    )
    op.create_index("ix_requests_delete_time", "requests", ["delete_time"])


def create_changes() -> None:
    """The change feed; its ids are never used again, so that a consumer's place in it stays true."""
    default = CURRENT_TRANSACTION[op.get_bind().dialect.name]
    op.create_table(
        "changes",
        sa.Column("change_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False, server_default=sa.text(default)),
        sa.Column("lead_id", LEAD_ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False, comment="upsert, stop, remove"),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("recorded_time", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_changes"),
        comment="What the CRM sync must be told: ids, kind and reason, never a value. Carries the lead's id until "
        "every recipient's take-back is verified. Deleted by the delivery clean-up.",
        sqlite_autoincrement=True,
    )


def create_audit_chains() -> None:
    """Heads of the audit."""
    op.create_table(
        "audit_chains",
        sa.Column("chain_id", LEAD_ID, nullable=False),
        sa.Column("writer", sa.String(40), nullable=False),
        sa.Column("opened_time", INSTANT, nullable=False),
        sa.Column("previous_chain_id", LEAD_ID, comment="the chain that this one continues after an unknown commit"),
        sa.Column("previous_sequence", sa.BigInteger()),
        sa.Column("previous_hash", HASH),
        sa.PrimaryKeyConstraint("chain_id", name="pk_audit_chains"),
        comment="One row per hash chain; one chain per writer and run. Lives as long as its entries.",
    )


def create_audit_entries() -> None:
    """Entries of the audit."""
    op.create_table(
        "audit_entries",
        sa.Column("chain_id", LEAD_ID, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_time", INSTANT, nullable=False),
        sa.Column("principal", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20)),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column(
            "detail",
            sa.Text(),
            nullable=False,
            comment="codes and counts of a closed vocabulary; no value, no id in clear",
        ),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column(
            "tokens",
            sa.LargeBinary(),
            nullable=False,
            comment="evidence tokens of the leads concerned, 16 bytes each",
        ),
        sa.Column("hash", HASH, nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "sequence", name="pk_audit_entries"),
        comment="Append-only proof of every decision, read and change (R-074). No content. Lives five years. Deleted "
        "by the retention sweep, whole chains at a time.",
    )


def create_policies() -> None:
    """The rules."""
    op.create_table(
        "policies",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("applied_time", INSTANT, nullable=False),
        sa.Column("applied_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
        comment="Every policy that was ever in force; the highest version is. Kept: decisions name their version.",
    )


def create_access_tokens() -> None:
    """The callers."""
    op.create_table(
        "access_tokens",
        sa.Column(
            "token_hash",
            HASH,
            nullable=False,
            comment="SHA-256 of 256 random bits: nothing to guess",
        ),
        sa.Column("token_id", sa.String(8), nullable=False, comment="to name a token without showing it"),
        sa.Column("principal", sa.String(64), nullable=False),
        sa.Column("issued_time", INSTANT, nullable=False),
        sa.Column("expire_time", INSTANT, nullable=False),
        sa.Column("last_used_date", sa.Date()),
        sa.Column("revoked_time", INSTANT),
        sa.PrimaryKeyConstraint("token_hash", name="pk_access_tokens"),
        sa.UniqueConstraint("token_id", name="uq_access_tokens_token_id"),
        comment="Who may call. A token names a person or a job of the policy. Lives 90 days; kept, expired or "
        "revoked, as the list of who had access.",
    )


def create_installation() -> None:
    """The database's keys."""
    op.create_table(
        "installation",
        sa.Column("installation_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "keep_fingerprint",
            sa.LargeBinary(),
            nullable=False,
            comment="of the key ring that the tokens were made with",
        ),
        sa.Column(
            "token_version",
            sa.SmallInteger(),
            nullable=False,
            comment="how many token keys are in every token (R-032)",
        ),
        sa.Column("founded_time", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("installation_id", name="pk_installation"),
        sa.CheckConstraint("installation_id = 1", name=op.f("ck_installation_one_row")),
        comment="One row: which key ring this database belongs to. A service with another ring does not start, since "
        "it would see an empty suppression list (R-034).",
    )
