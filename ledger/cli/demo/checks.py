"""What ``siegel demo --check`` asks, as a stranger would: over HTTP, of a node, and of the evidence readers.

Each check is a function that gives what it saw, or raises ``CheckFailed`` saying what was expected and what came.
"""

from __future__ import annotations

import hashlib
import html
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from ledger.chain.acts import Call, ConcludeContract
from ledger.chain.heads import fold, genesis_process_head, head_slot
from ledger.chain.identifiers import process_id
from ledger.chain.signers import keystore_account
from ledger.cli.demo import answer_checks, sealed_checks
from ledger.cli.demo.anchored import TAMPERED_OCID
from ledger.cli.demo.calendar import DAY, HOUR
from ledger.cli.demo.neighbour import CHANGED_OCID, VANISHED_OCID
from ledger.cli.demo.seeding import POLICY, Demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.tampering import NOW, WAS, altered_release
from ledger.cli.demo.town import BUYER, OBSERVER
from ledger.cli.demo.visitor import EXPECTED, Visitor
from ledger.cli.language import say, say_error
from ledger.errors import CheckFailed, ConclusionPremature, SiegelError
from ledger.evidence.proving import prove_head
from ledger.evidence.verify.head_proof import verify_head
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.verifier import verify
from ledger.index.check import DifferenceKind, check
from ledger.index.database import Index
from ledger.index.rows import SILENT_DAYS
from ledger.ocds.digest import salted_digest
from ledger.ocds.observation import FindingKind, read_observation
from ledger.terms import Act

PAGES: Final = (
    "/",
    "/?q=Schulen",
    f"/?silentDays={SILENT_DAYS}",
    "/?method=direct",
    "/statistics",
    "/organisations",
    "/lookup",
    "/check",
    "/status",
    "/imprint",
    "/privacy",
    "/accessibility",
)

SEARCHED: Final = "Schulen"
"""Finds Grundschule and Gesamtschule, too: a part of a word, and its stem."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the report."""

    name: str
    passed: bool
    seen: str


def pages_answer(visitor: Visitor) -> str:
    """Every page answers in both languages."""
    paths = [*PAGES, *(f"/processes/{each['processId']}" for each in visitor.processes().values())]
    for path in paths:
        for language in ("de", "en"):
            if f'lang="{language}"' not in visitor.page(path, language):
                raise CheckFailed(seen=f"{path} ({language})")
    return say("{count} pages in two languages", count=len(paths))


def all_procedures_are_there(visitor: Visitor) -> str:
    """As many as were made, in list and statistics, and none twice."""
    count, expected = len(visitor.all), len(EXPECTED) + visitor.demo.procedures
    statistics = visitor.json("/api/v1/statistics")
    told = [statistics["processes"], sum(each["processes"] for each in statistics["statuses"])]
    if [count, *told] != [expected] * 3:
        raise CheckFailed(seen=f"{count}, {told}, {expected}")
    return say("{count} procedures of {buyers} buyers", count=count, buyers=len(_buyers(visitor)))


def _buyers(visitor: Visitor) -> set[str]:
    return {each["buyerName"] for each in visitor.all.values()}


def search_finds(visitor: Visitor) -> str:
    """A word in another form is found where it stands in a title, and nothing like it is left out."""
    found = {each["ocid"] for each in visitor.found(f"q={SEARCHED}")}
    named = {ocid for ocid, each in visitor.all.items() if "schule" in (each["title"] or "").lower()}
    if not named or not named <= found or found == set(visitor.all):
        raise CheckFailed(seen=f"{len(found)}, {len(named)}")
    return say("“{words}” finds {count} of {all}", words=SEARCHED, count=len(found), all=len(visitor.all))


def silent_ones_are_listed(visitor: Visitor) -> str:
    """Procedures whose deadline passed long ago without a result are told, and only those."""
    since = time.time() - SILENT_DAYS * DAY
    found = visitor.found(f"silentDays={SILENT_DAYS}")
    wrong = [each["ocid"] for each in found if each["status"] != "evaluation" or each["deadline"] >= since]
    if not found or wrong:
        raise CheckFailed(seen=f"{len(found)}, {wrong}")
    if found[0]["title"] not in visitor.page(f"/?silentDays={SILENT_DAYS}", "de"):
        raise CheckFailed(seen=found[0]["title"])
    return say("{count} silent procedures", count=len(found))


def observation_tells_what_became(visitor: Visitor) -> str:
    """The anchored observations tell the neighbour's vanished and changed notice, with the files as evidence."""
    digests = visitor.subjects(Act.OBSERVATION_RECORDED, OBSERVER)
    findings = [finding for digest in digests for finding in read_observation(visitor.document(digest)).findings]
    told = {(finding.kind, finding.ocid) for finding in findings}
    if told != {(FindingKind.VANISHED, VANISHED_OCID), (FindingKind.CHANGED, CHANGED_OCID)}:
        raise CheckFailed(seen=f"{told}")
    for finding in findings:
        files = [visitor.store.get(each) for each in (finding.was, finding.now) if each is not None]
        if len(set(files)) != 1 + (finding.kind is FindingKind.CHANGED):
            raise CheckFailed(seen=f"{finding.kind}: {finding.release_id}")
    return say("vanished: {vanished}; changed: {changed}", vanished=VANISHED_OCID, changed=CHANGED_OCID)


def procedures_stand(visitor: Visitor) -> str:
    """Each procedure of the stories is in the mode and state that the story left it in."""
    found = {ocid: (each["mode"], each["status"]) for ocid, each in visitor.processes().items()}
    if found != EXPECTED:
        raise CheckFailed(seen=f"{found}")
    if not visitor.processes()["ocds-demo00-2026-03"]["reinstated"]:
        raise CheckFailed(seen="ocds-demo00-2026-03: reinstated")
    return ", ".join(sorted({status for _, status in found.values()}))


def releases_match_the_ledger(visitor: Visitor) -> str:
    """Releases that are served have, with their salt, the digest that stands on the ledger, but for the altered one."""
    count = 0
    for ocid, process in visitor.some().items():
        if ocid == TAMPERED_OCID:
            continue
        for release in visitor.json(f"/api/v1/processes/{process['processId']}")["anchoredReleases"]:
            digest = bytes.fromhex(release["digest"][2:])
            served = visitor.web.get(f"/api/v1/releases/{release['digest']}").content
            if salted_digest(visitor.store.salt(digest) or b"", served) != digest:
                raise CheckFailed(seen=f"{release['releaseId']}: {release['digest']}")
            count += 1
    return say("{count} releases", count=count)


def heads_are_proven(visitor: Visitor) -> str:
    """The acts that the API lists give the head that a storage proof against a block header shows."""
    chain = visitor.demo.chain
    block = chain.block_number()
    some = visitor.some()
    for process in some.values():
        key = bytes.fromhex(process["processId"][2:])
        acts = visitor.json(f"/api/v1/processes/{process['processId']}/acts")["acts"]
        digests = [bytes.fromhex(act["digest"][2:]) for act in acts]
        folded = fold(genesis_process_head(chain.chain_id, chain.ledger, key), digests)
        proof = prove_head(chain, chain.ledger, head_slot(key), block)
        if verify_head(proof.header, proof.account_proof, proof.storage_proof, proof.ledger, proof.slot) != folded:
            raise CheckFailed(seen=process["ocid"])
    return say("{count} heads at block {block}", count=len(some), block=block)


def evidence_verifies(visitor: Visitor) -> str:
    """One file for each procedure, and one for the buyer, verify under the demo's own policy; altered ones do not."""
    policy = read_policy((visitor.demo.settings.home / POLICY).read_bytes())
    some = visitor.some()
    paths = [f"/api/v1/processes/{process['processId']}/evidence" for process in some.values()]
    paths.append(f"/api/v1/organisations/0x{Stage.organisation(BUYER).hex()}/evidence")
    for path in paths:
        bundle = visitor.web.get(path).content
        if not verify(io.BytesIO(bundle), policy).verified:
            raise CheckFailed(seen=path)
        middle = len(bundle) // 2
        altered = bundle[:middle] + bytes([bundle[middle] ^ 1]) + bundle[middle + 1 :]
        if verify(io.BytesIO(altered), policy).verified:
            raise CheckFailed(seen=path)
    return say("{count} files, and as many with one bit flipped", count=len(paths))


def pages_are_registered(visitor: Visitor) -> str:
    """The pages that verify, seal and open in the browser are, byte for byte, those that two officers registered."""
    paths = ("/verifier.html", *(f"/{page}/0x{bytes(32).hex()}/1" for page in ("bid", "opening")))
    digests = [hashlib.sha256(visitor.web.get(path).content).digest() for path in paths]
    if visitor.subjects(Act.ARTIFACT_REGISTERED, BUYER) != digests:
        raise CheckFailed(seen=", ".join(digest.hex() for digest in digests))
    return ", ".join(f"{digest.hex()[:16]}…" for digest in digests)


def standstill_binds(visitor: Visitor) -> str:
    """The ledger refuses a contract before the standstill has ended, unless a ground is given."""
    chain = visitor.demo.chain
    key = process_id(Stage.organisation(BUYER), "ocds-demo00-2026-02")
    award = visitor.json(f"/api/v1/processes/0x{key.hex()}")["awards"][0]["award"]
    officer = keystore_account(visitor.demo.settings.keys_dir / "officer-one.json")
    # Any release will do: the call is only tried out, and must be refused before it would be looked at.
    call = Call(key, int(time.time()) + HOUR, release=hashlib.sha256(b"").digest())
    try:
        chain.simulate(ConcludeContract(call, award), officer)
    except ConclusionPremature as refusal:
        return say_error(refusal)
    raise CheckFailed(seen=say("the contract was accepted"))


def page_tells_the_alteration(visitor: Visitor) -> str:
    """The process page says in plain words that something was altered, what it was, and what it is now."""
    path = f"/processes/{visitor.tampered()['processId']}"
    for language, words in (("de", "nachträglich verändert"), ("en", "altered")):
        text = visitor.page(path, language)
        missing = [word for word in (words, WAS, NOW) if word not in text]
        if missing:
            raise CheckFailed(seen=say("the page does not say {words}", words=", ".join(missing)))
    return path


def index_check_names_the_alteration(visitor: Visitor) -> str:
    """The comparison with the ledger names the altered document and row, and nothing else."""
    index = Index.open(visitor.demo.settings.index_url)
    try:
        found = check(index, visitor.demo.chain, visitor.store)
    finally:
        index.close()
    kinds = {(each.kind, each.ocid, each.was, each.now) for each in found}
    altered = (DifferenceKind.DOCUMENT_ALTERED, DifferenceKind.ROW_ALTERED)
    expected = {(kind, TAMPERED_OCID, WAS, NOW) for kind in altered}
    if kinds != expected:
        raise CheckFailed(seen="; ".join(each.text(say) for each in found) or say("no difference was found"))
    return found[0].text(say)


def file_check_tells_the_alteration(visitor: Visitor) -> str:
    """The altered file is exposed with what it was and what it is; the intact one, kept by somebody, is recognised."""
    altered = altered_release(visitor.demo.settings)
    if altered is None:
        raise CheckFailed(seen=say("the stored document is not altered"))
    text = _file_check(visitor, "now.json", altered.altered)
    missing = [word for word in ("verändert", WAS, NOW) if word not in text]
    if missing:
        raise CheckFailed(seen=say("the page does not say {words}", words=", ".join(missing)))
    if TAMPERED_OCID not in _file_check(visitor, "then.json", altered.intact):
        raise CheckFailed(seen=say("the intact file is not recognised"))
    return f"{hashlib.sha256(altered.altered).hexdigest()[:16]}…"


def _file_check(visitor: Visitor, name: str, content: bytes) -> str:
    files = {"file": (name, content, "application/json")}
    answer = visitor.web.post("/check", params={"lang": "de"}, files=files, follow_redirects=True)
    if answer.status_code != 200:
        raise CheckFailed(seen=f"/check: {answer.status_code}")
    return html.unescape(answer.text)


CHECKS: Final[tuple[tuple[str, Callable[[Visitor], str]], ...]] = (
    ("All pages answer", pages_answer),
    ("Every procedure stands where its story left it", procedures_stand),
    ("All procedures of the years before are there", all_procedures_are_there),
    ("A search finds what it should", search_finds),
    ("Silent procedures are listed", silent_ones_are_listed),
    ("The neighbour's vanished and changed notices are found", observation_tells_what_became),
    ("Releases served are the ones on the ledger", releases_match_the_ledger),
    ("Heads are proven against a block header", heads_are_proven),
    ("Evidence of procedures verifies offline", evidence_verifies),
    ("The pages that verify evidence and seal bids are the registered ones", pages_are_registered),
    ("No contract before the standstill has ended", standstill_binds),
    ("Sealed bids ended as the story tells", sealed_checks.bids_ended_as_told),
    ("Envelopes are for those alone who take part", sealed_checks.envelopes_are_for_the_entitled),
    ("Of the bids exactly that is public which was disclosed", sealed_checks.exactly_the_disclosed_is_public),
    ("The award follows from criteria and bids again", sealed_checks.ranking_is_recomputed),
    ("The answer to a letter came sealed and stands in the minutes", answer_checks.answer_came_as_asked_for),
    ("Nobody closes a round before its deadline", sealed_checks.nobody_closes_early),
    ("A sealed bid is handed in and its receipt holds", sealed_checks.bid_is_handed_in_now),
    ("The process page tells the alteration", page_tells_the_alteration),
    ("The index check names exactly the alteration", index_check_names_the_alteration),
    ("The file check tells the alteration", file_check_tells_the_alteration),
)


def went_on(before: tuple[int, int], after: tuple[int, int]) -> Outcome:
    """Whether a second start found the chain (its id and newest block) as the first one left it."""
    seen = say("chain {chain_id}, block {block}", chain_id=after[0], block=after[1])
    return Outcome(say("Started again, the same chain goes on"), before == after, seen)


def run_checks(demo: Demo, url: str) -> Iterator[Outcome]:
    """All checks, one after the other; a failure does not stop the next."""
    visitor = Visitor(demo, url)
    try:
        for name, run in CHECKS:
            try:
                yield Outcome(say(name), True, run(visitor))
            except (CheckFailed, SiegelError, httpx.HTTPError, KeyError) as failure:
                yield Outcome(say(name), False, str(failure))
    finally:
        visitor.web.close()
