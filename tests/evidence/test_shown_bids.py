"""Bids, evaluation and ranking in a bundle: what steps 10 and 11 tell of them, and when they cannot say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ledger.chain.codec import decode_detail, encode_detail
from ledger.errors import EntryInvalid, EvaluationInvalid, ManifestInvalid
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Report, Step, Verdict
from ledger.evidence.verify.series import pack_act, split_acts
from ledger.evidence.verify.shown_bid import read_shown_bid, write_shown_bid
from ledger.evidence.verify.words import note_words
from ledger.ocds.json_text import write_json
from ledger.sealing.bid import Bid, read_field
from ledger.terms import Act, RoundKind
from tests.attacks.corpus import Forgery
from tests.attacks.draft import control, take_apart
from tests.attacks.procedures import SEALED
from tests.attacks.refit import refit
from tests.evidence.bundles import entries_of
from tests.evidence.log_data import read, write
from tests.verifier.peer import agreed, result_of

ACTS = "acts/process-*"
ONE, TWO, THREE = "bids/7c03*", "bids/d663*", "bids/822b*"
ZERO = f"0x{bytes(32).hex()}"
HERE: dict[str, Any] = {"ocid": SEALED, "round": 1}
ENDED = ("bidsEnded", HERE | {"number": 4, "tally": (("opened", 3), ("superseded", 1))})
SHOWN = ("bidsShown", HERE | {"bids": 3, "fields": 10, "all": 10})
FIRST = ("ranked", HERE | {"lot": "L1", "order": (3, 2)})
SECOND = ("ranked", HERE | {"lot": "L2", "order": (1, 2, 3)})
PLACES = ("placedByPrice", "placedByPoints", "placedByRatio")
REFIT = {"do": "refit.refit"}
PAPER = {"act": 8, "bid": 2**31, "arrival": 1767859214, "ground": ZERO, "lot": ZERO, "subject": "#on paper"}
SECOND_PAPER = PAPER | {"bid": 2**31 + 1}
WITHDRAWN = {"act": 15, "bid": 0, "round": 0, "ref": 10, "ground": "#a mistake"}

Change = Mapping[str, Any]


def do(what: str, entry: str = ACTS, **arguments: Any) -> Change:
    """One change to the control."""
    return {"do": what, "entry": entry, **arguments}


def omitted(*numbers: int) -> list[Change]:
    """Without these acts."""
    return [do("acts.omit", act=number) for number in sorted(numbers, reverse=True)]


def named(entry: str) -> str:
    """The digest that the control's entry is called by."""
    return take_apart(*control("shown.qbft")).named(entry)[-64:]


def release_of(act: int) -> str:
    """What an act of the control anchors."""
    draft = take_apart(*control("shown.qbft"))
    return read(split_acts("", draft.entries[draft.named(ACTS)])[act - 1]).release.hex()


def unreleased(first: int) -> list[Change]:
    """Without the releases that this act and those behind it anchor."""
    found = (release_of(act) for act in range(first, 13))
    return [do("entries.leave_out", f"releases/{digest}") for digest in found if digest.strip("0")]


def sealed(commit: int, **values: Any) -> Change:
    """The bid of that act with these fields; an underscore stands for a slash."""
    fields = [[name.replace("_", "/"), given] for name, given in values.items()]
    return do("acts.seal", commit=commit, opening=8, salt="22" * 32, fields=fields)


def euros(amount: str) -> dict[str, str]:
    """A price."""
    return {"amount": amount, "currency": "EUR"}


def entered(*lots: Mapping[str, Any], kind: str = "paper", bid: int = 2**31) -> dict[str, Any]:
    """What an evaluation states of a bid on paper."""
    stated = [{"discount": None, "variant": None, **lot} for lot in lots]
    return {"bid": bid, "kind": kind, "lots": stated}


def stating(*bids: Mapping[str, Any]) -> Change:
    """The evaluation states these bids on paper."""
    written = write_json(list(bids)).decode()
    return do("entries.rewrite", "evaluations/*", old='"draws":[]', new=f'"draws":[],"onPaper":{written}')


def anchored(change: Change, act: int) -> Change:
    """The reason of that act names the evaluation after the change."""
    bundle, _ = Forgery("", "", "shown.qbft", (dict(change),), "", "").built()
    (name,) = (each for each in entries_of(bundle) if each.startswith("evaluations/"))
    return do("acts.alter", act=act, fields={"ground": f"0x{name[-64:]}"})


def verified(*changes: Change, of: str = "shown.qbft") -> Report:
    """What both verifiers say of the control after these changes."""
    return accepted(*Forgery("", "", of, tuple(map(dict, changes)), "", "").built())


def accepted(bundle: bytes, policy: bytes) -> Report:
    """What both say of a bundle in which nothing is refused."""
    report = agreed(bundle, read_policy(policy))
    assert [result.refusal for result in report.results] == [None] * len(Step)
    assert report.verified
    return report


def told(report: Report, step: Step) -> tuple[Verdict, list[tuple[str, dict[str, Any]]]]:
    """A step's verdict and notes, but for those on single places."""
    (result,) = (each for each in report.results if each.step is step)
    return result.verdict, [(note.name, note.values) for note in result.notes if note.name not in PLACES]


def test_bids_shown_whole_are_told_and_ranked() -> None:
    """Whoever may see the bids computes the ranking again, from the file alone."""
    report = verified()
    assert told(report, Step.BIDS) == (Verdict.PASSED, [ENDED, SHOWN])
    assert told(report, Step.RANKING) == (Verdict.PASSED, [FIRST, SECOND])


def test_bundle_for_everybody_tells_outcomes_only() -> None:
    """It holds the criteria, and no bid."""
    report = verified(of="sealed.qbft")
    assert told(report, Step.BIDS) == (Verdict.PASSED, [ENDED])
    assert told(report, Step.RANKING) == (Verdict.NOT_PROVABLE, [("bidsConcealed", HERE | {"bids": 3})])


def test_bid_with_a_concealed_field_is_not_ranked() -> None:
    """A price without what may be taken off it is no price."""
    bundle, policy = control("shown.qbft")
    draft = take_apart(bundle, policy)
    name = draft.named(TWO)
    lines = draft.entries[name].decode().splitlines()
    discount = next(line for line in lines if read_field(line).name == "lots/L2/discount")
    concealed = hashlib.sha256(discount.encode()).hexdigest()
    draft.entries[name] = draft.entries[name].replace(discount.encode(), concealed.encode())
    report = accepted(draft.packed(), policy)
    assert told(report, Step.BIDS) == (
        Verdict.PASSED,
        [ENDED, ("bidsShown", HERE | {"bids": 3, "fields": 9, "all": 10})],
    )
    assert told(report, Step.RANKING) == (Verdict.NOT_PROVABLE, [("bidsConcealed", HERE | {"bids": 1})])


@pytest.mark.parametrize(
    ("changes", "verdict", "notes"),
    [
        pytest.param(
            [do("entries.leave_out", "criteria/*")],
            Verdict.NOT_PROVABLE, [("criteriaElsewhere", {"ocid": SEALED})], id="criteria elsewhere",
        ),
        pytest.param(
            [do("entries.leave_out", "criteria/*"), do("acts.alter", act=1, detail={"terms.criteria": ZERO}), REFIT],
            Verdict.NOT_PROVABLE, [("noCriteria", {"ocid": SEALED})], id="no criteria",
        ),
        pytest.param(
            [do("entries.leave_out", "evaluations/*")],
            Verdict.NOT_PROVABLE, [("evaluationElsewhere", HERE)], id="evaluation elsewhere",
        ),
        pytest.param(
            [do("entries.rewrite", "evaluations/*", old='"8","reason":"as described"', new='"8","reason":"better"')],
            Verdict.NOT_PROVABLE, [("evaluationUnanchored", HERE), FIRST, SECOND], id="evaluation that nothing names",
        ),
        pytest.param(
            [
                do("entries.leave_out", f"releases/{release_of(10)}"),
                do("acts.alter", act=10, fields={"release": f"0x{release_of(11)}"}),
                do("acts.alter", act=12, fields={"subject": f"0x{named('evaluations/*')}"}),
                REFIT,
            ],
            Verdict.NOT_PROVABLE, [("evaluationUnanchored", HERE), FIRST, SECOND], id="named after the award",
        ),
        pytest.param(
            [do("entries.leave_out", "rankings/*")], Verdict.PASSED, [FIRST, SECOND], id="no ranking claimed",
        ),
        pytest.param(
            [do("entries.leave_out", "rankings/*"), do("acts.alter", act=9, fields={"lot": ZERO}), REFIT],
            Verdict.PASSED, [FIRST, ("ranked", HERE | {"lot": "L2", "order": (2, 3)})], id="excluded from all lots",
        ),
        pytest.param(
            [do("acts.alter", act=10, fields={"bid": 2}), REFIT],
            Verdict.PASSED,
            [FIRST, SECOND, ("awardNotFirst", {"act": 10, "ocid": SEALED, "lot": "L1", "bid": 2, "most": 1})],
            id="award to the second",
        ),
        pytest.param(
            [
                *omitted(11, 12),
                *unreleased(11),
                do("acts.insert", after=10, like=10, fields=WITHDRAWN),
                do("acts.alter", act=10, fields={"bid": 2}),
                REFIT,
            ],
            Verdict.PASSED, [FIRST, SECOND], id="award to the second, withdrawn",
        ),
        pytest.param(
            [
                do("entries.leave_out", "rankings/*"),
                sealed(5, lots_L1_value=euros("95000"), lots_L2_value=euros("a lot")), REFIT,
            ],
            Verdict.PASSED,
            [FIRST, ("ranked", HERE | {"lot": "L2", "order": (1, 3)}), ("rankingIncomplete", HERE | {"lot": "L2"})],
            id="a price that is none",
        ),
        pytest.param(
            [
                do("entries.leave_out", "rankings/*"),
                *(sealed(commit, lots_L1_value=euros(price)) for commit, price in
                  ((4, "80000"), (5, "95000"), (6, "85000"))),
                REFIT,
            ],
            Verdict.PASSED, [FIRST, ("nobodyRanked", HERE | {"lot": "L2"})], id="nobody for a lot",
        ),
        pytest.param(
            [
                do("acts.insert", after=6, like=9, fields=PAPER), do("entries.leave_out", "rankings/*"), REFIT,
            ],
            Verdict.NOT_PROVABLE, [("bidsOnPaper", HERE | {"number": 1})], id="a bid on paper",
        ),
    ],
)  # fmt: skip
def test_ranking_told(changes: Sequence[Change], verdict: Verdict, notes: list[tuple[str, dict[str, Any]]]) -> None:
    """What can be said of the ranking, and why not more."""
    assert told(verified(*changes), Step.RANKING) == (verdict, notes)


CAME = [do("acts.insert", after=6, like=9, fields=PAPER), do("entries.leave_out", "rankings/*")]
LOWEST = {"lot": "L2", "value": euros("1"), "discount": {"percentage": "50"}}
BIDS_ENTERED = ("bidsEntered", HERE | {"number": 1})
PAPER_FIRST = ("ranked", HERE | {"lot": "L2", "order": (2**31, 1, 2, 3)})


def test_bid_on_paper_in_an_anchored_evaluation_is_ranked() -> None:
    """What it offers people entered, and the verdict says so; nobody can alter it after the award."""
    stated = stating(entered(LOWEST))
    report = verified(*CAME, stated, anchored(stated, 10), REFIT)
    assert told(report, Step.BIDS) == (Verdict.PASSED, [ENDED, ("bidsOnPaper", HERE | {"number": 1}), SHOWN])
    assert told(report, Step.RANKING) == (Verdict.PASSED, [BIDS_ENTERED, FIRST, PAPER_FIRST])
    (result,) = (each for each in report.results if each.step is Step.RANKING)
    assert note_words(result.notes[0], "de").endswith("Das Register belegt nur den Eingang.")
    assert note_words(result.notes[5], "en") == "Lot L2, place 1: bid P1, 0.50 EUR."


def test_bid_on_paper_in_an_evaluation_that_nothing_names_is_not_proven() -> None:
    """The price can have been written after the award."""
    report = verified(*CAME, stating(entered(LOWEST)), REFIT)
    assert told(report, Step.RANKING) == (
        Verdict.NOT_PROVABLE,
        [("evaluationUnanchored", HERE), BIDS_ENTERED, FIRST, PAPER_FIRST],
    )


def lowest_price_only() -> list[Change]:
    """Both lots go to the lowest price, and nobody evaluated anything."""
    weighted = '"criteria":[{"id":"quality","mostPoints":"10","title":"Güte","weight":"40"}],"id":"L1",'
    plain = do(
        "entries.rewrite", "criteria/*", old=weighted + '"method":"weightedPoints","priceWeight":"60"',
        new='"criteria":[],"id":"L1","method":"lowestPrice","priceWeight":null',
    )  # fmt: skip
    bundle, _ = Forgery("", "", "shown.qbft", (dict(plain),), "", "").built()
    (criteria,) = (name for name in entries_of(bundle) if name.startswith("criteria/"))
    published = do("acts.alter", act=1, detail={"terms.criteria": f"0x{criteria[-64:]}"})
    return [plain, published, do("entries.leave_out", "evaluations/*"), do("entries.leave_out", "rankings/*")]


def test_lowest_price_without_an_evaluation_is_ranked_unless_a_bid_came_on_paper() -> None:
    """Sealed bids say what they cost; of one on paper nothing here does."""
    changes = lowest_price_only()
    assert told(verified(*changes, REFIT), Step.RANKING) == (Verdict.PASSED, [FIRST, SECOND])
    came = do("acts.insert", after=6, like=9, fields=PAPER)
    assert told(verified(*changes, came, REFIT), Step.RANKING) == (
        Verdict.NOT_PROVABLE,
        [("bidsOnPaper", HERE | {"number": 1})],
    )


def test_sample_is_stated_and_has_no_place() -> None:
    """It came, and offers nothing; the ranking that was claimed stays the same."""
    came = do("acts.insert", after=6, like=9, fields=PAPER)
    stated = stating(entered(kind="sample"))
    report = verified(came, stated, anchored(stated, 10), REFIT)
    assert told(report, Step.RANKING) == (Verdict.PASSED, [BIDS_ENTERED, FIRST, SECOND])


@pytest.mark.parametrize(
    ("came", "stated", "reason"),
    [
        ([PAPER], [], "onPaper: has the bids -, the round P1"),
        ([PAPER], [entered(LOWEST, bid=2**31 + 1)], "onPaper: has the bids P2, the round P1"),
        ([], [entered(LOWEST)], "onPaper: has the bids P1, the round -"),
        ([PAPER, SECOND_PAPER], [entered(kind="sample", bid=2**31 + 1)], "onPaper: has the bids P2, the round P1, P2"),
    ],
)
def test_evaluation_of_other_bids_on_paper_refused(
    came: Sequence[Mapping[str, Any]], stated: Sequence[Mapping[str, Any]], reason: str
) -> None:
    """Left out, or never handed in: all that came are stated, and no others."""
    registered = [do("acts.insert", after=6 + at, like=9 + at, fields=fields) for at, fields in enumerate(came)]
    changes = [*registered, do("entries.leave_out", "rankings/*"), stating(*stated), REFIT]
    bundle, policy = Forgery("", "", "shown.qbft", tuple(map(dict, changes)), "", "").built()
    refusal = result_of(agreed(bundle, read_policy(policy)), Step.RANKING).refusal
    assert isinstance(refusal, EvaluationInvalid)
    assert refusal.values["reason"] == reason


def test_round_not_opened_leaves_bids_unproven() -> None:
    """A round that is closed has no outcomes yet; so there is no ranking to ask for."""
    gone = [do("entries.leave_out", name) for name in (ONE, TWO, THREE, "evaluations/*", "rankings/*")]
    report = verified(*gone, *unreleased(8), *omitted(8, 9, 10, 11, 12), REFIT)
    assert told(report, Step.BIDS) == (Verdict.NOT_PROVABLE, [("roundUnopened", HERE)])
    assert told(report, Step.RANKING) == (Verdict.NOT_CHECKED, [])


def test_process_without_rounds_has_no_bids() -> None:
    """There is nothing to ask for."""
    report = verified(of="notices.qbft")
    assert told(report, Step.BIDS) == (Verdict.NOT_PROVABLE, [("noRounds", {})])


def test_round_of_requests_to_participate_has_no_ranking() -> None:
    """What is asked for there is who may bid."""
    gone = [do("entries.leave_out", name) for name in ("evaluations/*", "rankings/*")]
    changed = do("acts.alter", act=1, detail={"terms.round.kind": 1})
    report = verified(*gone, *unreleased(10), *omitted(10, 11, 12), changed, REFIT)
    assert told(report, Step.BIDS) == (Verdict.PASSED, [ENDED, SHOWN])
    assert told(report, Step.RANKING) == (Verdict.NOT_PROVABLE, [("noRounds", {})])


def test_second_round_that_is_open_leaves_the_first_ranked() -> None:
    """Of two rounds one is opened: that one is told, and the step says what it cannot say."""
    bundle, policy = control("shown.qbft")
    draft = take_apart(bundle, policy)
    name = draft.named(ACTS)
    acts = [read(data) for data in split_acts(name, draft.entries[name])]
    nothing, (tender, excluded, last) = bytes(32), (acts[0], acts[8], acts[11])
    terms = decode_detail(tender)["terms"]["round"] | {"kind": RoundKind.NEGOTIATION, "deadline": last.time + 86_400}
    further = excluded._replace(
        act=int(Act.ROUND_OPENED), sequence=13, time=last.time, round=2, bid=0, lot=nothing, ground=nothing,
        detail=encode_detail(Act.ROUND_OPENED, {"terms": terms}),
    )  # fmt: skip
    draft.entries[name] += pack_act(write(further))
    refit(draft)
    report = accepted(draft.packed(), policy)
    unopened = ("roundUnopened", HERE | {"round": 2})
    assert told(report, Step.BIDS) == (Verdict.PASSED, [ENDED, SHOWN, unopened])
    assert told(report, Step.RANKING) == (Verdict.NOT_PROVABLE, [FIRST, SECOND, unopened])


def digest_of(text: str) -> bytes:
    """Of a field's text."""
    return hashlib.sha256(text.encode()).digest()


ONE_PRICE, OTHER_PRICE = (Bid.of({"lots/1/value": euros(amount)}).fields[0].text for amount in ("1", "2"))
IN_ORDER = sorted([ONE_PRICE, OTHER_PRICE], key=digest_of)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("Größe\n".encode(), "ASCII"),
        (b"ab" * 32, "does not end"),
        (b"ab" * 32 + b"\n", "no field is shown"),
        (b"V3lK\n", "disclosure"),
        ("".join(f"{text}\n" for text in reversed(IN_ORDER)).encode(), "out of order"),
        (write_shown_bid(IN_ORDER), "stands twice"),
        (write_shown_bid(IN_ORDER, [bytes(32)]), "shown twice"),
    ],
)
def test_entry_that_shows_no_bid_refused(data: bytes, problem: str) -> None:
    """By both verifiers, and by name; nothing is taken from it. Of two prices nobody may choose one."""
    shown = read_shown_bid(data)
    assert problem in (shown.problem or "")
    assert (shown.shown, dict(shown.values)) == (0, {})
    bundle, policy = control("shown.qbft")
    draft = take_apart(bundle, policy)
    draft.entries[draft.named(ONE)] = data
    refusal = result_of(agreed(draft.packed(), read_policy(policy)), Step.BIDS).refusal
    assert isinstance(refusal, EntryInvalid)


def test_manifest_with_salted_criteria_refused() -> None:
    """Criteria are public, and have one digest."""
    bundle, policy = control("shown.qbft")
    draft = take_apart(bundle, policy)
    data = draft.entries.pop(draft.named("criteria/*"))
    name = f"criteria/{hashlib.sha256(bytes(32) + data).hexdigest()}"
    draft.entries[name], draft.salts[name] = data, bytes(32)
    report = agreed(draft.packed(), read_policy(policy))
    assert isinstance(report.results[0].refusal, ManifestInvalid)


def test_notes_in_words() -> None:
    """Tally and order as people read them."""
    report = verified()
    notes = [note for result in report.results[9:] for note in result.notes]
    assert "(3 geöffnet, 1 ersetzt)" in note_words(notes[0], "de")
    assert "the order of the bids is 4, 3." in note_words(notes[2], "en")
    assert [note_words(note, "de") for note in notes[3:5]] == [
        "Los L1, Platz 1: Angebot 4, 92,000 Punkte bei 85000,00 EUR.",
        "Los L1, Platz 2: Angebot 3, 82,941 Punkte bei 95000,00 EUR.",
    ]
    assert note_words(notes[7], "en") == "Lot L2, place 2: bid 3, 8312.50 EUR."


def test_places_by_points_per_price_told() -> None:
    """By the third method, too."""
    one, other = "weightedPoints", "ufabSimple"
    changed = do(
        "entries.rewrite", "criteria/*", old=f'"{one}","priceWeight":"60"', new=f'"{other}","priceWeight":null'
    )
    weight = do("entries.rewrite", "criteria/*", old='"weight":"40"', new='"weight":"100"')
    bundle, _ = Forgery("", "", "shown.qbft", (dict(changed), dict(weight)), "", "").built()
    (criteria,) = (name for name in entries_of(bundle) if name.startswith("criteria/"))
    published = do("acts.alter", act=1, detail={"terms.criteria": f"0x{criteria[-64:]}"})
    before = named("criteria/*")
    evaluation = do("entries.rewrite", "evaluations/*", old=before, new=criteria[-64:])
    report = verified(changed, weight, published, evaluation, do("entries.leave_out", "rankings/*"), REFIT)
    notes = [note for result in report.results[10:] for note in result.notes if note.name == "placedByRatio"]
    assert note_words(notes[0], "en") == "Lot L1, place 1: bid 4, 0.000941176 points per EUR at 85000.00 EUR."
