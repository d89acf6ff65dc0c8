"""What a municipality buys: titles, codes of the Common Procurement Vocabulary, usual sizes, and who offers it.

Codes are those of Regulation (EC) No 213/2008; their words are short ones of our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.cli.demo.past.firms import Trade

TOWN: Final = "town"
UTILITY: Final = "utility"
SCHOOLS: Final = "schools"
SEWERS: Final = "sewers"
BOTH: Final = (TOWN, SCHOOLS)


@dataclass(frozen=True, slots=True)
class Subject:
    """``title`` and ``description`` may hold {street}, {district}, {school}, {kita}, {year}, {last}, {years}, {season}
    and {count}. ``least`` and ``most``: usual estimates in euros. ``buyers``: who buys it. ``lots``: titles where it is
    bought in lots at times. ``often``: weight. ``each``: price of a piece, where pieces are counted."""

    title: str
    description: str
    category: str
    cpv: tuple[str, str]
    least: int
    most: int
    trade: Trade
    buyers: tuple[str, ...] = (TOWN,)
    lots: tuple[str, ...] = ()
    often: int = 2
    each: int = 0


SUBJECTS: Final = (
    # Roads and paths
    Subject(
        "Deckenerneuerung {street}",
        "Fräsen der alten Fahrbahn und Einbau einer neuen Asphaltdeckschicht einschließlich Anpassung der Einläufe.",
        "works", ("45233223-8", "Erneuerung von Straßendecken"), 60000, 480000, Trade.ROADS, often=5,
    ),
    Subject(
        "Straßenbau {street}, Ortsteil {district}",
        "Grundhafter Ausbau der Anliegerstraße mit Gehwegen, Parkstreifen und Entwässerungsrinnen.",
        "works", ("45233120-6", "Straßenbauarbeiten"), 180000, 1450000, Trade.ROADS,
        lots=("Erd- und Straßenbau", "Beleuchtung", "Markierung und Beschilderung"), often=5,
    ),
    Subject(
        "Straßenunterhaltung {year}: Schlaglöcher und Risse",
        "Jahresvertrag über kleine Instandsetzungen an Gemeindestraßen auf Abruf.",
        "works", ("45233141-9", "Straßeninstandhaltung"), 70000, 190000, Trade.ROADS,
    ),
    Subject(
        "Neubau eines Radwegs zwischen {district} und {street}",
        "Gemeinsamer Geh- und Radweg in Asphaltbauweise, 2,50 m breit.",
        "works", ("45233162-2", "Bau von Radwegen"), 140000, 720000, Trade.ROADS,
    ),
    Subject(
        "Gehwegsanierung {street}",
        "Ersatz schadhafter Platten durch Betonsteinpflaster, barrierefreie Absenkung der Querungen.",
        "works", ("45233161-5", "Bau von Gehwegen"), 15000, 130000, Trade.ROADS, often=3,
    ),
    Subject(
        "Ersatzneubau der Fußgängerbrücke {street}",
        "Abbruch des alten Holzstegs und Neubau einer Brücke aus Stahl mit Aluminiumbelag.",
        "works", ("45221119-9", "Erneuerung von Brücken"), 120000, 640000, Trade.ROADS, often=1,
    ),
    Subject(
        "Parkplatz {street}: Neubau mit 48 Stellplätzen",
        "Versickerungsfähiges Pflaster, Baumquartiere, Leerrohre für Ladepunkte.",
        "works", ("45223300-9", "Bau von Parkplätzen"), 160000, 520000, Trade.ROADS, often=1,
    ),
    Subject(
        "Fahrbahnmarkierung und Beschilderung {year}",
        "Jahresvertrag über Markierungen und Verkehrszeichen im Stadtgebiet.",
        "works", ("45233290-8", "Aufstellen von Verkehrszeichen"), 18000, 75000, Trade.ROADS, often=1,
    ),
    # Buildings
    Subject(
        "{school}: Dachsanierung",
        "Abbruch der alten Eindeckung, Dämmung und neue Abdichtung des Flachdachs im laufenden Betrieb.",
        "works", ("45261210-9", "Dachdeckerarbeiten"), 90000, 690000, Trade.ROOF, BOTH, often=3,
    ),
    Subject(
        "{school}: Erneuerung der Elektroinstallation",
        "Neue Verteilungen, Beleuchtung und Datenleitungen in allen Klassenräumen.",
        "works", ("45311200-2", "Elektroinstallation"), 70000, 560000, Trade.ELECTRIC, BOTH,
        lots=("Starkstrom", "Datennetz"), often=3,
    ),
    Subject(
        "{school}: Malerarbeiten in den Klassenräumen",
        "Anstrich von Wänden und Decken während der Sommerferien.",
        "works", ("45442100-8", "Malerarbeiten"), 8000, 85000, Trade.PAINT, BOTH, often=3,
    ),
    Subject(
        "{kita}: Erneuerung der Fenster und Außentüren",
        "Holz-Aluminium-Fenster mit Dreifachverglasung und Sonnenschutz.",
        "works", ("45421100-5", "Einbau von Fenstern und Türen"), 45000, 290000, Trade.JOINERY,
    ),
    Subject(
        "{kita}: Bodenbelagsarbeiten",
        "Ausbau alter Beläge, Estrichausbesserung und Verlegen von Kautschukbelag.",
        "works", ("45432100-5", "Bodenbelagsarbeiten"), 9000, 70000, Trade.JOINERY,
    ),
    Subject(
        "Rathaus: Austausch der Heizungsanlage",
        "Ersatz des Gaskessels durch Luft-Wasser-Wärmepumpen einschließlich Regelung.",
        "works", ("45331100-7", "Einbau von Zentralheizungen"), 180000, 460000, Trade.HEATING, often=1,
    ),
    Subject(
        "{school}: Sanierung der Sanitäranlagen",
        "Erneuerung der Toiletten in zwei Geschossen, Trinkwasserleitungen und Trennwände.",
        "works", ("45330000-9", "Klempner- und Sanitärarbeiten"), 60000, 340000, Trade.HEATING, BOTH,
    ),
    Subject(
        "Neubau {kita}",
        "Zweigeschossige Kindertagesstätte in Holzbauweise mit fünf Gruppen.",
        "works", ("45214100-1", "Bau von Kindergärten"), 1600000, 4200000, Trade.BUILDING,
        lots=("Rohbau", "Holzbau", "Haustechnik", "Außenanlagen"), often=1,
    ),
    Subject(
        "Erweiterung {school} um vier Klassenräume",
        "Anbau in Modulbauweise mit Aufzug und Verbindungsgang.",
        "works", ("45214210-5", "Bau von Grundschulen"), 980000, 3100000, Trade.BUILDING, BOTH,
        lots=("Rohbau", "Ausbau", "Haustechnik"), often=1,
    ),
    Subject(
        "Abbruch des Gebäudes {street} 12",
        "Schadstoffsanierung, Abbruch und Entsorgung, Verfüllen der Baugrube.",
        "works", ("45111100-9", "Abbrucharbeiten"), 40000, 230000, Trade.BUILDING, often=1,
    ),
    Subject(
        "Brandschutzertüchtigung {school}",
        "Rauchschutztüren, Abschottungen und zweiter Rettungsweg nach Brandschutzkonzept.",
        "works", ("45343000-3", "Brandschutzarbeiten"), 80000, 380000, Trade.JOINERY, BOTH,
    ),
    Subject(
        "Kunstrasenplatz {district}: Erneuerung des Belags",
        "Ausbau und Verwertung des alten Belags, neuer Kunststoffrasen mit Sandverfüllung.",
        "works", ("45236119-7", "Instandsetzung von Sportplätzen"), 190000, 540000, Trade.GARDENS, often=1,
    ),
    Subject(
        "Umgestaltung der Außenanlagen {school}",
        "Entsiegelung, Pflanzungen, Sitzgelegenheiten und Wege auf dem Schulhof.",
        "works", ("45112700-2", "Landschaftsbau"), 60000, 310000, Trade.GARDENS, BOTH,
    ),
    Subject(
        "Umrüstung der Straßenbeleuchtung auf LED, Abschnitt {district}",
        "Austausch von Leuchtenköpfen und Schaltschränken einschließlich Entsorgung.",
        "works", ("45316110-9", "Straßenbeleuchtung"), 90000, 420000, Trade.ELECTRIC, (TOWN, UTILITY),
    ),
    # Vehicles, fire brigade, equipment
    Subject(
        "Löschgruppenfahrzeug LF 10 für den Löschzug {district}",
        "Fahrgestell, Aufbau und feuerwehrtechnische Beladung nach DIN 14530-5.",
        "goods", ("34144213-4", "Löschfahrzeuge"), 380000, 560000, Trade.FIRE_ENGINES,
        lots=("Fahrgestell", "Aufbau", "Beladung"),
    ),
    Subject(
        "Mannschaftstransportwagen für die Feuerwehr {district}",
        "Kleinbus mit Sondersignalanlage und Funkausstattung.",
        "goods", ("34144210-3", "Feuerwehrfahrzeuge"), 55000, 98000, Trade.FIRE_ENGINES,
    ),
    Subject(
        "Atemschutzgeräte für die Freiwillige Feuerwehr {year}",
        "{count} Pressluftatmer mit Masken und Lungenautomaten.",
        "goods", ("35111100-6", "Atemschutzgeräte"), 24000, 120000, Trade.FIRE_KIT, each=1900,
    ),
    Subject(
        "Schutzkleidung für die Freiwillige Feuerwehr {year}",
        "Überjacken, Hosen und Handschuhe nach DIN EN 469 auf Abruf.",
        "goods", ("35811100-3", "Feuerwehruniformen"), 15000, 90000, Trade.FIRE_KIT,
    ),
    Subject(
        "Kehrmaschine für den Bauhof",
        "Kompaktkehrmaschine mit 2 m³ Behälter, Rücknahme des Altfahrzeugs.",
        "goods", ("34144430-1", "Kehrmaschinen"), 140000, 260000, Trade.VEHICLES, often=1,
    ),
    Subject(
        "Elektro-Dienstwagen für die Verwaltung {year}",
        "{count} Kleinwagen mit batterieelektrischem Antrieb im Kauf.",
        "goods", ("34110000-1", "Personenkraftwagen"), 58000, 190000,
        Trade.VEHICLES, (TOWN, UTILITY, SEWERS), often=3, each=29000,
    ),
    Subject(
        "Kommunaltraktor mit Anbaugeräten",
        "Schmalspurtraktor mit Schneepflug, Streuer und Mähwerk.",
        "goods", ("16700000-2", "Traktoren"), 80000, 165000, Trade.VEHICLES, often=1,
    ),
    Subject(
        "Spielgeräte für den Spielplatz {street}",
        "Kletterkombination, Doppelschaukel und Sandspielbereich mit Montage und Abnahme nach DIN EN 1176.",
        "goods", ("37535200-9", "Spielplatzgeräte"), 12000, 95000, Trade.PLAY, often=4,
    ),
    Subject(
        "Abfallbehälter und Sitzbänke für die Innenstadt {year}",
        "Stadtmobiliar nach Gestaltungshandbuch, frei Baustelle.",
        "goods", ("34928400-2", "Stadtmobiliar"), 9000, 60000, Trade.PLAY, often=1,
    ),
    Subject(
        "Streusalz {season}",
        "Lieferung von Auftausalz frei Bauhof in losen Chargen auf Abruf.",
        "goods", ("34927100-2", "Streusalz"), 18000, 70000, Trade.BULK, (TOWN, UTILITY), often=1,
    ),
    # Information technology and furniture
    Subject(
        "{count} Notebooks für die Lehrkräfte, {school}",
        "Notebooks mit Dockingstation, Einrichtung und drei Jahren Vor-Ort-Service.",
        "goods", ("30213100-6", "Tragbare Computer"), 22000, 190000, Trade.IT, BOTH, often=3, each=1150,
    ),
    Subject(
        "Digitale Tafeln für {school}",
        "Lieferung und Montage interaktiver Bildschirme mit Pylonen.",
        "goods", ("38652120-7", "Videoprojektoren"), 30000, 210000, Trade.IT, BOTH,
    ),
    Subject(
        "Netzwerktechnik Rathaus und Außenstellen {year}",
        "Ersatz der Verteiler und Zugangspunkte, Einrichtung und Einweisung.",
        "goods", ("32420000-3", "Netzausrüstung"), 35000, 240000, Trade.IT,
    ),
    Subject(
        "Einführung einer elektronischen Akte",
        "Lizenzen, Einrichtung, Schulung und Pflege eines Dokumentenmanagementsystems.",
        "services", ("48311100-2", "Dokumentenverwaltung"), 90000, 380000, Trade.IT, (TOWN, SEWERS), often=1,
    ),
    Subject(
        "Pflege der Fachverfahren {year}",
        "Wartung und Störungsbehebung der eingesetzten Fachverfahren.",
        "services", ("72267000-4", "Softwarepflege"), 12000, 140000, Trade.IT, (TOWN, UTILITY, SEWERS), often=3,
    ),
    Subject(
        "IT-Betreuung der Schulen {years}",
        "Störungsannahme und Vor-Ort-Betreuung an allen Standorten.",
        "services", ("72315000-6", "Netzbetreuung"), 80000, 330000, Trade.IT, BOTH, often=1,
    ),
    Subject(
        "Schulmöbel für {school}",
        "Tische und Stühle in mehreren Größen, Regale und Lehrerpulte.",
        "goods", ("39160000-1", "Schulmöbel"), 14000, 150000, Trade.FURNITURE, BOTH, often=3,
    ),
    Subject(
        "Büromöbel für die Verwaltung {year}",
        "Höhenverstellbare Schreibtische und Schränke auf Abruf.",
        "goods", ("39130000-2", "Büromöbel"), 9000, 85000, Trade.FURNITURE, (TOWN, UTILITY, SEWERS),
    ),
    # Cleaning, waste, green areas, winter
    Subject(
        "Unterhaltsreinigung {school}, {years}",
        "Tägliche Unterhaltsreinigung und jährliche Grundreinigung nach Leistungsverzeichnis.",
        "services", ("90919300-5", "Schulreinigung"), 90000, 420000, Trade.CLEANING, BOTH, often=4,
    ),
    Subject(
        "Glasreinigung der städtischen Gebäude {year}",
        "Reinigung von Fenstern, Rahmen und Glasdächern zweimal im Jahr.",
        "services", ("90911300-9", "Fensterreinigung"), 12000, 68000, Trade.CLEANING,
    ),
    Subject(
        "Gebäudereinigung Verwaltungsgebäude {street}, {years}",
        "Unterhaltsreinigung von Büros, Fluren und Sanitärräumen.",
        "services", ("90911200-8", "Gebäudereinigung"), 40000, 210000, Trade.CLEANING, (TOWN, UTILITY, SEWERS),
    ),
    Subject(
        "Winterdienst {season}, Bezirk {district}",
        "Räumen und Streuen von Gehwegen und Nebenstraßen einschließlich Bereitschaft.",
        "services", ("90620000-9", "Schneeräumung"), 20000, 120000, Trade.GARDENS, often=4,
    ),
    Subject(
        "Straßenreinigung Bezirk {district}, {years}",
        "Maschinelles Kehren der Fahrbahnen und Leeren der Papierkörbe.",
        "services", ("90610000-6", "Straßenreinigung"), 60000, 240000, Trade.WASTE,
    ),
    Subject(
        "Sammlung und Beförderung von Bioabfall {years}",
        "Abfuhr im zweiwöchentlichen Wechsel, Behälterdienst.",
        "services", ("90511000-2", "Abfallsammlung"), 240000, 980000, Trade.WASTE, often=1,
    ),
    Subject(
        "Grünpflege der Spielplätze und Parks {year}",
        "Mähen, Wässern, Beetpflege und Laubbeseitigung nach Pflegeklassen.",
        "services", ("77310000-6", "Grünpflege"), 30000, 180000, Trade.GARDENS, often=3,
    ),
    Subject(
        "Baumpflege und Verkehrssicherung {year}, Ortsteil {district}",
        "Kronenpflege, Totholzentnahme und Fällungen nach Baumkataster.",
        "services", ("77211500-7", "Baumpflege"), 9000, 75000, Trade.GARDENS, often=4,
    ),
    # Planning and advice
    Subject(
        "Planungsleistungen Freianlagen {street}",
        "Objektplanung Freianlagen, Leistungsphasen 1 bis 8 HOAI.",
        "services", ("71240000-2", "Planungsleistungen"), 28000, 160000, Trade.PLANNING, often=3,
    ),
    Subject(
        "Objektplanung Gebäude: Erweiterung {school}",
        "Leistungsphasen 2 bis 8 nach HOAI, stufenweise Beauftragung.",
        "services", ("71221000-3", "Architektenleistungen"), 120000, 480000, Trade.PLANNING, BOTH,
    ),
    Subject(
        "Tragwerksplanung {kita}",
        "Leistungsphasen 1 bis 6 nach HOAI, Prüfung der Ausführung.",
        "services", ("71320000-7", "Technische Planung"), 15000, 70000, Trade.PLANNING,
    ),
    Subject(
        "Bebauungsplan {district}-Süd: städtebauliche Leistungen",
        "Vorentwurf, Entwurf, Umweltbericht und Begleitung der Beteiligung.",
        "services", ("71410000-5", "Stadtplanung"), 18000, 95000, Trade.PLANNING,
    ),
    Subject(
        "Bauvermessung {street}",
        "Bestandsaufmaß, Absteckung und Schlussvermessung.",
        "services", ("71355000-1", "Vermessung"), 4000, 28000, Trade.GROUND, (TOWN, UTILITY, SEWERS),
    ),
    Subject(
        "Baugrundgutachten {street}",
        "Kleinrammbohrungen, Laborversuche und Gründungsempfehlung.",
        "services", ("71332000-4", "Geotechnik"), 5000, 32000, Trade.GROUND, (TOWN, UTILITY, SEWERS),
    ),
    Subject(
        "Prüfung des Jahresabschlusses {last}",
        "Prüfung nach § 317 HGB einschließlich Bericht und Teilnahme an der Sitzung.",
        "services", ("79212300-6", "Abschlussprüfung"), 12000, 46000, Trade.AUDIT, (UTILITY, SEWERS, SCHOOLS), often=1,
    ),
    # Schools, care and the rest
    Subject(
        "Mittagsverpflegung {school}, {years}",
        "Zubereitung und Ausgabe von täglich bis zu {count} Mahlzeiten.",
        "services", ("55524000-9", "Schulverpflegung"), 140000, 620000, Trade.CATERING, BOTH, each=1400,
    ),
    Subject(
        "Schülerspezialverkehr {years}",
        "Beförderung zur Förderschule mit Kleinbussen und Begleitpersonen.",
        "services", ("60130000-8", "Personensonderbeförderung"), 90000, 460000, Trade.TRANSPORT, BOTH,
        lots=("Linie Nord", "Linie Süd", "Linie West"),
    ),
    Subject(
        "Bewachung der Unterkunft {street}, {years}",
        "Wachdienst rund um die Uhr mit zwei Personen.",
        "services", ("79713000-5", "Bewachung"), 80000, 390000, Trade.GUARDS, often=1,
    ),
    Subject(
        "Gebäude- und Inhaltsversicherung {years}",
        "Versicherung aller Gebäude gegen Feuer, Leitungswasser und Sturm.",
        "services", ("66515000-3", "Sachversicherung"), 60000, 280000,
        Trade.INSURANCE, (TOWN, UTILITY, SCHOOLS), often=1,
    ),
    Subject(
        "Druck des Amtsblatts {year}",
        "Druck und Verteilung von zwölf Ausgaben.",
        "services", ("79810000-5", "Druckleistungen"), 8000, 44000, Trade.PRINT,
    ),
    Subject(
        "Medien für die Stadtbücherei {year}",
        "Bücher und Hörbücher, ausleihfertig bearbeitet.",
        "goods", ("22113000-5", "Bibliotheksbücher"), 5000, 38000, Trade.BOOKS,
    ),
    Subject(
        "Schulungen zur Informationssicherheit {year}",
        "Präsenzschulungen und Lernmodule für alle Beschäftigten.",
        "services", ("80500000-9", "Schulungen"), 3500, 28000, Trade.TRAINING, (TOWN, UTILITY, SEWERS),
    ),
    # Utility and sewers
    Subject(
        "Wasserleitung {street}: Erneuerung in offener Bauweise",
        "Auswechseln der Versorgungsleitung DN 150 mit Hausanschlüssen.",
        "works", ("45232150-8", "Wasserversorgungsleitungen"), 90000, 620000, Trade.PIPES, (UTILITY,), often=5,
    ),
    Subject(
        "Stromlieferung {years}",
        "Lieferung von Strom aus erneuerbaren Quellen für 64 Abnahmestellen.",
        "goods", ("09310000-5", "Strom"), 240000, 1300000, Trade.POWER, (TOWN, SCHOOLS, SEWERS), often=1,
    ),
    Subject(
        "Erdgaslieferung {years}",
        "Lieferung von Erdgas mit Preisbindung für alle Abnahmestellen.",
        "goods", ("09123000-7", "Erdgas"), 110000, 640000, Trade.POWER, (TOWN, SCHOOLS), often=1,
    ),
    Subject(
        "Ortsnetzstation {street}",
        "Kompaktstation mit Transformator 630 kVA, Lieferung und Aufstellung.",
        "goods", ("31170000-8", "Transformatoren"), 38000, 140000, Trade.GRID, (UTILITY,), often=3,
    ),
    Subject(
        "Wasserzähler mit Funkmodul {year}",
        "{count} Hauswasserzähler als Ultraschallzähler einschließlich Auslesesoftware.",
        "goods", ("38421100-3", "Wasserzähler"), 24000, 160000, Trade.GRID, (UTILITY,), each=95,
    ),
    Subject(
        "Photovoltaikanlage {school}",
        "Lieferung und Montage mit 99 kWp, Wechselrichter und Anschluss.",
        "goods", ("09331200-0", "Photovoltaikmodule"), 70000, 180000, Trade.SOLAR, (TOWN, UTILITY, SCHOOLS), often=3,
    ),
    Subject(
        "Kanalsanierung {street} im Schlauchverfahren",
        "Grabenlose Sanierung von Haltungen DN 300 bis DN 500 mit Anbindung der Zuläufe.",
        "works", ("45232410-9", "Kanalbauarbeiten"), 80000, 540000, Trade.PIPES, (SEWERS,), often=5,
    ),
    Subject(
        "Kanalreinigung und Inspektion {year}, Gebiet {district}",
        "Spülen und optische Inspektion nach DIN EN 13508-2.",
        "services", ("90470000-2", "Kanalreinigung"), 18000, 110000, Trade.PIPES, (SEWERS,), often=4,
    ),
    Subject(
        "Klärschlammentsorgung {years}",
        "Abholung, Transport und thermische Verwertung des entwässerten Klärschlamms.",
        "services", ("90513600-2", "Klärschlammentsorgung"), 160000, 720000, Trade.WASTE, (SEWERS,),
    ),
    Subject(
        "Kläranlage: Erneuerung der Belüftung",
        "Plattenbelüfter, Gebläse und Regelung der biologischen Stufe.",
        "works", ("45252127-4", "Bau von Kläranlagen"), 280000, 1900000, Trade.PIPES, (SEWERS,), often=1,
    ),
    Subject(
        "Pumpwerk {district}: Austausch der Pumpen",
        "Zwei Tauchmotorpumpen mit Steuerung und Fernwirktechnik.",
        "goods", ("42122000-0", "Pumpen"), 22000, 130000, Trade.PIPES, (SEWERS, UTILITY), often=3,
    ),
    Subject(
        "Fällmittel für die Kläranlage {year}",
        "Lieferung von Eisen-III-chlorid-Lösung im Tankwagen auf Abruf.",
        "goods", ("24962000-5", "Chemikalien zur Wasseraufbereitung"), 16000, 90000, Trade.BULK, (SEWERS,),
    ),
)  # fmt: skip
