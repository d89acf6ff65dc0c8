"""Trust policies: what a reader takes as given (``docs/bundle-1.md``, trust policy)."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from ledger.errors import (
    EncodingInvalid,
    JsonInvalid,
    JsonTooDeep,
    PolicyInvalid,
    PolicyUnreadable,
    VerifierKeyMalformed,
)
from ledger.evidence.verify.certificate_path import load_roots
from ledger.evidence.verify.checkpoint import LogTrust
from ledger.evidence.verify.custodians import Custodian, read_custodians
from ledger.evidence.verify.policy_fields import hex_bytes, require_fields, text, threshold, whole_number
from ledger.evidence.verify.validators import ValidatorSets, read_validator_sets
from ledger.ocds.json_text import check_characters, check_depth, check_exponent

FORMAT = "siegel-policy/1"
LARGEST = 16 * 2**20

_DECIMAL = re.compile("0|[1-9][0-9]{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trusted:
    """A smart contract: its account (20 bytes), and the keccak-256 of its code (32 bytes)."""

    account: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """The transparency log with its witnesses, how many of these must have cosigned, and how many seconds after a
    block at most."""

    trust: LogTrust
    threshold: int
    max_log_delay: int


@dataclass(frozen=True, slots=True)
class TimestampPolicy:
    """Root certificates (DER) of time-stamping authorities, and how many of these must have stamped a checkpoint."""

    roots: tuple[bytes, ...]
    threshold: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What is trusted. ``log`` and ``timestamps`` are None where there are none, ``custodians`` where any will do."""

    name: str
    chain_id: int
    genesis_hash: bytes
    ledger: Trusted
    registry: Trusted
    consensus: ValidatorSets
    log: LogPolicy | None
    timestamps: TimestampPolicy | None
    custodians: tuple[Custodian, ...] | None = None


def read_policy(raw: bytes) -> Policy:
    """Read a policy file. Raises PolicyInvalid; PolicyUnreadable, which is one, for what is no policy as a whole."""
    if len(raw) > LARGEST:
        raise PolicyUnreadable(reason=f"it has {len(raw)} bytes")
    try:
        written = raw.decode("utf-8")
        check_depth(written)
        given = json.loads(written, object_pairs_hook=_once, parse_float=_float)
        check_characters(given)
    except (ValueError, JsonTooDeep, JsonInvalid, EncodingInvalid) as error:
        raise PolicyUnreadable(reason="it is no JSON") from error
    names = {"format", "name", "chainId", "genesisHash", "ledger", "registry", "consensus", "log", "timestamps"}
    require_fields("", given, names, {"custodians"})
    if given["format"] != FORMAT:
        raise PolicyInvalid(field="format", reason=f"{FORMAT} was expected")
    chain_id = text("chainId", given["chainId"])
    if not _DECIMAL.fullmatch(chain_id):
        raise PolicyInvalid(field="chainId", reason="a decimal number as text was expected")
    consensus = read_validator_sets(given["consensus"])
    if given["log"] is None and given["timestamps"] is not None:
        raise PolicyInvalid(field="timestamps", reason="what is stamped is a log, and none is trusted")
    if consensus.is_single and given["log"] is None:
        raise PolicyInvalid(field="log", reason="nothing else signs the blocks of a chain without validators")
    ledger, registry = (_trusted(name, given[name]) for name in ("ledger", "registry"))
    if ledger.account == registry.account:
        raise PolicyInvalid(field="registry.account", reason="it is the account of the ledger")
    return Policy(
        name=text("name", given["name"]),
        chain_id=int(chain_id),
        genesis_hash=hex_bytes("genesisHash", given["genesisHash"], 32),
        ledger=ledger,
        registry=registry,
        consensus=consensus,
        log=None if given["log"] is None else _log(given["log"]),
        timestamps=None if given["timestamps"] is None else _timestamps(given["timestamps"]),
        custodians=read_custodians(given["custodians"]) if "custodians" in given else None,
    )


def _trusted(field: str, given: Any) -> Trusted:
    require_fields(field, given, {"account", "codeHash"})
    account = hex_bytes(f"{field}.account", given["account"], 20)
    return Trusted(account, hex_bytes(f"{field}.codeHash", given["codeHash"], 32))


def _log(given: Any) -> LogPolicy:
    require_fields("log", given, {"logs", "witnesses", "threshold", "maxLogDelay"})
    logs, witnesses = (_texts(f"log.{name}", given[name]) for name in ("logs", "witnesses"))
    if not logs:
        raise PolicyInvalid(field="log.logs", reason="the verifier key of a log was expected")
    try:
        trust = LogTrust.read(logs, witnesses)
    except VerifierKeyMalformed as error:
        raise PolicyInvalid(field="log", reason=str(error).rstrip(".")) from error
    return LogPolicy(
        trust,
        threshold=threshold("log.threshold", given["threshold"], witnesses),
        max_log_delay=whole_number("log.maxLogDelay", given["maxLogDelay"], 1, 2**31),
    )


def _timestamps(given: Any) -> TimestampPolicy:
    require_fields("timestamps", given, {"roots", "threshold"})
    roots = []
    for position, written in enumerate(_texts("timestamps.roots", given["roots"])):
        root = _base64(written)
        if root is None:
            raise PolicyInvalid(field=f"timestamps.roots[{position}]", reason="base64 of DER was expected")
        roots.append(root)
    load_roots(roots)
    return TimestampPolicy(tuple(roots), whole_number("timestamps.threshold", given["threshold"], 0, len(roots)))


def _base64(written: str) -> bytes | None:
    """What the text encodes; None if it is not the one way to write it."""
    try:
        data = base64.b64decode(written, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == written else None


def _float(number: str) -> float:
    check_exponent(number)
    return float(number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise PolicyUnreadable(reason="a field stands twice")
    return found


def _texts(field: str, given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise PolicyInvalid(field=field, reason="a list of texts was expected")
    return given
