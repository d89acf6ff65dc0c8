"""Which checkpoints are stamped, and which of them a bundle takes; the authority is OpenSSL's, on loopback."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.chain.acts import CloseRound
from ledger.errors import EvidenceNotYet
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, create_log
from ledger.evidence.log.places import MAX_LOG_DELAY, place_of
from ledger.evidence.log.stamping import OLD_INTERVAL, Stamping
from ledger.evidence.log.writer import writing
from ledger.evidence.policy import policy_of
from ledger.evidence.timestamp_request import Authority as Asked
from ledger.evidence.timestamps import Timestamps
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.evidence.verify.report import Step, Verdict
from tests.evidence.bundles import SEALED, entries_of, failed_step, proving_town
from tests.evidence.log_actors import FIRST, SECOND
from tests.evidence.test_logged_bundle import Logged, under
from tests.evidence.test_timestamps import nothing_waits, running
from tests.evidence.tsa import Authority, certify, serving, stamper
from tests.index.town import DAY, START, release
from tests.verifier.peer import result_of
from tests.waiting import wait_until

INTERVAL = 600
NOW = 1_800_000_000
NOBODY = Asked("nobody", "http://127.0.0.1:9/", ())


@dataclass
class Watched:
    """A log whose leaves are of no matter, and the clock."""

    folder: Path
    log: LogFolder
    timestamps: Timestamps
    monkeypatch: pytest.MonkeyPatch

    def grow(self, moment: int, *witnesses: str) -> None:
        """One more leaf, cosigned by these witnesses then."""
        with writing(self.log) as writer:
            tree = writer.append([b"leaf"])
        for name in witnesses:
            CosignatureBook(self.folder).record(self.log.origin, tree, name, moment, b"line")

    def chosen_at(self, now: int, how: Stamping | None = None) -> list[int]:
        """Sizes that are to be stamped after a round at this moment."""
        self.monkeypatch.setattr("ledger.evidence.log.stamping.time.time", lambda: now)
        (how or self.stamping()).round(self.log)
        return [tree.size for tree in CosignatureBook(self.folder).chosen(self.log.origin)]

    def stamping(self) -> Stamping:
        """As of a service that starts."""
        return Stamping(self.folder, self.timestamps, INTERVAL)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A new log; the authority is not asked."""
    timestamps = Timestamps(tmp_path / "timestamps", [NOBODY])
    return Watched(tmp_path, create_log(tmp_path, "log.example"), timestamps, monkeypatch)


def test_first_tree_is_stamped_at_once_and_the_next_after_the_interval(watched: Watched) -> None:
    """Of those meanwhile only the last: an authority is not flooded."""
    assert watched.chosen_at(NOW) == []
    how = watched.stamping()
    watched.grow(NOW)
    assert watched.chosen_at(NOW, how) == [1]
    for second in range(1, 6):
        watched.grow(NOW + second)
        assert watched.chosen_at(NOW + second, how) == [1]
    assert watched.chosen_at(NOW + INTERVAL - 1, how) == [1]
    assert watched.chosen_at(NOW + INTERVAL, how) == [1, 6]
    assert watched.chosen_at(NOW + 9 * INTERVAL, how) == [1, 6]
    watched.grow(NOW + 9 * INTERVAL)
    assert watched.chosen_at(NOW + 9 * INTERVAL, how) == [1, 6, 7]
    assert watched.timestamps.backlog()[0].checkpoints == 3


def test_tree_that_too_few_witnesses_saw_is_not_stamped(watched: Watched) -> None:
    """No bundle would carry it."""
    for each in (FIRST, SECOND):
        CosignatureBook(watched.folder).add(each.verifier_key, "http://127.0.0.1:9")
    watched.grow(NOW, FIRST.name)
    assert watched.chosen_at(NOW) == []
    watched.grow(NOW, FIRST.name, SECOND.name)
    assert watched.chosen_at(NOW) == [2]


def test_trees_of_before_there_was_an_authority_are_stamped_half_a_day_apart(watched: Watched) -> None:
    """Each is followed by a stamped one that was cosigned soon enough after it."""
    CosignatureBook(watched.folder).add(FIRST.verifier_key, "http://127.0.0.1:9")
    began = NOW - 30 * MAX_LOG_DELAY
    moments = [began, began + 60, began + OLD_INTERVAL, began + OLD_INTERVAL + 1, NOW - 699, NOW - 599, NOW - 1]
    for moment in moments:
        watched.grow(moment, FIRST.name)
    assert watched.chosen_at(NOW) == [3, 4, 6]
    assert watched.chosen_at(NOW + 1) == [3, 4, 6, 7]


def test_choice_that_a_crash_cut_off_is_added_at_the_next_start(watched: Watched, tmp_path: Path) -> None:
    """The book says what to stamp before the folder does; and a new authority gets what the others had."""
    watched.grow(NOW)
    how = watched.stamping()

    def killed(_checkpoint: bytes) -> None:
        raise KeyboardInterrupt

    with watched.monkeypatch.context() as patch:
        patch.setattr(watched.timestamps, "add", killed)
        with pytest.raises(KeyboardInterrupt):
            watched.chosen_at(NOW, how)
    assert watched.timestamps.backlog()[0].checkpoints == 0
    assert watched.chosen_at(NOW + 1) == [1]
    assert watched.timestamps.backlog()[0].checkpoints == 1
    both = Timestamps(tmp_path / "timestamps", [NOBODY, replace(NOBODY, name="another")])
    Stamping(watched.folder, both, INTERVAL).round(watched.log)
    assert [each.checkpoints for each in both.backlog()] == [1, 1]


# --- bundles


@dataclass
class Stamped:
    """A witnessed town with an authority that stamps what it is given."""

    logged: Logged
    timestamps: Timestamps

    def stamp(self) -> None:
        """Have the newest checkpoint stamped."""
        timestamps = Timestamps(self.logged.folder / "timestamps", self.timestamps.authorities)
        Stamping(self.logged.folder, timestamps, 1).round(self.logged.log)
        with running(timestamps):
            wait_until(lambda: nothing_waits(timestamps))

    def policy(self) -> Policy:
        """The operator's own."""
        chain = self.logged.proving.town.chain
        content = policy_of(chain, "own", self.logged.folder, timestamps=self.timestamps)
        return read_policy(json.dumps(content).encode())

    def sizes(self, bundle: bytes) -> Sequence[int]:
        """Of the checkpoints that have stamps."""
        return sorted({int(name.split("/")[1].split(".")[0]) for name in entries_of(bundle) if name.count(".") == 1
                       and name.startswith("checkpoints/")})  # fmt: skip


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stamped]:
    """Seen and stamped; then a round is closed and seen, then stamped with a notice; the last notice is only seen."""
    folder = tmp_path_factory.mktemp("stamped")
    root = certify("Root")
    with (
        pytest.MonkeyPatch.context() as patch,
        proving_town(folder) as proving,
        serving(Authority(stamper("Time", root))) as service,
    ):
        patch.setenv("NO_PROXY", "127.0.0.1")
        town = proving.town
        logged = Logged.begin(proving, folder / "witnessed", FIRST)
        made = Stamped(logged, Timestamps(logged.folder / "timestamps", [Asked("time", service.url, (root.der,))]))
        proving.sources = replace(proving.sources, timestamps=made.timestamps)
        logged.publish(60, FIRST)
        assert failed_step(under(made.policy(), logged.bundle())) is Step.TIMESTAMPS
        made.stamp()
        town.advance_to(START + 31 * DAY)
        town.jointly(CloseRound(town.call(SEALED), 1, 0, (), ()))
        logged.publish(60, FIRST)
        town.notice(SEALED, town.keep(release(SEALED, 2)))
        logged.publish(60, FIRST)
        made.stamp()
        town.notice(SEALED, town.keep(release(SEALED, 3)))
        logged.publish(60, FIRST)
        yield made


def test_bundle_speaks_of_the_newest_block_that_is_seen_and_stamped(stamped: Stamped) -> None:
    """Also the closing stands under the first checkpoint that is stamped, not under the first that was seen."""
    bundle = stamped.logged.bundle()
    report = under(stamped.policy(), bundle)
    assert report.verified
    assert result_of(report, Step.TIMESTAMPS).verdict is Verdict.PASSED
    assert report.block == stamped.logged.proving.town.chain.block_number() - 1
    checkpoints = [name for name in entries_of(bundle) if name.startswith("checkpoints/") and "." not in name]
    assert [int(name.split("/")[1]) for name in checkpoints] == stamped.sizes(bundle)


def test_bundle_of_a_process_that_is_not_stamped_yet_is_refused(stamped: Stamped) -> None:
    """As one that no witness saw."""
    town, ocid = stamped.logged.proving.town, "ocds-a2ef3d-brand-new"
    town.notice(ocid, town.keep(release(ocid, 1)))
    stamped.logged.publish(60, FIRST)
    with pytest.raises(EvidenceNotYet):
        stamped.logged.bundle(ocid)


def test_stamps_of_authorities_that_the_settings_name_no_more_are_left_out(stamped: Stamped) -> None:
    """Our own policy does not know them, and would refuse the bundle."""
    proving = stamped.logged.proving
    with_all = proving.sources
    proving.sources = replace(with_all, timestamps=Timestamps(stamped.logged.folder / "timestamps", [NOBODY]))
    try:
        assert stamped.sizes(stamped.logged.bundle()) == []
    finally:
        proving.sources = with_all
    assert stamped.sizes(stamped.logged.bundle())


def test_place_is_the_first_cosigned_where_the_stamped_one_came_too_late(stamped: Stamped) -> None:
    """A stamp has time, a cosignature has not: the earlier one waits for its stamp."""
    logged = stamped.logged
    header = read_header(logged.log.leaf(0))
    book = CosignatureBook(logged.folder)
    first, later = book.chosen(logged.log.origin)[:2]
    assert later.moment - header.time > DAY
    place = place_of(logged.folder, header, threshold=1, is_stamped=lambda note: note == later.note)
    assert place.inclusion.size == first.size
    both = place_of(logged.folder, header, threshold=1, is_stamped=lambda note: note in (first.note, later.note))
    assert both.moment == first.moment


def test_log_without_witnesses_is_stamped_and_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkpoint that was stamped is kept, also when the log has grown."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    root = certify("Root")
    with proving_town(tmp_path) as proving, serving(Authority(stamper("Time", root))) as service:
        logged = Logged(proving, LogFolder(proving.sources.logs / "1"), proving.sources.logs)
        made = Stamped(logged, Timestamps(logged.folder / "timestamps", [Asked("time", service.url, (root.der,))]))
        proving.sources = replace(proving.sources, timestamps=made.timestamps)
        logged.publish(0)
        made.stamp()
        proving.town.notice(SEALED, proving.town.keep(release(SEALED, 2)))
        logged.publish(0)
        out = io.BytesIO(logged.bundle())
        report = under(made.policy(), out.getvalue())
        assert report.verified
        assert result_of(report, Step.TIMESTAMPS).verdict is Verdict.PASSED
        assert report.block == proving.town.chain.block_number() - 1
