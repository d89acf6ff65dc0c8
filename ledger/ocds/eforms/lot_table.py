"""The table of the mapping, second part: business terms of a lot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.ocds.eforms.codes import LANGUAGES
from ledger.ocds.eforms.rules import PARAGRAPH, Rule
from ledger.ocds.eforms.table import OF_PROJECT, PROCESS, PROJECT, TERMS

_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_POLICY = {"allowed": "allowed", "required": "required", "not-allowed": "notAllowed"}
_WEIGHT = {
    "dec-exa": "decimalExact",
    "dec-mid": "decimalRangeMiddle",
    "ord-imp": "order",
    "per-exa": "percentageExact",
    "per-mid": "percentageRangeMiddle",
    "poi-exa": "pointsExact",
    "poi-mid": "pointsRangeMiddle",
}
_THRESHOLD = {"max-pass": "maximumBids", "min-score": "minimumScore"}
_FIXED = {"fix-tot": "total", "fix-unit": "unit"}
_FRAMEWORK = {
    "fa-mix": "withAndWithoutReopeningCompetition",
    "fa-w-rc": "withReopeningCompetition",
    "fa-wo-rc": "withoutReopeningCompetition",
    "none": None,
}


def _numbers(number: str, weight: str, threshold: str, fixed: str) -> tuple[Rule, ...]:
    """A weight, fixed value or threshold, under the terms it has for this kind of criterion."""
    return (
        Rule(weight, "efbc:ParameterCode[@listName='number-weight']", "weight", codes=_WEIGHT),
        Rule(fixed, "efbc:ParameterCode[@listName='number-fixed']", "fixed", codes=_FIXED),
        Rule(threshold, "efbc:ParameterCode[@listName='number-threshold']", "threshold", codes=_THRESHOLD),
        Rule(number, "efbc:ParameterNumeric", "number"),
    )


_AWARD_NUMBERS = _numbers("BT-541", "BT-5421", "BT-5423", "BT-5422")
_SELECTION_NUMBERS = _numbers("BT-752", "BT-7531", "BT-7532", "BT-752")
_CRITERION = (
    Rule("BT-539", "cbc:AwardingCriterionTypeCode", "type"),
    Rule("BT-734", "cbc:Name", "name"),
    Rule("BT-540", "cbc:Description", "description"),
    Rule("BT-541", "EXT/efac:AwardCriterionParameter", "numbers", rules=_AWARD_NUMBERS),
)
_AWARDING = f"{TERMS}/cac:AwardingTerms/cac:AwardingCriterion"
_QUALIFICATION = f"{TERMS}/cac:TendererQualificationRequest"
_REQUIREMENT = f"{_QUALIFICATION}/cac:SpecificTendererRequirement"
_EXECUTION = f"{TERMS}/cac:ContractExecutionRequirement"


def _execution(term: str, name: str, target: str, codes: Mapping[str, Any]) -> Rule:
    return Rule(term, f"{_EXECUTION}/cbc:ExecutionRequirementCode[@listName='{name}']", target, codes=codes)


def _additional(term: str, name: str) -> Rule:
    kind = f"{PROJECT}/cac:ProcurementAdditionalType[cbc:ProcurementTypeCode/@listName='{name}']"
    return Rule(
        term,
        kind,
        "sustainability",
        rules=(
            Rule(term, "cbc:ProcurementTypeCode", "goal", silent=frozenset({"none"})),
            Rule("BT-777", "cbc:ProcurementType", "description"),
        ),
    )


LOT = (
    *OF_PROJECT,
    _additional("BT-06", "strategic-procurement"),
    _additional("BT-774", "environmental-impact"),
    _additional("BT-775", "social-objective"),
    _additional("BT-776", "innovative-acquisition"),
    Rule(
        "BT-754",
        f"{PROJECT}/cac:ProcurementAdditionalType/cbc:ProcurementTypeCode[@listName='accessibility']",
        "hasAccessibilityCriteria",
        codes={"inc": True, "n-inc-just": False, "n-inc": False},
    ),
    Rule(
        "BT-755",
        f"{PROJECT}/cac:ProcurementAdditionalType"
        "[cbc:ProcurementTypeCode/@listName='accessibility']/cbc:ProcurementType",
        "noAccessibilityCriteriaRationale",
    ),
    Rule("BT-27", f"{PROJECT}/cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount", "value"),
    Rule(
        "BT-271",
        f"{PROJECT}/cac:RequestedTenderTotal/EXT/efbc:FrameworkMaximumAmount",
        "techniques/frameworkAgreement/value",
    ),
    Rule("BT-726", f"{PROJECT}/cbc:SMESuitableIndicator", "suitability/sme"),
    Rule("BT-54", f"{PROJECT}/cac:ContractExtension/cbc:OptionsDescription", "options/description"),
    Rule("BT-58", f"{PROJECT}/cac:ContractExtension/cbc:MaximumNumberNumeric", "renewal/maximumRenewals"),
    Rule("BT-57", f"{PROJECT}/cac:ContractExtension/cac:Renewal/cac:Period/cbc:Description", "renewal/description"),
    Rule("BT-95", f"{TERMS}/cbc:RecurringProcurementDescription", "recurrence/description"),
    # How it is awarded.
    Rule("BT-539", f"{_AWARDING}/cac:SubordinateAwardingCriterion", "awardCriteria/criteria", rules=_CRITERION),
    Rule("BT-539", f"{_AWARDING}[cbc:AwardingCriterionTypeCode/@listName='award-criterion-type']",
         "awardCriteria/criteria", rules=_CRITERION),
    Rule("BT-543", f"{_AWARDING}/cbc:CalculationExpression", "awardCriteria/weightingDescription", glue=PARAGRAPH),
    Rule("BT-733", f"{_AWARDING}/cbc:Description", "awardCriteria/orderRationale"),
    Rule(
        "BT-809",
        f"{TERMS}/EXT/efac:SelectionCriteria",
        "selectionCriteria/criteria",
        unless=("cbc:CalculationExpressionCode", "not-used"),
        rules=(
            Rule("BT-809", "cbc:TendererRequirementTypeCode", "type"),
            Rule("BT-809", "cbc:CriterionTypeCode", "type"),
            Rule("BT-749", "cbc:Name", "name"),
            Rule("BT-750", "cbc:Description", "description", glue=PARAGRAPH),
            Rule("BT-40", "efbc:SecondStageIndicator", "forReduction"),
            Rule("BT-752", "efac:CriterionParameter", "numbers", rules=_SELECTION_NUMBERS),
        ),
    ),
    Rule(
        "BT-821",
        f"{_REQUIREMENT}/cbc:TendererRequirementTypeCode[@listName='selection-criteria-source']",
        "selectionCriteria/sources",
    ),
    Rule("BT-120", f"{TERMS}/cac:AwardingTerms/cbc:NoFurtherNegotiationIndicator",
         "secondStage/noNegotiationNecessary"),
    Rule("BT-52", f"{PROCESS}/cbc:CandidateReductionConstraintIndicator", "secondStage/successiveReduction"),
    Rule("BT-51", f"{PROCESS}/cac:EconomicOperatorShortList/cbc:MaximumQuantity", "secondStage/maximumCandidates"),
    Rule("BT-50", f"{PROCESS}/cac:EconomicOperatorShortList/cbc:MinimumQuantity", "secondStage/minimumCandidates"),
    Rule("BT-130", f"{PROCESS}/cac:InvitationSubmissionPeriod/cbc:StartDate", "secondStage/invitationDate"),
    # Framework agreements, dynamic purchasing systems, auctions.
    Rule(
        "BT-765",
        f"{PROCESS}/cac:ContractingSystem/cbc:ContractingSystemTypeCode[@listName='framework-agreement']",
        "techniques/hasFrameworkAgreement",
        codes={code: code != "none" for code in _FRAMEWORK},
    ),
    Rule(
        "BT-765",
        f"{PROCESS}/cac:ContractingSystem/cbc:ContractingSystemTypeCode[@listName='framework-agreement']",
        "techniques/frameworkAgreement/method",
        codes=_FRAMEWORK,
    ),
    Rule("BT-113", f"{PROCESS}/cac:FrameworkAgreement/cbc:MaximumOperatorQuantity",
         "techniques/frameworkAgreement/maximumParticipants"),
    Rule("BT-109", f"{PROCESS}/cac:FrameworkAgreement/cbc:Justification",
         "techniques/frameworkAgreement/periodRationale"),
    Rule("BT-111", f"{PROCESS}/cac:FrameworkAgreement/cac:SubsequentProcessTenderRequirement/cbc:Description",
         "techniques/frameworkAgreement/buyerCategories"),
    Rule("BT-157", f"{PROCESS}/cac:FrameworkAgreement/cbc:EstimatedMaximumValueAmount",
         "techniques/frameworkAgreement/value"),
    Rule(
        "BT-766",
        f"{PROCESS}/cac:ContractingSystem/cbc:ContractingSystemTypeCode[@listName='dps-usage']",
        "techniques/hasDynamicPurchasingSystem",
        codes={"dps-list": True, "dps-nlist": True, "none": False},
    ),
    Rule(
        "BT-766",
        f"{PROCESS}/cac:ContractingSystem/cbc:ContractingSystemTypeCode[@listName='dps-usage']",
        "techniques/dynamicPurchasingSystem/type",
        codes={"dps-list": "closed", "dps-nlist": "open", "none": None},
    ),
    Rule("BT-767", f"{PROCESS}/cac:AuctionTerms/cbc:AuctionConstraintIndicator", "techniques/hasElectronicAuction"),
    Rule("BT-122", f"{PROCESS}/cac:AuctionTerms/cbc:Description", "techniques/electronicAuction/description"),
    Rule("BT-123", f"{PROCESS}/cac:AuctionTerms/cbc:AuctionURI", "techniques/electronicAuction/url"),
    # What a bid must look like, and where it goes.
    Rule("BT-18", f"{TERMS}/cac:TenderRecipientParty/cbc:EndpointID", "submissionMethodDetails", glue=PARAGRAPH),
    Rule(
        "BT-745",
        f"{PROCESS}/cac:ProcessJustification"
        "[cbc:ProcessReasonCode/@listName='no-esubmission-justification']/cbc:Description",
        "submissionMethodDetails",
        glue=PARAGRAPH,
    ),
    Rule(
        "BT-772",
        f"{_REQUIREMENT}[cbc:TendererRequirementTypeCode/@listName='missing-info-submission']/cbc:Description",
        "submissionMethodDetails",
        glue=PARAGRAPH,
    ),
    Rule("BT-97", f"{TERMS}/cac:Language/cbc:ID", "submissionTerms/languages", codes=LANGUAGES),
    Rule("BT-17", f"{PROCESS}/cbc:SubmissionMethodCode[@listName='esubmission']",
         "submissionTerms/electronicSubmissionPolicy", codes=_POLICY),
    Rule("BT-63", f"{TERMS}/cbc:VariantConstraintCode", "submissionTerms/variantPolicy", codes=_POLICY),
    Rule("BT-769", f"{TERMS}/cbc:MultipleTendersCode", "submissionTerms/multipleBidsAllowed",
         codes={"allowed": True, "not-allowed": False}),
    Rule("BT-75", f"{TERMS}/cac:RequiredFinancialGuarantee/cbc:Description", "submissionTerms/depositsGuarantees"),
    Rule("BT-651",
         f"{TERMS}/EXT/efac:TenderSubcontractingRequirements/efbc:TenderSubcontractingRequirementsCode",
         "submissionTerms/subcontractingClauses"),
    _execution("BT-764", "ecatalog-submission", "submissionTerms/electronicCatalogPolicy", _POLICY),
    _execution("BT-744", "esignature-submission", "submissionTerms/advancedElectronicSignatureRequired", _YES),
    # Terms of the contract.
    _execution("BT-736", "reserved-execution", "contractTerms/reservedExecution", _YES),
    _execution("BT-743", "einvoicing", "contractTerms/electronicInvoicingPolicy", _POLICY),
    _execution("BT-681", "fsr", "coveredBy", {"true": "EU-FSR", "false": None}),
    _execution("BT-801", "nda", "contractTerms/hasNonDisclosureAgreement", _YES),
    Rule("BT-802", f"{_EXECUTION}[cbc:ExecutionRequirementCode/@listName='nda']/cbc:Description",
         "contractTerms/nonDisclosureAgreement"),
    Rule("BT-70", f"{_EXECUTION}[cbc:ExecutionRequirementCode/@listName='conditions']/cbc:Description",
         "contractTerms/performanceTerms", glue=PARAGRAPH),
    Rule("BT-77", f"{TERMS}/cac:PaymentTerms/cbc:Note", "contractTerms/financialTerms"),
    Rule("BT-76", f"{_QUALIFICATION}/cbc:CompanyLegalForm", "contractTerms/tendererLegalForm"),
    Rule("BT-92", f"{TERMS}/cac:PostAwardProcess/cbc:ElectronicOrderUsageIndicator",
         "contractTerms/hasElectronicOrdering"),
    Rule("BT-93", f"{TERMS}/cac:PostAwardProcess/cbc:ElectronicPaymentUsageIndicator",
         "contractTerms/hasElectronicPayment"),
    Rule("BT-64", f"{TERMS}/cac:AllowedSubcontractTerms/cbc:MinimumPercent",
         "subcontractingTerms/competitiveMinimumPercentage", share=True),
    Rule("BT-729", f"{TERMS}/cac:AllowedSubcontractTerms/cbc:MaximumPercent",
         "subcontractingTerms/competitiveMaximumPercentage", share=True),
    # Who may take part, and which rules apply.
    Rule(
        "BT-71",
        f"{_REQUIREMENT}/cbc:TendererRequirementTypeCode[@listName='reserved-procurement']",
        "otherRequirements/reservedParticipation",
        codes={"res-pub-ser": "publicServiceMissionOrganization", "res-ws": "shelteredWorkshop", "none": None},
    ),
    Rule("BT-732", f"{TERMS}/cac:SecurityClearanceTerm/cbc:Description", "otherRequirements/securityClearance"),
    Rule(
        "BT-79",
        f"{TERMS}/cbc:RequiredCurriculaCode",
        "otherRequirements/requiresStaffNamesAndQualifications",
        codes={"par-requ": True, "t-requ": True, "not-requ": False, "not-known": None},
    ),
    Rule("BT-115", f"{PROCESS}/cbc:GovernmentAgreementConstraintIndicator", "coveredBy",
         codes={"true": "GPA", "false": None}),
    Rule("BT-717", f"{TERMS}/EXT/efac:StrategicProcurement/efbc:ApplicableLegalBasis[@listName='cvd-scope']",
         "coveredBy", codes={"true": "EU-CVD", "false": None}),
    Rule("BT-810", f"{TERMS}/EXT/efac:StrategicProcurement/efbc:ApplicableLegalBasis[@listName='eed-scope']",
         "coveredBy", codes={"true": "EU-EED", "false": None}),
    Rule("BT-684", f"{TERMS}/EXT/efac:StrategicProcurement/efbc:ApplicableLegalBasis[@listName='ipi-scope']",
         "coveredBy", codes={"true": "EU-IPI", "false": None}),
    Rule("BT-99", f"{TERMS}/cac:AppealTerms/cac:PresentationPeriod/cbc:Description", "reviewDetails"),
    Rule("BT-133", f"{PROCESS}/cac:OpenTenderEvent/cac:OccurenceLocation/cbc:Description",
         "bidOpening/location/description"),
    Rule("BT-134", f"{PROCESS}/cac:OpenTenderEvent/cbc:Description", "bidOpening/description"),
)  # fmt: skip
"""From a ``cac:ProcurementProjectLot`` to a lot."""
