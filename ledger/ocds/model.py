"""The parts of our own releases as types; names are those of OCDS 1.1.5 and our extension in snake_case.

Moments are aware datetimes, amounts are decimals, identifiers are texts. ``as_json`` gives the OCDS form: camelCase,
absent fields left out, moments in UTC to the second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_SPECIAL = {"award_id": "awardID"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """OCDS ``Value``: an amount in a currency of ISO 4217."""

    amount: Decimal
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """OCDS ``Period``; both ends are inclusive."""

    start_date: datetime | None = None
    end_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """OCDS ``Identifier``: a register and the number in it."""

    scheme: str
    id: str
    legal_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """OCDS ``Address``: a postal address."""

    street_address: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """OCDS ``ContactPoint``: concealed in every release, because it names a person."""

    name: str | None = None
    email: str | None = None
    telephone: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """OCDS ``Organization``. ``natural_person`` conceals name and addresses (``details.scale`` is ``selfEmployed``)."""

    id: str
    name: str
    roles: tuple[str, ...]
    identifier: Identifier | None = None
    address: Address | None = None
    contact_point: ContactPoint | None = None
    natural_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """OCDS ``OrganizationReference`` to a party of the same release."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """OCDS ``Document``; ``digest`` is the anchored digest in hex (our extension)."""

    id: str
    document_type: str | None = None
    title: str | None = None
    description: str | None = None
    url: str | None = None
    date_published: datetime | None = None
    format: str | None = None
    language: str | None = None
    digest: str | None = None
    related_lots: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """OCDS ``Classification``, such as CPV."""

    scheme: str
    id: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """OCDS ``Item``; ``related_lot`` is our extension."""

    id: str
    description: str | None = None
    classification: Classification | None = None
    quantity: Decimal | None = None
    related_lot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot (our extension; the names agree with OCDS's lots extension)."""

    id: str
    title: str | None = None
    description: str | None = None
    status: str | None = None
    value: Value | None = None
    max_awards: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round in which something is handed in (our extension); its deadline ends ``submission_period``."""

    id: str
    kind: str
    submission_period: Period | None = None
    related_lots: tuple[str, ...] | None = None
    key_set_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """A question and its answer to all (our extension; names agree with OCDS's enquiries extension)."""

    id: str
    date: datetime | None = None
    title: str | None = None
    description: str | None = None
    answer: str | None = None
    date_answered: datetime | None = None
    related_lots: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """OCDS ``Amendment``: why a release changes what an earlier one said."""

    id: str
    date: datetime | None = None
    rationale: str | None = None
    description: str | None = None
    amends_release_id: str | None = None
    related_lots: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """OCDS ``Tender``."""

    id: str
    title: str | None = None
    description: str | None = None
    status: str | None = None
    procuring_entity: Reference | None = None
    procurement_method: str | None = None
    procurement_method_details: str | None = None
    procurement_method_rationale: str | None = None
    main_procurement_category: str | None = None
    value: Value | None = None
    award_criteria: str | None = None
    award_criteria_details: str | None = None
    submission_method: tuple[str, ...] | None = None
    submission_method_details: str | None = None
    tender_period: Period | None = None
    enquiry_period: Period | None = None
    award_period: Period | None = None
    contract_period: Period | None = None
    eligibility_criteria: str | None = None
    items: tuple[Item, ...] | None = None
    lots: tuple[Lot, ...] | None = None
    rounds: tuple[Round, ...] | None = None
    enquiries: tuple[Enquiry, ...] | None = None
    documents: tuple[Document, ...] | None = None
    amendments: tuple[Amendment, ...] | None = None
    minimum_standstill_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """OCDS ``Award``; lots and standstill are our extension."""

    id: str
    title: str | None = None
    description: str | None = None
    status: str | None = None
    date: datetime | None = None
    value: Value | None = None
    suppliers: tuple[Reference, ...] | None = None
    related_lots: tuple[str, ...] | None = None
    standstill_period: Period | None = None
    documents: tuple[Document, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """OCDS ``Contract``."""

    id: str
    award_id: str
    title: str | None = None
    description: str | None = None
    status: str | None = None
    period: Period | None = None
    value: Value | None = None
    date_signed: datetime | None = None
    amendments: tuple[Amendment, ...] | None = None
    documents: tuple[Document, ...] | None = None
    related_lots: tuple[str, ...] | None = None
    date_terminated: datetime | None = None
    termination_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What an opening found, in numbers only (our extension): who handed in stays confidential (VgV section 5)."""

    id: str
    date: datetime
    related_round: str | None = None
    related_lots: tuple[str, ...] | None = None
    submitted: int | None = None
    opened: int | None = None
    unreadable: int | None = None
    withdrawn: int | None = None
    superseded: int | None = None
    missing: int | None = None
    late: int | None = None
    returned: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A suspension by a review body or an officer, and what became of it (our extension)."""

    id: str
    status: str
    description: str | None = None
    date_suspended: datetime | None = None
    date_lifted: datetime | None = None
    date_remanded: datetime | None = None
    decision_digest: str | None = None
    related_lots: tuple[str, ...] | None = None


def as_json(value: Any) -> Any:
    """The OCDS form of a part, of a tuple of parts, or of a single value."""
    if isinstance(value, Party):
        return _party(value)
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {_camel(name): as_json(entry) for name, entry in pairs if entry is not None}
    if isinstance(value, tuple | list):
        return [as_json(entry) for entry in value]
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def moment(value: datetime) -> str:
    """RFC 3339 in UTC to the second, such as ``2026-11-23T12:00:00Z``. The datetime must be aware."""
    if value.tzinfo is None:
        raise ValueError(value)
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _party(party: Party) -> dict[str, Any]:
    pairs = ((field.name, getattr(party, field.name)) for field in fields(party) if field.name != "natural_person")
    result = {_camel(name): as_json(entry) for name, entry in pairs if entry is not None}
    if party.natural_person:
        result["details"] = {"scale": "selfEmployed"}
    return result


def _camel(name: str) -> str:
    return _SPECIAL.get(name) or re.sub(r"_(id$|[a-z])", _upper, name)


def _upper(match: re.Match[str]) -> str:
    return "ID" if match[1] == "id" else match[1].upper()
