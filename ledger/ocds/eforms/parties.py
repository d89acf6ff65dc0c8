"""The organisations of a notice as OCDS parties, and who is who for whom.

``ORG-0001`` names an organisation within one notice only; in the next notice it may be another one. A party's id is
therefore the register's number of a public body, else a digest of name and number, so that the same company is the
same party in every notice. Natural persons, and organisations without any number, get an id that means nothing
outside their notice: ids are not concealed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.ocds.eforms.notice import Notice
from ledger.ocds.eforms.required import BUYER
from ledger.ocds.eforms.rules import TWICE, Reading, Rule, apply, texts
from ledger.ocds.eforms.sourced import Sourced, also, of
from ledger.ocds.eforms.table import ADDRESS, CONTACT
from ledger.ocds.eforms.xml_tree import Node
from ledger.ocds.privacy import NATURAL_PERSON

NO_SUCH_PARTY: Final = "no organisation of the notice has this identifier"
NO_TELEPHONE: Final = "a telephone number is no number of a register"
NO_NUMBER: Final = "it is no number of a register"
NO_PERSON: Final = "it says that this is no natural person, which the release says by silence"

# Leitweg-ID of German public bodies: coarse address, fine address, check number; 0204 is its code in EN 16931 lists.
_LEITWEG = re.compile(r"(?:0204:)?(\d{2,12}(?:-[0-9A-Za-z]{1,30})?-\d{2})", re.ASCII)
_ORGANISATIONS = "EXT/efac:Organizations/efac:Organization"
_SERVICES = {"ted-esen": "tedEsender", "serv-prov": "procurementServiceProvider"}

BUYER_DETAILS = (
    Rule("BT-508", "cbc:BuyerProfileURI", "buyerProfile"),
    Rule(
        "BT-11",
        "cac:ContractingPartyType/cbc:PartyTypeCode[@listName='buyer-legal-type']",
        "classifications",
        scheme="eu-buyer-legal-type",
    ),
    Rule(
        "BT-740",
        "cac:ContractingPartyType/cbc:PartyTypeCode[@listName='buyer-contracting-type']",
        "classifications",
        scheme="eu-buyer-contracting-type",
    ),
    Rule("BT-10", "cac:ContractingActivity/cbc:ActivityTypeCode", "classifications", scheme="eu-main-activity"),
)


@dataclass(slots=True)
class _Party:
    content: dict[str, Any]
    id: Sourced
    name: Sourced | None
    roles: dict[str, list[Node]] = field(default_factory=dict)


class Parties:
    """All organisations and touch points of a notice, by the identifier they have in it (OPT-200, OPT-201)."""

    def __init__(self, notice: Notice, reading: Reading) -> None:
        self._notice = notice
        self._reading = reading
        self._parties: dict[str, _Party] = {}
        self._taken: set[str] = set()
        for organisation in notice.root.find(_ORGANISATIONS):
            self._organisation(organisation)

    def reference(self, node: Node | None, role: str) -> dict[str, Any] | None:
        """A reference to the party that ``node`` names, which gets that role; None if there is no such party."""
        party = self._parties.get(node.text) if node else None
        if node is None or party is None:
            if node is not None and node.text:
                self._reading.unused(node, NO_SUCH_PARTY)
            return None
        party.roles.setdefault(role, []).append(node)
        return {"id": also(party.id, node), "name": party.name}

    def buyer(self) -> dict[str, Any] | None:
        """The buyer; of several, the first one that leads the group (OPP-050), else the first."""
        references = []
        for contracting in self._notice.root.find("cac:ContractingParty"):
            for node in contracting.find(BUYER.partition("/")[2]):
                if reference := self.reference(node, "buyer"):
                    references.append(reference)
                    details = self._parties[node.text].content.setdefault("details", {})
                    apply(BUYER_DETAILS, contracting, "PartyDetails", details, self._reading)
            for provider in contracting.find("cac:Party/cac:ServiceProviderParty"):
                self._service(provider)
        leaders = {
            company.text
            for organisation in self._notice.root.find(_ORGANISATIONS)
            if (flag := organisation.value("efbc:GroupLeadIndicator")) and flag.text == "true"
            if (company := organisation.value("efac:Company/cac:PartyIdentification/cbc:ID"))
        }
        leading = [each for each in references if leaders & {node.text for node in each["id"].nodes}]
        return next(iter(leading or references), None)

    def as_list(self) -> list[dict[str, Any]]:
        """OCDS ``parties``, with the roles they were given until now."""
        return [
            {**party.content, "roles": [of(role, *nodes) for role, nodes in party.roles.items()]}
            for party in self._parties.values()
        ]

    def _service(self, provider: Node) -> None:
        code = provider.value("cbc:ServiceTypeCode")
        role = _SERVICES.get(code.text if code else "", "procurementServiceProvider")
        for node in provider.find("cac:Party/cac:PartyIdentification/cbc:ID"):
            if self.reference(node, role) and code is not None:
                self._parties[node.text].roles[role].append(code)

    def _organisation(self, organisation: Node) -> None:
        person = _person(organisation)
        for company in organisation.find("efac:Company"):
            self._add(company, organisation, person)
        for point in organisation.find("efac:TouchPoint"):
            # Whoever answers for a natural person is that person, or works at the same address.
            self._add(point, organisation, person)

    def _add(self, node: Node, organisation: Node, person: Node | None) -> None:
        key = node.value("cac:PartyIdentification/cbc:ID")
        if key is None or key.text in self._parties:
            return
        content: dict[str, Any] = texts(node.find("cac:PartyName/cbc:Name"), "Organization", "name", self._reading)
        department = node.value("cac:PostalAddress/cbc:Department")
        if department and "name" in content:
            name = content["name"]
            content["name"] = of(f"{name.value} - {department.text}", *name.nodes, department)
        numbers = [
            each for each in node.find("cac:PartyLegalEntity/cbc:CompanyID") if each.text and self._is_number(each)
        ]
        number = numbers[0] if numbers else None
        if number is not None:
            content["identifier"] = _identifier(number)
            content["additionalIdentifiers"] = [_identifier(each) for each in numbers[1:]]
        address: dict[str, Any] = {}
        for postal in node.find("cac:PostalAddress")[:1]:
            apply(ADDRESS, postal, "Address", address, self._reading)
        contact: dict[str, Any] = {}
        apply(CONTACT, node, "ContactPoint", contact, self._reading)
        content |= {"address": address, "contactPoint": contact, "details": self._details(node, organisation, person)}
        identifier = self._identify(key, content, number, person)
        self._parties[key.text] = _Party({"id": identifier, **content}, identifier, content.get("name"))

    def _is_number(self, number: Node) -> bool:
        """Whether it is one of a register. eForms-DE lets a telephone number stand in for a missing one (``t:``), which
        is as personal as any; others write that there is none."""
        why = NO_TELEPHONE if number.text.startswith("t:") else NO_NUMBER
        if why == NO_NUMBER and (number.attributes.get("schemeName") or any(map(str.isdigit, number.text))):
            return True
        self._reading.unused(number, why)
        return False

    def _details(self, node: Node, organisation: Node, person: Node | None) -> dict[str, Any]:
        details: dict[str, Any] = {}
        size = node.value("efbc:CompanySizeCode")
        if person is not None:
            details["scale"] = of(NATURAL_PERSON, person)
            if size is not None:
                self._reading.unused(size, TWICE)
        elif size is not None:
            details["scale"] = of(size.text, size)
        for flag in organisation.find("efbc:NaturalPersonIndicator"):
            self._reading.unused(flag, NO_PERSON)
        if node.name == "efac:Company":
            listed = Rule("BT-746", "efbc:ListedOnRegulatedMarketIndicator", "listedOnRegulatedMarket")
            apply((listed,), organisation, "PartyDetails", details, self._reading)
        return details

    def _identify(self, key: Node, content: dict[str, Any], number: Node | None, person: Node | None) -> Sourced:
        name = content.get("name")
        wanted = self._notice.local(key.text)
        if number is not None and name is not None and person is None:
            scheme = content["identifier"].get("scheme")
            if scheme is not None and scheme.value == "DE-LEITWEG":
                wanted = f"DE-LEITWEG-{content['identifier']['id'].value}"
            else:
                said = f"{' '.join(str(name.value).split())}\0{''.join(number.text.split())}".casefold()
                wanted = f"org-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
        if wanted in self._taken:
            wanted = self._notice.local(key.text)
        self._taken.add(wanted)
        return of(wanted, key)


def _identifier(number: Node) -> dict[str, Any]:
    leitweg = _LEITWEG.fullmatch("".join(number.text.split()))
    if leitweg:
        return {"scheme": of("DE-LEITWEG", number), "id": of(leitweg[1], number)}
    scheme = number.attributes.get("schemeName", "").strip()
    return {"scheme": of(scheme, number) if scheme else None, "id": of(number.text, number)}


def _person(organisation: Node) -> Node | None:
    """The element that says that this is a natural person (BT-633); where it stands does not matter, and whatever is
    not plainly a no counts as a yes, because the other error cannot be taken back."""
    for node in organisation.walk():
        if node.name.endswith("NaturalPersonIndicator") and node.text.lower() not in ("", "false", "0"):
            return node
    return None
