"""The validators in force by block: what a trust policy says of consensus (``docs/bundle-1.md``)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from ledger.errors import PolicyInvalid, ValidatorsUnknown
from ledger.evidence.verify.policy_fields import require_fields, whole_number

# Numbers stay what they are in every JSON reader.
_MOST = 2**53 - 1


@dataclass(frozen=True)
class ValidatorRange:
    """The validators (``accounts``, 20 bytes each, ascending) of the blocks ``first`` to ``last``, both included.

    Without ``last`` they are in force until further notice.
    """

    first: int
    last: int | None
    accounts: tuple[bytes, ...]

    def as_json(self) -> dict[str, object]:
        """This range as an entry of a policy."""
        return {"from": self.first, "to": self.last, "accounts": [account.hex() for account in self.accounts]}


@dataclass(frozen=True)
class ValidatorSets:
    """Who seals which block; no ``ranges`` for a chain that one operator keeps and nobody seals."""

    ranges: tuple[ValidatorRange, ...]

    @property
    def is_single(self) -> bool:
        """Whether there are no seals to check: policy ``single``."""
        return not self.ranges

    def validators_of(self, block: int) -> tuple[bytes, ...]:
        """The validators in force for ``block``; raises ValidatorsUnknown if the policy does not reach it."""
        for one in self.ranges:
            if one.first <= block and (one.last is None or block <= one.last):
                return one.accounts
        raise ValidatorsUnknown(block=block)


def read_validator_sets(value: object) -> ValidatorSets:
    """Read the value of a policy's ``consensus``, as a JSON reader gives it. Raises PolicyInvalid (field, reason)."""
    if not isinstance(value, dict):
        raise PolicyInvalid(field="consensus", reason="an object was expected")
    if value.get("kind") == "single":
        require_fields("consensus", value, {"kind"})
        return ValidatorSets(())
    if value.get("kind") != "qbft":
        raise PolicyInvalid(field="consensus.kind", reason="single or qbft was expected")
    require_fields("consensus", value, {"kind", "validators"})
    entries = value["validators"]
    if not isinstance(entries, list) or not entries:
        raise PolicyInvalid(field="consensus.validators", reason="a list of ranges was expected")
    ranges: list[ValidatorRange] = []
    for position, entry in enumerate(entries):
        field = f"consensus.validators[{position}]"
        one = _range(field, entry)
        if ranges and ranges[-1].last is None:
            raise PolicyInvalid(field=field, reason="nothing follows a range without an end")
        if ranges and ranges[-1].last != one.first - 1:
            raise PolicyInvalid(field=f"{field}.from", reason="every range begins right after the one before it")
        ranges.append(one)
    return ValidatorSets(tuple(ranges))


def _range(field: str, entry: object) -> ValidatorRange:
    if not isinstance(entry, dict):
        raise PolicyInvalid(field=field, reason="an object was expected")
    require_fields(field, entry, {"from", "to", "accounts"})
    # The genesis block has no seals: its hash stands in the policy.
    first = whole_number(f"{field}.from", entry["from"], 1, _MOST)
    last = None if entry["to"] is None else whole_number(f"{field}.to", entry["to"], first, _MOST)
    return ValidatorRange(first, last, _accounts(f"{field}.accounts", entry["accounts"]))


def _accounts(field: str, value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not value:
        raise PolicyInvalid(field=field, reason="a list of accounts was expected")
    accounts = tuple(_account(f"{field}[{position}]", text) for position, text in enumerate(value))
    if any(account >= following for account, following in itertools.pairwise(accounts)):
        raise PolicyInvalid(field=field, reason="accounts must be in ascending order, each once")
    return accounts


def _account(field: str, value: object) -> bytes:
    if not isinstance(value, str) or len(value) != 40 or set(value) - set("0123456789abcdef"):
        raise PolicyInvalid(field=field, reason="an account is 40 digits of lower-case hex")
    if set(value) == {"0"}:
        raise PolicyInvalid(field=field, reason="nobody has the account zero")
    return bytes.fromhex(value)
