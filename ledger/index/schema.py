"""The tables, one schema for SQLite and PostgreSQL.

Three kinds: what was read from the chain as it came (``blocks``, ``acts``), verified copies of release bytes
(``copies``), and what is derived from both (``DERIVED``). Only the first kind is needed to make the rest again.
Digests, identifiers and accounts are raw bytes; times are seconds; lists are JSON text.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    literal_column,
)

LAST_SECOND = 2**63 - 1
"""The latest time that a column holds; the contract takes any 64 bits."""

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

cursor = Table(
    "cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1: there is one cursor
    Column("chain_id", BigInteger, nullable=False),
    Column("genesis_hash", LargeBinary, nullable=False),
    Column("ledger", LargeBinary, nullable=False),
    Column("registry", LargeBinary, nullable=False),
    Column("first_block", BigInteger, nullable=False),  # block of deployment: nothing of ours is older
    Column("block_number", BigInteger),
    Column("block_hash", LargeBinary),
    Column("block_time", BigInteger),
    # content was taken out, and its bytes may still lie in what the database keeps besides its tables
    Column("forget_due", Boolean, nullable=False, server_default=false()),
    # how many there are: counting them anew for whoever asks costs more the more there are
    Column("acts", BigInteger, nullable=False, server_default="0"),
    Column("processes", BigInteger, nullable=False, server_default="0"),
    Column("releases", BigInteger, nullable=False, server_default="0"),
    Column("problems", BigInteger, nullable=False, server_default="0"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False, index=True),
    Column("parent_hash", LargeBinary),  # null where only logs of the block were read, not its header
    Column("time", BigInteger),
    Column("acts", Integer, nullable=False),  # blocks without any are kept only near the cursor
)

acts = Table(
    "acts",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("account", LargeBinary, nullable=False),  # ledger or registry
    Column("process_id", LargeBinary, nullable=False),  # 32 zero bytes outside a process
    Column("organisation_id", LargeBinary, nullable=False),
    Column("act", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("transaction_hash", LargeBinary, nullable=False, index=True),
    Column("transaction_index", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("data", LargeBinary, nullable=False),
    Index("ix_acts_process_id_sequence", "process_id", "sequence"),
    Index("ix_acts_organisation_id_block_number", "organisation_id", "block_number"),
)
OUTSIDE = acts.c.act > literal_column("27")
"""Acts outside any process, the registry's and organisations' own (``statute.json``); a literal, as in ``NAMING``."""

# Of the very few acts outside: process ids in an index of all acts would be one more write to a random place for each.
Index(
    "ix_acts_outside",
    acts.c.organisation_id,
    acts.c.block_number,
    acts.c.log_index,
    sqlite_where=OUTSIDE,
    postgresql_where=OUTSIDE,
)

copies = Table(
    "copies",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", LargeBinary, primary_key=True),
    Column("scheme", Text),
    Column("identifier", Text),
    Column("name", Text),
    Column("kinds", Integer, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("processes", Integer, nullable=False),
    Column("last_time", BigInteger),
    Column("list_length", BigInteger, nullable=False),
    Column("list_head", LargeBinary, nullable=False),
    Column("roles_length", BigInteger, nullable=False),
    Column("roles_head", LargeBinary, nullable=False),
)

processes = Table(
    "processes",
    metadata,
    Column("process_id", LargeBinary, primary_key=True),
    Column("organisation_id", LargeBinary, nullable=False),
    Column("parent_process_id", LargeBinary),
    Column("ocid", Text, nullable=False, index=True),
    Column("mode", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("phase", Text, nullable=False),  # status without the clock; see ledger.index.status
    Column("title", Text),
    Column("description", Text),
    Column("language", Text),
    Column("buyer_name", Text),
    Column("buyer_identifier", Text),
    Column("procurement_method", Text),
    Column("procurement_category", Text),
    Column("cpv", Text, index=True),
    Column("value_amount", Text),
    Column("value_currency", Text),
    Column("suppliers", Text, nullable=False),
    Column("award_amount", Text),
    Column("award_currency", Text),
    Column("deadline", BigInteger),
    Column("letters_sent", BigInteger),
    Column("standstill_until", BigInteger),
    Column("suspended", Boolean, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("reinstated", Boolean, nullable=False),
    Column("remands", Integer, nullable=False),
    Column("exceptions", Integer, nullable=False),
    Column("first_time", BigInteger, nullable=False),
    Column("last_time", BigInteger, nullable=False),
    Column("first_block", BigInteger, nullable=False),
    Column("last_block", BigInteger, nullable=False),
    Column("acts", Integer, nullable=False),
    Column("releases", Integer, nullable=False),
    Column("problems", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("place", Text),
    Column("month", Text, nullable=False),  # year and month of the first publication, in Germany
    Column("search", Text, nullable=False),  # see ledger.index.words and ledger.index.search_index
    Index("ix_processes_organisation_id_last_time", "organisation_id", "last_time"),
    Index("ix_processes_last_time_process_id", "last_time", "process_id"),
    Index("ix_processes_first_time_process_id", "first_time", "process_id"),
    Index("ix_processes_deadline_process_id", "deadline", "process_id"),
    Index("ix_processes_phase_deadline", "phase", "deadline"),
    # All that lists are filtered and counted by, so that neither reads a row of the table that is not shown.
    Index(
        "ix_processes_facets",
        "phase",
        "deadline",
        "standstill_until",
        "suspended",
        "mode",
        "procurement_method",
        "cpv",
        "month",
        "place",
        "buyer_name",
        "first_time",
        "organisation_id",
        "last_time",
        "process_id",
    ),
)
NAMING = (processes.c.mode != literal_column("'observed'")) & processes.c.buyer_name.is_not(None)
"""Processes that name their organisation: not those it only observes. A literal, because a database cannot tell of a
parameter that an index fits it."""

# Most processes may name nobody. Both conditions, so that no other question takes this index for a small table.
Index(
    "ix_processes_named",
    processes.c.organisation_id,
    processes.c.last_time,
    processes.c.process_id,
    sqlite_where=NAMING,
    postgresql_where=NAMING,
)

releases = Table(
    "releases",
    metadata,
    Column("process_id", LargeBinary, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("plain_digest", LargeBinary),
    Column("original_digest", LargeBinary),
    Column("act", Text, nullable=False),
    Column("kind", Text),
    Column("time", BigInteger, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("condition", Text, nullable=False, index=True),
    Column("problem", Text),
    Column("ocid", Text),
    Column("release_id", Text),
    Column("date", Text),
    Column("tags", Text, nullable=False),
    Column("language", Text),
    Column("title", Text),
    Column("value_amount", Text),
    Column("value_currency", Text),
    Column("deadline", Text),
    Column("suppliers", Text, nullable=False),
    Column("size", BigInteger),
)

lots = Table(
    "lots",
    metadata,
    Column("process_id", LargeBinary, primary_key=True),
    Column("lot", LargeBinary, primary_key=True),
    Column("lot_id", Text),
    Column("title", Text),
    Column("max_awards", Integer, nullable=False),
    Column("state", Text, nullable=False),
)

rounds = Table(
    "rounds",
    metadata,
    Column("process_id", LargeBinary, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_time", BigInteger, nullable=False),
    Column("first_deadline", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("closed_time", BigInteger),
    Column("bids_opened_time", BigInteger),
    Column("counted", BigInteger),
    Column("key_set", LargeBinary),
    Column("invited", LargeBinary),
    Column("receivers", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    # The rounds of a key set, with all that their list is put in order by.
    Index("ix_rounds_key_set", "key_set", "state", "deadline", "process_id", "round"),
)

bids = Table(
    "bids",
    metadata,
    Column("process_id", LargeBinary, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("bid", BigInteger, primary_key=True, autoincrement=False),
    Column("external", Boolean, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("author", LargeBinary),
    Column("time", BigInteger, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("admitted", Boolean, nullable=False),
    Column("present", Boolean),
    Column("supersedes", LargeBinary),
    Column("superseded", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("excluded", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

awards = Table(
    "awards",
    metadata,
    Column("process_id", LargeBinary, primary_key=True),
    Column("award", BigInteger, primary_key=True, autoincrement=False),
    Column("lot", LargeBinary, nullable=False),
    Column("round", Integer),
    Column("bid", BigInteger),
    Column("variant", LargeBinary),
    Column("state", Text, nullable=False),
    Column("announced_time", BigInteger, nullable=False),
    Column("letters_sent", BigInteger),
    Column("standstill_until", BigInteger),
    Column("concluded_time", BigInteger),
    Column("early", Boolean, nullable=False),
)

suspensions = Table(
    "suspensions",
    metadata,
    Column("process_id", LargeBinary, primary_key=True),
    Column("suspension", BigInteger, primary_key=True, autoincrement=False),
    Column("lot", LargeBinary),
    Column("time", BigInteger, nullable=False),
    Column("lifted_time", BigInteger),
)

lookup = Table(
    "lookup",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("process_id", LargeBinary, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("release", LargeBinary),
    Index("ix_lookup_process_id_sequence", "process_id", "sequence"),
)

observations = Table(
    "observations",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),  # where the act stands in ``acts``
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("organisation_id", LargeBinary, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("condition", Text, nullable=False, index=True),
    Column("problem", Text),
    Column("service", Text),
    Column("export", Text),
    Column("pulled", BigInteger),
    Column("previous", LargeBinary),
    Column("notices", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
)

notice_findings = Table(
    "notice_findings",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("process_id", LargeBinary, nullable=False),
    Column("organisation_id", LargeBinary, nullable=False),
    Column("finding", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("ocid", Text, nullable=False),
    Column("release_id", Text, nullable=False),
    Column("release", LargeBinary, nullable=False),
    Column("was", LargeBinary),
    Column("now", LargeBinary, index=True),
    Column("moved_from", Text),
    Column("changes", Text, nullable=False),
    Index("ix_notice_findings_process_id", "process_id", "block_number"),
    Index("ix_notice_findings_finding", "finding", "block_number", "log_index", "number"),
)

key_sets = Table(
    "key_sets",
    metadata,
    Column("key_set", LargeBinary, primary_key=True),
    Column("organisation_id", LargeBinary, nullable=False, index=True),
    Column("officer_threshold", Integer, nullable=False),
    Column("custodian_threshold", Integer, nullable=False),
    Column("registered_time", BigInteger, nullable=False),
    Column("registered_block", BigInteger, nullable=False),
    Column("retired_time", BigInteger),
    Column("retired_block", BigInteger),
)

key_set_recipients = Table(
    "key_set_recipients",
    metadata,
    Column("key_set", LargeBinary, primary_key=True),
    Column("group", Integer, primary_key=True, autoincrement=False),  # 1 officers, 2 custodians (docs/siegel-1.md)
    Column("number", Integer, primary_key=True, autoincrement=False),  # the index in its group, from 1
    Column("holder", LargeBinary, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("accepted_time", BigInteger),
    Column("accepted_block", BigInteger),
    Index("ix_key_set_recipients_holder", "holder", "group", "key_set"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),  # where the act stands in ``acts``
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("organisation_id", LargeBinary, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("artifact", Text, nullable=False),
    Column("name", Text),
    Column("digest", LargeBinary, nullable=False, index=True),
    Index("ix_artifacts_organisation_id", "organisation_id", "block_number", "log_index"),
)

OF_PROCESS = (processes, releases, lots, rounds, bids, awards, suspensions, lookup)
"""Tables whose rows all belong to one process and are derived from its acts and releases alone."""

OF_OBSERVATIONS = (observations, notice_findings)
"""Tables whose rows are derived from one act ObservationRecorded each, and from the document that it anchors."""

OF_KEY_SETS = (key_sets, key_set_recipients)
"""Tables whose rows are derived from the acts on key sets, which stand outside any process."""

OF_RELEASES = (copies, processes, releases, lots, lookup, organisations)
"""Tables that hold something of what releases say."""

DERIVED = (organisations, *OF_PROCESS, *OF_OBSERVATIONS, *OF_KEY_SETS, artifacts)
"""All that rebuilding empties and fills again."""


def of_same_act(left: Table, right: Table) -> ColumnElement[bool]:
    """Rows of one act: what is derived from an act outside any process is kept under the act's place on the chain."""
    return (left.c.block_number == right.c.block_number) & (left.c.log_index == right.c.log_index)
