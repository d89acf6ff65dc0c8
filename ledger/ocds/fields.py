"""What OCDS 1.1.5 and our extension call each thing: a table of types in a short notation.

The standard's own schema is not shipped; this table names only what building, repairing and merging need. One entry
a field, ``name:kind`` with marks behind it::

    kind     text | filled (text that may not be empty) | key (text or whole number, not empty) | name (text id)
             loosekey (key that may be absent as null) | date | uri | number | integer | boolean | any
             a code list in lower case after ``=`` (closed list), or the name of another type
    [kind]   a list of these
    !        must be there        *  may not be null (objects and lists never may)
    #        entries must differ  +  at least one entry
    ~        may also stand with a language behind it (``title_de``)
    =        whole list is replaced when releases are merged
    -        left out when releases are merged

Fields of our extension stand under ``EXTENSION``; a test compares them with ``extension/release-schema.json``.
Source: OCDS 1.1.5 reference, section "release schema".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STANDARD = {
    "Release": "ocid:name! id:name!- date:date!- tag:[=releasetag]!+- initiationType:=initiationtype! "
    "parties:[Organization]# buyer:OrganizationReference planning:Planning tender:Tender awards:[Award]# "
    "contracts:[Contract]# language:text relatedProcesses:[RelatedProcess]#",
    "Planning": "rationale:text~ budget:Budget documents:[Document] milestones:[Milestone]",
    "Budget": "id:loosekey description:text~ amount:Value project:text~ projectID:loosekey uri:uri source:uri~",
    "Tender": "id:key! title:text~ description:text~ status:=tenderstatus procuringEntity:OrganizationReference "
    "items:[Item]# value:Value minValue:Value procurementMethod:=method procurementMethodDetails:text "
    "procurementMethodRationale:text~ mainProcurementCategory:=category additionalProcurementCategories:[text] "
    "awardCriteria:text awardCriteriaDetails:text~ submissionMethod:[text] submissionMethodDetails:text~ "
    "tenderPeriod:Period enquiryPeriod:Period hasEnquiries:boolean eligibilityCriteria:text~ awardPeriod:Period "
    "contractPeriod:Period numberOfTenderers:integer tenderers:[OrganizationReference]# documents:[Document] "
    "milestones:[Milestone] amendments:[Amendment] amendment:Amendment",
    "Award": "id:key! title:text~ description:text~ status:=awardstatus date:date value:Value "
    "suppliers:[OrganizationReference]# items:[Item]#+ contractPeriod:Period documents:[Document]# "
    "amendments:[Amendment] amendment:Amendment",
    "Contract": "id:key! awardID:key! title:text~ description:text~ status:=contractstatus period:Period value:Value "
    "items:[Item]#+ dateSigned:date documents:[Document]# implementation:Implementation "
    "relatedProcesses:[RelatedProcess]# milestones:[Milestone] amendments:[Amendment] amendment:Amendment",
    "Implementation": "transactions:[Transaction]# milestones:[Milestone]# documents:[Document]#",
    "Milestone": "id:key! title:text~ type:text description:text~ code:text dueDate:date dateMet:date "
    "dateModified:date status:=milestonestatus documents:[Document]#",
    "Document": "id:key! documentType:text title:text~ description:text~ url:uri datePublished:date "
    "dateModified:date format:text language:text",
    "Transaction": "id:key! source:uri date:date value:Value payer:OrganizationReference payee:OrganizationReference "
    "uri:uri amount:Value providerOrganization:Identifier receiverOrganization:Identifier",
    "OrganizationReference": "name:filled id:key* identifier:Identifier address:Address "
    "additionalIdentifiers:[Identifier]#= contactPoint:ContactPoint",
    "Organization": "name:text~ id:name* identifier:Identifier additionalIdentifiers:[Identifier]#= address:Address "
    "contactPoint:ContactPoint roles:[text] details:PartyDetails",
    "Item": "id:key! description:text~ classification:Classification additionalClassifications:[Classification]#= "
    "quantity:number unit:Unit",
    "Unit": "scheme:text id:text name:text~ value:Value uri:uri",
    "Amendment": "date:date rationale:text~ id:text description:text amendsReleaseID:text releaseID:text "
    "changes:[Change]",
    "Change": "property:text* former_value:any",
    "Classification": "scheme:text id:loosekey description:text~ uri:uri",
    "Identifier": "scheme:text id:loosekey legalName:text~ uri:uri",
    "Address": "streetAddress:text locality:text region:text postalCode:text countryName:text~",
    "ContactPoint": "name:text~ email:text telephone:text faxNumber:text url:uri",
    "Value": "amount:number currency:=currency",
    "Period": "startDate:date endDate:date maxExtentDate:date durationInDays:integer",
    "RelatedProcess": "id:name* relationship:[text] title:text scheme:text identifier:text uri:uri",
}

EXTENSION = {
    "Release": "bids:Bids openings:[Opening]# reviews:[Review]# withheldInformation:[WithheldInformationItem]#",
    "Tender": "lots:[Lot]# rounds:[Round]# enquiries:[Enquiry]# minimumStandstillDays:integer "
    "identifiers:[SimpleIdentifier]# legalBasis:Classification crossBorderLaw:text~ procedure:Procedure "
    "procurementMethodRationaleClassifications:[Classification]# exclusionGrounds:ExclusionGrounds "
    "lotGroups:[LotGroup]# lotDetails:LotDetails techniques:Techniques deliveryAddresses:[Address] "
    "communication:Communication",
    "Award": "relatedLots:[text] relatedBid:text standstillPeriod:Period relatedBids:[text] statusDetails:text "
    "estimatedValue:Value maximumValue:Value",
    "Contract": "relatedLots:[text] dateTerminated:date terminationReason:text~ relatedBids:[text] "
    "identifiers:[SimpleIdentifier]# finance:[Finance]#",
    "PartyDetails": "scale:text buyerProfile:uri listedOnRegulatedMarket:boolean classifications:[Classification]#",
    "Address": "country:text description:text~",
    "Item": "relatedLot:text deliveryAddresses:[Address]",
    "Document": "relatedLots:[text] digest:text accessDetails:text~ accessDetailsURL:uri languages:[text]",
    "Milestone": "relatedLots:[text]",
    "Amendment": "relatedLots:[text] rationaleClassifications:[Classification]#",
    "RelatedProcess": "relatedLots:[text]",
    "Lot": "id:key! title:text~ description:text~ status:=tenderstatus value:Value contractPeriod:Period "
    "maxAwards:integer identifiers:[SimpleIdentifier]# mainProcurementCategory:=category "
    "additionalProcurementCategories:[text] tenderPeriod:Period enquiryPeriod:Period bidOpening:BidOpening "
    "submissionMethodDetails:text~ submissionTerms:SubmissionTerms awardCriteria:AwardCriteria "
    "selectionCriteria:SelectionCriteria secondStage:SecondStage techniques:Techniques contractTerms:ContractTerms "
    "subcontractingTerms:SubcontractingTerms otherRequirements:OtherRequirements options:Options renewal:Renewal "
    "recurrence:Recurrence suitability:Suitability sustainability:[Sustainability] hasAccessibilityCriteria:boolean "
    "noAccessibilityCriteriaRationale:text~ coveredBy:[text] reviewDetails:text~ finance:[Finance]#",
    "LotGroup": "id:key! relatedLots:[text] title:text~ description:text~ value:Value",
    "LotDetails": "maximumLotsBidPerSupplier:integer maximumLotsAwardedPerSupplier:integer",
    "SimpleIdentifier": "scheme:text id:key!",
    "Procedure": "isAccelerated:boolean acceleratedRationale:text~",
    "ExclusionGrounds": "sources:[text] criteria:[Criterion]",
    "SelectionCriteria": "sources:[text] criteria:[Criterion]",
    "AwardCriteria": "criteria:[Criterion] weightingDescription:text~ orderRationale:text~",
    "Criterion": "type:text name:text~ description:text~ forReduction:boolean numbers:[CriterionNumber]",
    "CriterionNumber": "number:number weight:text fixed:text threshold:text",
    "SubmissionTerms": "languages:[text] electronicSubmissionPolicy:text electronicCatalogPolicy:text "
    "advancedElectronicSignatureRequired:boolean variantPolicy:text multipleBidsAllowed:boolean "
    "bidValidityPeriod:Period depositsGuarantees:text~ subcontractingClauses:[text]",
    "SecondStage": "minimumCandidates:integer maximumCandidates:integer successiveReduction:boolean "
    "noNegotiationNecessary:boolean invitationDate:date",
    "Techniques": "hasFrameworkAgreement:boolean frameworkAgreement:FrameworkAgreement "
    "hasDynamicPurchasingSystem:boolean dynamicPurchasingSystem:DynamicPurchasingSystem hasElectronicAuction:boolean "
    "electronicAuction:ElectronicAuction",
    "FrameworkAgreement": "method:text maximumParticipants:integer value:Value buyerCategories:text~ "
    "periodRationale:text~",
    "DynamicPurchasingSystem": "type:text status:text",
    "ElectronicAuction": "description:text~ url:uri",
    "ContractTerms": "performanceTerms:text~ financialTerms:text~ tendererLegalForm:text~ reservedExecution:boolean "
    "electronicInvoicingPolicy:text hasElectronicOrdering:boolean hasElectronicPayment:boolean "
    "hasNonDisclosureAgreement:boolean nonDisclosureAgreement:text~",
    "SubcontractingTerms": "competitiveMinimumPercentage:number competitiveMaximumPercentage:number",
    "OtherRequirements": "reservedParticipation:[text] securityClearance:text~ "
    "requiresStaffNamesAndQualifications:boolean",
    "BidOpening": "date:date location:Location description:text~",
    "Location": "description:text~",
    "Options": "description:text~",
    "Renewal": "maximumRenewals:integer description:text~",
    "Recurrence": "description:text~",
    "Suitability": "sme:boolean",
    "Sustainability": "goal:text description:text~",
    "Finance": "id:key! title:text description:text~",
    "Communication": "futureNoticeDate:date",
    "WithheldInformationItem": "id:key! field:text rationale:text~ rationaleClassifications:[Classification]# "
    "availabilityDate:date",
    "Round": "id:key! kind:text submissionPeriod:Period relatedLots:[text] keySetDigest:text receivers:[text]",
    "Enquiry": "id:key! date:date title:text~ description:text~ answer:text~ dateAnswered:date relatedLots:[text]",
    "Bids": "details:[Bid]# statistics:[Statistic]#",
    "Statistic": "id:key! measure:text value:number currency:=currency relatedLot:text",
    "Bid": "id:key! date:date status:text tenderers:[OrganizationReference]# value:Value documents:[Document]# "
    "relatedLots:[text] identifiers:[SimpleIdentifier]# rank:integer hasRank:boolean variant:boolean "
    "hasSubcontracting:boolean subcontracting:Subcontracting countriesOfOrigin:[text]",
    "Subcontracting": "value:Value minimumPercentage:number maximumPercentage:number description:text~ "
    "subcontracts:[Subcontract]",
    "Subcontract": "subcontractor:OrganizationReference mainContractors:[OrganizationReference]#",
    "Opening": "id:key! relatedRound:text relatedLots:[text] date:date submitted:integer opened:integer "
    "unreadable:integer withdrawn:integer superseded:integer missing:integer late:integer returned:integer",
    "Review": "id:key! status:text description:text~ dateSuspended:date dateLifted:date dateRemanded:date "
    "decisionDigest:text relatedLots:[text]",
}


def _codes(words: str) -> frozenset[str]:
    return frozenset(words.split())


CODES: dict[str, frozenset[str]] = {
    "initiationtype": _codes("tender"),
    "releasetag": _codes(
        "planning planningUpdate tender tenderAmendment tenderUpdate tenderCancellation award awardUpdate "
        "awardCancellation contract contractUpdate contractAmendment implementation implementationUpdate "
        "contractTermination compiled"
    ),
    "tenderstatus": _codes("planning planned active cancelled unsuccessful complete withdrawn"),
    "method": _codes("open selective limited direct"),
    "category": _codes("goods works services"),
    "awardstatus": _codes("pending active cancelled unsuccessful"),
    "contractstatus": _codes("pending active cancelled terminated"),
    "milestonestatus": _codes("scheduled met notMet partiallyMet"),
    # ISO 4217, codes in use and withdrawn ones.
    "currency": _codes(
        "ADP AED AFA AFN ALK ALL AMD ANG AOA AOK AON AOR ARA ARP ARS ARY ATS AUD AWG AYM AZM AZN BAD BAM BBD BDT "
        "BEC BEF BEL BGJ BGK BGL BGN BHD BIF BMD BND BOB BOP BOV BRB BRC BRE BRL BRN BRR BSD BTN BUK BWP BYB BYN "
        "BYR BZD CAD CDF CHC CHE CHF CHW CLF CLP CNY COP COU CRC CSD CSJ CSK CUC CUP CVE CYP CZK DDM DEM DJF DKK "
        "DOP DZD ECS ECV EEK EGP ERN ESA ESB ESP ETB EUR FIM FJD FKP FRF GBP GEK GEL GHC GHP GHS GIP GMD GNE GNF "
        "GNS GQE GRD GTQ GWE GWP GYD HKD HNL HRD HRK HTG HUF IDR IEP ILP ILR ILS INR IQD IRR ISJ ISK ITL JMD JOD "
        "JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAJ LAK LBP LKR LRD LSL LSM LTL LTT LUC LUF LUL LVL LVR LYD MAD "
        "MDL MGA MGF MKD MLF MMK MNT MOP MRO MRU MTL MTP MUR MVQ MVR MWK MXN MXP MXV MYR MZE MZM MZN NAD NGN NIC "
        "NIO NLG NOK NPR NZD OMR PAB PEH PEI PEN PES PGK PHP PKR PLN PLZ PTE PYG QAR RHD ROK ROL RON RSD RUB RUR "
        "RWF SAR SBD SCR SDD SDG SDP SEK SGD SHP SIT SKK SLL SOS SRD SRG SSP STD STN SUR SVC SYP SZL THB TJR TJS "
        "TMM TMT TND TOP TPE TRL TRY TTD TWD TZS UAH UAK UGS UGW UGX USD USN USS UYI UYN UYP UYU UYW UZS VEB VEF "
        "VES VNC VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XEU XFO XFU XOF XPD XPF XPT XRE XSU XTS XUA XXX "
        "YDD YER YUD YUM YUN ZAL ZAR ZMK ZMW ZRN ZRZ ZWC ZWD ZWL ZWN ZWR"
    ),
}

NULLABLE_LISTS = frozenset({"additionalProcurementCategories", "submissionMethod", "roles", "relationship"})
"""Lists of texts that the standard lets be null; every other list and object may only be left out."""

LEAF_KINDS = _codes("text filled key name loosekey date uri number integer boolean any")

# BCP 47 in the form the standard accepts behind a field's name; longer tags than these do not occur in notices.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?")
_ENTRY = re.compile(r"(\w+):(\[?)(=?\w+)(\]?)([!*#+~=-]*)")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a type; ``kind`` is a leaf kind, a closed list's name in ``codes``, or a type's name."""

    name: str
    kind: str
    codes: frozenset[str] | None
    listed: bool
    required: bool
    nullable: bool
    unique: bool
    filled: bool
    translatable: bool
    whole_list: bool
    omitted: bool

    @property
    def is_leaf(self) -> bool:
        """True for texts, numbers, dates and codes; False where another type begins."""
        return self.codes is not None or self.kind in LEAF_KINDS


def field_of(type_name: str, key: str) -> Field | None:
    """The field that ``key`` names in that type, also with a language behind it; None if there is none."""
    fields = TYPES[type_name]
    if key in fields:
        return fields[key]
    stem, separator, language = key.rpartition("_")
    if separator and stem in fields and fields[stem].translatable and _LANGUAGE.fullmatch(language):
        return fields[stem]
    return None


def _read(entry: str) -> Field:
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise ValueError(entry)
    name, listed, kind, _, marks = match.groups()
    codes = CODES[kind[1:]] if kind.startswith("=") else None
    leaf = codes is not None or kind in LEAF_KINDS
    nullable = (name in NULLABLE_LISTS) if listed else (leaf and "!" not in marks and "*" not in marks)
    return Field(
        name=name,
        kind=kind.lstrip("="),
        codes=codes,
        listed=bool(listed),
        required="!" in marks,
        nullable=nullable,
        unique="#" in marks,
        filled="+" in marks,
        translatable="~" in marks,
        whole_list="=" in marks,
        omitted="-" in marks,
    )


def _tables() -> dict[str, dict[str, Field]]:
    tables: dict[str, dict[str, Field]] = {}
    for part in (STANDARD, EXTENSION):
        for type_name, entries in part.items():
            table = tables.setdefault(type_name, {})
            for entry in entries.split():
                field = _read(entry)
                table[field.name] = field
    return tables


TYPES: dict[str, dict[str, Field]] = _tables()
