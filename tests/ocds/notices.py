"""Fictional eForms-DE notices of a fictional town, put together from pieces, for tests that read and break them."""

from __future__ import annotations

PROCEDURE = "5d1b7c3e-0a52-4f6b-9a77-3f1e2d4c5b6a"
NOTICE = "0f0e6f9a-1111-4a2b-8c3d-9e8f7a6b5c4d"
LATER_NOTICE = "7a7b1c2d-2222-4e3f-9a8b-1c2d3e4f5a6b"
PREFIX = "ocds-abc123"

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_EFORMS = "http://data.europa.eu/p27/eforms-"
_NAMESPACES = (
    f'xmlns:cac="{_UBL}CommonAggregateComponents-2" xmlns:cbc="{_UBL}CommonBasicComponents-2" '
    f'xmlns:ext="{_UBL}CommonExtensionComponents-2" xmlns:efext="{_EFORMS}ubl-extensions/1" '
    f'xmlns:efac="{_EFORMS}ubl-extension-aggregate-components/1" '
    f'xmlns:efbc="{_EFORMS}ubl-extension-basic-components/1"'
)

BUYER = """
<efac:Organization><efac:Company>
  <cbc:WebsiteURI>https://musterbach.example</cbc:WebsiteURI>
  <cac:PartyIdentification><cbc:ID schemeName="organization">ORG-0001</cbc:ID></cac:PartyIdentification>
  <cac:PartyName><cbc:Name languageID="DEU">Stadt Musterbach</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Marktplatz 1</cbc:StreetName><cbc:CityName>Musterbach</cbc:CityName>
    <cbc:PostalZone>12345</cbc:PostalZone>
    <cbc:CountrySubentityCode listName="nuts-lvl3">DEA23</cbc:CountrySubentityCode>
    <cac:Country><cbc:IdentificationCode listName="country">DEU</cbc:IdentificationCode></cac:Country>
  </cac:PostalAddress>
  <cac:PartyLegalEntity><cbc:CompanyID>0204:05999001-0001-20</cbc:CompanyID></cac:PartyLegalEntity>
  <cac:Contact><cbc:Name>Erika Beispiel</cbc:Name><cbc:Telephone>+49 1234 5678</cbc:Telephone>
    <cbc:ElectronicMail>vergabe@musterbach.example</cbc:ElectronicMail></cac:Contact>
</efac:Company></efac:Organization>"""

REVIEW_BODY = """
<efac:Organization><efac:Company>
  <cac:PartyIdentification><cbc:ID schemeName="organization">ORG-0002</cbc:ID></cac:PartyIdentification>
  <cac:PartyName><cbc:Name languageID="DEU">Vergabekammer Musterland</cbc:Name></cac:PartyName>
  <cac:PartyLegalEntity><cbc:CompanyID>t:012345678</cbc:CompanyID></cac:PartyLegalEntity>
</efac:Company></efac:Organization>"""


def company(identifier: str, name: str, number: str = "", *, size: str = "small", person: bool = False) -> str:
    """An organisation that bids; ``person`` marks a natural person (BT-633)."""
    indicator = f"<efbc:NaturalPersonIndicator>{str(person).lower()}</efbc:NaturalPersonIndicator>"
    legal = f"<cac:PartyLegalEntity><cbc:CompanyID>{number}</cbc:CompanyID></cac:PartyLegalEntity>" if number else ""
    return f"""
<efac:Organization>{indicator}<efac:Company>
  <efbc:CompanySizeCode listName="economic-operator-size">{size}</efbc:CompanySizeCode>
  <cac:PartyIdentification><cbc:ID schemeName="organization">{identifier}</cbc:ID></cac:PartyIdentification>
  <cac:PartyName><cbc:Name languageID="DEU">{name}</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Am Bach 7</cbc:StreetName><cbc:CityName>Nebenbach</cbc:CityName>
    <cac:Country><cbc:IdentificationCode listName="country">DEU</cbc:IdentificationCode></cac:Country>
  </cac:PostalAddress>
  {legal}
  <cac:Contact><cbc:Telephone>+49 999 1</cbc:Telephone>
    <cbc:ElectronicMail>{identifier}@bieter.example</cbc:ElectronicMail>
  </cac:Contact>
</efac:Company></efac:Organization>"""


def lot(number: int = 1, *, title: str = "Malerarbeiten", deadline: str = "2026-05-04+02:00", extra: str = "") -> str:
    """A lot with a deadline at noon, one price criterion and a document."""
    return f"""
<cac:ProcurementProjectLot>
  <cbc:ID schemeName="Lot">LOT-{number:04}</cbc:ID>
  <cac:TenderingTerms>
    <cbc:VariantConstraintCode listName="permission">not-allowed</cbc:VariantConstraintCode>
    <cac:CallForTendersDocumentReference><cbc:ID>LV</cbc:ID><cbc:DocumentType>non-restricted-document</cbc:DocumentType>
      <cac:Attachment><cac:ExternalReference><cbc:URI>https://musterbach.example/lv</cbc:URI></cac:ExternalReference>
      </cac:Attachment></cac:CallForTendersDocumentReference>
    <cac:AwardingTerms><cac:AwardingCriterion><cac:SubordinateAwardingCriterion>
      <cbc:AwardingCriterionTypeCode listName="award-criterion-type">price</cbc:AwardingCriterionTypeCode>
      <cbc:Description languageID="DEU">Preis</cbc:Description>
    </cac:SubordinateAwardingCriterion></cac:AwardingCriterion></cac:AwardingTerms>
    <cac:AppealTerms><cac:PresentationPeriod><cbc:Description languageID="DEU">§ 160 GWB</cbc:Description>
      </cac:PresentationPeriod><cac:AppealReceiverParty><cac:PartyIdentification>
      <cbc:ID schemeName="organization">ORG-0002</cbc:ID></cac:PartyIdentification></cac:AppealReceiverParty>
    </cac:AppealTerms>
  </cac:TenderingTerms>
  <cac:TenderingProcess>
    <cbc:SubmissionMethodCode listName="esubmission">required</cbc:SubmissionMethodCode>
    <cac:TenderSubmissionDeadlinePeriod><cbc:EndDate>{deadline}</cbc:EndDate><cbc:EndTime>12:00:00+02:00</cbc:EndTime>
    </cac:TenderSubmissionDeadlinePeriod>
  </cac:TenderingProcess>
  <cac:ProcurementProject>
    <cbc:Name languageID="DEU">{title}, Los {number}</cbc:Name>
    <cbc:ProcurementTypeCode listName="contract-nature">works</cbc:ProcurementTypeCode>
    <cac:RequestedTenderTotal><cbc:EstimatedOverallContractAmount currencyID="EUR">{number}0000.50
    </cbc:EstimatedOverallContractAmount></cac:RequestedTenderTotal>
    <cac:MainCommodityClassification><cbc:ItemClassificationCode listName="cpv">45442100</cbc:ItemClassificationCode>
    </cac:MainCommodityClassification>
    <cac:RealizedLocation><cac:Address><cbc:CityName>Musterbach</cbc:CityName>
      <cbc:CountrySubentityCode listName="nuts-lvl3">DEA23</cbc:CountrySubentityCode></cac:Address>
    </cac:RealizedLocation>
    <cac:PlannedPeriod><cbc:StartDate>2026-07-01+02:00</cbc:StartDate><cbc:EndDate>2026-08-31+02:00</cbc:EndDate>
    </cac:PlannedPeriod>{extra}
  </cac:ProcurementProject>
</cac:ProcurementProjectLot>"""


def result(*bids: str, lots: int = 1, code: str = "selec-w") -> str:
    """The ``efac:NoticeResult`` of lots that were each won by the tendering party of one organisation."""
    code = f'<cbc:TenderResultCode listName="winner-selection-status">{code}</cbc:TenderResultCode>' if code else ""
    parts = [
        f"""
<efac:LotResult><cbc:ID schemeName="result">RES-{number:04}</cbc:ID>{code}
  <efac:LotTender><cbc:ID schemeName="tender">TEN-{number:04}</cbc:ID></efac:LotTender>
  <efac:ReceivedSubmissionsStatistics>
    <efbc:StatisticsCode listName="received-submission-type">tenders</efbc:StatisticsCode>
    <efbc:StatisticsNumeric>4</efbc:StatisticsNumeric></efac:ReceivedSubmissionsStatistics>
  <efac:SettledContract><cbc:ID schemeName="contract">CON-{number:04}</cbc:ID></efac:SettledContract>
  <efac:TenderLot><cbc:ID schemeName="Lot">LOT-{number:04}</cbc:ID></efac:TenderLot></efac:LotResult>"""
        for number in range(1, lots + 1)
    ]
    for number, organisation in enumerate(bids, 1):
        parts.append(f"""
<efac:LotTender><cbc:ID schemeName="tender">TEN-{number:04}</cbc:ID><cbc:RankCode>1</cbc:RankCode>
  <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">{number}1500.25</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <efac:TenderingParty><cbc:ID schemeName="tendering-party">TPA-{number:04}</cbc:ID></efac:TenderingParty>
  <efac:TenderLot><cbc:ID schemeName="Lot">LOT-{number:04}</cbc:ID></efac:TenderLot>
  <efac:TenderReference><cbc:ID>Angebot {number}</cbc:ID></efac:TenderReference></efac:LotTender>
<efac:SettledContract><cbc:ID schemeName="contract">CON-{number:04}</cbc:ID>
  <cbc:AwardDate>2026-06-01+02:00</cbc:AwardDate><cbc:IssueDate>2026-06-12+02:00</cbc:IssueDate>
  <efac:ContractReference><cbc:ID>Auftrag {number}</cbc:ID></efac:ContractReference>
  <efac:LotTender><cbc:ID schemeName="tender">TEN-{number:04}</cbc:ID></efac:LotTender></efac:SettledContract>
<efac:TenderingParty><cbc:ID schemeName="tendering-party">TPA-{number:04}</cbc:ID>
  <efac:Tenderer><cbc:ID schemeName="organization">{organisation}</cbc:ID></efac:Tenderer></efac:TenderingParty>""")
    return f"<efac:NoticeResult>{''.join(parts)}</efac:NoticeResult>"


def change(of: str = f"{NOTICE}-01", *, reason: str = "update-add", sections: tuple[str, ...] = ("LOT-0001",)) -> str:
    """The ``efac:Changes`` of a notice that corrects or cancels another one."""
    changed = "".join(
        f"<efac:ChangedSection><efbc:ChangedSectionIdentifier>{section}</efbc:ChangedSectionIdentifier>"
        "</efac:ChangedSection>"
        for section in sections
    )
    return f"""
<efac:Changes><efbc:ChangedNoticeIdentifier schemeName="notice-id-ref">{of}</efbc:ChangedNoticeIdentifier>
  <efac:Change><efbc:ChangeDescription languageID="DEU">Frist verlängert</efbc:ChangeDescription>{changed}</efac:Change>
  <efac:ChangeReason><cbc:ReasonCode listName="change-corrig-justification">{reason}</cbc:ReasonCode>
    <efbc:ReasonDescription languageID="DEU">Viele Fragen</efbc:ReasonDescription></efac:ChangeReason></efac:Changes>"""


MODIFICATION = """
<efac:ContractModification>
  <efbc:ChangedNoticeIdentifier schemeName="notice-id-ref">0f0e6f9a-1111-4a2b-8c3d-9e8f7a6b5c4d-01
  </efbc:ChangedNoticeIdentifier>
  <efbc:ModifiedContractIdentifier schemeName="contract">CON-0001</efbc:ModifiedContractIdentifier>
  <efac:Change><efbc:ChangeDescription languageID="DEU">Zwei Räume mehr</efbc:ChangeDescription></efac:Change>
  <efac:ChangeReason><cbc:ReasonCode listName="modification-justification">add-wss</cbc:ReasonCode>
    <efbc:ReasonDescription languageID="DEU">Im Bestand nicht erkennbar</efbc:ReasonDescription></efac:ChangeReason>
</efac:ContractModification>"""


def notice(
    *,
    root: str = "ContractNotice",
    form: str = "competition",
    kind: str = "cn-standard",
    identifier: str = NOTICE,
    version: str = "01",
    procedure: str = PROCEDURE,
    language: str = "DEU",
    issued: str = "2026-04-01+02:00",
    title: str = '<cbc:Name languageID="DEU">Malerarbeiten Grundschule</cbc:Name>',
    extension: str = "",
    organisations: str = "",
    process: str = "",
    lots: str | None = None,
    head: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
) -> str:
    """A whole notice of the town; by default the call for painting a school."""
    folder = f"<cbc:ContractFolderID>{procedure}</cbc:ContractFolderID>" if procedure else ""
    return f"""{head}<{root} xmlns="{_UBL}{root}-2" {_NAMESPACES}>
<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>{extension}
<efac:NoticeSubType><cbc:SubTypeCode listName="notice-subtype">16</cbc:SubTypeCode></efac:NoticeSubType>
<efac:Organizations>{BUYER}{REVIEW_BODY}{organisations}</efac:Organizations>
</efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>
<cbc:UBLVersionID>2.3</cbc:UBLVersionID>
<cbc:CustomizationID>eforms-sdk-1.13#2.2.0</cbc:CustomizationID>
<cbc:ID schemeName="notice-id">{identifier}</cbc:ID>
{folder}
<cbc:IssueDate>{issued}</cbc:IssueDate>
<cbc:IssueTime>09:30:00+02:00</cbc:IssueTime>
<cbc:VersionID>{version}</cbc:VersionID>
<cbc:RegulatoryDomain>other</cbc:RegulatoryDomain>
<cbc:NoticeTypeCode listName="{form}">{kind}</cbc:NoticeTypeCode>
<cbc:NoticeLanguageCode listName="language">{language}</cbc:NoticeLanguageCode>
<cac:ContractingParty>
  <cac:ContractingPartyType><cbc:PartyTypeCode listName="buyer-legal-type">kommune</cbc:PartyTypeCode>
  </cac:ContractingPartyType>
  <cac:Party><cac:PartyIdentification><cbc:ID schemeName="organization">ORG-0001</cbc:ID></cac:PartyIdentification>
  </cac:Party></cac:ContractingParty>
<cac:TenderingTerms><cac:ProcurementLegislationDocumentReference><cbc:ID>vob-a</cbc:ID>
  </cac:ProcurementLegislationDocumentReference></cac:TenderingTerms>
<cac:TenderingProcess><cbc:ProcedureCode listName="procurement-procedure-type">open</cbc:ProcedureCode>{process}
</cac:TenderingProcess>
<cac:ProcurementProject>{title}
  <cbc:Description languageID="DEU">Wände und Decken
     in zwölf Räumen</cbc:Description>
  <cbc:ProcurementTypeCode listName="contract-nature">works</cbc:ProcurementTypeCode>
  <cac:MainCommodityClassification><cbc:ItemClassificationCode listName="cpv">45442100</cbc:ItemClassificationCode>
  </cac:MainCommodityClassification>
</cac:ProcurementProject>{lot() if lots is None else lots}
</{root}>
"""


def result_notice(*bids: str, lots: int | None = None, code: str = "selec-w", **parts: str) -> str:
    """The result of the same procedure; ``bids`` name the winning organisation of each lot."""
    count = len(bids) if lots is None else lots
    defaults = {
        "root": "ContractAwardNotice",
        "form": "result",
        "kind": "can-standard",
        "identifier": LATER_NOTICE,
        "issued": "2026-06-20+02:00",
        "lots": "".join(lot(number) for number in range(1, count + 1)),
    }
    extension = parts.pop("extension", "")
    return notice(**{**defaults, **parts}, extension=extension + result(*bids, lots=count, code=code))
