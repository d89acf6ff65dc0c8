"""Who offers what in the region: fictional firms, the first of a trade more often chosen than the last."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ledger.cli.demo.town import BRIGHT, CLEAN, GRITTERS, PLUMBER, RESCUE, ROADS, TABLETS, TRUCKS, Firm


class Trade(StrEnum):
    """A branch of firms."""

    ROADS = "roads"
    BUILDING = "building"
    ROOF = "roof"
    ELECTRIC = "electric"
    PAINT = "paint"
    JOINERY = "joinery"
    HEATING = "heating"
    GARDENS = "gardens"
    FIRE_ENGINES = "fire engines"
    FIRE_KIT = "fire kit"
    VEHICLES = "vehicles"
    PLAY = "play"
    IT = "it"
    FURNITURE = "furniture"
    CLEANING = "cleaning"
    WASTE = "waste"
    PLANNING = "planning"
    GROUND = "ground"
    CATERING = "catering"
    TRANSPORT = "transport"
    AUDIT = "audit"
    TRAINING = "training"
    PRINT = "print"
    GUARDS = "guards"
    INSURANCE = "insurance"
    BOOKS = "books"
    POWER = "power"
    BULK = "bulk goods"
    GRID = "grid"
    SOLAR = "solar"
    PIPES = "pipes"


_PLACES: Final = {
    "Musterbach": "59999",
    "Beispielstadt": "59990",
    "Nebenau": "59985",
    "Altenquell": "59983",
    "Hinterfeld": "59982",
    "Drübenau": "59984",
}


def _firm(number: int, name: str, street: str, place: str, *, sole_trader: bool = False) -> Firm:
    return Firm(f"9{number:04}", name, street, _PLACES[place], place, sole_trader=sole_trader)


_ASPHALT = _firm(101, "Asphalt & Wege GmbH", "Steinbruch 2", "Nebenau")
_PAVERS = _firm(102, "Pflasterbau Drübenau GmbH", "Splittweg 11", "Drübenau")
_MASONS = _firm(111, "Hochbau Quellental GmbH & Co. KG", "Am Kran 1", "Altenquell")
_TIMBER = _firm(112, "Holzhaus Hinterfeld GmbH", "Sägewerk 3", "Hinterfeld")
_ROOFERS = _firm(121, "Dach und Fach Musterbach GmbH", "Ziegelei 8", "Musterbach")
_SLATE = _firm(122, "Bedachungen Nebenau KG", "Schieferstraße 5", "Nebenau")
_SPARKS = _firm(131, "Elektro Funkenflug GmbH", "Spannungsring 12", "Musterbach")
_GRID = _firm(132, "Netztechnik Beispielland AG", "Umspannwerk 1", "Beispielstadt")
_SOLAR = _firm(133, "Sonnenseite Energiebau GmbH", "Lichtweg 7", "Altenquell")
_PAINTERS = _firm(141, "Farbenfroh Malerbetrieb GmbH", "Pinselgasse 2", "Musterbach")
_BRUSH = _firm(142, "Malerei P. Beispiel", "Gartenstraße 9", "Nebenau", sole_trader=True)
_WINDOWS = _firm(151, "Fensterwerk Hinterfeld GmbH", "Rahmenstraße 4", "Hinterfeld")
_FLOORS = _firm(152, "Boden & Tür Ausbau GmbH", "Dielenweg 6", "Beispielstadt")
_BOILERS = _firm(161, "Wärme und Wasser Haustechnik GmbH", "Kesselstraße 3", "Musterbach")
_GARDENERS = _firm(171, "Grün und Stein Landschaftsbau GmbH", "Baumschule 1", "Drübenau")
_TREES = _firm(172, "Baumdienst Beispielland GmbH", "Waldsaum 10", "Hinterfeld")
_RESCUERS = _firm(181, "Atemschutz Altenquell GmbH", "Schlauchturm 2", "Altenquell")
_CARS = _firm(191, "Autohaus am Stadttor GmbH", "Stadttor 20", "Musterbach")
_MACHINES = _firm(192, "Kommunalmaschinen Nebenau GmbH", "Bauhofring 5", "Nebenau")
_SWINGS = _firm(201, "Rutsche & Rad Spielplatzbau GmbH", "Kletterwald 3", "Beispielstadt")
_TIMBER_PLAY = _firm(202, "Robinie Spielgeräte eG", "Holzhof 12", "Hinterfeld")
_SYSTEMS = _firm(211, "Systemhaus Beispielstadt GmbH", "Rechenzentrum 1", "Beispielstadt")
_CLOUD = _firm(212, "Kommunal-IT Nebenau eG", "Datenweg 16", "Nebenau")
_DESKS = _firm(221, "Schulmöbelwerk Drübenau GmbH", "Stuhlfabrik 1", "Drübenau")
_OFFICES = _firm(222, "Büroraum Musterbach GmbH", "Handelshof 7", "Musterbach")
_SHINE = _firm(231, "Reinraum Facility Service GmbH", "Schwammallee 2", "Beispielstadt")
_REFUSE = _firm(241, "Entsorgung Beispielland GmbH", "Deponiestraße 40", "Beispielstadt")
_RECYCLING = _firm(242, "Kreislauf Altenquell GmbH", "Wertstoffhof 9", "Altenquell")
_ARCHITECTS = _firm(251, "Büro Grundriss Architekten PartGmbB", "Lindenplatz 4", "Musterbach")
_ENGINEERS = _firm(252, "Ingenieure für Stadt und Land GmbH", "Messweg 8", "Beispielstadt")
_SOIL = _firm(253, "Bodenkontor Geotechnik GmbH", "Schürfgrube 6", "Nebenau")
_KITCHEN = _firm(261, "Mahlzeit Schulverpflegung GmbH", "Kochlöffel 1", "Beispielstadt")
_CANTEEN = _firm(262, "Löffelweise Catering eG", "Marktplatz 13", "Altenquell")
_BUSES = _firm(271, "Reisedienst Hinterfeld GmbH", "Wendeplatz 2", "Hinterfeld")
_MINIBUSES = _firm(272, "Fahrdienst Sonnenschein gGmbH", "Birkenweg 15", "Musterbach")
_PRINTERS = _firm(281, "Druckhaus Beispielland GmbH", "Letterngasse 3", "Beispielstadt")
_GUARDS = _firm(282, "Wachgesellschaft Nachteule mbH", "Turmstraße 1", "Beispielstadt")
_INSURERS = _firm(283, "Gemeindeversicherung Beispielland VVaG", "Schirmallee 50", "Beispielstadt")
_BOOKS = _firm(284, "Buchhandlung am Anger", "Am Anger 2", "Musterbach")
_ADVISERS = _firm(285, "Prüfwerk Wirtschaftsprüfung GmbH", "Bilanzhof 1", "Beispielstadt")
_AUDITORS = _firm(286, "Soll & Haben Treuhand GmbH", "Kontorhaus 4", "Nebenau")
_ACADEMY = _firm(287, "Verwaltungsakademie Beispielland gGmbH", "Lehrsaal 1", "Beispielstadt")
_POWER = _firm(291, "Landstrom Beispielland eG", "Windmühle 3", "Hinterfeld")
_GAS = _firm(292, "Energiehandel Quellental GmbH", "Am Hafen 14", "Altenquell")
_BULK = _firm(293, "Salz & Säure Rohstoffe GmbH", "Silostraße 6", "Nebenau")
_DRAINS = _firm(301, "Kanaltechnik Tiefgang GmbH", "Schachtweg 21", "Nebenau")
_MAINS = _firm(302, "Rohrleitungsbau Beispielstadt GmbH", "Muffenstraße 2", "Beispielstadt")

FIRMS: Final = {
    Trade.ROADS: (ROADS, _ASPHALT, _PAVERS),
    Trade.BUILDING: (_MASONS, _TIMBER),
    Trade.ROOF: (_ROOFERS, _SLATE),
    Trade.ELECTRIC: (_SPARKS, _GRID),
    Trade.GRID: (_GRID,),
    Trade.SOLAR: (_SOLAR, _SPARKS),
    Trade.PAINT: (_PAINTERS, _BRUSH),
    Trade.JOINERY: (_FLOORS, _WINDOWS),
    Trade.HEATING: (_BOILERS, PLUMBER),
    Trade.GARDENS: (_GARDENERS, _TREES, GRITTERS),
    Trade.FIRE_ENGINES: (TRUCKS, RESCUE),
    Trade.FIRE_KIT: (_RESCUERS, RESCUE),
    Trade.VEHICLES: (_CARS, _MACHINES),
    Trade.PLAY: (_SWINGS, _TIMBER_PLAY),
    Trade.IT: (_SYSTEMS, TABLETS, _CLOUD),
    Trade.FURNITURE: (_DESKS, _OFFICES),
    Trade.CLEANING: (BRIGHT, CLEAN, _SHINE),
    Trade.WASTE: (_REFUSE, _RECYCLING),
    Trade.PLANNING: (_ENGINEERS, _ARCHITECTS),
    Trade.GROUND: (_SOIL, _ENGINEERS),
    Trade.CATERING: (_KITCHEN, _CANTEEN),
    Trade.TRANSPORT: (_BUSES, _MINIBUSES),
    Trade.AUDIT: (_ADVISERS, _AUDITORS),
    Trade.TRAINING: (_ACADEMY, _SYSTEMS),
    Trade.PRINT: (_PRINTERS,),
    Trade.GUARDS: (_GUARDS,),
    Trade.INSURANCE: (_INSURERS,),
    Trade.BOOKS: (_BOOKS,),
    Trade.POWER: (_POWER, _GAS),
    Trade.BULK: (_BULK,),
    Trade.PIPES: (_MAINS, _DRAINS),
}
"""The firms of each trade, the busiest first."""
