"""How one procedure of the past went: its notices as OCDS releases, from the first to the last.

Drawn from a generator that is seeded with the procedure's number, so that the same day gives the same releases. Names
and places are drawn first, then the course; whoever changes one of the tables gets another past, but again always the
same.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.cli.demo.calendar import Calendar, stamp, town_time
from ledger.cli.demo.past.firms import FIRMS
from ledger.cli.demo.past.places import Area
from ledger.cli.demo.past.subjects import SUBJECTS, Subject
from ledger.cli.demo.procedure import Procedure, award, contract
from ledger.cli.demo.town import Firm

FIRST_DAY: Final = 1400
"""Days before the demo at which the past begins: nearly four years."""

_TRIES: Final = 50
_KINDS: Final = ("district", "street", "school", "kita")
_DIRECT_BELOW: Final = {"works": 30000, "goods": 20000, "services": 20000}
_LIMITED_BELOW: Final = {"works": 150000, "goods": 90000, "services": 90000}
_EU_FROM: Final = 221000
"""What supplies and services of the years 2024 and 2025 had to be advertised in the European Union from (GWB § 106)."""

_LAW: Final = {
    ("works", "open"): "Öffentliche Ausschreibung (VOB/A)",
    ("works", "limited"): "Beschränkte Ausschreibung ohne Teilnahmewettbewerb (VOB/A)",
    ("works", "direct"): "Direktauftrag (VOB/A)",
    ("", "open"): "Öffentliche Ausschreibung (UVgO)",
    ("", "limited"): "Verhandlungsvergabe ohne Teilnahmewettbewerb (UVgO)",
    ("", "selective"): "Verhandlungsverfahren mit Teilnahmewettbewerb (VgV)",
    ("", "direct"): "Direktauftrag (UVgO)",
}
_SMALL: Final = "Auftragswert unterhalb der Grenze für Direktaufträge."
_EXCUSES: Final = (
    "Besondere Dringlichkeit: Die Anlage ist ausgefallen, der Betrieb muss aufrechterhalten werden.",
    "Nur ein Anbieter kommt in Betracht: Die Leistung schließt an ein vorhandenes System an.",
    "Zwei Ausschreibungen blieben ohne wirtschaftliches Ergebnis.",
)
_CANCELLED: Final = (
    "Aufhebung: kein Angebot entsprach den Bedingungen.",
    "Aufhebung: die Grundlagen des Verfahrens haben sich wesentlich geändert.",
    "Aufhebung: kein wirtschaftliches Ergebnis, alle Angebote lagen weit über der Schätzung.",
)
_MORE: Final = (
    "Mehrmengen nach Aufmaß.",
    "Zusätzliche Leistungen, die bei der Ausschreibung nicht vorhersehbar waren (§ 132 Abs. 2 GWB).",
    "Preisanpassung nach der vereinbarten Gleitklausel.",
)


@dataclass
class Course:
    """One procedure, numbered through all buyers. ``titles`` that its buyer has used are added to; none comes twice."""

    number: int
    area: Area
    calendar: Calendar
    titles: set[str]
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        # Random, so that it looks like life; nothing secret depends on it.
        self.draw = random.Random(f"{self.area.prefix} {self.number}")  # noqa: S311

    def releases(self, started: int) -> Iterator[dict[str, Any]]:
        """All notices, the first one published ``started`` days before the demo; some may lie ahead of it."""
        start = self.calendar.workday(started)
        for _ in range(_TRIES):
            subject = self._subject()
            value = self._value(subject)
            words = self._words(subject, start, value)
            title = subject.title.format_map(words)
            if title not in self.titles:
                break
        self.titles.add(title)
        method = self._method(subject, value)
        lots = self._lots(subject) if method == "open" else ()
        procedure = Procedure(
            f"{self.area.prefix}-{words['ocid_year']}-{self.number}",
            title,
            subject.description.format_map(words),
            subject.category,
            method,
            subject.cpv,
            value,
            self.area.body,
            lots,
            place=words["district"] if "{district}" in subject.title else self.area.body.place,
            details=self._law(subject, method, value),
        )
        if method == "direct":
            yield from self._direct(procedure, subject, start, exceptional=value >= _DIRECT_BELOW[subject.category])
        else:
            yield from self._competition(procedure, subject, start)

    def _subject(self) -> Subject:
        own = [
            subject
            for subject in SUBJECTS
            if self.area.buys in subject.buyers
            and all(self.area.names(kind) for kind in _KINDS if f"{{{kind}}}" in subject.title)
        ]
        return self.draw.choices(own, [subject.often for subject in own])[0]

    def _value(self, subject: Subject) -> int:
        """Small ones are more frequent than large ones: even on a logarithmic scale."""
        value = math.exp(self.draw.uniform(math.log(subject.least), math.log(subject.most)))
        step = 500 if value < 50000 else 5000
        return max(step, round(value / step) * step)

    def _method(self, subject: Subject, value: int) -> str:
        if value < _DIRECT_BELOW[subject.category] or self.draw.random() < 0.08:
            return "direct"
        if value < _LIMITED_BELOW[subject.category]:
            return "limited"
        if subject.category == "services" and subject.cpv[0].startswith("71"):
            return "selective"
        return "open"

    def _law(self, subject: Subject, method: str, value: int) -> str:
        works = "works" if subject.category == "works" else ""
        if method == "open" and not works and value >= _EU_FROM:
            return "Offenes Verfahren (VgV)"
        return _LAW[works, method]

    def _words(self, subject: Subject, start: int, value: int) -> dict[str, str]:
        day = town_time(self.calendar.ago(start))
        year = day.year + (day.month > 9)
        words = {kind: self.draw.choice(names) for kind in _KINDS if (names := self.area.names(kind))}
        return words | {
            "year": str(year),
            "last": str(day.year - 1),
            "years": f"{year} bis {year + self.draw.randint(1, 3)}",
            "season": f"{day.year}/{(day.year + 1) % 100}",
            "count": str(max(2, value // subject.each)) if subject.each else "",
            "ocid_year": str(day.year),
        }

    def _lots(self, subject: Subject) -> tuple[tuple[str, str], ...]:
        if not subject.lots or self.draw.random() < 0.35:
            return ()
        return tuple((f"LOT-{number:04}", title) for number, title in enumerate(subject.lots, 1))

    def _moment(self, days: int) -> int:
        clock = f"{self.draw.randint(8, 15):02}:{self.draw.choice((0, 10, 20, 30, 45)):02}"
        return self.calendar.ago(self.calendar.workday(days), clock)

    def _firm(self, subject: Subject) -> Firm:
        firms = FIRMS[subject.trade]
        return self.draw.choices(firms, [(len(firms) - place) ** 2 for place in range(len(firms))])[0]

    def _sum(self, value: float, least: float, most: float) -> float:
        return round(value * self.draw.uniform(least, most), 2)

    def _direct(self, procedure: Procedure, subject: Subject, start: int, *, exceptional: bool) -> Iterator[Any]:
        """Told afterwards: the award, sometimes its contract."""
        when, firm = self._moment(start), self._firm(subject)
        amount = self._sum(procedure.value, 0.9, 1.04)
        reason = self.draw.choice(_EXCUSES) if exceptional else _SMALL
        tender = procedure.tender("complete", procurementMethodRationale=reason, numberOfTenderers=1)
        awards = [award(firm, amount, when)]
        yield procedure.release(when, "award", firms=(firm,), tender=tender, awards=awards)
        if self.draw.random() < 0.25:
            when = self._moment(start - self.draw.randint(8, 20))
            contracts = [contract(amount, when)]
            yield procedure.release(when, "contract", firms=(firm,), tender=tender, awards=awards, contracts=contracts)

    def _competition(self, procedure: Procedure, subject: Subject, start: int) -> Iterator[Any]:
        """From the call to whatever became of it."""
        when = self._moment(start)
        days = start - self.draw.randint(*((32, 48) if procedure.value >= _EU_FROM else (14, 30)))
        begin, end = stamp(when), stamp(self.calendar.ago(self.calendar.workday(days), "11:00"))
        period = {"tenderPeriod": {"startDate": begin, "endDate": end}}
        yield procedure.release(when, "tender", tender=procedure.tender("active", **period))
        if self.draw.random() < 0.12:
            when = self._moment(days + 5)
            days -= self.draw.randint(7, 14)
            end = stamp(self.calendar.ago(self.calendar.workday(days), "11:00"))
            period = {"tenderPeriod": {"startDate": begin, "endDate": end}}
            reason = [{"id": "1", "date": stamp(when), "rationale": "Frist verlängert wegen Fragen von Bietern."}]
            tender = procedure.tender("active", amendments=reason, **period)
            yield procedure.release(when, "tenderUpdate", tender=tender)
        fate = self.draw.random()
        if fate < 0.08:
            return  # nothing was ever heard of it again
        days -= self.draw.randint(9, 50)
        when = self._moment(days)
        if fate < 0.15:
            reason = [{"id": "2", "date": stamp(when), "rationale": self.draw.choice(_CANCELLED)}]
            tender = procedure.tender("cancelled", amendments=reason, **period)
            yield procedure.release(when, "tenderCancellation", tender=tender)
        elif fate < 0.2:
            tender = procedure.tender("unsuccessful", numberOfTenderers=0, **period)
            yield procedure.release(when, "tenderUpdate", tender=tender)
        else:
            yield from self._award(procedure, subject, days, when, period)

    def _award(
        self, procedure: Procedure, subject: Subject, days: int, when: int, period: dict[str, Any]
    ) -> Iterator[Any]:
        lots: list[str | None] = [lot for lot, _ in procedure.lots] or [None]
        weights = [self.draw.uniform(0.6, 1.6) for _ in lots]
        shares = [weight / sum(weights) for weight in weights]
        firms = [self._firm(subject) for _ in lots]
        amounts = [self._sum(procedure.value * share, 0.8, 1.13) for share in shares]
        tender = procedure.tender("complete", numberOfTenderers=self.draw.randint(1, 7), **period)
        awards = [
            award(firm, amount, when, number=str(number), lot=lot)
            for number, (firm, amount, lot) in enumerate(zip(firms, amounts, lots, strict=True), 1)
        ]
        known: dict[str, Any] = {"firms": tuple(dict.fromkeys(firms)), "tender": tender, "awards": awards}
        yield procedure.release(when, "award", **known)
        if self.draw.random() < 0.45:
            return  # many buyers tell of the award and leave it at that
        days -= self.draw.randint(11, 24)
        when = self._moment(days)
        contracts = [
            contract(amount, when, number=str(number), award_id=str(number), lot=lot)
            for number, (amount, lot) in enumerate(zip(amounts, lots, strict=True), 1)
        ]
        yield procedure.release(when, "contract", **known, contracts=contracts)
        change = self.draw.random()
        if change < 0.2:
            when = self._moment(days - self.draw.randint(40, 300))
            reason = {"id": "1", "date": stamp(when), "rationale": self.draw.choice(_MORE)}
            dearer = self._sum(amounts[0], 1.02, 1.24)
            changed = [contracts[0] | {"value": {"amount": dearer, "currency": "EUR"}, "amendments": [reason]}]
            yield procedure.release(when, "contractAmendment", **known, contracts=changed + contracts[1:])
        elif change < 0.32:
            when = self._moment(days - self.draw.randint(120, 420))
            ended = [each | {"status": "terminated"} for each in contracts]
            yield procedure.release(when, "contractTermination", **known, contracts=ended)
