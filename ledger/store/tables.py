"""Tables of the durable state. Nothing here can be derived from the chain; a backup must hold it.

Digests are 32 raw bytes, moments are seconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

Serial = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only a column of exactly the type INTEGER."""

salts = Table(
    "salts",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="the object's anchored digest"),
    Column("salt", LargeBinary(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="SHA-256(salt || stored bytes)"),
    Column("key", Text, ForeignKey("outbox.key"), nullable=False, comment="its act in the outbox"),
    Column("organisation_id", LargeBinary(32), nullable=False, comment="who publishes it"),
    Column("ocid", Text, nullable=False),
    Column("release_id", Text, nullable=False),
    Column("date", Text, nullable=False, comment="as it stands in the release"),
    Column("moment", BigInteger, nullable=False, comment="the same in microseconds since 1970, for ordering"),
    Column("tags", Text, nullable=False, comment="OCDS release tags, separated by spaces"),
    Column("source_digest", LargeBinary(32), comment="anchored digest of the original file; null for own releases"),
    Column("source_path", Text, comment="JSON Pointer of the release in the original file"),
    Column("position", BigInteger, nullable=False, comment="order of preparation, breaks ties of the same moment"),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("organisation_id", "ocid", "release_id", name="release_once"),
    Index("releases_by_position", "position"),
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("sd_digest", Text, primary_key=True, comment="as it stands in _sd, base64url"),
    Column("release_digest", LargeBinary(32), ForeignKey("releases.digest"), nullable=False),
    Column("text", Text, comment="the disclosure of RFC 9901; null once erased"),
    Column("erased_at", BigInteger),
    Column("ground", Text),
    Index("disclosures_of_release", "release_digest"),
)

embargoes = Table(
    "embargoes",
    metadata,
    Column("digest", LargeBinary(32), ForeignKey("releases.digest"), primary_key=True),
    Column("until", BigInteger, nullable=False, comment="not to be shown before (VgV section 40(3))"),
    Column("ground", Text, nullable=False),
    Column("ended_at", BigInteger, comment="when it was disclosed; null while it is embargoed"),
)

access = Table(
    "access",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("tier", Text, nullable=False, comment="who may read the object, where the class does not say it"),
)

sources = Table(
    "sources",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="anchored digest of the original file"),
    Column("organisation_id", LargeBinary(32), nullable=False),
    Column("plain_sha256", LargeBinary(32), comment="null once the original is erased"),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("organisation_id", "plain_sha256", name="source_once"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True, comment="names the act for good, such as notice:ORGANISATION:DIGEST"),
    Column("organisation_id", LargeBinary(32), nullable=False),
    Column("act", Text, nullable=False, comment="the act's name in statute.json"),
    Column("arguments", LargeBinary, nullable=False, comment="the act's arguments; never changed"),
    Column("status", Text, nullable=False, comment="prepared, sent, recorded or failed"),
    Column("transaction", LargeBinary(32), comment="hash of the transaction that carries it"),
    Column("raw", LargeBinary, comment="the signed transaction, to send the very same bytes again"),
    Column("failure", Text, comment="the named error the ledger answered with"),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("outbox_by_status", "status", "created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False, comment="account, or the name of the part of the software"),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False, comment="canonical JSON"),
    Column("entry", LargeBinary(32), nullable=False, comment="SHA-256 over the entry before and this one's fields"),
)

imports = Table(
    "imports",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("organisation_id", LargeBinary(32), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("source_digest", LargeBinary(32), comment="null if nothing of the file was used"),
    Column("report_digest", LargeBinary(32), nullable=False, comment="the report, as an erasable object"),
    Column("leaves", Integer, nullable=False),
    Column("mapped", Integer, nullable=False),
    Column("repaired", Integer, nullable=False),
    Column("unused", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("new_releases", Integer, nullable=False),
    Column("known_releases", Integer, nullable=False),
)

observations = Table(
    "observations",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True, comment="of the document in the store"),
    Column("key", Text, ForeignKey("outbox.key"), nullable=False, comment="its act in the outbox"),
    Column("organisation_id", LargeBinary(32), nullable=False),
    Column("service", Text, nullable=False, comment="address of the service, as in the document"),
    Column("created_at", BigInteger, nullable=False),
    Index("observations_of_service", "organisation_id", "service", "number"),
)

observed_days = Table(
    "observed_days",
    metadata,
    Column("organisation_id", LargeBinary(32), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("day", Text, primary_key=True, comment="a day whose export was read (ISO 8601)"),
    Column("export_sha256", LargeBinary(32), nullable=False, comment="of the export and what was looked for in it"),
)

observed_notices = Table(
    "observed_notices",
    metadata,
    Column("organisation_id", LargeBinary(32), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("ocid", Text, primary_key=True),
    Column("release_id", Text, primary_key=True),
    Column("day", Text, nullable=False, comment="in whose export it stands, or stood last"),
    Column("present", Boolean, nullable=False, comment="whether it stood there when last looked"),
    Column("release", LargeBinary(32), nullable=False, comment="the anchored release"),
    Column("original", LargeBinary(32), comment="the file as last seen; null if something of it was erased"),
    Column("differs", Boolean, nullable=False, comment="whether that file says something else than the release"),
    Index("observed_notices_by_day", "organisation_id", "service", "day"),
)

envelopes = Table(
    "envelopes",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="SHA-256 of the whole envelope, and its file's name"),
    Column("size", BigInteger, nullable=False, comment="bytes, as announced"),
    Column("held", BigInteger, nullable=False, comment="bytes that are durable here, from its start on"),
    Column("changed_at", BigInteger, nullable=False, comment="when the last of them came"),
    Column("process_id", LargeBinary(32), comment="of its header, as the next five; null until that was looked at"),
    Column("round", BigInteger),
    Column("author", LargeBinary(20)),
    Column("commitment", LargeBinary(32)),
    Column("bid_root", LargeBinary(32)),
    Column("rest_digest", LargeBinary(32)),
    Column("arrived_at", BigInteger, comment="when the last byte was durable"),
    Column("whole", Boolean, nullable=False, comment="whether its digests were compared, all bytes being here"),
    Column("committed", Boolean, nullable=False, comment="whether the ledger was seen to have its commitment"),
    Column("receiver", LargeBinary(32), comment="who promised, as the next two; null until then, never changed after"),
    Column("deliver_by", BigInteger),
    Column("signature", LargeBinary(65)),
    Index("envelopes_of_round", "process_id", "round"),
    Index("envelopes_by_commitment", "commitment"),
    # What is unfinished or unnamed stays little, whole and named envelopes become ever more.
    Index("envelopes_unfinished", "changed_at", sqlite_where=text("whole = 0"), postgresql_where=text("NOT whole")),
    Index(
        "envelopes_unnamed",
        "process_id",
        "round",
        "held",
        sqlite_where=text("committed = 0"),
        postgresql_where=text("NOT committed"),
    ),
)

relayed = Table(
    "relayed",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("raw", LargeBinary, nullable=False, comment="the signed transaction"),
    Column("account", LargeBinary(20), nullable=False, comment="its signer"),
    Column("nonce", BigInteger, nullable=False),
    Column("commitment", LargeBinary(32), comment="that it commits; null of other acts"),
    Column("expires", BigInteger, nullable=False, comment="as in the call: later the ledger refuses it"),
    Column("received_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger, comment="when it was found in a block, or was given up"),
    Column("state", Text, nullable=False, comment="waiting, recorded or refused"),
    Column("problem", Text, comment="of a refused one: name and values as JSON"),
    Index("relayed_by_state", "state", "received_at"),
    Index("relayed_of_account", "account", "nonce"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="what the tenderer signed"),
    Column("process_id", LargeBinary(32), nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("author", LargeBinary(20), nullable=False, comment="the bid's account"),
    Column("at", BigInteger, nullable=False, comment="by the tenderer's clock"),
    Column("failure", Text, nullable=False, comment="a problem's name"),
    Column("detail", Text, nullable=False),
    Column("signature", LargeBinary(65), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("receipt", LargeBinary(65), nullable=False, comment="the receiver's signature, with received_at"),
    Index("incidents_of_round", "process_id", "round", "received_at"),
)

contributions = Table(
    "contributions",
    metadata,
    Column("process_id", LargeBinary(32), primary_key=True),
    Column("round", BigInteger, primary_key=True),
    Column("commitment", LargeBinary(32), primary_key=True, comment="of the bid whose opening it is to"),
    Column("group", Integer, primary_key=True, comment="whose share: 1 officers, 2 custodians"),
    Column("index", Integer, primary_key=True, comment="of the recipient in the key set, from 1"),
    Column("account", LargeBinary(20), nullable=False, comment="who gave it"),
    Column("at", BigInteger, nullable=False),
    Column("contribution", LargeBinary, nullable=False, comment="the latest; earlier ones are on the audit trail"),
    Column("signature", LargeBinary(65), nullable=False, comment="the account's over it"),
)

rehearsals = Table(
    "rehearsals",
    metadata,
    Column("process_id", LargeBinary(32), primary_key=True),
    Column("round", BigInteger, primary_key=True),
    Column("group", Integer, primary_key=True, comment="as of contributions"),
    Column("index", Integer, primary_key=True),
    Column("deadline", BigInteger, nullable=False, comment="the round's, to which the challenge is bound"),
    Column("challenge", LargeBinary(113), comment="sealed to the recipient; null once it was answered"),
    Column("opened", LargeBinary(32), comment="SHA-256 of what was sealed; null once it was answered"),
    Column("made_at", BigInteger, nullable=False),
    Column("ready_at", BigInteger, comment="when a challenge was last opened; null: never"),
)

opening_results = Table(
    "opening_results",
    metadata,
    Column("process_id", LargeBinary(32), primary_key=True),
    Column("round", BigInteger, primary_key=True),
    Column("account", LargeBinary(20), nullable=False, comment="the officer who gave it"),
    Column("at", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="the latest, as it was given; earlier ones: audit trail"),
)

letters = Table(
    "letters",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("process_id", LargeBinary(32), nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("recipient", LargeBinary(20), nullable=False, comment="the account of a bid"),
    Column("sender", LargeBinary(20), nullable=False, comment="the officer"),
    Column("at", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("answer_round", BigInteger, comment="the round in which an answer can be handed in, sealed; null: none is"),
    Column("read_at", BigInteger, comment="when the tenderer first fetched it; null until then"),
    Index("letters_of_round", "process_id", "round", "recipient"),
)

grounds = Table(
    "grounds",
    metadata,
    Column("process_id", LargeBinary(32), primary_key=True),
    Column("round", BigInteger, primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True, comment="of salt and document, which lie in the object store"),
    Column("account", LargeBinary(20), nullable=False, comment="the officer who gave it first"),
    Column("at", BigInteger, nullable=False),
)
