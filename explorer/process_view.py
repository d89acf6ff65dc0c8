"""All that the page of one process shows, gathered once and checked against the chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from api.services import Services
from explorer.release_content import Document, ReleaseContent, read_content
from ledger.errors import ObjectAltered, ObjectMissing, SiegelError
from ledger.index.content import seconds
from ledger.index.findings import Difference, DifferenceKind
from ledger.index.rows import (
    ActRow,
    AwardRow,
    Condition,
    FindingRow,
    KeySetRow,
    LotRow,
    OrganisationRow,
    ProcessRow,
    ReleaseRow,
    RoundRow,
    SuspensionRow,
)
from ledger.ocds.differences import Differences, differences, merged
from ledger.ocds.observation import FindingKind
from ledger.ocds.value_history import ValueStep, value_history
from ledger.store import StoreClass
from ledger.store.objects import ObjectStore

DAY: Final = 86_400

_OF_DOCUMENT = (DifferenceKind.DOCUMENT_ALTERED, DifferenceKind.DOCUMENT_MISSING)


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """One release with what its bytes say; ``content`` is ``None`` where they are not to be had or not intact.

    ``dated`` are the seconds of the release's own date (OCDS ``date``) where that is another day than the act's: a
    notice can be recorded long after it was published.
    """

    row: ReleaseRow
    content: ReleaseContent | None
    altered: bool
    dated: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One act on the timeline. ``altered``: something that belongs to it is not as it was recorded. ``lot`` is named
    only where a process has several. ``of_answers``: the act is of a round of answers to letters."""

    act: ActRow
    release: ReleaseView | None
    lot: LotRow | None
    altered: bool
    early: bool
    of_answers: bool


@dataclass(frozen=True, slots=True)
class ProcessView:
    """``recorder`` is whose process it is in the registry: the buyer, or the observer of an observed one.
    ``changes`` are by the sequence of a release what it says differently from those before it; ``values`` every amount
    from the estimate to the final value, each with the release that tells it.
    ``downloads`` are the digests of those ``documents`` that everybody can have from here.
    ``pulled`` is what pulls of public notices found about its notices, the latest first.
    ``outdated`` are findings that the next run of the index settles; nothing is wrong with them.
    ``unchecked`` is the failure that kept the comparison with the chain from being made, else ``None``."""

    row: ProcessRow
    recorder: OrganisationRow
    steps: Sequence[Step]
    releases: Sequence[ReleaseView]
    rounds: Sequence[RoundRow]
    key_sets: Mapping[bytes, KeySetRow]
    lots: Sequence[LotRow]
    awards: Sequence[AwardRow]
    suspensions: Sequence[SuspensionRow]
    documents: Sequence[Document]
    downloads: Set[bytes]
    changes: Mapping[int, Differences]
    values: Sequence[tuple[ValueStep, ReleaseView]]
    pulled: Sequence[FindingRow]
    differences: Sequence[Difference]
    outdated: Sequence[Difference]
    unchecked: SiegelError | None

    @property
    def standing_awards(self) -> Mapping[bytes, Sequence[AwardRow]]:
        """Awards by lot, without those that were withdrawn or are void."""
        found: defaultdict[bytes, list[AwardRow]] = defaultdict(list)
        for award in self.awards:
            if award.state not in ("withdrawn", "void"):
                found[award.lot].append(award)
        return found

    @property
    def standing(self) -> Sequence[str]:
        """What of a notice is not as it was when it was recorded, according to the pulls: each kind once."""
        found = {finding.finding for finding in self.pulled if finding.stands}
        return [kind for kind in (FindingKind.VANISHED, FindingKind.CHANGED) if kind in found]

    @property
    def altered_facts(self) -> Mapping[str, Difference]:
        """Columns of ``row`` whose value is not the recorded one: where such a value is read, it must say so."""
        found = (difference for difference in self.differences if difference.kind is DifferenceKind.ROW_ALTERED)
        return {
            column: difference
            for difference in found
            for table, _, column in [difference.where.rpartition(".")]
            if table == "processes"
        }


def view(services: Services, process_id: bytes) -> ProcessView:
    """The process ``process_id``; raises ``ProcessUnknown``.

    The comparison with chain and store is made anew for every reader: an alteration must not stay unseen until the
    next scheduled check. Where the chain cannot be asked the page says that it was not checked.
    """
    queries = services.queries
    whole = queries.whole_process(process_id)
    row = whole.row
    unchecked: SiegelError | None = None
    found_differences: Sequence[Difference] = ()
    try:
        found_differences = services.check_process(process_id)
    except SiegelError as error:
        unchecked = error
    altered = {found.release for found in found_differences if found.release and found.kind in _OF_DOCUMENT}
    altered_steps = {
        found.sequence
        for found in found_differences
        if found.sequence is not None and found.kind is not DifferenceKind.ROW_OUTDATED
    }
    releases = [_release(services, release, altered) for release in whole.releases]
    published = sorted((each for each in releases if each.content), key=_published)
    by_sequence = {release.row.sequence: release for release in releases}
    early = {award.award for award in whole.awards if award.early}
    named = {lot.lot: lot for lot in whole.lots} if len(whole.lots) > 1 else {}
    rounds = queries.rounds(process_id)
    of_answers = {round.round for round in rounds if round.kind == "supplement"}
    steps = [_step(act, by_sequence, named, altered_steps, early, of_answers) for act in queries.acts(process_id)]
    documents = _documents(releases)
    return ProcessView(
        row=row,
        recorder=queries.organisation(row.organisation_id),
        steps=steps,
        releases=releases,
        rounds=rounds,
        key_sets=queries.key_sets(row.organisation_id) if rounds else {},
        lots=whole.lots,
        awards=whole.awards,
        suspensions=whole.suspensions,
        documents=documents,
        downloads=_downloads(services.store, documents),
        changes=_changes(published),
        values=[(step, published[step.release]) for step in value_history([_data(each) for each in published])],
        pulled=whole.findings,
        differences=[found for found in found_differences if found.kind is not DifferenceKind.ROW_OUTDATED],
        outdated=[found for found in found_differences if found.kind is DifferenceKind.ROW_OUTDATED],
        unchecked=unchecked,
    )


def _release(services: Services, row: ReleaseRow, altered: set[bytes]) -> ReleaseView:
    is_altered = row.digest in altered
    content = None
    if not is_altered and row.condition not in (Condition.EMBARGOED, Condition.ERASED, Condition.FOREIGN):
        try:
            content = read_content(services.releases, row.digest)
        except (ObjectAltered, ObjectMissing):
            is_altered = True
        except SiegelError:
            # Anchored by somebody else in a form we cannot read: unaltered all the same.
            content = None
    dated = seconds(row.date)
    is_apart = dated is not None and abs(dated - row.time) >= DAY
    return ReleaseView(row, content, is_altered, dated if is_apart else None)


def _published(release: ReleaseView) -> tuple[int, int]:
    dated = seconds(release.row.date)
    return (release.row.time if dated is None else dated, release.row.sequence)


def _data(release: ReleaseView) -> Mapping[str, Any]:
    return release.content.data if release.content else {}


def _changes(published: Sequence[ReleaseView]) -> dict[int, Differences]:
    """Of all releases but the first, in the order of their dates."""
    found: dict[int, Differences] = {}
    known: Mapping[str, Any] | None = None
    for release in published:
        data = _data(release)
        if known is not None:
            found[release.row.sequence] = differences(known, data)
        known = merged(known or {}, data)
    return found


def _step(
    act: ActRow,
    releases: Mapping[int, ReleaseView],
    lots: Mapping[bytes, LotRow],
    altered: set[int],
    early: set[int],
    of_answers: set[int],
) -> Step:
    release = releases.get(act.sequence)
    return Step(
        act=act,
        release=release,
        lot=lots.get(act.lot) if act.lot else None,
        altered=act.sequence in altered or bool(release and release.altered),
        early=act.act == "ContractConcluded" and act.ref in early,
        of_answers=act.round in of_answers,
    )


def _documents(releases: Sequence[ReleaseView]) -> list[Document]:
    """Documents of all releases, each once: a later release repeats those of the earlier ones."""
    found: dict[tuple[str, bytes | str | None], Document] = {}
    for release in releases:
        for document in release.content.documents if release.content else ():
            found[document.identifier, document.digest or document.url] = document
    return list(found.values())


def _downloads(store: ObjectStore, documents: Sequence[Document]) -> set[bytes]:
    """A confidential one is as if it were not here: nobody learns which of the two it is."""
    named = {document.digest for document in documents if document.digest is not None}
    return {each for each in named if store.exists(each) and store.kind(each) is not StoreClass.CONFIDENTIAL}
