"""The table of the mapping: business terms of the procedure, of addresses and groups, and where OCDS has them.

The terms of lots stand in ``lot_table``; those that need more than one place to be understood (parties, results,
changes, periods) have their own modules. Source: the EU profile of the Open Contracting Partnership; what each term
means is defined by Regulation (EU) 2019/1780.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.ocds.eforms.rules import PARAGRAPH, Rule
from ledger.ocds.eforms.values import country

PROJECT = "cac:ProcurementProject"
TERMS = "cac:TenderingTerms"
PROCESS = "cac:TenderingProcess"
CATEGORY = {"works": "works", "services": "services", "supplies": "goods"}
ADDITIONAL = {"works": "works", "services": "services", "supplies": "goods", "combined": "combined"}
_METHOD = {
    "open": "open",
    "exp-int-rail": "open",
    "restricted": "selective",
    "neg-w-call": "selective",
    "comp-dial": "selective",
    "comp-tend": "selective",
    "innovation": "selective",
    "neg-wo-call": "limited",
    "oth-single": None,
    "oth-mult": None,
}
ADDRESS = (
    Rule("BT-510", "cbc:StreetName", "streetAddress", glue=", "),
    Rule("BT-510", "cbc:AdditionalStreetName", "streetAddress", glue=", "),
    Rule("BT-510", "cac:AddressLine/cbc:Line", "streetAddress", glue=", "),
    Rule("BT-513", "cbc:CityName", "locality"),
    Rule("BT-512", "cbc:PostalZone", "postalCode"),
    Rule("BT-507", "cbc:CountrySubentityCode", "region"),
    Rule("BT-514", "cac:Country/cbc:IdentificationCode", "country", written=country),
)
"""A postal address."""

CONTACT = (
    Rule("BT-502", "cac:Contact/cbc:Name", "name"),
    Rule("BT-506", "cac:Contact/cbc:ElectronicMail", "email"),
    Rule("BT-503", "cac:Contact/cbc:Telephone", "telephone"),
    Rule("BT-739", "cac:Contact/cbc:Telefax", "faxNumber"),
    Rule("BT-505", "cbc:WebsiteURI", "url"),
)
"""From a company or touch point to its contact point."""

PLACE = (
    Rule("BT-728", "cbc:Description", "description", glue=PARAGRAPH),
    *(replace(rule, term=f"{rule.term}1", path=f"cac:Address/{rule.path}") for rule in ADDRESS),
    Rule(
        "BT-727",
        "cac:Address/cbc:Region",
        "description",
        glue=PARAGRAPH,
        codes={
            "anyw": "Anywhere",
            "anyw-cou": "Anywhere in the given country",
            "anyw-eea": "Anywhere in the European Economic Area",
        },
    ),
)
"""A place of performance."""

OF_PROJECT = (
    Rule("BT-21", f"{PROJECT}/cbc:Name", "title"),
    Rule("BT-24", f"{PROJECT}/cbc:Description", "description", glue=PARAGRAPH),
    Rule("BT-300", f"{PROJECT}/cbc:Note", "description", glue=PARAGRAPH),
    Rule("BT-22", f"{PROJECT}/cbc:ID", "identifiers", rules=(Rule("BT-22", "", "id"),)),
    Rule("BT-23", f"{PROJECT}/cbc:ProcurementTypeCode", "mainProcurementCategory", codes=CATEGORY),
    Rule(
        "BT-531",
        f"{PROJECT}/cac:ProcurementAdditionalType/cbc:ProcurementTypeCode[@listName='contract-nature']",
        "additionalProcurementCategories",
        codes=ADDITIONAL,
    ),
)
"""What a procedure and each of its lots say alike of what is bought."""

PROCEDURE = (
    *OF_PROJECT,
    Rule("BT-27", f"{PROJECT}/cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount", "value"),
    Rule(
        "BT-271",
        f"{PROJECT}/cac:RequestedTenderTotal/EXT/efbc:FrameworkMaximumAmount",
        "techniques/frameworkAgreement/value",
    ),
    Rule(
        "BT-09",
        f"{TERMS}/cac:ProcurementLegislationDocumentReference[cbc:ID='CrossBorderLaw']/cbc:DocumentDescription",
        "crossBorderLaw",
    ),
    Rule("BT-105", f"{PROCESS}/cbc:ProcedureCode", "procurementMethod", codes=_METHOD),
    Rule("BT-88", f"{PROCESS}/cbc:Description", "procurementMethodDetails"),
    Rule(
        "BT-105",
        f"{PROCESS}/cbc:ProcedureCode",
        "procurementMethodDetails",
        codes=dict.fromkeys(_METHOD) | {"oth-single": "oth-single", "oth-mult": "oth-mult"},
        glue=PARAGRAPH,
    ),
    Rule(
        "BT-106",
        f"{PROCESS}/cac:ProcessJustification/cbc:ProcessReasonCode[@listName='accelerated-procedure']",
        "procedure/isAccelerated",
    ),
    Rule(
        "BT-1351",
        f"{PROCESS}/cac:ProcessJustification"
        "[cbc:ProcessReasonCode/@listName='accelerated-procedure']/cbc:ProcessReason",
        "procedure/acceleratedRationale",
    ),
    Rule(
        "BT-136",
        f"{PROCESS}/cac:ProcessJustification/cbc:ProcessReasonCode[@listName='direct-award-justification']",
        "procurementMethodRationaleClassifications",
        scheme="eu-direct-award-justification",
    ),
    Rule(
        "BT-135",
        f"{PROCESS}/cac:ProcessJustification"
        "[cbc:ProcessReasonCode/@listName='direct-award-justification']/cbc:ProcessReason",
        "procurementMethodRationale",
        glue=PARAGRAPH,
    ),
    Rule("BT-127", "cbc:PlannedDate", "communication/futureNoticeDate"),
    Rule(
        "BT-31", f"{TERMS}/cac:LotDistribution/cbc:MaximumLotsSubmittedNumeric", "lotDetails/maximumLotsBidPerSupplier"
    ),
    Rule(
        "BT-33",
        f"{TERMS}/cac:LotDistribution/cbc:MaximumLotsAwardedNumeric",
        "lotDetails/maximumLotsAwardedPerSupplier",
    ),
    Rule(
        "BT-806",
        f"{TERMS}/cac:TendererQualificationRequest/cac:SpecificTendererRequirement"
        "/cbc:TendererRequirementTypeCode[@listName='exclusion-grounds-source']",
        "exclusionGrounds/sources",
    ),
    Rule(
        "BT-67",
        f"{TERMS}/cac:TendererQualificationRequest/cac:SpecificTendererRequirement"
        "[cbc:TendererRequirementTypeCode/@listName='exclusion-ground']",
        "exclusionGrounds/criteria",
        rules=(
            Rule("BT-67(a)", "cbc:TendererRequirementTypeCode", "type"),
            Rule("BT-67(b)", "cbc:Description", "description"),
        ),
    ),
)
"""From the notice's root to ``tender``."""

GROUP = (
    Rule("BT-21", f"{PROJECT}/cbc:Name", "title"),
    Rule("BT-24", f"{PROJECT}/cbc:Description", "description", glue=PARAGRAPH),
    Rule("BT-300", f"{PROJECT}/cbc:Note", "description", glue=PARAGRAPH),
    Rule("BT-27", f"{PROJECT}/cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount", "value"),
)
"""From the ``cac:ProcurementProjectLot`` of a group to a lot group."""

ROLES = (
    ("cac:TenderingTerms/cac:AdditionalInformationParty", "processContactPoint"),
    ("cac:TenderingTerms/cac:DocumentProviderParty", "processContactPoint"),
    ("cac:TenderingTerms/cac:TenderRecipientParty", "submissionReceiptBody"),
    ("cac:TenderingTerms/cac:TenderEvaluationParty", "evaluationBody"),
    ("cac:TenderingTerms/cac:AppealTerms/cac:AppealInformationParty", "reviewContactPoint"),
    ("cac:TenderingTerms/cac:AppealTerms/cac:AppealReceiverParty", "reviewBody"),
    ("cac:TenderingTerms/cac:AppealTerms/cac:MediationParty", "mediationBody"),
    ("cac:TenderingTerms/cac:FiscalLegislationDocumentReference/cac:IssuerParty", "informationService"),
    ("cac:TenderingTerms/cac:EnvironmentalLegislationDocumentReference/cac:IssuerParty", "informationService"),
    ("cac:TenderingTerms/cac:EmploymentLegislationDocumentReference/cac:IssuerParty", "informationService"),
)
"""Where a lot names a party (OPT-301), and the party's role in OCDS."""
