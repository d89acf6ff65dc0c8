"""The names of all failures.

One name per failure everywhere: the Solidity error, the class here, the API problem's ``type`` and the sentence on
the page. A class's ``sentence`` is the English message with the values that belong to it as ``{placeholders}``;
it is also the message id for translation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from ledger.bid_number import spoken_bid, spoken_bids

MOMENTS = frozenset(
    {
        "arrival",
        "arrivedAt",
        "deadline",
        "deliverBy",
        "dispatched",
        "expires",
        "latest",
        "least",
        "most",
        "ripe",
        "standstillEnd",
        "time",
        "until",
    }
)
"""Values that the contracts give in seconds since 1970."""

# When such a number can be nothing else.
_MOMENTS_FROM, _MOMENTS_TO = 10**9, 253_402_300_799


class SiegelError(Exception):
    """Base of every failure this software names itself.

    ``values`` holds the offending values by name; ``status`` is the HTTP status the API answers with (RFC 9457).
    ``numbers_of_bids``: which of the values are bids by the ledger's number; the sentence has them as people count.
    """

    sentence: ClassVar[str] = "Something failed."
    status: ClassVar[int] = 400
    numbers_of_bids: ClassVar[frozenset[str]] = frozenset({"bid"})

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.sentence_in(self.sentence))

    @property
    def name(self) -> str:
        """The failure's one name, as in the contract, the API and the page."""
        return type(self).__name__

    def sentence_in(self, translated: str) -> str:
        """``translated``, the sentence in another language, with this failure's values."""
        shown = {
            name: _spoken_bids(value) if name in self.numbers_of_bids else value for name, value in self.values.items()
        }
        return _filled(translated, shown)


def _spoken_bids(value: Any) -> Any:
    """A bid's number, or several, as people count; all else as it is."""
    if isinstance(value, int):
        return spoken_bid(value)
    return spoken_bids(value) if isinstance(value, list | tuple) else value


def _filled(sentence: str, values: Mapping[str, Any]) -> str:
    # Reasons that other failures gave are whole sentences; their full stop and ours would be two.
    shown = {
        name: value.removesuffix(".") if isinstance(value, str) and f"{{{name}}}." in sentence else value
        for name, value in values.items()
    }
    return sentence.format_map(_Shown(shown))


class _Shown(dict[str, Any]):
    """Shows bytes as hex, moments as people write them, and ``?`` for a value that was not given: reporting a failure
    never fails itself."""

    def __missing__(self, key: str) -> str:
        return "?"

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if isinstance(value, bytes):
            return "0x" + value.hex()
        return shown_moment(value) if key in MOMENTS else value


def shown_moment(value: Any) -> Any:
    """Seconds since 1970 as people write them; all else, and numbers that can be no moment, as it is."""
    if isinstance(value, int) and _MOMENTS_FROM <= value <= _MOMENTS_TO:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return value


# --- settings and command line -------------------------------------------------------------------------------------


class SettingInvalid(SiegelError):
    """A setting of ``siegel.toml``, ``SIEGEL_*`` or a flag has the wrong kind of value, or no such setting exists.

    The value itself is never told: it may be a database's address with its password.
    """

    sentence = "The setting {setting} cannot be used: {why}."


class RootsUnusable(SettingInvalid):
    """The file of a time-stamping authority's root certificates cannot be read, or holds none."""

    sentence = "The roots of the time-stamping authority {authority} cannot be used: {path}: {why}."


class RootsShared(SettingInvalid):
    """Whoever holds a root that two time-stamping authorities have in common could speak for both."""

    sentence = "The time-stamping authorities {one} and {other} have a root in common."


class HomeMissing(SiegelError):
    """There is no home folder at the place where one was expected."""

    sentence = "There is no home folder at {home}: siegel init makes a new town, siegel join a home in an existing one."
    status = 404


class HomeExists(SiegelError):
    """A home folder is never written over: keys and salts in it exist nowhere else."""

    sentence = "{home} is not empty. Choose another folder, or look at what is there with: siegel doctor --home {home}"
    status = 409


class DemoInUse(SiegelError):
    """Another process makes or shows the town of this folder."""

    sentence = "Another siegel demo is making or showing the town in {home}. End it, or choose a folder with --home."
    status = 409


class HomeVersionUnknown(SiegelError):
    """The home folder was written by newer software."""

    sentence = "The home folder {home} has the format {found}; this software knows formats up to {known}. Update it."
    status = 409


class BackupPassphraseMissing(SiegelError):
    """A backup is to be made or opened and nobody is there to be asked for its passphrase."""

    sentence = (
        "The backup {file} needs a passphrase of its own: type it, name a file with --passphrase-file (first line), "
        "set SIEGEL_BACKUP_PASSPHRASE, or use a key: --recipient for siegel backup, --identity for siegel restore."
    )


class BackupPassphraseReused(SiegelError):
    """One secret for both would let whoever opens the backup use the key."""

    sentence = "The backup's passphrase opens {key}, too: whoever opens the backup could use that key. Choose another."


class PassphraseMissing(SiegelError):
    """A key is needed and nobody is there to be asked for its passphrase."""

    sentence = (
        "The key {key} needs its passphrase: type it when asked, or name a file with SIEGEL_PASSPHRASE_FILE "
        "(first line)."
    )


class NewPassphraseMissing(SiegelError):
    """A key is to get another passphrase, and nobody is there to be asked for it."""

    sentence = (
        "The key {key} needs its new passphrase: type it when asked, or name a file with --new-file (first line)."
    )


class PassphraseUnchanged(SiegelError):
    """A key is to get the passphrase that it has."""

    sentence = "The new passphrase of the key {key} is the old one. Choose another; nothing was changed."
    status = 409


class KeyUnknown(SiegelError):
    """No key of this name lies in the home folder."""

    sentence = "There is no key named {key} in {folder}. Known: {known}."
    status = 404


class KeyNameInvalid(SiegelError):
    """A key's name is a file name: small letters, digits and hyphens."""

    sentence = "{key} cannot be a key's name: use up to 40 small letters, digits and hyphens, a letter first."


class DeploymentMissing(SiegelError):
    """The home names no deployed smart contracts."""

    sentence = "No smart contracts are known in {home}. Deploy them with: siegel deploy --home {home}"
    status = 404


class DeploymentExists(SiegelError):
    """The home names deployed smart contracts already; a second deployment would hide the first one's acts."""

    sentence = "Smart contracts are deployed already: {path}."
    status = 409


class ArgumentInvalid(SiegelError):
    """An argument on the command line has the wrong shape."""

    sentence = "{argument} cannot be {value}: {why}."


class ArgumentMissing(ArgumentInvalid):
    """An argument on the command line, or the setting that stands in for it, is needed here and was not given."""

    sentence = "{argument} is missing: {why}."


class OcidUnknown(SiegelError):
    """The organisation has no process of that ocid on the ledger: mistyped, or another organisation's."""

    sentence = "Organisation {organisation_id} has no process {ocid} on the ledger."
    status = 404


class ReleaseOfOtherProcess(SiegelError):
    sentence = "The release is one of {ocid}, but the act is one of the process {processId}; another one is needed."


class TermsContradictRelease(SiegelError):
    """The ledger and the notice would say different things of one procedure."""

    sentence = "{argument} says {given}, the release says {stated}. Both must say the same: bidders rely on either."


class ReleaseAnchoredAlready(SiegelError):
    sentence = "Release {release_id} of {ocid} is on the ledger already; an act is published by a release of its own."
    status = 409


class SecondPersonNotOther(SiegelError):
    sentence = "{name} is to act with {name}: a joint act needs two different people."


class SecondPersonMissing(SiegelError):
    """Nobody alone performs this act, and the command names no way to the others."""

    sentence = (
        "{act} needs more than one person: name the other's key with --together-with NAME, or write a proposal to mail "
        "with --propose FILE."
    )


class CheckFailed(SiegelError):
    """A check of the demo did not see what it must see."""

    sentence = "{seen}"


class NodeNotStarted(SiegelError):
    """The embedded chain's own process ended before it answered."""

    sentence = "The chain could not be started: {why}"
    status = 503


class NodeEnded(SiegelError):
    """The embedded chain's own process ended while it was needed; what it answered is on the disk."""

    sentence = "The chain's own process ended with code {code}. Start again: nothing that was answered is lost. {why}"
    status = 503


class FileUnusable(SiegelError):
    """The operating system refuses a file or folder: missing, not permitted, disk full."""

    sentence = "{path} cannot be used: {why}."


class BuyerForeign(SiegelError):
    """A notice of another buyer is anchored by an observer only, so that nobody takes it for the buyer's own."""

    sentence = "The release is of the buyer {buyer}, not of {publisher}; siegel import --observer anchors it as seen."
    status = 403


class ProposalUnreadable(SiegelError):
    """A proposal file is damaged or is none."""

    sentence = "{path} is not a proposal that can be approved: {why}."


class ProposalForOtherLedger(SiegelError):
    """A proposal belongs to another chain or ledger than the one it was to be approved on."""

    sentence = "The proposal is for the ledger {theirs} on chain {their_chain}; this is {ours} on chain {our_chain}."
    status = 409


class ProposalNotStanding(SiegelError):
    """The first half of a proposal does not stand on the ledger (any more): revoked, expired, executed, ended by a
    change of process or roles, or never recorded."""

    sentence = "The first half of this proposal does not stand on the ledger: {why}."
    status = 409


class ErasureUnchosen(SiegelError):
    """Nothing was named that is to be erased; ``places`` are those of the release that can be."""

    sentence = "Choose what to erase with --field POINTER, --all or --original. Fields that can be erased: {places}"


class ErasureUnreadable(SiegelError):
    """A document that is to say what FieldsErased erases does not say it."""

    sentence = "The list of what is to be erased cannot be read: {why}."


class ErasureForeign(SiegelError):
    """A list of what is to be erased names something that the act it refers to did not publish."""

    sentence = "The list of what is to be erased does not match what act number {ref} published."
    status = 409


class ApprovalDeclined(SiegelError):
    """The second officer read the proposal and did not agree."""

    sentence = "Not approved. Nothing was sent."
    status = 409


class BackupUnreadable(SiegelError):
    """A backup cannot be opened: wrong passphrase or key, damaged, or no backup of ours."""

    sentence = "{path} cannot be read as a backup: {why}."


class BackupDiffers(SiegelError):
    """What stands in a backup is not what its own list of digests says."""

    sentence = "The backup differs in {entry}: expected the digest {expected}, got {got}."
    status = 409


class BackupExists(SiegelError):
    """A backup is never written over an existing file."""

    sentence = "{path} exists already; a backup never overwrites."
    status = 409


class BackupIncomplete(SiegelError):
    """The home cannot be saved as it stands."""

    sentence = "The home cannot be saved: {why}."
    status = 409


# --- releases and their files (ledger/ocds) -------------------------------------------------------------------------


class FileEmpty(SiegelError):
    """A file to import holds no bytes, or only white space."""

    sentence = "The file is empty."


class ReleaseTooLarge(SiegelError):
    """A release, or what is concealed of it, is longer than evidence can hold (``docs/bundle-1.md``)."""

    sentence = "The release, or what is concealed of it, has {size} bytes; at most {limit} can be anchored."
    status = 413


class FileTooLarge(SiegelError):
    """A file to import is longer than the limit, which guards memory."""

    sentence = "The file has {size} bytes; at most {limit} are read."
    status = 413


class ArchiveInvalid(SiegelError):
    """A ZIP is broken, or not what an honest writer makes; nothing of it can be trusted to be what others see in it."""

    sentence = "The ZIP cannot be read: {why}."


class ArchiveTooManyMembers(SiegelError):
    """A ZIP lists more members than are looked at, which guards memory."""

    sentence = "The ZIP lists more than {limit} members."
    status = 413


class ArchiveTooLarge(SiegelError):
    """What a ZIP unpacks to is more than is read of one archive; the members from here on are not taken."""

    sentence = "The ZIP unpacks to more than {limit} bytes; {member} and what follows it was not read."
    status = 413


class ArchiveNested(SiegelError):
    """A ZIP within a ZIP: unpacked sizes could multiply without end."""

    sentence = "{member} is a ZIP within the ZIP; unpack it and give it by itself."


class MemberInvalid(SiegelError):
    """A member of a ZIP cannot be unpacked, or is not what the ZIP says of it."""

    sentence = "The member {member} of the ZIP cannot be read: {why}."


class MemberEncrypted(SiegelError):
    """A member of a ZIP is encrypted; a public notice has no passphrase."""

    sentence = "The member {member} of the ZIP is encrypted."


class MemberRepeated(SiegelError):
    """Two members of a ZIP carry the same name: which of them people see depends on their program."""

    sentence = "The name {member} stands twice in the ZIP; only the first one was read."


class MemberOvercompressed(SiegelError):
    """A member of a ZIP is packed tighter than any notice: a ZIP bomb."""

    sentence = "The member {member} of the ZIP unpacks to more than {limit} times its packed size."
    status = 413


class EncodingInvalid(SiegelError):
    """A file is not UTF-8 (RFC 8259 section 8.1), or escapes half a surrogate pair."""

    sentence = "The file is not UTF-8 text: {why}."


class JsonInvalid(SiegelError):
    """A file is not JSON by RFC 8259; ``NaN`` and ``Infinity`` count as invalid, too."""

    sentence = "The file is not valid JSON: {why}."


class JsonTooDeep(SiegelError):
    """Objects and lists are nested deeper than any release needs."""

    sentence = "The file nests objects and lists deeper than {limit} levels."


class DuplicateKey(SiegelError):
    """An object of a file names a key twice, so readers would disagree on its value (RFC 8259 section 4)."""

    sentence = "The key {key} stands twice in one object."


class NotOcds(SiegelError):
    """A file is JSON, but neither a release, a record, nor a package of them."""

    sentence = "The file holds no OCDS release or record: {why}."


class DoctypeForbidden(SiegelError):
    """An XML file declares a document type: the way in for entities that grow without end or fetch other files."""

    sentence = "The file declares a document type (DOCTYPE), which no notice needs and through which XML is attacked."


class XmlInvalid(SiegelError):
    """A file is not well-formed XML 1.0 with namespaces."""

    sentence = "The file is not valid XML: {why}."


class XmlTooDeep(SiegelError):
    """Elements are nested deeper than any notice needs."""

    sentence = "The file nests elements deeper than {limit} levels."


class XmlTooManyElements(SiegelError):
    """An XML file has more elements than any notice; the limit guards memory."""

    sentence = "The file has more than {limit} elements."
    status = 413


class NotEforms(SiegelError):
    """A file is XML, but no eForms notice about a procurement."""

    sentence = "The file holds no eForms notice: {why}."


class NoticeTypeUnknown(SiegelError):
    """An eForms notice names neither a form type (BT-03) nor a notice type (BT-02) that this software knows."""

    sentence = "The notice is of an unknown type: {code}."


class NoticeIncomplete(SiegelError):
    """An eForms notice lacks what it must have to be usable (the list stands in ``docs/eforms.md``)."""

    sentence = "The notice lacks what it must have: {missing}."


class NoticeEntangled(SiegelError):
    """The parts of an eForms notice refer to each other so often that reading them, or the release, has no end."""

    sentence = "The parts of the notice refer to each other too often: more than {limit} elements would be read."
    status = 413


class OcidPrefixMissing(SiegelError):
    """An eForms notice has no ocid of its own, and the prefix to make one from is not set."""

    sentence = "The notice needs an ocid, and no prefix is set: ocid_prefix in siegel.toml or SIEGEL_OCID_PREFIX."


class OcidMissing(SiegelError):
    """A release has no ``ocid``; without it nobody can say which process it belongs to."""

    sentence = "The release at {path} has no ocid."


class OcidInvalid(SiegelError):
    """An ``ocid`` that the ledger cannot take: it must be printable ASCII, at most 128 bytes."""

    sentence = "The ocid {ocid} is not printable ASCII of at most 128 characters."


class NulCharacter(SiegelError):
    """A text holds U+0000, which databases refuse and pages cut off."""

    sentence = "The text at {path} holds a NUL character."


class ReleaseDateMissing(SiegelError):
    """A release has no usable ``date`` and no package date to take instead, so it has no place in the order."""

    sentence = "The release at {path} has no date that can be read."


class ReleaseConflict(SiegelError):
    """Two releases carry the same ocid and id, but say different things; a release is immutable (OCDS)."""

    sentence = "The release {release_id} of {ocid} exists already with other content: {difference}."
    status = 409


class ReleaseInvalid(SiegelError):
    """A release we are about to make is not one the standard's checker would accept."""

    sentence = "The release cannot be published: at {path}, {why}."


class DisclosureInvalid(SiegelError):
    """A disclosure is not base64url of a JSON list of salt, name and value (RFC 9901 section 4.2)."""

    sentence = "The disclosure {disclosure} is not valid: {why}."


class DisclosureUnknown(SiegelError):
    """A disclosure belongs to no digest of the release it came with (RFC 9901 section 7.1)."""

    sentence = "The disclosure {digest} belongs to no field of this release."


class DisclosureDuplicate(SiegelError):
    """A digest or a disclosure stands twice (RFC 9901 section 7.1)."""

    sentence = "The digest {digest} stands more than once."


class DisclosureCollision(SiegelError):
    """A disclosed name is reserved, or the object has a field of that name already (RFC 9901 section 7.1)."""

    sentence = "The disclosed field {field} cannot stand at {path}: {why}."


class PolicyUnknown(SiegelError):
    """There is no disclosure policy of that name."""

    sentence = "There is no disclosure policy {policy}; known are {known}."


# --- pulling from the notice service (ledger/cli/pulling, ledger/ocds/observation.py) --------------------------------


class ServiceUnreachable(SiegelError):
    """The notice service cannot be asked: no network, wrong address, broken off in the middle."""

    sentence = "The notice service {service} cannot be reached: {why}."
    status = 502


class ServiceRefused(SiegelError):
    """The notice service answers something else than an export."""

    sentence = "The notice service {service} answered with status {status} for {day}."
    status = 502


class ExportMissing(SiegelError):
    """The notice service has no export of a day that was read from it before."""

    sentence = "The notice service {service} has no export of {day} any more."
    status = 502


class ExportTooLarge(SiegelError):
    """A day's export is larger than what is read."""

    sentence = "The export of {day} has more than {limit} bytes."
    status = 502


class ExportBroken(SiegelError):
    """A day's export is no ZIP that can be read; nothing is concluded from it."""

    sentence = "The export of {day} cannot be read: {why}."
    status = 502


class ObservationUnreadable(SiegelError):
    """A document that an act ObservationRecorded names is none that a pull wrote."""

    sentence = "The observation cannot be read: {why}."


# --- store and durable state (ledger/store) -------------------------------------------------------------------------


class ObjectMissing(SiegelError):
    """The store has no object of that digest and never recorded an erasure of it."""

    sentence = "The store has no object {digest}."
    status = 404


class ObjectErased(SiegelError):
    """The object was erased; its digest still stands, its content is gone for good."""

    sentence = "The object {digest} was erased on {erased_at}: {ground}."
    status = 410


class ObjectAltered(SiegelError):
    """The stored bytes are not the anchored ones: ``digest`` says what they were, ``actual`` what they are now."""

    sentence = "The object {digest} was altered in the store: its bytes now have the digest {actual}."
    status = 500


class ObjectKindConflict(SiegelError):
    """An object exists already in another store class, so storing it again would widen or narrow who may read it."""

    sentence = "The object {digest} is already stored as {kind}."
    status = 409


class ObjectNotErasable(SiegelError):
    """Only erasable objects can be erased; a public one is taken down by other means, and said so."""

    sentence = "The object {digest} is {kind}, not erasable."
    status = 409


class SaltInvalid(SiegelError):
    """A salt must be 32 random bytes, or absent."""

    sentence = "The salt has {length} bytes, not 32."


class ReleaseEmbargoed(SiegelError):
    """The release is anchored but may not be shown yet (VgV § 40(3))."""

    sentence = "The release {digest} is embargoed until {until}."
    status = 403


class EmbargoPast(SiegelError):
    """An embargo would end at a moment that is over; the release would be withheld from nobody."""

    sentence = "The embargo would have ended at {until} already; without an embargo the notice is public at once."


class EmbargoTooLong(SiegelError):
    """An embargo lasts 60 days at most: so far ahead may TED be asked to publish a notice (BT-738)."""

    sentence = "The embargo until {until} is too long: TED publishes within 60 days, here by {latest}."


class EmbargoTooLate(SiegelError):
    """An embargo is asked for a release that was taken in without one: what is public cannot be withheld."""

    sentence = "The release {release_id} of {ocid} was taken in without an embargo before; it is public."
    status = 409


class EmbargoDiffers(SiegelError):
    """A release is under an embargo that ends at another moment; only a disclosure ends it sooner."""

    sentence = "The release {release_id} of {ocid} is under embargo already, until {until}; that does not change."
    status = 409


class EmbargoUnknown(SiegelError):
    """Nothing of that process is under embargo in this home."""

    sentence = "Nothing of {process} is under embargo here."
    status = 404


class StateOutdated(SiegelError):
    """The state database has another format than this software; migrate it, or use the software that wrote it."""

    sentence = "The state database is at revision {revision}, this software needs {needed}."
    status = 500


class OutboxConflict(SiegelError):
    """An act waits under this key already, with other content; an act is never sent twice in two versions."""

    sentence = "The act {key} is already waiting with other content."
    status = 409


class OutboxStepInvalid(SiegelError):
    """An act goes from prepared to sent to recorded (or failed), and not back."""

    sentence = "The act {key} is {status} and cannot become {wanted}."
    status = 409


class SaltMissing(SiegelError):
    """The state knows no salt for that digest."""

    sentence = "No salt is known for {digest}."
    status = 404


class AuditTrailBroken(SiegelError):
    """A line of the audit trail does not follow from the line before it."""

    sentence = "Line {number} of the audit trail was altered: its digest should be {expected} and is {actual}."
    status = 500


# --- evidence: strict readers --------------------------------------------------------------------------------------


class EvidenceRefused(SiegelError):
    """Base of all refusals of the strict readers: what was given proves nothing."""

    sentence = "The evidence is refused."
    status = 422


class MalformedRlp(EvidenceRefused):
    """Bytes are not the one canonical RLP encoding of what was expected (Yellow Paper, appendix B)."""

    sentence = "Not canonical RLP at byte {offset}: {reason}."


class MalformedHeader(EvidenceRefused):
    """A block header does not have the fields of any known fork, or unreadable QBFT extra data."""

    sentence = "Not a block header: {reason}."


class MalformedTrieNode(EvidenceRefused):
    """A node of a proof cannot be a node of a Merkle-Patricia trie (Yellow Paper, appendix D)."""

    sentence = "Not a node of a state trie, at depth {depth}: {reason}."


class MissingProofNode(EvidenceRefused):
    """A proof ends before the path does."""

    sentence = "The proof ends after {given} nodes; the node {expected} is missing."


class ProofNodeMismatch(EvidenceRefused):
    """A node of a proof is not the one its parent, or the header, names."""

    sentence = "Node {position} of the proof has the digest {got}, expected was {expected}."


class UnusedProofNodes(EvidenceRefused):
    """A proof holds nodes that are not on the path."""

    sentence = "The proof holds {given} nodes, of which only {used} are used."


class AccountAbsent(EvidenceRefused):
    """A proof shows that no such account exists in the block's state."""

    sentence = "The account {account} does not exist in block {block}."


class SlotAbsent(EvidenceRefused):
    """A proof shows that a storage slot is empty: there is no head, so nothing was recorded."""

    sentence = "The slot {slot} of {account} is empty in block {block}."


class RankingDiffers(EvidenceRefused):
    """A ranking in a bundle is not the one that follows from criteria, bids, evaluation and exclusions."""

    sentence = "The ranking of lot {lot} in round {round} of {ocid} is not the one that follows."


class HeadMismatch(EvidenceRefused):
    """The head recomputed from the acts at hand is not the proven one: an act is missing, added, altered or swapped."""

    sentence = "The acts at hand lead to the head {got}, proven is {expected}."


class BlockHashMismatch(EvidenceRefused):
    """A header's own hash is not the hash of the block it was given for."""

    sentence = "The header has the hash {got}, expected was {expected}."


class BundleMalformed(EvidenceRefused):
    """A bundle is not the one valid byte sequence for what it holds (``docs/bundle-1.md``)."""

    sentence = "Not a bundle of the format siegel-bundle/1, at byte {offset}: {reason}."


class ManifestInvalid(EvidenceRefused):
    """The manifest of a bundle is not canonical, or a field of it has no such value."""

    sentence = "The manifest is invalid: {reason}."


class EntryAltered(EvidenceRefused):
    """An entry of a bundle is not what the manifest says it is."""

    sentence = "The entry {entry} has the digest {got}, expected was {expected}."


class EntryMissing(EvidenceRefused):
    """A bundle lacks an entry without which it proves nothing."""

    sentence = "The entry {entry} is missing."


class EntryUnexpected(EvidenceRefused):
    """A bundle holds what belongs to nothing in it."""

    sentence = "The entry {entry} belongs to nothing in the bundle."


class EntryInvalid(EvidenceRefused):
    """An entry of a bundle does not have the form of its kind."""

    sentence = "The entry {entry} cannot be read: {reason}."


class ReceiptMalformed(EvidenceRefused):
    """A receipt is not the one valid byte sequence for what it holds (``docs/siegel-1.md``, the receipt)."""

    sentence = "Not a receipt of the format siegel-receipt/1, at byte {offset}: {reason}."


class CommitmentDiffers(EvidenceRefused):
    """The envelope of a receipt gives another commitment than the receipt says."""

    sentence = "The envelope belongs to the commitment {got}, the receipt is of {expected}."


class TransactionForeign(EvidenceRefused):
    """The transaction in a receipt commits something else than the receipt's bid."""

    sentence = "The transaction does something else: {field} is {got}, {expected} was expected."


class ProofForeign(EvidenceRefused):
    """The evidence in a receipt is about something else than the receipt's bid."""

    sentence = "The evidence in the receipt is about something else: {field} is {got}, {expected} was expected."


class ProofUnverified(EvidenceRefused):
    """The evidence bundle, in a receipt or beside what it is to prove, is not verified."""

    sentence = "The evidence bundle is not verified: see its step {number}."


class BidUnproven(EvidenceRefused):
    """The evidence in a receipt has no act that commits the receipt's bid."""

    sentence = "Up to block {block} no act commits the bid {commitment} of the account {author}."


class AccountForeign(EvidenceRefused):
    """The key in a receipt is that of another account than the bid's."""

    sentence = "The key in the receipt is that of the account {got}, the bid is of {expected}."


class BundleTooLarge(SiegelError):
    """What is to be proven does not fit into one bundle (``docs/bundle-1.md``, the file)."""

    sentence = "A bundle holds at most {most} {what}, these would be {given}."
    status = 413


class VerificationTooLarge(SiegelError):
    """A process is too large to be verified for a page; on somebody's own computer it can be."""

    sentence = "A page verifies at most {most} {what}, these would be {given}; siegel verify takes any number."
    status = 413


class EvidenceNotYet(SiegelError):
    """A process began after the newest block that can be proven: the log's witnesses, and time-stamping authorities
    where there are some, have to see it first."""

    sentence = "Nothing of process {process} can be proven up to block {block}, the newest seen from outside."
    status = 409


class OtherChain(EvidenceRefused):
    """A bundle speaks of another chain, or of other smart contracts, than the policy."""

    sentence = "{what} is {got}, the policy says {expected}."


class BlockMismatch(EvidenceRefused):
    """A header is not that of the block it stands for in the bundle."""

    sentence = "The header of block {block} is that of block {got}."


class ActMisplaced(EvidenceRefused):
    """An act of a series does not count on from the one before, or belongs to another series."""

    sentence = "Act {position} of {series} is out of place: {reason}."


class SeriesUnrelated(EvidenceRefused):
    """The series of a process is of no organisation whose roles the bundle holds."""

    sentence = "The process {process} is of none of the organisations in the bundle."


class ReleaseForeign(EvidenceRefused):
    """A release speaks of another contracting process than the act that anchors it."""

    sentence = "The release {release} has the ocid {got}, its act {expected}."


class PolicyInvalid(EvidenceRefused):
    """A trust policy that says something else than ``docs/bundle-1.md`` allows."""

    sentence = "The trust policy cannot be used, {field}: {reason}."


class PolicyUnreadable(PolicyInvalid):
    """A file given as a trust policy is none as a whole, so that no field of it can be named."""

    sentence = "The trust policy cannot be used: {reason}."


class ValidatorsUnknown(EvidenceRefused):
    """The trust policy names no validators for a block: it must be brought up to date before it can judge."""

    sentence = "The trust policy names no validators for block {block}."


class SealsUnexpected(EvidenceRefused):
    """A header that validators seal, of a chain that has none according to the trust policy."""

    sentence = "Block {block} is one that validators seal; the trust policy knows a chain of one operator."


class ConsensusFieldDiffers(EvidenceRefused):
    """A header's field that QBFT fixes has another value."""

    sentence = "In the header of block {block} {field} is {got}, expected was {expected}."


class ValidatorsDiffer(EvidenceRefused):
    """A header declares other validators than those in force."""

    sentence = "The header of block {block} declares the validators {got}, in force are {expected}."


class ProposerForeign(EvidenceRefused):
    """A header was proposed by an account that is no validator in force."""

    sentence = "Block {block} was proposed by {got}, which is no validator; in force are {expected}."


class SealInvalid(EvidenceRefused):
    """A seal is not the one form of a signature from which its signer follows."""

    sentence = "Seal {position} of block {block} is no valid seal: {reason}."


class SealForeign(EvidenceRefused):
    """A seal was not made for this header by a validator in force."""

    sentence = "Seal {position} of block {block} is by {got}, which is no validator; in force are {expected}."


class SealRepeated(EvidenceRefused):
    """A validator's seal stands in a header twice."""

    sentence = "Seal {position} of block {block} is a second one by {got}."


class QuorumMissing(EvidenceRefused):
    """Too few validators sealed a header."""

    sentence = "Block {block} was sealed by {got} validators, needed are {expected}."


class HeaderNotNext(EvidenceRefused):
    """A header does not follow the one before it."""

    sentence = "The header of block {block} does not follow: {field} is {got}, expected was {expected}."


class MerkleProofMalformed(EvidenceRefused):
    """A proof of a transparency log has not exactly the hashes it needs (RFC 9162, section 2.1)."""

    sentence = "Not a proof of a transparency log: {reason}."


class NotIncluded(EvidenceRefused):
    """A transparency log's tree does not hold the leaf: the block was never logged, or another one in its place."""

    sentence = "Leaf {index} of the log's tree of {size} leads to the root {got}, the checkpoint has {expected}."


class TreesInconsistent(EvidenceRefused):
    """A log's later tree does not begin with the leaves of its earlier one: the log was rewritten."""

    sentence = "The proof leads to the root {got} for the log's tree of {size}, its checkpoint has {expected}."


class VerifierKeyMalformed(EvidenceRefused):
    """A verifier key of a log or a witness is none, or is there twice (C2SP signed-note)."""

    sentence = "The verifier key {key} cannot be used: {reason}."


class CheckpointMalformed(EvidenceRefused):
    """Bytes are not a checkpoint in the one form of ``docs/bundle-1.md`` (C2SP tlog-checkpoint)."""

    sentence = "Not a signed checkpoint: {reason}."


class LogUnknown(EvidenceRefused):
    """A checkpoint is of a log that the policy does not name."""

    sentence = "The checkpoint is of the log {got}, expected was {expected}."


class LogSignatureInvalid(EvidenceRefused):
    """A checkpoint is not signed by the log it names."""

    sentence = "The log {origin} did not sign this checkpoint of size {size}."


class CosignatureInvalid(EvidenceRefused):
    """A known witness's line on a checkpoint is not its cosignature (C2SP tlog-cosignature)."""

    sentence = "The witness {witness} did not sign this checkpoint."


class InclusionMalformed(EvidenceRefused):
    """An ``inclusion`` entry of a bundle is not two numbers and hashes, or is not for the checkpoint's tree."""

    sentence = "The place in the log cannot be read: {reason}."


class CosignaturesTooFew(EvidenceRefused):
    """Fewer witnesses than the policy asks for cosigned the checkpoint."""

    sentence = "{got} known witnesses cosigned the checkpoint, expected were {expected}."


class CosignedLate(EvidenceRefused):
    """Witnesses saw the block in the log later than the policy allows: perhaps it is of a history rewritten later."""

    sentence = "The checkpoint was cosigned {delay} seconds after the block, allowed are {allowed}."


class CosignedEarly(EvidenceRefused):
    """Witnesses saw the block before the time it bears: the chain's clock ran ahead, and deadlines ended early."""

    sentence = "The checkpoint was cosigned {ahead} seconds before the time of the block, allowed are {allowed}."


# --- transparency log ----------------------------------------------------------------------------------------------


class LogMissing(SiegelError):
    """The home has no transparency log."""

    sentence = "This home has no transparency log; siegel log init makes one."
    status = 404


class LogExists(SiegelError):
    """A home has one living log: a second one that is no successor would be another history of the same chain."""

    sentence = "This home has the log {origin} already; siegel log init --successor ends it and begins its successor."


class LogOriginInvalid(SiegelError):
    """A log's origin must be a name that every witness can use (C2SP tlog-checkpoint)."""

    sentence = "{origin} cannot be a log's origin: an address without scheme is one, for example vergabe.example.de."


class LogKeyMissing(SiegelError):
    """A log's private key is not in its folder, as after a restore: backups never hold it."""

    sentence = "The key of the log {origin} is not here, so it ended; siegel log init --successor begins its successor."
    status = 503


class LogContradictory(SiegelError):
    """Files of a log contradict each other; whatever is signed now could be a second history."""

    sentence = "The log's files contradict each other, so nothing is signed. {path}: {reason}"
    status = 503


class LogEntryTooLarge(SiegelError):
    """A header is larger than an entry of a log can be (C2SP tlog-tiles)."""

    sentence = "A header of {got} bytes cannot be logged, the most is {most}."


class ChainLeftLog(SiegelError):
    """The block logged last is not on the chain any more: the chain was rewritten, reorganised or restored."""

    sentence = "Block {block} is in the log as {expected}, on the chain it is {got}: nothing more is logged."
    status = 503


class LogNotHolding(SiegelError):
    """No log of the home holds the block: nothing was recorded in it, or the log is not that far yet."""

    sentence = "Block {block} is not in the log."
    status = 404


class WitnessUnknown(SiegelError):
    """No witness of this name is asked."""

    sentence = "There is no witness {witness}."
    status = 404


class WitnessExists(SiegelError):
    """A witness of this name is asked already."""

    sentence = "The witness {witness} is asked already."
    status = 409


class WitnessUnreachable(SiegelError):
    """A witness does not answer, or not to its end."""

    sentence = "The witness {witness} at {url} does not answer: {reason}."
    status = 503


class WitnessRefusesLog(SiegelError):
    """A witness does not know the log, or the log's key (C2SP tlog-witness: 404, 403)."""

    sentence = (
        "The witness {witness} does not know the log {origin} or its key (HTTP {code}): its operator must add it."
    )
    status = 502


class WitnessRefusesTree(SiegelError):
    """A witness saw another tree: the log was rewritten since (C2SP tlog-witness: 422)."""

    sentence = "The witness {witness} saw another tree of {old} leaves: this one of {size} did not grow out of it."
    status = 502


class LogBehindWitness(SiegelError):
    """A witness saw a larger tree: the log's folder is an old copy, and must not go on."""

    sentence = (
        "The witness {witness} saw a tree of {held} leaves, this log has {size}: it is an old copy and cannot go on."
    )
    status = 502


class WitnessAnswerUnusable(SiegelError):
    """A witness answered something that is no cosignature of it."""

    sentence = "The answer of the witness {witness} cannot be used: {reason}."


class MalformedDer(EvidenceRefused):
    """Bytes are not the Distinguished Encoding of what was expected (X.690)."""

    sentence = "Not DER at byte {offset}: {reason}."


class TimestampInvalid(EvidenceRefused):
    """A time stamp is none: refused, in another form than the one valid, or not signed as RFC 3161 demands."""

    sentence = "The time stamp is not valid: {reason}."


class TimestampForeign(EvidenceRefused):
    """A time stamp is by an authority that no root of the trust policy vouches for."""

    sentence = "The time stamp is by {authority}, which is under no root of the trust policy: {reason}."


class TimestampImprint(EvidenceRefused):
    """A time stamp is for other bytes."""

    sentence = "The time stamp is for bytes with the digest {got}, expected was {expected}."


class StampsTooFew(EvidenceRefused):
    """Too few of the policy's authorities stamped a checkpoint."""

    sentence = "The checkpoint of {size} leaves was stamped by {got} authorities, needed are {expected}."


class StampedEarly(EvidenceRefused):
    """A time stamp is from before a block that the stamped checkpoint holds."""

    sentence = "The checkpoint over block {block} was stamped {ahead} seconds before that block; {allowed} are allowed."


class TimestampAuthorityFailed(SiegelError):
    """A time-stamping authority cannot be reached, or answers something else than a time stamp that holds."""

    sentence = "The time-stamping authority {authority} gave no time stamp: {why}."
    status = 502


class MalformedAbi(EvidenceRefused):
    """Bytes are not the one canonical ABI encoding of an act's own arguments (Solidity ABI specification)."""

    sentence = "Not canonical ABI encoding at byte {offset}: {reason}."


class ActImpossible(EvidenceRefused):
    """An act that the contract could never have accepted at its place (``ledger/statute.json``, ITenderLedger.sol).

    ``series`` is the id of the process, or of the organisation (zero: the governors); ``refusal`` the contract's own
    error, or what contradicts the record itself (docs/verifying.md, "Statute").
    """

    sentence = "Act {sequence} ({act}) of {series} could never have been accepted: {refusal}; {reason}."


class CustodianUnknown(EvidenceRefused):
    """A key set of a round has a custodian whom the trust policy does not name, or with another key: whoever chose that
    one can be the operator itself, and read bids early."""

    sentence = (
        "The trust policy does not name this custodian with this key: {custodian}, key {key} (round {round} of {ocid})."
    )


class CustodiansMissing(EvidenceRefused):
    """A round has a key set without custodians, and the trust policy names those who must keep bids closed."""

    sentence = (
        "The key set {keySet} of round {round} of {ocid} has no custodians; the trust policy names whom it must have."
    )


# --- audit of a server (ledger/audit) ------------------------------------------------------------------------------


class ServerUnreachable(SiegelError):
    """A server that is audited does not answer, or not to the end."""

    sentence = "The server at {url} does not answer: {reason}."
    status = 503


class ServerRefuses(SiegelError):
    """A server that is audited answers with a failure; ``problem`` is the name it gives (RFC 9457), if any."""

    sentence = "The server answers {url} with {answer}."
    status = 502

    def __init__(self, **values: Any) -> None:
        answer = f"{values.get('code', '?')} {values.get('problem', '')}".rstrip()
        super().__init__(**{**values, "answer": answer})


class ServerAnswerUnusable(SiegelError):
    """An answer of a server that is audited is not what it should be: too long, no JSON, another host's."""

    sentence = "The answer from {url} is of no use: {reason}."
    status = 502


class AuditFolderUnusable(SiegelError):
    """The auditor's folder belongs to another audit, is in use, or is damaged."""

    sentence = "The folder {folder} cannot be used for this audit: {reason}."
    status = 409


# --- closing and opening (ledger/opening) ----------------------------------------------------------------------------


class OpenedRoundDiffers(SiegelError):
    """``round.json`` of an opening says something else than the ledger: a bid left out, added, or ended otherwise."""

    sentence = "What the opening left behind is not what the ledger has: {what} is {got}, expected was {expected}."
    status = 409


class OpenedRoundUnreadable(SiegelError):
    """``round.json`` of an opening is not there, or not of its form."""

    sentence = "What the opening left behind cannot be read: {path}: {why}."
    status = 422


class UnreadableEvidenceMalformed(SiegelError):
    """Not the evidence of an unreadable bid (``siegel-unreadable/1``, ``docs/opening.md``)."""

    sentence = "This is no evidence of an unreadable bid: {reason}."
    status = 422


class UnreadableEvidenceForeign(SiegelError):
    """The ledger names another evidence for the bid, or does not call it unreadable, or does not know it."""

    sentence = "The ledger names for the commitment {commitment} the evidence {expected}, not {got}."
    status = 409


class UnreadableBlamesNobody(SiegelError):
    """Two officers gave the bid up. Why it could not be opened is open, and nothing can be repeated."""

    sentence = (
        "Bid {bid} was given up: too few shares came, or false ones. That blames nobody, and its receipt can open it."
    )
    status = 409


class UnreadableNotRepeated(SiegelError):
    """Envelope and seed do not give what the evidence says: then the bid was called unreadable wrongly."""

    sentence = (
        "Bid {bid} is not unreadable in the way that was recorded: {expected} was recorded, {got} is what is found."
    )
    status = 409


class OpeningUnrecorded(SiegelError):
    """Minutes are made of an opening that the ledger has: closed, and an outcome for every bid."""

    sentence = "Round {round} of {ocid} is not opened on the ledger yet, so there are no minutes of it."
    status = 409


class OpenedRoundContradictsLedger(SiegelError):
    """What an officer's home has of an opening is not what the ledger's acts say: it was altered, or is another's."""

    sentence = "The opening in this home is not the ledger's: bid {bid}, {field}: {expected} expected, {got} found."
    status = 409


class PaperBidEntered(SiegelError):
    """A bid on paper was entered before, and with something else. What an officer replaces must be replaced by the
    other one, too."""

    sentence = "Bid {bid} is entered otherwise already in {path}: another entry takes its place only with --replace."
    status = 409


class OpeningResultForbidden(SiegelError):
    """Tenderers see names and sums under VOB/A only (§ 14(6)); elsewhere these stay with the contracting authority."""

    sentence = "Under {rule} tenderers are not told names and sums: what is in the bids is confidential ({source})."
    status = 409


class OpeningResultUnreadable(SiegelError):
    """Not what tenderers are told of an opening (``siegel-opening-result/1``)."""

    sentence = "This is no result of an opening for tenderers: {reason}."
    status = 422


class ResultForeign(SiegelError):
    """What tenderers are told of another opening: of another round, process or ledger."""

    sentence = "{where} has not the result of this opening ({field}: {got}, not {expected}). It is not shown."
    status = 409


class AnswersNotTold(SiegelError):
    """Only of an opening of bids do tenderers see names and sums (§ 14(6) VOB/A), never of answers to letters."""

    sentence = "What is in the answers of round {round} is told to no other tenderer: it is confidential ({source})."
    status = 409


class AdmissionInvalid(SiegelError):
    """Only a late bid whose envelope is here, neither withdrawn nor superseded, can be admitted."""

    sentence = "Bid {bid} cannot be admitted: {why}."
    status = 409


class GroundDiffers(SiegelError):
    """The document is not the ground that another officer proposed, or what was given for it is another one. Two
    officers admit a bid on one and the same ground."""

    sentence = "The document is not the ground that was proposed ({digest})."
    status = 409


class EnvelopesDiffer(SiegelError):
    """The server's list of a round's bids is not that of the ledger."""

    sentence = "The server's list of bids is not the ledger's: bid {bid} {why}."
    status = 502


class EnvelopeSwapped(SiegelError):
    """The envelope that was given belongs to another commitment than the bid's: whoever gave it gave the wrong one."""

    sentence = "The envelope given for bid {bid} belongs to the commitment {got}, not to {expected}."
    status = 409


class RecipientUnknown(SiegelError):
    """The sealing key is none of the key set's."""

    sentence = "The sealing key is none of the key set {keySet} that the round has."
    status = 403


class CloseNotProven(SiegelError):
    """A custodian releases only on a bundle that verifies under its own policy and proves the close."""

    sentence = "The close of the round is not proven: {reason}."
    status = 409


class WitnessesMissing(SiegelError):
    """Under a policy without witnesses nobody outside has seen the close, so a custodian releases only if it is told to
    do without."""

    sentence = "The policy {policy} asks for no witness of the close: say --without-witnesses to release all the same."
    status = 409


class BlockWentBack(SiegelError):
    """A bundle of an older block than one seen before says less than is known."""

    sentence = "The bundle speaks of block {block}, and block {seen} was seen before."
    status = 409


class ChainForked(SiegelError):
    """Two headers of one number: somebody shows two chains."""

    sentence = "Block {block} is {got} in this bundle, and was {expected} before: somebody shows two chains."
    status = 409


class DeadlineWentBack(SiegelError):
    """A deadline only ever moves to later; an earlier one than seen before would open bids early."""

    sentence = "The deadline {deadline} of this bundle is earlier than the one seen before, {latest}."
    status = 409


class ClockBeforeDeadline(SiegelError):
    """By the custodian's own clock the deadline has not passed."""

    sentence = "By the own clock it is {time}, and the deadline {deadline} has not passed."
    status = 409


class BidNotReleased(SiegelError):
    """Only bids that the officers are to open are released."""

    sentence = "Bid {bid} is not released: it is {outcome}."
    status = 409


class CustodianBookUnusable(SiegelError):
    """What a custodian wrote down of the past is unreadable, or another process writes it; without it nothing is
    released."""

    sentence = "The custodian's book {path} cannot be used: {why}."
    status = 409


class CustodianSilent(SiegelError):
    """The unattended service has not done its work for longer than it may be silent."""

    sentence = "This custodian has been silent since {since}: {why}."
    status = 503


class RoundOverdue(SiegelError):
    """The deadline of a round whose key set names the custodian has long passed, and no bundle has shown that it was
    closed, opened or cancelled: somebody forgot it, or hides it."""

    sentence = (
        "The deadline of round {round} of process {processId} was {deadline}, and no close was shown to this custodian."
    )
    status = 503


class RoundVanished(SiegelError):
    """The server no longer lists a round that it listed before, and its bundle shows no reason for that."""

    sentence = "The server does not list round {round} of process {processId} any more, which is not done yet."
    status = 503


class OpeningUnfinished(SiegelError):
    """Bids cannot be opened yet, and it is not shown to be the tenderers' doing."""

    sentence = "The opening cannot be finished yet: bid {bids}: {why}."
    status = 409
    numbers_of_bids = frozenset({"bids"})


class FalseShareUnproven(SiegelError):
    """A document that says that a signed contribution brings another share than was sealed does not show it."""

    sentence = "It is not shown that this contribution brings a false share: {reason}."
    status = 422


class ProposalDiffers(SiegelError):
    """Another officer proposed the act with other arguments; nothing was sent. Who is sure says ``--despite``: a third
    officer may find the same."""

    sentence = "Another officer ({account}) proposed {act} with other arguments: {difference}. Nothing was sent."
    status = 409


# --- sealed bids (ledger/sealing) ------------------------------------------------------------------------------------


class EnvelopeRefused(SiegelError):
    """Base of what is wrong with an envelope, a share or what is in it (``docs/siegel-1.md``)."""

    sentence = "The envelope is refused."
    status = 422


class EnvelopeMalformed(EnvelopeRefused):
    """Not the one encoding of a header, or an envelope of another length than its header says."""

    sentence = "Not a sealed bid at byte {position}: {reason}."


class EnvelopeForeign(EnvelopeRefused):
    """Sealed for another chain, procedure, round, author or key set, or to be opened later than the round is."""

    sentence = "The sealed bid is for something else: {field} is {got}, {expected} was expected."


class KeySetDiffers(EnvelopeRefused):
    """Thresholds or numbers of shares are not those of the key set."""

    sentence = "The sealed bid does not fit the key set: {reason}."


class ContentAltered(EnvelopeRefused):
    """What follows the header has another digest than the header says."""

    sentence = "The content of the sealed bid was altered: its digest should be {expected} and is {got}."


class ShareUnopenable(EnvelopeRefused):
    """HPKE refuses the share with the recipient's key: sealed to another key, for another bid, or altered."""

    sentence = "The share of number {index} of the {group} cannot be opened with this key."


class ContributionMalformed(EnvelopeRefused):
    """Not the one encoding of a contribution."""

    sentence = "Not a contribution to an opening at byte {position}: {reason}."


class ContributionForeign(EnvelopeRefused):
    """A contribution to the opening of another bid."""

    sentence = "The contribution is to another bid: {field} is {got}, {expected} was expected."


class ContributionUnsigned(EnvelopeRefused):
    """The signature beside a contribution is not in its one form, or not the account's over these bytes: whoever keeps
    contributions could have made this one."""

    sentence = "The contribution is not signed by account {account}."


class SharesTooFew(EnvelopeRefused):
    """Fewer shares of a group than its threshold."""

    sentence = "{given} shares of the {group} are too few: {threshold} are needed."
    status = 409


class SealsDiffer(EnvelopeRefused):
    """The re-seal check fails: the seed does not give the shares that the envelope has."""

    sentence = "The seed does not give the sealed shares of this bid: {shares} differ."


class ContentUnreadable(EnvelopeRefused):
    """age does not decrypt the content with the seed's identity."""

    sentence = "The content of the bid cannot be decrypted: {reason}."


class BidMalformed(EnvelopeRefused):
    """The content is no bid of ``siegel/1``."""

    sentence = "Not a bid: {reason}."


class DocumentAltered(EnvelopeRefused):
    """A document has another size or digest than the bid names."""

    sentence = "{document} is not the document that the bid names: its digest should be {expected} and is {got}."


class BidRootDiffers(EnvelopeRefused):
    """The fields do not give the root to which the bid was committed."""

    sentence = "The fields of the bid are not those it was committed to: their root should be {expected} and is {got}."


class FieldUnproven(EnvelopeRefused):
    """A field that is shown alone is not of the bid."""

    sentence = "The field is not shown to be of this bid: {reason}."


class OfferInvalid(SiegelError):
    """The file in which a tenderer wrote a bid does not have the form of one."""

    sentence = "The file does not hold a bid: {member} {reason}."
    status = 422


class BidIncomplete(SiegelError):
    """The bid lacks what the tender's criteria require, or has what they do not know."""

    sentence = "The bid does not have what the tender asks for: {missing}."
    status = 422


class OcidAmbiguous(SiegelError):
    """No sealed process of that ocid is shown, or more than one: its id names it."""

    sentence = "{found} sealed procedures have the ocid {ocid}; the process id names one."
    status = 404


class DisclosedMalformed(SiegelError):
    """Not a file of ``siegel-disclosed/1``, in which a tenderer shows fields of the own bid."""

    sentence = "Not a file that shows fields of a bid: {reason}."
    status = 422


class DisclosedNotCommitted(SiegelError):
    """The bid whose fields are shown does not stand on the ledger, as far as the evidence goes."""

    sentence = "The evidence has no bid with the commitment {commitment} of the account {author}."
    status = 404


class TermsUnproven(SiegelError):
    """What a server says of a round is not what an evidence bundle proves under the own trust policy."""

    sentence = "The terms of the round are not proven: {what} is {got}, {expected} was expected."
    status = 409


class ReceiptOfOtherRound(SiegelError):
    """A bid takes the place of one of the same round and ledger only, or stands beside it."""

    sentence = "The receipt {path} is of round {round} of {process_id}, on the ledger {ledger} of chain {chain_id}."
    status = 409


class TransactionRefused(SiegelError):
    """What was signed stands in a block, and did nothing; or it can stand in none any more."""

    sentence = "The transaction {transaction} was refused: {problem}."
    status = 409


class HandingInFailed(SiegelError):
    """No receiver, and no node of the chain, took the bid; a signed record of it was written."""

    sentence = "The bid was NOT handed in: none of {tried} addresses took it ({failure}). The record of it is {record}."
    status = 503


class EnvelopeUndelivered(SiegelError):
    """A node says that the commitment stands on the ledger, but no receiver has promised to have the envelope: without
    it the bid counts as missing at the close. A signed record of it was written."""

    sentence = (
        "The bid is NOT handed in yet: node {node} says that its commitment has stood in block {block} since {time}, "
        "but no receiver has the envelope ({failure}). It must reach one before the round is closed: repeat this "
        "command. The record of it is {record}."
    )
    status = 503


# --- receiving sealed bids (ledger/store/envelopes.py, api/receiver.py) ----------------------------------------------


class StoreFull(SiegelError):
    """The disk or the database has no room left. What was answered is kept and goes on once there is room."""

    sentence = "There is no room left for what is handed in. What is here already is kept."
    status = 507


class EnvelopeAltered(SiegelError):
    """The bytes that came are not those that were announced."""

    sentence = "The sealed bid was altered on its way: its digest should be {expected} and is {got}."
    status = 422


class EnvelopeUnfinished(SiegelError):
    """Bytes of the envelope have not come yet."""

    sentence = "Of the sealed bid's {size} bytes only {held} are here."
    status = 409


class EnvelopeArrived(SiegelError):
    """A whole envelope cannot be taken back; the bid can be withdrawn on the ledger."""

    sentence = "The envelope {digest} is whole and stays here. To take a bid back, withdraw it on the ledger."
    status = 409


class UploadUnknown(SiegelError):
    """No upload of that digest was begun, or it was refused or forgotten."""

    sentence = "No upload of {digest} has begun here."
    status = 404


class UploadSizeDiffers(SiegelError):
    """The same digest was announced with another number of bytes."""

    sentence = "The envelope was announced with {expected} bytes, not {got}."
    status = 409


class UploadOffsetDiffers(SiegelError):
    """The bytes do not go on where those that are here end (tus 1.0.0)."""

    sentence = "The upload goes on at byte {expected}, not {got}."
    status = 409


class UploadBeyondEnd(SiegelError):
    """More bytes than were announced."""

    sentence = "The envelope was announced with {size} bytes; these reach to {got}."
    status = 413


class UploadsTooMany(SiegelError):
    """As many envelopes as this receiver takes at once are on their way; another receiver or a later try may do."""

    sentence = "{most} uploads are unfinished here; no more are begun for now. Try again soon, or at another receiver."
    status = 503


# --- criteria and ranking (ledger/evaluation) ------------------------------------------------------------------------


class CriteriaInvalid(SiegelError):
    """Not a criteria document of ``siegel-criteria/1`` (``docs/criteria-1.md``)."""

    sentence = "The criteria cannot be used: {reason}."
    status = 422


class CriteriaForeign(SiegelError):
    """Criteria with another digest than the ledger names: altered after publication, or of another tender."""

    sentence = "These are not the criteria of the tender: the ledger names {expected}, they have the digest {got}."
    status = 409


class CriteriaMissing(SiegelError):
    """The tender was published without criteria."""

    sentence = "The tender names no criteria on the ledger, so nothing can be ranked by them."
    status = 404


class LotUnknown(SiegelError):
    """The criteria name no lot of that id."""

    sentence = "The criteria have no lot {lot}; they have {known}."
    status = 404


class EvaluationInvalid(SiegelError):
    """Not an evaluation of ``siegel-evaluation/1``, or one that does not fit criteria, bids or ledger."""

    sentence = "The evaluation cannot be used: {reason}."
    status = 422


# --- those who take part in a round (api/entitled.py, api/openings.py) ------------------------------------------------


class EnvelopeMissing(SiegelError):
    """No whole envelope with that digest is here."""

    sentence = "There is no whole envelope {digest} here."
    status = 404


# --- those who take part in a round (api/entitled.py, api/openings.py) ------------------------------------------------


class AccessMissing(SiegelError):
    """The answer is for those who take part in the round, and the request is not signed."""

    sentence = "This is for those who take part in the round: the request must be signed (Authorization: Siegel)."
    status = 401


class AccessInvalid(SiegelError):
    """The request's signature is not in its one form, counts for too long, or was not made by the account that it names
    for this chain, ledger, process and round."""

    sentence = "The signature of the request does not count: {reason}."
    status = 401


class AccessExpired(SiegelError):
    """The request's signature does not count any more."""

    sentence = "The signature of the request counted until {expires}; it is now {time}."
    status = 401


class AccessForbidden(SiegelError):
    """The ledger does not know the account in a part of the round that may ask for this: officer of the buyer, officer
    of a custodian of the key set, or author of a bid. It is asked anew each time."""

    sentence = "Account {account} has no part in round {round} of process {process_id} that may do this."
    status = 403


class TendererUnknown(SiegelError):
    """No bid of the round is of this account."""

    sentence = "No bid of round {round} of process {process_id} is of the account {account}."
    status = 404


class AnswerRoundUnfit(SiegelError):
    """A letter can name a supplement round only that is open and whose deadline has not passed: in no other can it be
    answered in time. ``kind`` and ``state`` as the ledger has them, ``deadline`` in seconds since 1970."""

    sentence = (
        "A letter cannot be answered in round {round} (kind {kind}, state {state}, deadline {deadline}): it must be an "
        "open supplement round before its deadline."
    )
    status = 409


class LettersTooMany(SiegelError):
    """More letters than a round can have."""

    sentence = "Round {round} of process {process_id} has {most} letters already."
    status = 409


class GroundNotHere(SiegelError):
    """Nobody handed in such a ground of a close here. It may be kept elsewhere, where the act was made by hand."""

    sentence = "No ground of a close of round {round} with the digest {digest} was handed in here."
    status = 404


class GroundsTooMany(SiegelError):
    """More grounds of closes than a round can have."""

    sentence = "For round {round} of process {process_id} {most} grounds were handed in already."
    status = 409


class RoundNotOpened(SiegelError):
    """Nobody is told of an opening before each of its outcomes stands on the ledger."""

    sentence = "Not all outcomes of round {round} of process {process_id} are recorded."
    status = 409


class OpeningResultMissing(SiegelError):
    """Officers have not let tenderers see the result of this opening; under VgV and UVgO they do not."""

    sentence = "Tenderers are not told the result of round {round} of process {process_id}."
    status = 404


class RoundNotClosed(SiegelError):
    """Before the close nobody gets an envelope or its header, and no contribution is taken."""

    sentence = "Round {round} of process {process_id} is not closed."
    status = 409


class BidNotHere(SiegelError):
    """No envelope of such a bid of the round is here."""

    sentence = "No envelope of a bid of round {round} with the commitment {commitment} is here."
    status = 404


class ShareNotHeld(SiegelError):
    """The account is not the holder of the share, nor an officer of the organisation that is."""

    sentence = "Account {account} does not hold share {index} of the {group}."
    status = 403


class RehearsalRefused(SiegelError):
    """What was given is not what was sealed: another key, or a challenge that was answered already."""

    sentence = "The challenge to share {index} of the {group} was not opened. A new one is sealed each time."
    status = 422


class ReceiverMissing(SiegelError):
    """This installation is no receiver: nothing can be handed in here."""

    sentence = "Nothing can be handed in here: this installation is no receiver."
    status = 404


class ReceiverUnauthorised(SiegelError):
    """The receiver's key may not promise for its organisation: it is no publisher of it, or it is no receiver."""

    sentence = (
        "The key {key} ({account}) cannot promise for {organisation}: on the ledger it must be a publisher's of an "
        "organisation of the kind receiver."
    )
    status = 403


class ReceiverNotNamed(SiegelError):
    """The round does not name this receiver, so its promises would not count there."""

    sentence = "Round {round} of {processId} names other receivers than {organisationId}."
    status = 409


class RoundTakesNothing(SiegelError):
    """The round takes no envelopes: there is none, its process is not active, or it was closed."""

    sentence = "Round {round} of {processId} takes no sealed bids: it is {state}."
    status = 409


class EnvelopeTooLarge(SiegelError):
    """Larger than this receiver takes."""

    sentence = "The sealed bid has {size} bytes; at most {most} are taken here."
    status = 413


class ReceiverFull(SiegelError):
    """Bytes that no commitment names yet fill this receiver's share for the round; another receiver takes them."""

    sentence = (
        "For round {round} of {processId} {most} bytes are here that no commitment names yet. Commit first, try again "
        "later, or go to another receiver."
    )
    status = 507


class BodyTooLarge(SiegelError):
    """What a request carries is longer than anything that can be meant."""

    sentence = "The request carries more than {most} bytes."
    status = 413


class BodyTooSlow(SiegelError):
    """What a request carries did not come in time."""

    sentence = "The request did not arrive within {seconds} seconds."
    status = 408


class TusVersionUnsupported(SiegelError):
    """Uploads are spoken in version 1.0.0 of tus, which each request says."""

    sentence = "The header Tus-Resumable is {given}; 1.0.0 is spoken here."
    status = 412


class UploadTypeUnsupported(SiegelError):
    """The bytes of an upload have a content type of their own."""

    sentence = "The bytes of an upload are application/offset+octet-stream, not {given}."
    status = 415


class UploadTooSlow(SiegelError):
    """Too few bytes came; those that did are kept, and the upload can go on."""

    sentence = "Too few bytes came within {seconds} seconds. Those that did are kept: go on where they end."
    status = 408


class TransactionMalformed(SiegelError):
    """Not the one encoding of a signed transaction that costs nothing."""

    sentence = "Not a transaction that is taken here: {reason}."


class TransactionElsewhere(SiegelError):
    """Signed for another chain, or a call of something else than this ledger and its registry."""

    sentence = "The transaction is for something else: {field} is {got}, {expected} was expected."
    status = 409


class TransactionUnknown(SiegelError):
    """Neither this relay nor the chain knows the transaction."""

    sentence = "The transaction {transaction} is known neither here nor on the ledger."
    status = 404


class NonceUsed(SiegelError):
    """The account has signed another transaction with that number, and it came first."""

    sentence = "The account {account} has used the number {nonce}; the next one is {next}."
    status = 409


class NonceAhead(SiegelError):
    """Transactions of the account that come first are not known here."""

    sentence = "The account {account} has not used the numbers before {nonce}; the next one is {next}."
    status = 409


class CommitmentWithoutEnvelope(SiegelError):
    """A bid is relayed once its envelope is here, of the same author, process and round; committed without one it would
    end as missing. Nobody else is told whether it is here."""

    sentence = "The sealed bid of the commitment {commitment} is not here. Hand it in first."
    status = 409


class RelayBusy(SiegelError):
    """More transactions than are taken in a minute, of this account or of all together."""

    sentence = "Too many transactions came within a minute; the next one is taken in {retryAfter} seconds."
    status = 429


class IncidentUnsigned(SiegelError):
    """The report of a failure is not signed by the account that it names."""

    sentence = "The report is not signed by {author}."
    status = 403


class IncidentsTooMany(SiegelError):
    """As many reports as are kept of the account or the round are here already."""

    sentence = "{most} reports are here already; keep this one and hand it in later."
    status = 429


# --- chain access --------------------------------------------------------------------------------------------------


class NodeUnreachable(SiegelError):
    """The chain node does not answer."""

    sentence = "The chain node at {url} does not answer: {reason}."
    status = 503


class NodeAnswerMalformed(SiegelError):
    """The chain node answered something that is no answer to the question."""

    sentence = "The chain node's answer to {method} cannot be used: {reason}."
    status = 502


class NodeRefused(SiegelError):
    """The chain node refused a request with a JSON-RPC error that has no more precise name here."""

    sentence = "The chain node refused {method}: {message} (code {code})."
    status = 502


class BlockUnknown(SiegelError):
    """The node has no such block (yet)."""

    sentence = "The chain has no block {block}."
    status = 404


class WrongChain(SiegelError):
    """The node serves another chain than the one the deployment belongs to."""

    sentence = "The node serves another chain: {what} is {got}, expected was {expected}."
    status = 503


class NoCodeAtAccount(SiegelError):
    """No smart contract stands at the account the deployment names."""

    sentence = "No smart contract stands at {account}."
    status = 503


class RegistryMismatch(SiegelError):
    """The deployment names another registry than the one its ledger obeys."""

    sentence = "The ledger obeys the registry {expected}, but the deployment names {got}."
    status = 503


class DeploymentUnreadable(SiegelError):
    """A deployment file is missing, damaged, or lacks a field."""

    sentence = "The deployment file {path} cannot be used: {reason}."
    status = 503


class LogMalformed(SiegelError):
    """A log is not one the ledger can have emitted: topics, lengths, paddings or ranges do not fit."""

    sentence = "Not a log of an act: {reason}."
    status = 502


class CallMalformed(SiegelError):
    """Call data is not the one canonical encoding of an act."""

    sentence = "Not the call of an act: {reason}."


class RevertedWithoutReason(SiegelError):
    """The smart contract refused without saying why: no such function, or an empty revert."""

    sentence = "The smart contract refused the call without a reason."
    status = 422


class RevertedWithText(SiegelError):
    """The smart contract refused with a text (Solidity's ``Error(string)``)."""

    sentence = "The smart contract refused the call: {text}."
    status = 422


class RevertedWithUnknownError(SiegelError):
    """The smart contract refused with an error that is in none of the known interfaces."""

    sentence = "The smart contract refused the call with an unknown error: {data}."
    status = 422


class Panicked(SiegelError):
    """The smart contract met an internal contradiction (Solidity's ``Panic(uint256)``)."""

    sentence = "The smart contract stopped with the internal error {code}."
    status = 500


class OutOfGas(SiegelError):
    """A call or transaction used up the gas it was given."""

    sentence = "The gas of the call did not suffice."
    status = 422


class TransactionFailed(SiegelError):
    """A transaction stands in a block but was not executed, though its simulation had succeeded."""

    sentence = "The transaction {transaction} in block {block} was not executed."
    status = 409


class TransactionReplaced(SiegelError):
    """Another transaction of the same account took this one's nonce; on gasless chains that happens without a trace."""

    sentence = "The transaction {transaction} was replaced: another one of {account} used the number {nonce}."
    status = 409


class ReceiptTimeout(SiegelError):
    """A transaction was handed in but did not enter a block in time. It may still do so: ask again before repeating."""

    sentence = "The transaction {transaction} was not in a block after {seconds} seconds; it may still come."
    status = 504


class KeystoreUnreadable(SiegelError):
    """A key file is missing or is no keystore of version 3."""

    sentence = "The key file {path} cannot be used: {reason}."


class KeystoreExists(SiegelError):
    """A key file is never overwritten: a lost key is lost for ever."""

    sentence = "The key file {path} exists already."
    status = 409


class WrongPassphrase(SiegelError):
    """The passphrase does not open the key file, or a receipt's secret."""

    sentence = "The passphrase does not open {path}."
    status = 403


# --- index and API -------------------------------------------------------------------------------------------------


class ProcessUnknown(SiegelError):
    """Index or ledger hold no process of that id."""

    sentence = "There is no process {process_id}."
    status = 404


class RoundUnknown(SiegelError):
    """The process has no round of that number: it is not sealed, or the round was not opened yet."""

    sentence = "Process {process_id} has no round {round}."
    status = 404


class OrganisationUnknown(SiegelError):
    """The index holds no organisation of that id."""

    sentence = "There is no organisation {organisation_id}."
    status = 404


class InvalidCursor(SiegelError):
    """A cursor of a list was not given out by that list in that order."""

    sentence = "The cursor {cursor} does not belong to this list."


class InvalidDigest(SiegelError):
    """Text that should be 32 bytes in hexadecimal, with or without 0x, is not."""

    sentence = "{text} is not a digest of 32 bytes in hexadecimal."


class InvalidParameter(SiegelError):
    """A parameter of a request has a value that it cannot have."""

    sentence = "The parameter {parameter} cannot be {value}: {why}."


class IndexBelongsElsewhere(SiegelError):
    """The index was made from another chain or ledger; mixing two would show acts that never happened together."""

    sentence = "The index belongs to ledger {indexed} on chain {indexed_chain}, not to {ledger} on chain {chain}."
    status = 503


class IndexFromLaterVersion(SiegelError):
    """The schema of the index is newer than this software."""

    sentence = "The index has schema {schema}, which this software does not know; update it or rebuild the index."
    status = 503


class SearchUnavailable(SiegelError):
    """The database of the index lacks what words are found with, or may not use it."""

    sentence = "The index on {database} needs {needed} to find words, and cannot have it."
    status = 503


class ActsIncomplete(SiegelError):
    """The acts a node gave do not give the head that the contract holds: the node leaves out or changes acts."""

    sentence = "The acts of process {process_id} up to block {block} give head {got}, the ledger holds {expected}."
    status = 502


class SequenceBroken(SiegelError):
    """The acts a node gave have a gap, or one twice."""

    sentence = "Process {process_id} should go on with act {expected}, the node gave act {got}."
    status = 502


class ChainMoved(SiegelError):
    """The chain was reorganised while a batch was read; the batch is dropped and read again."""

    sentence = "Block {block} changed while it was read."
    status = 503


class ReleaseUnreadable(SiegelError):
    """A release has the right digest, but its bytes are no OCDS release; whoever anchored it anchored that."""

    sentence = "The release {digest} cannot be read: {why}."
    status = 500


class OriginalWithheld(SiegelError):
    """An imported file may still hold what was erased from a release that was made of it."""

    sentence = "The original {digest} is withheld: fields of the release {release} were erased."
    status = 403


class IndexUnreachable(SiegelError):
    """The database of the index does not answer."""

    sentence = "The database of the index does not answer: {reason}."
    status = 503


class StateUnreachable(SiegelError):
    """The database of the durable state does not answer."""

    sentence = "The database of the state does not answer: {reason}."
    status = 503


class DatabaseFull(SiegelError):
    """A database of the installation has no room left; nothing of what was to be written was."""

    sentence = "The database “{database}” has no room left: {reason}."
    status = 503


class DatabaseLocked(SiegelError):
    """Others hold a database of the installation for longer than a writer waits."""

    sentence = "The database “{database}” is held by others for longer than a writer waits: {reason}."
    status = 503


class DatabaseDamaged(SiegelError):
    """A database of the installation is broken, or is not the one it should be: a table is missing."""

    sentence = "The database “{database}” is damaged or lacks a table: {reason}."
    status = 500


class DatabaseFailed(SiegelError):
    """A database of the installation answered that it could not do what was asked."""

    sentence = "The database “{database}” could not do what was asked: {reason}."
    status = 500


class StateBusy(SiegelError):
    """Erased values are gone from the tables, but a copy in the write-ahead log outlives whoever reads just now."""

    sentence = "Erased, but a copy stays in the log of the state while others read it; repeat the command in a moment."
    status = 503


class IndexNotReady(SiegelError):
    """The index has not read its first blocks yet, or the chain does not answer."""

    sentence = "The index is not ready: it stands at block {indexed}, the chain at {head} ({why})."
    status = 503


class NotFound(SiegelError):
    """No page or resource at this path."""

    sentence = "There is nothing at {path}."
    status = 404


class MethodNotAllowed(SiegelError):
    """The resource exists and does not take this method."""

    sentence = "{path} does not take {method}."
    status = 405


class ServiceBusy(SiegelError):
    """As many files are being sent at the moment as are at once: by all together, or to one account."""

    sentence = "Too many files are being sent at once; try again in a minute."
    status = 503


class DownloadsBusy(SiegelError):
    """Bulk files are long answers; more than a few at once would leave nothing for others."""

    sentence = "Too many bulk files are being read at once; try again in a minute."
    status = 503


class RequestTooSlow(SiegelError):
    """A form did not arrive in time."""

    sentence = "The form did not arrive within {seconds} seconds."
    status = 408


class InternalFailure(SiegelError):
    """A failure nobody foresaw; its details are in the log, not in the answer."""

    sentence = "Something failed that should not have; it was noted."
    status = 500


# Embedded chain


class ChainMissing(SiegelError):
    """There is no chain at the given path."""

    sentence = "There is no chain at {path}."
    status = 503


class ChainExists(SiegelError):
    """A new chain would overwrite one."""

    sentence = "There is already a chain at {path}."
    status = 409


class ChainInUse(SiegelError):
    """Another process holds the chain's folder."""

    sentence = "The chain at {path} is in use by process {process}."
    status = 503


class ChainDamaged(SiegelError):
    """Stored data is not what was answered. Nothing is repaired: restore a backup."""

    sentence = "The chain is damaged: table {table}, key {key}: {reason}. Restore a backup; nothing was repaired."
    status = 503


class ChainStorageFailed(SiegelError):
    """The disk refused to read or write; what was not answered is not stored."""

    sentence = "The chain's storage failed: {reason}."
    status = 503


class ChainClosed(SiegelError):
    """The node was closed."""

    sentence = "The chain is closed."
    status = 503


class ChainFormatUnknown(SiegelError):
    """The database was written by another version."""

    sentence = "The chain has format {found}, this version reads format {known}."
    status = 503


class BlockMakingFailed(SiegelError):
    """An answered transaction could not be put into a block; the node stops instead of dropping it."""

    sentence = "No block could be made of the answered transactions: {reason}."
    status = 503


class ClockAheadOfNow(SiegelError):
    """A development clock may not show the future."""

    sentence = "The development clock cannot show {second}: it is {now} now."


class DevelopmentClockRefused(SiegelError):
    """A chain is served to others by the wall clock only."""

    sentence = "A chain with a development clock is not served before the clock has reached the present."


class DevelopmentClockNeeded(SiegelError):
    """Only a chain with a development clock does this."""

    sentence = "Only a chain with a development clock makes empty blocks."


class CoincurveMissing(SiegelError):
    """eth-keys would silently use pure Python, 40 times slower."""

    sentence = "The package coincurve is needed and could not be loaded."
    status = 503


class RpcError(SiegelError):
    """A JSON-RPC error as the node answers it: ``code``, ``message``, and ``data`` or None."""

    sentence = "The node refused: {message} (code {code})."

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        self.code, self.message, self.data = code, message, data
        super().__init__(code=code, message=message, data=data)


# --- Failures that the contracts name (IActs.sol, IOrganisationRegistry.sol, ITenderLedger.sol) ---
# Values carry the Solidity parameters' names. 403 lacks the right, 409 contradicts what stands, else 400.


class ActExpired(SiegelError):
    sentence = "The call expired at {expires}; it is now {time}."
    status = 409


class ExpiryTooFar(SiegelError):
    sentence = "The call expires at {expires}, later than is allowed ({latest})."


class AlreadyApproved(SiegelError):
    sentence = "Account {account} approved this act ({key}) before; a different second person is needed."
    status = 409


class AlreadyExecuted(SiegelError):
    sentence = "This very act ({key}) was agreed to and executed before; to repeat it, propose it anew."
    status = 409


class ApprovalUnknown(SiegelError):
    sentence = "Account {account} has no approval of {key} to revoke."
    status = 404


class RoleMissing(SiegelError):
    sentence = "Account {account} holds none of the roles {roles} in organisation {organisationId}."
    status = 403


class KindMissing(SiegelError):
    sentence = "Organisation {organisationId} is none of the kinds {kinds} that the act asks for."
    status = 403


class GroundMissing(SiegelError):
    sentence = "Act {act} needs a ground."


class GroundUnexpected(SiegelError):
    sentence = "Act {act} takes no ground, but one was given."


class OrganisationKnown(SiegelError):
    sentence = "Organisation {organisationId} was admitted before."
    status = 409


class OrganisationNotAdmitted(SiegelError):
    sentence = "There is no organisation {organisationId} in the registry."
    status = 404


class KindsInvalid(SiegelError):
    sentence = "The kinds {kinds} are not valid: known bits, at least one, and never buyer and observer together."


class IdentifierInvalid(SiegelError):
    sentence = "The identifier {identifier!r} is not printable ASCII of 1 to 128 bytes."


class PersonInvalid(SiegelError):
    sentence = "Account {account} with roles {roles} until {until} is not a valid person."


class TooFewOfficers(SiegelError):
    sentence = (
        "Organisation {organisationId} would be left with {officers} officers without an end date; two are needed."
    )


class SuspensionUnchanged(SiegelError):
    sentence = "Organisation {organisationId}: suspended is {suspended} already."
    status = 409


class GovernorMissing(SiegelError):
    sentence = "Account {account} is no governor."
    status = 403


class NotRipe(SiegelError):
    sentence = "The governors' act {key} can be executed from {ripe} on."
    status = 409


class GovernorsInvalid(SiegelError):
    sentence = "{governors} governors with the threshold {threshold} are not valid."


class DelayInvalid(SiegelError):
    sentence = "A delay of {delay} seconds for the governors is too long; at most 365 days are allowed."


class ThresholdInvalid(SiegelError):
    sentence = "A threshold of {threshold} is not valid for {recipients} recipients."


class RecipientInvalid(SiegelError):
    sentence = "Recipient {holder} (key of {keyLength} bytes) is repeated or its key is no P-256 key of 65 bytes."


class KeyRepeated(SiegelError):
    sentence = "Recipient {holder} has the same public key as another recipient of the set."


class KeySetKnown(SiegelError):
    sentence = "The key set {keySet} was registered before."
    status = 409


class KeySetUnknown(SiegelError):
    sentence = "The key set {keySet} is not registered, or retired."
    status = 404


class CustodianUnexpected(SiegelError):
    sentence = "Organisation {custodian} is no custodian of the key set {keySet}, or accepted it before."


class SuccessorInvalid(SiegelError):
    sentence = "{successor} cannot be registered as successor."


class TextInvalid(SiegelError):
    sentence = "The text {text!r} is not printable ASCII of 1 to 128 bytes."


class BatchSizeInvalid(SiegelError):
    sentence = "A batch of {size} is not allowed."


class KindInvalid(SiegelError):
    sentence = "Act {act} was called with a kind that is not allowed for it."


class ProcessForbids(SiegelError):
    sentence = "Process {processId} does not exist or its state {state} does not allow act {act}."
    status = 409


class RoundForbids(SiegelError):
    sentence = "Round {round} of process {processId} (state {state}, deadline {deadline}) does not allow act {act}."
    status = 409


class LotForbids(SiegelError):
    sentence = "Lot {lot} of process {processId} (state {state}) does not allow act {act}."
    status = 409


class AwardForbids(SiegelError):
    sentence = "Award {award} of process {processId} (state {state}) does not allow act {act}."
    status = 409


class ReleaseMissing(SiegelError):
    sentence = "Act {act} is published by a release; its digest is missing."


class SubjectMissing(SiegelError):
    sentence = "The digest that act {act} is about is missing."


class RefUnknown(SiegelError):
    sentence = "Process {processId} has no earlier act {ref} to refer to."
    status = 404


class ParentFixed(SiegelError):
    sentence = "The parent of process {processId} was fixed with its first act."
    status = 409


class LotsInvalid(SiegelError):
    sentence = "Lot {lot} with {maxAwards} awards is not valid, or repeated."


class DeadlineNotLater(SiegelError):
    sentence = "The deadline {deadline} is not later than {latest}."


class DeadlineTooFar(SiegelError):
    sentence = "The deadline {deadline} lies beyond {most}, as far as one person alone can move it; two officers can."


class KeySetNotReady(SiegelError):
    sentence = "The key set {keySet} is not the buyer's, not accepted by all its custodians, or retired."


class ReceiverUnknown(SiegelError):
    sentence = "Organisation {receiver} is no receiver of this round."


class ReceiverIsBuyer(SiegelError):
    sentence = "Organisation {organisationId} is the buyer itself; a buyer is never its own receiver."


class PromiseInvalid(SiegelError):
    sentence = "The promise was signed by {signer}, who may not act for the receiver {receiver}."


class PromiseUnexpected(SiegelError):
    sentence = "A promise (arrival {arrivedAt}, by {deliverBy}) that names no receiver must be empty."


class PromiseTooLong(SiegelError):
    sentence = "The promise runs until {deliverBy}; it can run until {most}, a day after the arrival."


class PromiseExpired(SiegelError):
    sentence = "The promise was to be delivered by {deliverBy}; it is now {time}."
    status = 409


class ArrivalInFuture(SiegelError):
    sentence = "The arrival {arrival} lies after the present time {time}."


class CommitmentKnown(SiegelError):
    sentence = "The commitment {commitment} was made before."
    status = 409


class CommitmentUnknown(SiegelError):
    sentence = "Account {author} made no commitment {commitment} in this round."
    status = 404


class CommitmentGone(SiegelError):
    sentence = "The commitment {commitment} was withdrawn or superseded before."
    status = 409


class TooLate(SiegelError):
    sentence = "Arrived at {arrival}, after the deadline {deadline}."
    status = 409


class CountedInvalid(SiegelError):
    sentence = "{counted} counted bids: it must be at least {least} and at most {most}."


class BitmapInvalid(SiegelError):
    sentence = "Bitmaps of {words} words do not fit {counted} counted bids, or name a bid beyond them."


class ChunkInvalid(SiegelError):
    sentence = "{size} outcomes from bid {from}: the next bid without an outcome is {next}."
    numbers_of_bids = frozenset({"from", "next"})


class EvidenceUnexpected(SiegelError):
    sentence = "Bid {bid} is neither opened nor unreadable, so the evidence {evidence} has no place."


class BidMismatch(SiegelError):
    sentence = "The commitment given for bid {bid} belongs to bid {found}."
    numbers_of_bids = frozenset({"bid", "found"})


class OutcomeInvalid(SiegelError):
    sentence = "Outcome {given} cannot be recorded for bid {bid}; what follows from the acts is {found}."


class BidForbids(SiegelError):
    sentence = "Bid {bid} of round {round} (outcome {outcome}) cannot be used for this act."
    status = 409


class ExclusionForbids(SiegelError):
    sentence = "Bid {bid} of round {round}, lot {lot}: excluded is {excluded}, which forbids the act."
    status = 409


class RoundSetBack(SiegelError):
    sentence = "Bids of round {round} can no longer be awarded: the procedure was set back to round {fromRound}."
    status = 409


class AwardsExhausted(SiegelError):
    sentence = "Lot {lot} has its {maxAwards} awards; one more needs a ground."
    status = 409


class AwardVoid(SiegelError):
    sentence = "Award {award} is void: the procedure was set back after it."
    status = 409


class AwardPending(SiegelError):
    sentence = "Lot {lot} has {announced} awards that are announced and not concluded."
    status = 409


class DispatchInFuture(SiegelError):
    sentence = "The dispatch at {dispatched} lies after the present time {time}."


class StandstillTooShort(SiegelError):
    sentence = (
        "Dispatch at {dispatched}, standstill until {standstillEnd}: the end must be {least} or later "
        "and the dispatch after the award, else a ground is needed."
    )


class ConclusionPremature(SiegelError):
    sentence = (
        "The standstill of award {award} ends at {standstillEnd} (0: losers not informed); it is now "
        "{time}, so a ground is needed."
    )
    status = 409


class ConclusionSuspended(SiegelError):
    sentence = "Process {processId}, lot {lot} is suspended; a conclusion needs a ground."
    status = 409


class SuspensionUnknown(SiegelError):
    sentence = "No suspension {suspension} is in force."
    status = 404


class ConcludedAlready(SiegelError):
    sentence = "Process {processId}, lot {lot}: a contract was concluded; nothing can be set back."
    status = 409
