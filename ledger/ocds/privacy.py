"""Which fields of a release are personal data, and are therefore concealed from the first publication on.

OCDS has no mark for natural persons, so the policy is a rule, not a certainty (``docs/ocds-extension.md`` states it):

* contact points: name, e-mail, telephone and fax of *every* party, because they name a clerk;
* parties that are natural persons or sole traders: also their names, identifiers and postal addresses, wherever
  they are repeated. A party counts as one if ``details.scale`` is ``selfEmployed`` (as OCDS for eForms writes BT-633),
  or, under the policy ``cautious``, if it is a supplier or tenderer without any identifier of a register, or one that
  no entry of ``parties`` describes.

The place of a buyer stays readable under every policy: a public body is no natural person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.errors import PolicyUnknown
from ledger.ocds.disclosure import Disclosure, conceal
from ledger.ocds.fields import field_of

_CONTACT = ("name", "email", "telephone", "faxNumber")
_PERSON = {
    "Organization": ("name",),
    "OrganizationReference": ("name",),
    "Identifier": ("id", "legalName", "uri"),
    "Address": ("streetAddress", "locality", "region", "postalCode"),
    "ContactPoint": (*_CONTACT, "url"),
}
NATURAL_PERSON = "selfEmployed"
_BIDDING_ROLES = frozenset({"supplier", "tenderer", "payee"})
_BIDDING_FIELDS = frozenset({"suppliers", "tenderers", "payee"})
_PUBLIC_ROLES = frozenset({"buyer", "procuringEntity", "payer", "funder", "reviewBody", "enquirer"})


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """What is concealed. ``cautious``: bidders without a register's identifier count as natural persons."""

    name: str
    contacts: bool
    persons: bool
    cautious: bool


POLICIES = {
    policy.name: policy
    for policy in (
        DisclosurePolicy("none", contacts=False, persons=False, cautious=False),
        DisclosurePolicy("standard", contacts=True, persons=True, cautious=False),
        DisclosurePolicy("cautious", contacts=True, persons=True, cautious=True),
    )
}


def policy_named(name: str) -> DisclosurePolicy:
    """The policy of that name. Raises PolicyUnknown."""
    if name not in POLICIES:
        raise PolicyUnknown(policy=name, known=", ".join(POLICIES))
    return POLICIES[name]


def conceal_personal(release: dict[str, Any], policy: DisclosurePolicy) -> tuple[dict[str, Any], list[Disclosure]]:
    """The release with personal fields as salted digests, and their disclosures. ``release`` stays unchanged."""
    persons = _persons(release, policy)
    described = {_id(party) for party in release.get("parties") or []}
    disclosures: list[Disclosure] = []

    def is_unknown(key: str, reference: dict[str, Any]) -> bool:
        """A bidder of whom nothing is known but a name could be anybody."""
        return policy.cautious and key in _BIDDING_FIELDS and _id(reference) not in described

    def visit(type_name: str, value: dict[str, Any], personal: bool) -> dict[str, Any]:
        if type_name in ("Organization", "OrganizationReference"):
            personal = policy.persons and (personal or _id(value) in persons or _is_person(value, policy, ()))
        result = {}
        for key, entry in value.items():
            field = field_of(type_name, key)
            if field is None or field.is_leaf:
                result[key] = entry
            elif field.listed or isinstance(entry, dict):
                parts = [
                    visit(field.kind, part, personal or is_unknown(key, part)) if isinstance(part, dict) else part
                    for part in (entry if field.listed else [entry])
                ]
                result[key] = parts if field.listed else parts[0]
            else:
                result[key] = entry
        names = _names(type_name, result, personal, policy)
        result, made = conceal(result, names)
        disclosures.extend(made)
        return result

    return visit("Release", release, False), disclosures


def _names(type_name: str, value: dict[str, Any], personal: bool, policy: DisclosurePolicy) -> list[str]:
    if personal:
        stems = _PERSON.get(type_name, ())
    elif type_name == "ContactPoint" and policy.contacts:
        stems = _CONTACT
    else:
        return []
    # Translated fields (name_de) are as personal as the field itself; null tells nothing.
    return [key for key in value if value[key] is not None and (key in stems or key.rpartition("_")[0] in stems)]


def _persons(release: dict[str, Any], policy: DisclosurePolicy) -> set[str]:
    """Ids of the parties that are natural persons, so that references to them are concealed alike."""
    if not policy.persons:
        return set()
    parties = release.get("parties") or []
    return {_id(party) for party in parties if "id" in party and _is_person(party, policy, party.get("roles") or ())}


def _id(party: dict[str, Any]) -> str:
    """An id as text: 1 and "1" name the same party, whatever a platform writes where."""
    return str(party.get("id"))


def _is_person(party: dict[str, Any], policy: DisclosurePolicy, roles: Any) -> bool:
    details = party.get("details")
    if isinstance(details, dict) and details.get("scale") == NATURAL_PERSON:
        return True
    if not policy.cautious or not _BIDDING_ROLES.intersection(roles) or _PUBLIC_ROLES.intersection(roles):
        return False
    identifiers = [party.get("identifier") or {}, *(party.get("additionalIdentifiers") or [])]
    return not any(identifier.get("id") for identifier in identifiers)
