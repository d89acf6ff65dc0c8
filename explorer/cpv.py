"""What is bought in a division of the Common Procurement Vocabulary (Regulation (EC) No 213/2008), in short words of
our own."""

from __future__ import annotations

from typing import Final

from explorer.language import Language

_DIVISIONS: Final = {
    "03": ("Land- und Forstwirtschaft", "Farming and forestry"),
    "09": ("Energie und Brennstoffe", "Energy and fuels"),
    "14": ("Bergbau, Metalle", "Mining, metals"),
    "15": ("Lebensmittel", "Food"),
    "16": ("Landmaschinen", "Farm machinery"),
    "18": ("Kleidung", "Clothing"),
    "19": ("Leder, Textilien, Gummi", "Leather, textiles, rubber"),
    "22": ("Drucksachen", "Printed matter"),
    "24": ("Chemikalien", "Chemicals"),
    "30": ("Büro- und Rechentechnik", "Office and computing equipment"),
    "31": ("Elektrische Geräte, Beleuchtung", "Electrical equipment, lighting"),
    "32": ("Funk und Fernmeldetechnik", "Radio and telecommunication equipment"),
    "33": ("Medizin und Pflege", "Medical supplies"),
    "34": ("Fahrzeuge", "Vehicles"),
    "35": ("Sicherheit, Feuerwehr, Polizei", "Security, fire and police equipment"),
    "37": ("Musik, Sport, Spiel", "Music, sports, games"),
    "38": ("Labor- und Messgeräte", "Laboratory and measuring equipment"),
    "39": ("Möbel und Hausrat", "Furniture and household goods"),
    "41": ("Wasser", "Water"),
    "42": ("Industriemaschinen", "Industrial machinery"),
    "43": ("Bau- und Bergbaumaschinen", "Construction and mining machinery"),
    "44": ("Baustoffe und Bauteile", "Building materials"),
    "45": ("Bauarbeiten", "Construction work"),
    "48": ("Software", "Software"),
    "50": ("Reparatur und Wartung", "Repair and maintenance"),
    "51": ("Einbau und Montage", "Installation"),
    "55": ("Gastgewerbe und Verpflegung", "Hotels and catering"),
    "60": ("Transport", "Transport"),
    "63": ("Neben dem Transport, Reisen", "Transport support, travel"),
    "64": ("Post und Telefon", "Post and telephone"),
    "65": ("Versorgung", "Utilities"),
    "66": ("Banken und Versicherungen", "Banking and insurance"),
    "70": ("Immobilien", "Real estate"),
    "71": ("Architekten und Ingenieure", "Architects and engineers"),
    "72": ("IT-Dienste", "IT services"),
    "73": ("Forschung und Entwicklung", "Research and development"),
    "75": ("Verwaltung und Verteidigung", "Administration and defence"),
    "76": ("Öl und Gas", "Oil and gas"),
    "77": ("Grünpflege, Forst", "Gardening, forestry services"),
    "79": ("Unternehmensdienste", "Business services"),
    "80": ("Bildung", "Education"),
    "85": ("Gesundheit und Soziales", "Health and social services"),
    "90": ("Abwasser, Abfall, Reinigung", "Sewage, refuse, cleaning"),
    "92": ("Kultur, Freizeit, Sport", "Culture, recreation, sports"),
    "98": ("Sonstige Dienste", "Other services"),
}


def division(code: str, language: Language) -> str:
    """A division by its two digits, with its name where it has one: ``45 Bauarbeiten``."""
    names = _DIVISIONS.get(code)
    return f"{code} {names[language != 'de']}" if names else code
