"""The first format of the state database; the meaning of each column stands in ``ledger/store/tables.py``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("tier", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("entry", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "imports",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(32), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("source_digest", sa.LargeBinary(32)),
        sa.Column("report_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("leaves", sa.Integer, nullable=False),
        sa.Column("mapped", sa.Integer, nullable=False),
        sa.Column("repaired", sa.Integer, nullable=False),
        sa.Column("unused", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("new_releases", sa.Integer, nullable=False),
        sa.Column("known_releases", sa.Integer, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("organisation_id", sa.LargeBinary(32), nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("arguments", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("transaction", sa.LargeBinary(32)),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("failure", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("outbox_by_status", "outbox", ["status", "created_at"])
    op.create_table(
        "releases",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("key", sa.Text, sa.ForeignKey("outbox.key"), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(32), nullable=False),
        sa.Column("ocid", sa.Text, nullable=False),
        sa.Column("release_id", sa.Text, nullable=False),
        sa.Column("date", sa.Text, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("source_digest", sa.LargeBinary(32)),
        sa.Column("source_path", sa.Text),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("organisation_id", "ocid", "release_id", name="release_once"),
    )
    op.create_index("releases_by_position", "releases", ["position"])
    op.create_table(
        "salts",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("organisation_id", sa.LargeBinary(32), nullable=False),
        sa.Column("plain_sha256", sa.LargeBinary(32)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("organisation_id", "plain_sha256", name="source_once"),
    )
    op.create_table(
        "disclosures",
        sa.Column("sd_digest", sa.Text, primary_key=True),
        sa.Column("release_digest", sa.LargeBinary(32), sa.ForeignKey("releases.digest"), nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("erased_at", sa.BigInteger),
        sa.Column("ground", sa.Text),
    )
    op.create_index("disclosures_of_release", "disclosures", ["release_digest"])
    op.create_table(
        "embargoes",
        sa.Column("digest", sa.LargeBinary(32), sa.ForeignKey("releases.digest"), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    _append_only()


def _append_only() -> None:
    """The audit trail refuses changes in the database itself, not only in our code."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
    )
