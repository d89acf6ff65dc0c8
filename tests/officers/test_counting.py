"""What the officers' page finds in bids is what the library finds, byte for byte; so two officers can use either."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.opening.opened import read_opened
from ledger.opening.opened_check import check_opened
from ledger.opening.round_acts import RoundAct, of_round
from ledger.opening.round_file import opened_round
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.contribution import contribute
from ledger.sealing.opening import open_share
from ledger.sealing.sealing import Sealed
from tests.chain.signatures import mirrored
from tests.index.town import signer
from tests.officers.peer import Refused, peer
from tests.officers.told import acts_told, bid_told, brought_told, round_told, secret
from tests.opening.rounds import FILES, HandedIn, Round, key_of
from tests.sealing.actors import VALUES, digest, document

OFFICERS, CUSTODIANS = Group.OFFICERS, Group.CUSTODIANS


def opened(round_: Round, number: int, officer: int = 1) -> Any:
    """What the page finds in one bid."""
    bid = round_.facts.bids[number]
    return peer().ask(
        "open", round=round_told(round_), bid=bid_told(bid), envelope=round_.made(bid).envelope.hex(),
        brought=brought_told(round_, bid), officer=officer, key=secret(officer),
    )  # fmt: skip


def same(round_: Round, folder: Path, officer: int = 1) -> list[Any]:
    """Opens all bids with both, which must come to the same; gives what the page found, refusals by their names."""
    count = round_.count(folder, officer)
    library = {found.bid.number: found for found in count.found}
    page, false = [], []
    for bid in round_.facts.bids:
        if round_.facts.follows(bid):
            continue
        try:
            answer = opened(round_, bid.number, officer)
        except Refused as refused:
            assert refused.error == count.unfinished[bid.number].name
            page.append(refused.error)
            continue
        found, expected = answer["found"], library[bid.number]
        assert found["outcome"] == {
            "outcome": expected.outcome.outcome.name.lower(), "author": expected.outcome.author.hex(),
            "content": expected.outcome.content.hex(), "evidence": expected.outcome.evidence.hex(),
        }  # fmt: skip
        assert found.get("document") == expected.evidence
        texts = None if expected.content is None else [field.text for field in expected.content.fields]
        assert found.get("disclosures") == texts
        false += [(each["bid"], each["group"], each["index"], each["why"]) for each in answer["false"]]
        page.append(found)
    finished = [each for each in count.false if each.bid in library]
    assert sorted(false) == sorted((each.bid, int(each.group), each.index, each.why) for each in finished)
    return page


def share_of(round_: Round, made: HandedIn, group: Group, index: int) -> bytes:
    """A recipient's opened share."""
    return open_share(made.sealed.header, round_.key_set, group, index, key_of(group, index))


def bring(round_: Round, number: int, group: Group, index: int, share: bytes) -> None:
    """A contribution of any share."""
    made = round_.bids[number]
    round_.give(number, group, index, contribute(made.sealed.header, round_.key_set, group, index, share).encoded())


def with_share(made: HandedIn, round_: Round, group: Group, index: int, other: bytes) -> HandedIn:
    """The same envelope with another sealed share."""
    header = made.sealed.header
    name = "officers" if group is OFFICERS else "custodians"
    shares = list(getattr(header, name))
    shares[index - 1] = other
    changed = replace(header, **{name: tuple(shares)})  # type: ignore[arg-type]
    sealed = Sealed(changed, made.sealed.seed)
    content = made.envelope[len(header.encoded()) :]
    return HandedIn(made.author, changed.encoded() + content, sealed, round_.commitment(made.author.account, sealed))


def test_open_a_whole_round_is_the_same_as_in_the_library(round_: Round, tmp_path: Path) -> None:
    """Opened with its files, content that is none, late and superseded ones; the file goes on in the library."""
    round_.bid("bidder 1", {**VALUES, "documents/0001": document("../../evil.pdf", FILES[0])})
    withdrawn, replaced = round_.bid("bidder 2"), round_.bid("bidder 3")
    round_.withdraw(withdrawn)
    round_.commit(round_.make("bidder 3", {"lots/L1/value": {"amount": "1.00", "n": 1.5}}, ()),
                  supersedes=replaced.commitment)  # fmt: skip
    round_.bid("bidder 4").envelope = b""
    round_.bid("bidder 5", content=b"no bid at all")
    round_.pass_deadline()
    round_.bid("bidder 6")
    round_.close()
    round_.bring_all()
    one, two = same(round_, tmp_path / "one", 1), same(round_, tmp_path / "two", 2)
    assert [each["outcome"] for each in one] == [each["outcome"] for each in two]
    assert [each["outcome"]["outcome"] for each in one] == ["opened", "opened", "unreadable"]
    assert [bytes.fromhex(each["content"]) for each in one[0]["documents"]] == list(FILES)
    count = round_.count(tmp_path / "three")
    round_.record([found.outcome for found in count.found])
    text = peer().ask("roundFile", processId=round_.process_id.hex(), acts=acts_told(round_), round=1, found=one)[
        "text"
    ]
    (tmp_path / "round.json").write_text(text, "utf-8")
    made = read_opened(tmp_path / "round.json")
    assert made == opened_round(round_.sealed, count.found)
    chained = [RoundAct(1, record) for record in round_.records()]
    check_opened(made, round_.facts, of_round(chained, 1))
    values = [bid.get("values") for bid in json.loads(text)["bids"]]
    assert values[0] | {"documents/0001": None} == VALUES | {"documents/0001": None}
    assert values[3] == {"lots/L1/value": {"amount": "1.00", "n": 1.5}}


def test_open_false_contributions_are_named_alike(round_: Round, tmp_path: Path) -> None:
    """A lie that is signed, rubbish, an account that did not sign: each by the same name, and the bid opens with the
    others."""
    round_.bid("bidder 1")
    round_.bid("bidder 2")
    round_.close()
    bring(round_, 0, OFFICERS, 1, digest("a lie"))
    round_.give(0, CUSTODIANS, 3, b"rubbish")
    round_.bring(OFFICERS, 2, 3)
    round_.bring(CUSTODIANS, 1, 2)
    bring(round_, 1, OFFICERS, 1, share_of(round_, round_.bids[1], OFFICERS, 1))
    round_.brought[-1] = replace(round_.brought[-1], account=digest("an outsider")[:20])
    assert [each["outcome"]["outcome"] for each in same(round_, tmp_path, 2)] == ["opened", "opened"]


def test_open_contributions_that_their_holders_did_not_sign_do_not_count(round_: Round, tmp_path: Path) -> None:
    """What the server made in officer one's name, a colleague's, one to another bid, one of which a byte or the
    signature was altered, one of nobody: each by the same name as in the library, and the bid opens with the others."""
    round_.bid("bidder 1")
    round_.bid("bidder 2")
    round_.close()
    for group in Group:
        round_.bring(group, 1, 2, 3)
    at = next(at for at, one in enumerate(round_.brought) if (one.group, one.index) == (OFFICERS, 1))
    honest = round_.brought[at]
    data, signature = honest.given.contribution, honest.given.signature
    lie = contribute(round_.bids[0].sealed.header, round_.key_set, OFFICERS, 1, digest("a lie")).encoded()
    other = next(one for one in round_.brought if one.commitment != honest.commitment and one.index == 1)
    by_colleague = SignedContribution.by(round_.signer_of(OFFICERS, 2), data)
    forged = {
        "ContributionUnsigned": [
            replace(honest, given=SignedContribution.by(signer("the operator"), lie)),
            replace(honest, given=SignedContribution(lie, signature)),
            replace(honest, given=by_colleague),
            replace(honest, given=SignedContribution(data, mirrored(signature))),
            replace(honest, given=SignedContribution(data, signature[:64])),
            replace(honest, given=SignedContribution(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:], signature)),
            replace(honest, account=bytes(20), given=SignedContribution(data, bytes(65))),
        ],
        "ShareNotHeld": [replace(honest, account=round_.account_of(OFFICERS, 2), given=by_colleague)],
        "ContributionForeign": [replace(other, commitment=honest.commitment, group=OFFICERS)],
    }  # fmt: skip
    for name, each in ((name, each) for name, several in forged.items() for each in several):
        round_.brought[at] = each
        assert [found["outcome"]["outcome"] for found in same(round_, tmp_path, 2)] == ["opened", "opened"]
        assert [false["why"] for false in opened(round_, 0, 2)["false"]] == [name]
    round_.brought[at] = honest
    round_.brought.append(forged["ContributionUnsigned"][0])
    assert [found["outcome"]["outcome"] for found in same(round_, tmp_path, 2)] == ["opened", "opened"]


def test_page_takes_the_servers_word_for_a_custodians_account(round_: Round, tmp_path: Path) -> None:
    """A share that somebody signed who is no officer of the custodian's: the library asks the registry, the page names
    only what is false in it."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring(OFFICERS, 1, 2)
    round_.bring(CUSTODIANS, 1)
    lie = contribute(round_.bids[0].sealed.header, round_.key_set, CUSTODIANS, 3, digest("a lie")).encoded()
    round_.give(0, CUSTODIANS, 3, lie, by=signer("the operator"))
    round_.bring(CUSTODIANS, 2)
    count = round_.count(tmp_path)
    assert [false.why for false in count.false] == ["ShareNotHeld"]
    answer = opened(round_, 0)
    assert [false["why"] for false in answer["false"]] == ["SealsDiffer"]
    assert answer["found"]["outcome"]["outcome"] == "opened"


def test_open_too_few_or_false_shares_is_no_tenderers_doing(round_: Round, tmp_path: Path) -> None:
    """One officer's share alone, then a false one beside it: the bid waits by the same name."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring(OFFICERS, 2)
    round_.bring(CUSTODIANS, 1, 2)
    assert same(round_, tmp_path, 2) == ["SharesTooFew"]
    bring(round_, 0, OFFICERS, 1, digest("a lie"))
    assert same(round_, tmp_path, 2) == ["SealsDiffer"]


@pytest.mark.parametrize("places", [[(OFFICERS, 3)], [(OFFICERS, 1), (CUSTODIANS, 2)]])
def test_open_inconsistent_shares_give_the_same_evidence(
    round_: Round, tmp_path: Path, places: list[tuple[Group, int]]
) -> None:
    """The sealer sealed shares of two seeds: the document names the same seed and the same shares."""
    made, other = round_.make("bidder 1"), round_.make("bidder 1")
    for group, index in places:
        theirs = other.sealed.header.officers if group is OFFICERS else other.sealed.header.custodians
        made = with_share(made, round_, group, index, theirs[index - 1])
    round_.commit(made)
    round_.close()
    for group in Group:
        for index in (1, 2, 3):
            if (group, index) not in places:
                bring(round_, 0, group, index, share_of(round_, made, group, index))
    (found,) = same(round_, tmp_path)
    assert found["document"]["values"] == {"shares": [[int(group), index] for group, index in places]}


def test_open_all_shares_and_no_seed_is_no_tenderers_doing(round_: Round, tmp_path: Path) -> None:
    """Contributions of all recipients that give no seed: whoever keeps them could have made every one."""
    round_.bid("bidder 1")
    round_.close()
    for group in Group:
        for index in (1, 2, 3):
            bring(round_, 0, group, index, digest(f"{group} {index}"))
    assert same(round_, tmp_path) == ["SealsDiffer"]


def test_open_copied_commitment_and_foreign_contexts_give_the_same_evidence(round_: Round, tmp_path: Path) -> None:
    """Numbers, accounts and ids stand in the document in one way."""
    made = round_.bid("bidder 1")
    round_.commit(HandedIn(round_.make("bidder 2").author, made.envelope, made.sealed, made.commitment))
    for number, other in enumerate([{"not_before": round_.deadline + 5}, {"not_before": 2**60}, {"chain_id": 5}], 3):
        round_.bid(f"bidder {number}", **other)
    round_.close()
    bring_share = ((OFFICERS, 1), (OFFICERS, 2), (CUSTODIANS, 1), (CUSTODIANS, 2))
    for group, index in bring_share:
        bring(round_, 0, group, index, share_of(round_, made, group, index))
    found = same(round_, tmp_path)
    assert [each["outcome"]["outcome"] for each in found] == ["opened", *["unreadable"] * 4]


def test_open_swapped_or_altered_envelope_is_no_tenderers_doing(round_: Round, tmp_path: Path) -> None:
    """A server that gives another envelope, or one with a changed byte, is found out; nothing is recorded of it."""
    first, second = round_.bid("bidder 1"), round_.bid("bidder 2")
    round_.bid("bidder 3")
    round_.close()
    round_.bring_all()
    round_.bids[0] = replace(first, envelope=second.envelope)
    round_.bids[1] = replace(second, envelope=second.envelope[:-1] + bytes([second.envelope[-1] ^ 1]))
    round_.bids[2] = replace(round_.bids[2], envelope=round_.bids[2].envelope[:-1])
    assert same(round_, tmp_path) == ["EnvelopeSwapped", "ContentAltered", "EnvelopeMalformed"]


def test_open_a_bid_of_a_key_set_without_custodians(round_: Round) -> None:
    """The officers' shares are then of the seed itself."""
    alone = replace(round_.key_set, custodian_threshold=0, custodians=())
    made = round_.bid("bidder 1", key_set=alone)
    round_.close()
    (bid,), header = round_.facts.bids, made.sealed.header
    for index in (1, 3):
        share = open_share(header, alone, OFFICERS, index, key_of(OFFICERS, index))
        round_.give(0, OFFICERS, index, contribute(header, alone, OFFICERS, index, share).encoded())
    brought = brought_told(round_, bid)
    told = {**round_told(round_), "custodians": [0, []]}
    given = {"round": told, "bid": bid_told(bid), "envelope": made.envelope.hex(), "officer": 2, "key": secret(2)}
    answer = peer().ask("open", **given, brought=brought)
    assert answer["found"]["outcome"]["outcome"] == "opened"
    assert answer["found"]["outcome"]["content"] == header.bid_root.hex()
    with pytest.raises(Refused, match="SharesTooFew"):
        peer().ask("open", **given, brought=brought[:1])
