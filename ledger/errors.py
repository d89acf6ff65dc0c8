"""The names of all failures.

One name per failure everywhere: the Solidity error, the class here, the API problem's ``type`` and the sentence on
the page. A class's ``sentence`` is the English message with the values that belong to it as ``{placeholders}``;
it is also the message id for translation.
"""

from __future__ import annotations

from typing import Any, ClassVar


class SiegelError(Exception):
    """Base of every failure this software names itself.

    ``values`` holds the offending values by name; ``status`` is the HTTP status the API answers with (RFC 9457).
    """

    sentence: ClassVar[str] = "Something failed."
    status: ClassVar[int] = 400

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.sentence.format_map(_Shown(values)))

    @property
    def name(self) -> str:
        """The failure's one name, as in the contract, the API and the page."""
        return type(self).__name__


class _Shown(dict[str, Any]):
    """Shows bytes as hex, and a value that was not given as ``?`` instead of failing while reporting a failure."""

    def __missing__(self, key: str) -> str:
        return "?"

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return "0x" + value.hex() if isinstance(value, bytes) else value


# --- settings and command line -------------------------------------------------------------------------------------


class SettingInvalid(SiegelError):
    """A setting of ``siegel.toml``, ``SIEGEL_*`` or a flag has the wrong kind of value, or no such setting exists."""

    sentence = "The setting {setting} cannot be {value}: {why}."


# --- releases and their files (ledger/ocds) -------------------------------------------------------------------------


class FileEmpty(SiegelError):
    """A file to import holds no bytes, or only white space."""

    sentence = "The file is empty."


class FileTooLarge(SiegelError):
    """A file to import is longer than the limit, which guards memory."""

    sentence = "The file has {size} bytes; at most {limit} are read."
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

    sentence = "The release {release_id} of {ocid} exists already with other content."
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
    """The stored bytes are not the ones that were anchored: ``digest`` says what they were, ``actual`` what they are."""

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


class DraftMissing(SiegelError):
    """There is no such draft of a joint act."""

    sentence = "There is no draft {draft}."
    status = 404


class SaltMissing(SiegelError):
    """The state knows no salt for that digest."""

    sentence = "No salt is known for {digest}."
    status = 404
