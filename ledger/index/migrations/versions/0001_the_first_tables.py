"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acts",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("transaction_hash", sa.LargeBinary(), nullable=False),
        sa.Column("transaction_index", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_acts")),
    )
    op.create_index(op.f("ix_acts_digest"), "acts", ["digest"], unique=False)
    op.create_index("ix_acts_organisation_id_process_id", "acts", ["organisation_id", "process_id"], unique=False)
    op.create_index("ix_acts_process_id_sequence", "acts", ["process_id", "sequence"], unique=False)
    op.create_index(op.f("ix_acts_transaction_hash"), "acts", ["transaction_hash"], unique=False)
    op.create_table(
        "awards",
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("award", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot", sa.LargeBinary(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("bid", sa.BigInteger(), nullable=True),
        sa.Column("variant", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("announced_time", sa.BigInteger(), nullable=False),
        sa.Column("letters_sent", sa.BigInteger(), nullable=True),
        sa.Column("standstill_until", sa.BigInteger(), nullable=True),
        sa.Column("concluded_time", sa.BigInteger(), nullable=True),
        sa.Column("early", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "award", name=op.f("pk_awards")),
    )
    op.create_table(
        "bids",
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.LargeBinary(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("admitted", sa.Boolean(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.Column("supersedes", sa.LargeBinary(), nullable=True),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "round", "bid", name=op.f("pk_bids")),
    )
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("parent_hash", sa.LargeBinary(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=True),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_hash"), "blocks", ["hash"], unique=False)
    op.create_table(
        "copies",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_copies")),
    )
    op.create_table(
        "cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("genesis_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ledger", sa.LargeBinary(), nullable=False),
        sa.Column("registry", sa.LargeBinary(), nullable=False),
        sa.Column("first_block", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("block_hash", sa.LargeBinary(), nullable=True),
        sa.Column("block_time", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cursor")),
    )
    op.create_table(
        "lookup",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("release", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest", "kind", "process_id", "sequence", name=op.f("pk_lookup")),
    )
    op.create_index("ix_lookup_process_id", "lookup", ["process_id"], unique=False)
    op.create_table(
        "lots",
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("lot", sa.LargeBinary(), nullable=False),
        sa.Column("lot_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("max_awards", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "lot", name=op.f("pk_lots")),
    )
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=True),
        sa.Column("identifier", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kinds", sa.Integer(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("processes", sa.Integer(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=True),
        sa.Column("list_length", sa.BigInteger(), nullable=False),
        sa.Column("list_head", sa.LargeBinary(), nullable=False),
        sa.Column("roles_length", sa.BigInteger(), nullable=False),
        sa.Column("roles_head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "processes",
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("parent_process_id", sa.LargeBinary(), nullable=True),
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("buyer_name", sa.Text(), nullable=True),
        sa.Column("buyer_identifier", sa.Text(), nullable=True),
        sa.Column("procurement_method", sa.Text(), nullable=True),
        sa.Column("procurement_category", sa.Text(), nullable=True),
        sa.Column("cpv", sa.Text(), nullable=True),
        sa.Column("value_amount", sa.Text(), nullable=True),
        sa.Column("value_currency", sa.Text(), nullable=True),
        sa.Column("suppliers", sa.Text(), nullable=False),
        sa.Column("award_amount", sa.Text(), nullable=True),
        sa.Column("award_currency", sa.Text(), nullable=True),
        sa.Column("deadline", sa.BigInteger(), nullable=True),
        sa.Column("letters_sent", sa.BigInteger(), nullable=True),
        sa.Column("standstill_until", sa.BigInteger(), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("reinstated", sa.Boolean(), nullable=False),
        sa.Column("remands", sa.Integer(), nullable=False),
        sa.Column("exceptions", sa.Integer(), nullable=False),
        sa.Column("first_time", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.Column("first_block", sa.BigInteger(), nullable=False),
        sa.Column("last_block", sa.BigInteger(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("releases", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", name=op.f("pk_processes")),
    )
    op.create_index(op.f("ix_processes_cpv"), "processes", ["cpv"], unique=False)
    op.create_index("ix_processes_deadline_process_id", "processes", ["deadline", "process_id"], unique=False)
    op.create_index("ix_processes_first_time_process_id", "processes", ["first_time", "process_id"], unique=False)
    op.create_index("ix_processes_last_time_process_id", "processes", ["last_time", "process_id"], unique=False)
    op.create_index(op.f("ix_processes_ocid"), "processes", ["ocid"], unique=False)
    op.create_index(
        "ix_processes_organisation_id_last_time", "processes", ["organisation_id", "last_time"], unique=False
    )
    op.create_table(
        "releases",
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("plain_digest", sa.LargeBinary(), nullable=True),
        sa.Column("original_digest", sa.LargeBinary(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("ocid", sa.Text(), nullable=True),
        sa.Column("release_id", sa.Text(), nullable=True),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("value_amount", sa.Text(), nullable=True),
        sa.Column("value_currency", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("suppliers", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("process_id", "sequence", name=op.f("pk_releases")),
    )
    op.create_index(op.f("ix_releases_condition"), "releases", ["condition"], unique=False)
    op.create_index(op.f("ix_releases_digest"), "releases", ["digest"], unique=False)
    op.create_table(
        "rounds",
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_time", sa.BigInteger(), nullable=False),
        sa.Column("first_deadline", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("closed_time", sa.BigInteger(), nullable=True),
        sa.Column("bids_opened_time", sa.BigInteger(), nullable=True),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("key_set", sa.LargeBinary(), nullable=True),
        sa.Column("invited", sa.LargeBinary(), nullable=True),
        sa.Column("receivers", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "round", name=op.f("pk_rounds")),
    )
    op.create_table(
        "suspensions",
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("suspension", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot", sa.LargeBinary(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("lifted_time", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("process_id", "suspension", name=op.f("pk_suspensions")),
    )
