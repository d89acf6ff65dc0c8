"""Closing and opening over the API: what officers and custodians get and give, and what nobody gets too early."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import update

from api.app import app_of
from api.rehearsals import FRESH, readiness
from ledger.chain.acts import AmendTender, CommitBid, Promise, WithdrawBid
from ledger.chain.signers import KeySigner
from ledger.index import schema
from ledger.sealing.context import Group
from ledger.sealing.contribution import Contribution, contribute, open_contribution, read_contribution
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.opening import find_seed, open_share
from ledger.sealing.rehearsal import open_challenge, rehearsal_context
from ledger.store import AuditTrail
from ledger.store.incidents import Incident, IncidentBook
from ledger.store.rehearsals import READY, REFUSED
from ledger.store.tables import rehearsals
from ledger.terms import RoundState
from tests.api.sealed_town import CLOSED, CLOSING, CUSTODIANS, DEADLINE, OPEN, OUTSIDER, SealedTown, private_key
from tests.api.test_entitled import problem
from tests.index.town import DAY, START, signer

OFFICER = signer("officer 1")
EVERYBODY = [(group, index) for group in Group for index in (1, 2, 3)]


def whole(town: SealedTown, ocid: str, place: int = 0, what: str = "") -> str:
    """The address of an envelope, or of its header."""
    return f"envelopes/0x{town.commitment(ocid, town.bids[ocid][place]).hex()}{what}"


def listed(town: SealedTown, ocid: str) -> Any:
    """What an officer sees of the envelopes."""
    return town.get(town.town.officer_one, ocid, "envelopes").json()


# Envelopes


def test_list_envelopes_after_the_close_tells_digest_size_and_arrival(town: SealedTown) -> None:
    """In the order of the bids, with what is missing; bids on paper are not among them."""
    found = listed(town, CLOSED)
    assert (found["state"], found["deadline"], found["bids"]) == ("closed", DEADLINE, 4)
    assert [each["bid"] for each in found["envelopes"]] == [0, 1, 2, 3]
    assert [each["promised"] for each in found["envelopes"]] == [True, False, False, False]
    assert [each["late"] for each in found["envelopes"]] == [False] * 4
    for told, envelope in zip(found["envelopes"][:2], town.bids[CLOSED][:2], strict=True):
        assert told["commitment"] == "0x" + town.commitment(CLOSED, envelope).hex()
        assert told["author"] == "0x" + envelope.header.context.author.hex()
        assert told["envelope"]["digest"] == "0x" + hashlib.sha256(envelope.data).hexdigest()
        assert told["envelope"]["size"] == len(envelope.data)
        assert told["envelope"]["arrivedAt"] > DEADLINE  # by the wall clock, which the town's is long behind
    assert found["envelopes"][2]["envelope"] is None


def test_list_envelopes_before_the_close_tells_only_that_they_are_here(town: SealedTown) -> None:
    """Sizes and digests are not public yet; also after the deadline, and when one officer alone wants to close."""
    for ocid in (OPEN, CLOSING):
        found = listed(town, ocid)
        assert found["state"] == "open"
        here = {"digest": None, "size": None, "arrivedAt": None}
        assert [each["envelope"] for each in found["envelopes"]] == [here, here, None, None]


def test_list_envelopes_of_a_copied_commitment_shows_none(town: SealedTown) -> None:
    """An outsider committed bidder one's commitment as its own: it has no envelope, whatever is here."""
    one, copied = (listed(town, CLOSED)["envelopes"][bid] for bid in (0, 3))
    assert copied["commitment"] == one["commitment"]
    assert copied["author"] == "0x" + OUTSIDER.account.hex()
    assert copied["envelope"] is None


def test_list_envelopes_while_the_index_is_behind_says_so(town: SealedTown) -> None:
    """Whoever closes by the list sees that the ledger has more bids."""
    late = town.seal(OPEN, signer("bidder 4"))
    town.commit(OPEN, signer("bidder 4"), town.commitment(OPEN, late))
    found = listed(town, OPEN)
    assert (found["bids"], len(found["envelopes"])) == (5, 4)
    town.take_in()
    assert len(listed(town, OPEN)["envelopes"]) == 5


def test_get_before_the_close_is_refused_to_everybody(town: SealedTown) -> None:
    """Officers and custodians; while the round is open, after the deadline, and after one officer's word."""
    for ocid in (OPEN, CLOSING):
        for who in (*town.town.officers, *CUSTODIANS):
            assert problem(town.get(who, ocid, whole(town, ocid, what="/header"))) == (409, "RoundNotClosed")
        for who in town.town.officers:
            assert problem(town.get(who, ocid, whole(town, ocid))) == (409, "RoundNotClosed")
            response = town.get(who, ocid, whole(town, ocid), Range="bytes=0-31")
            assert problem(response) == (409, "RoundNotClosed")
            headers = town.signed(who, ocid)
            assert town.client.head(town.path(ocid, whole(town, ocid)), headers=headers).status_code == 409


def test_get_while_only_the_index_says_closed_is_refused(town: SealedTown) -> None:
    """Whoever can write to the index opens nothing: the ledger is asked."""
    rounds = schema.rounds
    of_open = rounds.c.process_id == town.town.process(OPEN)
    for state, closed_time in (("closed", DEADLINE), ("open", None)):
        with town.services.index.writing() as connection:
            connection.execute(update(rounds).where(of_open).values(state=state, closed_time=closed_time))
        for what in (whole(town, OPEN), whole(town, OPEN, what="/header")):
            assert problem(town.get(town.town.officer_one, OPEN, what)) == (409, "RoundNotClosed")
        assert listed(town, OPEN)["envelopes"][0]["envelope"]["size"] is None


def test_get_from_the_closing_block_on_is_answered(town: SealedTown) -> None:
    """The second officer's call is refused or in a block; what is answered is what the newest block says, though the
    index has not read it."""
    ocid, chain = "ocds-a2ef3d-blocks", town.town.chain
    town.tender(ocid, town.town.clock.now() + 3_600)  # type: ignore[union-attr]
    town.bid(ocid)
    town.take_in()
    town.town.advance_to(town.town.clock.now() + 3_700)  # type: ignore[union-attr]
    what, act = whole(town, ocid, what="/header"), town.close(ocid)
    chain.send(act, town.town.officer_one)
    assert problem(town.get(town.town.officer_one, ocid, what)) == (409, "RoundNotClosed")
    submitted = chain.submit(act, town.town.officer_two)
    states: list[RoundState] = []
    while not states or states[-1] is RoundState.OPEN:
        before = chain.round(town.town.process(ocid), 1).state
        status = town.get(town.town.officer_one, ocid, what).status_code
        states.append(chain.round(town.town.process(ocid), 1).state)
        assert status in {409 if state is RoundState.OPEN else 200 for state in (before, states[-1])}
    chain.recorded(submitted)
    assert town.services.queries.round(town.town.process(ocid), 1).state == "open"
    assert town.get(CUSTODIANS[0], ocid, what).status_code == 200


def test_get_a_header_after_the_close_gives_its_bytes(town: SealedTown) -> None:
    """To officers and custodians, who open their shares with nothing else."""
    for group, index in EVERYBODY:
        for place in (0, 1):
            response = town.get(town.holder(group, index), CLOSED, whole(town, CLOSED, place, "/header"))
            assert response.headers["content-type"] == "application/octet-stream"
            assert response.headers["cache-control"] == "no-store"
            assert response.content == town.bids[CLOSED][place].header.encoded()


def test_get_an_envelope_after_the_close_gives_all_of_it(town: SealedTown) -> None:
    """Its ETag is the digest; HEAD tells size and digest."""
    data, what = town.bids[CLOSED][0].data, whole(town, CLOSED)
    response = town.get(town.town.officer_two, CLOSED, what)
    assert response.content == data
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    assert "access-control-allow-origin" not in response.headers
    headers = town.signed(town.town.officer_two, CLOSED)
    head = town.client.head(town.path(CLOSED, what), headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "accept-ranges", "cache-control"):
        assert head.headers[name] == response.headers[name]


def test_get_an_envelope_in_parts_gives_them(town: SealedTown) -> None:
    """A download that broke off goes on (RFC 9110, section 14)."""
    data, what, officer = town.bids[CLOSED][0].data, whole(town, CLOSED), town.town.officer_one
    tag = f'"{hashlib.sha256(data).hexdigest()}"'
    for given, start, end in (("0-31", 0, 32), ("90000-", 90_000, len(data)), ("-5", len(data) - 5, len(data))):
        response = town.get(officer, CLOSED, what, **{"Range": f"bytes={given}", "If-Range": tag})
        assert (response.status_code, response.content) == (206, data[start:end])
        assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{len(data)}"
        assert response.headers["cache-control"] == "no-store"
    other = town.get(officer, CLOSED, what, **{"Range": "bytes=5-", "If-Range": '"of another envelope"'})
    assert (other.status_code, other.content) == (200, data)
    beyond = town.get(officer, CLOSED, what, Range=f"bytes={len(data)}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(data)}")


def test_get_an_envelope_sends_it_in_small_pieces(town: SealedTown) -> None:
    """An envelope of a gigabyte takes no gigabyte of memory; of HEAD nothing is read at all."""
    path, pieces = town.path(CLOSED, whole(town, CLOSED)), list[int]()
    headers = [(name.lower().encode(), value.encode()) for name, value in town.signed(OFFICER, CLOSED).items()]

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        pieces.extend([len(message["body"])] if message["type"] == "http.response.body" else [])

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
    }  # fmt: skip
    size = len(town.bids[CLOSED][0].data)
    app = app_of(replace(town.services, metrics=CollectorRegistry()))
    for method, expected in (("GET", [2**16, size - 2**16]), ("HEAD", [0])):
        pieces.clear()
        asyncio.run(app({**scope, "method": method}, receive, send))
        assert pieces == expected


def test_get_what_is_no_bid_of_the_round_is_not_here(town: SealedTown) -> None:
    """An envelope that never came; one that nobody committed; one of another procedure; any digest."""
    uncommitted = town.seal(CLOSED, signer("bidder 5"))
    town.store(uncommitted)
    commitments = (
        town.commitment(CLOSED, town.bids[CLOSED][2]), town.commitment(CLOSED, uncommitted),
        town.commitment(OPEN, town.bids[OPEN][0]), bytes(32),
    )  # fmt: skip
    for commitment in commitments:
        for what in (f"envelopes/{commitment.hex()}", f"envelopes/{commitment.hex()}/header"):
            assert problem(town.get(town.town.officer_one, CLOSED, what)) == (404, "BidNotHere")


def test_get_what_its_author_took_back_is_refused(town: SealedTown) -> None:
    """A withdrawn and a superseded bid stay sealed, for officers and custodians; nothing is contributed to them."""
    ocid, chain, officer = "ocds-a2ef3d-gone", town.town.chain, town.holder(Group.OFFICERS, 1)
    town.tender(ocid, town.town.clock.now() + 3_600)  # type: ignore[union-attr]
    town.bid(ocid)
    process, one, two = town.town.process(ocid), *(town.commitment(ocid, town.bids[ocid][place]) for place in (0, 1))
    chain.send(WithdrawBid(process, 1, two, town.town.expires()), town.town.bidder_two)
    better = town.commitment(ocid, town.seal(ocid, town.town.bidder_one))
    chain.send(CommitBid(process, 1, better, one, town.town.expires(), Promise()), town.town.bidder_one)
    town.town.advance_to(town.town.clock.now() + 3_700)  # type: ignore[union-attr]
    town.town.jointly(replace(town.close(ocid), counted=5))
    town.take_in()
    for place in (0, 1):
        for what in (whole(town, ocid, place), whole(town, ocid, place, "/header")):
            assert problem(town.get(officer, ocid, what)) == (409, "CommitmentGone")
        response = town.get(CUSTODIANS[0], ocid, whole(town, ocid, place, "/header"))
        assert problem(response) == (409, "CommitmentGone")
        given = contribution(town, Group.OFFICERS, 1, ocid, place).encoded()
        assert problem(give(town, officer, given, ocid=ocid)) == (409, "CommitmentGone")


def test_get_what_its_author_committed_elsewhere_is_not_here(town: SealedTown) -> None:
    """A bid of an open round, committed by its author in another one that is closed: so nobody gets it early."""
    ocid, one = "ocds-a2ef3d-elsewhere", town.commitment(OPEN, town.bids[OPEN][0])
    town.tender(ocid, town.town.clock.now() + 3_600)  # type: ignore[union-attr]
    town.commit(ocid, town.town.bidder_one, one)
    town.town.advance_to(town.town.clock.now() + 3_700)  # type: ignore[union-attr]
    town.town.jointly(replace(town.close(ocid), counted=1, present=(1,)))
    town.take_in()
    assert [each["envelope"] for each in listed(town, ocid)["envelopes"]] == [None]
    for what in (f"envelopes/{one.hex()}", f"envelopes/{one.hex()}/header"):
        assert problem(town.get(town.town.officer_one, ocid, what)) == (404, "BidNotHere")


def test_get_a_header_that_was_altered_here_is_refused(town: SealedTown) -> None:
    """Nobody opens a share that was exchanged on the operator's disk without being told."""
    path = town.services.envelopes.path(hashlib.sha256(town.bids[CLOSED][1].data).digest())
    intact = path.read_bytes()
    _write(path, intact[:500] + bytes([intact[500] ^ 1]) + intact[501:])
    try:
        response = town.get(CUSTODIANS[0], CLOSED, whole(town, CLOSED, 1, "/header"))
        assert problem(response) == (500, "ObjectAltered")
    finally:
        _write(path, intact)


def _write(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


def test_list_incidents_tells_officers_what_tenderers_reported(town: SealedTown) -> None:
    """In the order in which they came, of this round; for nobody else."""
    book = IncidentBook(town.services.state)
    for number, (ocid, round) in enumerate(((CLOSED, 1), (CLOSED, 1), (CLOSED, 2), (OPEN, 1))):
        author, process = town.town.bidder_one.account, town.town.process(ocid)
        failed = "NodeUnreachable", f"attempt {number}"
        told = bytes([number]) * 32, process, round, author, DEADLINE, *failed, bytes(65), DEADLINE + number, bytes(65)
        book.keep(Incident(*told))
    found = town.get(town.town.officer_one, CLOSED, "incidents").json()["incidents"]
    assert [each["detail"] for each in found] == ["attempt 0", "attempt 1"]
    first = {"author": "0x" + town.town.bidder_one.account.hex(), "failure": "NodeUnreachable", "at": DEADLINE}
    assert first.items() <= found[0].items()
    for who in (CUSTODIANS[0], OUTSIDER, town.town.bidder_one):
        assert problem(town.get(who, CLOSED, "incidents")) == (403, "AccessForbidden")


# Contributions


def contribution(town: SealedTown, group: Group, index: int, ocid: str = CLOSED, place: int = 0) -> Contribution:
    """What the recipient contributes to the opening of a bid, from the header that the server gives."""
    if ocid == CLOSED:
        response = town.get(town.holder(group, index), ocid, whole(town, ocid, place, "/header"))
        header: Header = read_header(io.BytesIO(response.content))
    else:
        header = town.bids[ocid][place].header
    share = open_share(header, town.keys, group, index, private_key(town.keys, group, index))
    return contribute(header, town.keys, group, index, share)


def give(town: SealedTown, who: KeySigner, *given: bytes, ocid: str = CLOSED) -> Any:
    """Somebody contributes."""
    return town.post(who, ocid, "contributions", {"contributions": ["0x" + each.hex() for each in given]})


def kept(town: SealedTown, ocid: str = CLOSED) -> list[dict[str, Any]]:
    """What officers see."""
    found: list[dict[str, Any]] = town.get(town.town.officer_one, ocid, "contributions").json()["contributions"]
    return found


def test_contribute_own_shares_lets_every_officer_open_the_bids(town: SealedTown) -> None:
    """All six contribute to both bids; any officer finds the seeds with what the server gives."""
    for group, index in EVERYBODY:
        given = [contribution(town, group, index, place=place).encoded() for place in (0, 1)]
        response = give(town, town.holder(group, index), *given)
        told = [(each["group"], each["index"]) for each in response.json()["contributions"]]
        assert (response.status_code, told) == (200, [(group.name.lower(), index)] * 2)
    for officer in (1, 2, 3):
        key = private_key(town.keys, Group.OFFICERS, officer)
        for envelope in town.bids[CLOSED][:2]:
            commitment = "0x" + town.commitment(CLOSED, envelope).hex()
            shares = {}
            for each in kept(town):
                if each["commitment"] == commitment:
                    found = read_contribution(bytes.fromhex(each["contribution"][2:]), envelope.header, town.keys)
                    assert each["account"] == "0x" + town.holder(found.group, found.index).account.hex()
                    shares[found.group, found.index] = open_contribution(found, town.keys, officer, key)
            assert find_seed(envelope.header, town.keys, shares).seed == envelope.sealed.seed
    of_one = town.get(town.town.officer_one, CLOSED, f"contributions?commitment={commitment}").json()["contributions"]
    assert of_one == [each for each in kept(town) if each["commitment"] == commitment]
    assert len(of_one) == len(EVERYBODY)
    wrong = town.get(town.town.officer_one, CLOSED, "contributions?commitment=0x11")
    assert problem(wrong)[0] in (400, 422)


def test_contribute_as_deputy_of_a_custodian_counts_for_the_organisation(town: SealedTown) -> None:
    """Whoever is its officer today."""
    group, index = Group.CUSTODIANS, 1
    number = CUSTODIANS.index(town.holder(group, index)) + 1
    given = contribution(town, group, index).encoded()
    assert give(town, signer(f"deputy {number}"), given).status_code == 200
    (found,) = (each for each in kept(town) if each["contribution"] == "0x" + given.hex())
    assert found["account"] == "0x" + signer(f"deputy {number}").account.hex()


def test_contribute_before_the_close_is_refused(town: SealedTown) -> None:
    """Officers have their shares only by breaking the rules then; nothing is taken, for nobody to read."""
    for group, index in EVERYBODY:
        given = contribution(town, group, index, ocid=OPEN).encoded()
        for several in ((given,), ()):
            assert problem(give(town, town.holder(group, index), *several, ocid=OPEN)) == (409, "RoundNotClosed")
    assert kept(town, OPEN) == []


def test_contribute_anothers_share_is_refused(town: SealedTown) -> None:
    """An officer does not speak for a colleague or a custodian, nor a custodian for another one or an officer."""
    for group, index in EVERYBODY:
        given = contribution(town, group, index).encoded()
        for other in EVERYBODY:
            if other != (group, index):
                assert problem(give(town, town.holder(*other), given)) == (403, "ShareNotHeld")


def test_contribute_as_somebody_without_a_part_is_forbidden(town: SealedTown) -> None:
    """The tenderer knows all shares of the own bid and contributes none."""
    given = contribution(town, Group.OFFICERS, 1).encoded()
    for who in (OUTSIDER, town.town.bidder_one, town.town.publisher):
        assert problem(give(town, who, given)) == (403, "AccessForbidden")


def test_contribute_to_another_bid_is_refused(town: SealedTown) -> None:
    """Of another procedure or round, of a bid without an envelope here, or of one that was sealed again."""
    officer = town.holder(Group.OFFICERS, 1)
    elsewhere = contribution(town, Group.OFFICERS, 1, ocid=OPEN).encoded()
    assert problem(give(town, officer, elsewhere)) == (422, "ContributionForeign")
    true = contribution(town, Group.OFFICERS, 1).encoded()
    changed = {"round": 5, "processId": 4, "author": 6, "bidRoot": 9, "restDigest": 10, "keySet": 7, "chainId": 2}
    for name, word in changed.items():
        at = word * 32 + 31
        response = give(town, officer, true[:at] + bytes([true[at] ^ 1]) + true[at + 1 :])
        expected = (404, "BidNotHere") if name in ("author", "bidRoot", "restDigest") else (422, "ContributionForeign")
        assert problem(response) == expected, name
    header = town.bids[CLOSED][2].header
    share = open_share(header, town.keys, Group.OFFICERS, 1, private_key(town.keys, Group.OFFICERS, 1))
    absent = contribute(header, town.keys, Group.OFFICERS, 1, share).encoded()
    assert problem(give(town, officer, absent)) == (404, "BidNotHere")


def test_contribute_what_is_none_is_refused(town: SealedTown) -> None:
    """Cut off, too long, another recipient; text that is no hexadecimal, a body that is no list, or too long."""
    officer, true = town.holder(Group.OFFICERS, 1), contribution(town, Group.OFFICERS, 1).encoded()
    beyond = true[: 11 * 32] + (1 << 8 | 4).to_bytes(32, "big") + true[12 * 32 :]
    for given in (b"", true[:-1], true + b"\0", bytes(len(true)), beyond):
        assert problem(give(town, officer, given)) == (422, "ContributionMalformed")
    bodies: list[Any] = [{"contributions": each} for each in (["no hexadecimal"], [7], "0x", None)]
    for body in (*bodies, {}, []):
        assert problem(town.post(officer, CLOSED, "contributions", body)) == (400, "InvalidParameter")
    headers, path = town.signed(officer, CLOSED), town.path(CLOSED, "contributions")
    assert problem(town.client.post(path, headers=headers, content=b"{")) == (400, "InvalidParameter")
    long = b" " * (16 * 2**20 + 1)
    assert problem(town.client.post(path, headers=headers, content=long)) == (413, "BodyTooLarge")
    many = {"contributions": ["0x"] * 1_001}
    assert problem(town.post(officer, CLOSED, "contributions", many)) == (400, "InvalidParameter")


def test_contribute_several_of_which_one_is_wrong_keeps_none(town: SealedTown) -> None:
    """What is answered is whole."""
    officer, before = town.holder(Group.OFFICERS, 2), kept(town)
    good, bad = (contribution(town, Group.OFFICERS, index, place=1).encoded() for index in (2, 3))
    assert problem(give(town, officer, good, bad)) == (403, "ShareNotHeld")
    assert kept(town) == before


def test_contribute_again_later_counts_and_both_are_on_the_trail(town: SealedTown) -> None:
    """A contribution under a new ephemeral key takes the place of the one before."""
    officer = town.holder(Group.OFFICERS, 3)
    given = [contribution(town, Group.OFFICERS, 3).encoded() for _ in range(2)]
    for each in given:
        assert give(town, officer, each).status_code == 200
    commitment = "0x" + town.commitment(CLOSED, town.bids[CLOSED][0]).hex()
    (found,) = (
        each for each in kept(town)
        if (each["commitment"], each["group"], each["index"]) == (commitment, "officers", 3)
    )  # fmt: skip
    assert found["contribution"] == "0x" + given[1].hex()
    with town.services.state.reading() as connection:
        trail = [entry.detail.get("sha256") for entry in AuditTrail(connection).entries(commitment)]
    assert [hashlib.sha256(each).hexdigest() for each in given] == trail[-2:]


# Rehearsals


def rehearse(town: SealedTown, group: Group, index: int, ocid: str = OPEN, who: KeySigner | None = None) -> Any:
    """The recipient opens the challenge, and says what is in it."""
    holder = who or town.holder(group, index)
    found = town.get(holder, ocid, "rehearsal").json()
    (own,) = (each for each in found["recipients"] if each["challenge"] is not None)
    assert (own["group"], own["index"]) == (group.name.lower(), index)
    opened = open_challenge(
        rehearsal_context(
            found["chainId"], bytes.fromhex(found["ledger"][2:]), town.town.process(ocid), 1, town.town.key_set,
            found["deadline"],
        ),
        town.keys, group, index, bytes.fromhex(own["challenge"][2:]), private_key(town.keys, group, index),
    )  # fmt: skip
    return town.post(holder, ocid, "rehearsal", answer(group, index, opened))


def answer(group: Group, index: int, opened: bytes) -> dict[str, Any]:
    """What is sent."""
    return {"group": group.name.lower(), "index": index, "opened": opened.hex()}


def test_rehearse_with_the_own_key_is_seen_by_everybody_who_opens(town: SealedTown) -> None:
    """One officer, one custodian; the others have not."""
    for group in Group:
        told = rehearse(town, group, 2).json()
        assert (told["group"], told["index"]) == (group.name.lower(), 2)
    for who in (town.holder(Group.OFFICERS, 1), town.holder(Group.CUSTODIANS, 3)):
        found = town.get(who, OPEN, "rehearsal").json()
        assert found["keySet"] == "0x" + town.town.key_set.hex()
        ready = [(each["group"], each["index"]) for each in found["recipients"] if each["ready"]]
        assert ready == [("officers", 2), ("custodians", 2)]
        for each in found["recipients"]:
            assert (each["readyAt"] is not None) == each["ready"]
    names = [each.name for each in readiness(town.services, town.town.process(OPEN), 1)]
    assert names[:3] == [None] * 3
    assert sorted(name for name in names if name) == [f"DE-LEITWEG:custodian-{number}" for number in (1, 2, 3)]


def test_rehearse_with_a_wrong_answer_is_told_and_does_not_make_ready(town: SealedTown) -> None:
    """And the challenge is another one then."""
    officer = town.holder(Group.OFFICERS, 3)

    def challenge() -> str:
        found: str = town.get(officer, OPEN, "rehearsal").json()["recipients"][2]["challenge"]
        return found

    first = challenge()
    assert challenge() == first
    refused = town.post(officer, OPEN, "rehearsal", answer(Group.OFFICERS, 3, bytes(32)))
    assert problem(refused) == (422, "RehearsalRefused")
    assert challenge() != first
    assert not readiness(town.services, town.town.process(OPEN), 1)[2].ready
    assert rehearse(town, Group.OFFICERS, 3).status_code == 200
    with town.services.state.reading() as connection:
        trail = AuditTrail(connection).entries("0x" + town.town.process(OPEN).hex())
        own = [each.action for each in trail if each.actor == "0x" + officer.account.hex()]
    assert own == [REFUSED, READY]


def test_rehearse_for_another_is_refused(town: SealedTown) -> None:
    """A colleague's challenge is neither given nor taken."""
    for who in (Group.OFFICERS, 1), (Group.CUSTODIANS, 1):
        found = town.get(town.holder(*who), OPEN, "rehearsal").json()["recipients"]
        own = [(each["group"], each["index"]) for each in found if each["challenge"] is not None]
        assert own == [(who[0].name.lower(), who[1])]
        for other in EVERYBODY:
            if other != who:
                response = town.post(town.holder(*who), OPEN, "rehearsal", answer(*other, bytes(32)))
                assert problem(response) == (403, "ShareNotHeld")


def test_rehearse_with_what_is_no_answer_is_refused(town: SealedTown) -> None:
    """No group, no index, no bytes, too much of it; and of a share that the key set has not."""
    officer, true = town.holder(Group.OFFICERS, 1), answer(Group.OFFICERS, 1, bytes(32))
    invalid: list[tuple[str, Any]] = [
        ("group", 1), ("group", ["officers"]), ("group", "OFFICERS"), ("index", "1"), ("index", True), ("index", -1),
        ("index", 2**70), ("opened", None), ("opened", "00" * 31), ("opened", "no hexadecimal"),
    ]  # fmt: skip
    for name, value in invalid:
        response = town.post(officer, OPEN, "rehearsal", true | {name: value})
        assert problem(response) == (400, "InvalidParameter"), (name, value)
    for index in (0, 4, 255):
        response = town.post(officer, OPEN, "rehearsal", true | {"index": index})
        assert problem(response) == (403, "ShareNotHeld")
    assert problem(town.post(officer, OPEN, "rehearsal", true | {"more": "x" * 1_000})) == (413, "BodyTooLarge")


def test_rehearse_after_the_deadline_moved_is_bound_to_the_new_one(town: SealedTown) -> None:
    """The challenge of before is replaced, or nobody could open it."""
    custodian = town.holder(Group.CUSTODIANS, 1)
    before = town.get(custodian, OPEN, "rehearsal").json()
    chain, later = town.town.chain, START + 21 * DAY
    chain.send(AmendTender(town.town.call(OPEN, release=b"\x01" * 32), 1, later), town.town.publisher)
    after = town.get(custodian, OPEN, "rehearsal").json()
    assert (before["deadline"], after["deadline"]) == (START + 20 * DAY, later)
    assert before["recipients"][3]["challenge"] != after["recipients"][3]["challenge"]
    assert rehearse(town, Group.CUSTODIANS, 1).status_code == 200


def test_tell_readiness_green_for_seven_days_and_not_from_before_the_key_set(town: SealedTown) -> None:
    """A rehearsal with the keys of an earlier set, or of weeks ago, says nothing of today."""
    process = town.town.process(CLOSING)
    assert rehearse(town, Group.OFFICERS, 1, CLOSING).status_code == 200
    at = readiness(town.services, process, 1)[0].ready_at
    assert at is not None
    greens = [readiness(town.services, process, 1, now=at + later)[0].ready for later in (0, FRESH, FRESH + 1)]
    assert greens == [True, True, False]
    accepted = town.services.queries.key_set(town.town.key_set).ready_time
    assert accepted is not None
    for moment, green in ((accepted, True), (accepted - 1, False)):
        with town.services.state.writing() as connection:
            of_closing = rehearsals.c.process_id == process
            connection.execute(update(rehearsals).where(of_closing).values(ready_at=moment))
        assert readiness(town.services, process, 1, now=accepted + 10)[0].ready is green
