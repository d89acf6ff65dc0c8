"""Fields of acts that are structures of their own: notices, terms, outcomes, people, key sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger.chain.acts import BidOutcome, LotTerms, Notice, Promise, RoundTerms, TenderTerms
from ledger.chain.identifiers import lot_id
from ledger.chain.record import ZERO
from ledger.chain.registry import KeySet, Person, Recipient
from ledger.cli import values
from ledger.cli.acts.criteria import publish_criteria
from ledger.cli.acts.erasure import FIELDS_OF_ERASURE
from ledger.cli.acts.fields import RELEASE_NEEDED, ROUND, call_field, digest_field
from ledger.cli.acts.key_sets import newest_key_set
from ledger.cli.acts.making import Making, known_process, read_document, resolve_organisation
from ledger.cli.acts.parameter import Field, Parameter, Values
from ledger.cli.importing import embargo_end
from ledger.cli.language import say, say_error
from ledger.errors import ArgumentInvalid, ArgumentMissing, SiegelError, TermsContradictRelease
from ledger.ocds.json_text import read_json
from ledger.ocds.leaves import end_of_day
from ledger.sealing.hpke import public_key
from ledger.terms import STATUTE, Act, NoticeKind, OrganisationKind, Outcome, Role, RoundKind

if TYPE_CHECKING:
    from ledger.opening.closing import Close

WHOLE_TENDER: Final = "1"
"""Id of the one lot of a tender whose release names none."""

_KIND = Parameter("kind", "what the notice is", "|".join(values.words(NoticeKind)), required=True)
_EMBARGO = Parameter("embargo_until", "withhold an embargoed notice until then (VgV § 40)", "TIME")
_ORIGINAL = Parameter("original", "the original file the release was made from", "FILE|DIGEST")
_REF = Parameter("ref", "sequence of the act that is corrected, answered or withdrawn", "N", kind=int, default=0)
_PARENT = Parameter("parent", "framework that this process belongs to", "PROCESS")
_LOTS = Parameter("lot", "lot id and most awards; default: the lots of the release", "ID[:MOST]", kind=list[str])
# Without a default: what the law asks for depends on the procedure, and a wrong guess shows when it is too late.
_STANDSTILL = Parameter(
    "standstill",
    "minimum standstill after the letters to the losers: 10d, by post 15d (GWB § 134); 0s where none is owed",
    "DURATION",
    required=True,
)
_RULES = Parameter("rule_set", "digest of the legal rule set in force", "DIGEST")
_CRITERIA = Parameter("criteria", "the award criteria (siegel-criteria/1), which become public", "FILE|DIGEST")
_ROUND_KIND = Parameter("kind", "kind of the round", "|".join(values.words(RoundKind)), default="bids")
_DEADLINE = Parameter("deadline", "last second in time; default: end of the release's tender period", "TIME")
_ROUND_DEADLINE = Parameter("deadline", "last second in time", "TIME", required=True)
_KEY_SET = Parameter("key_set", "key set of the round; default: the buyer's newest one that is ready", "DIGEST")
_INVITED = Parameter("invited", "list of the invited; default: open to all", "FILE|DIGEST")
_RECEIVERS = Parameter("receiver", "submission service whose promises count", "SCHEME:ID", kind=list[str])


def _notices(making: Making, typed: Values) -> tuple[Notice, ...]:
    kind = values.choice(NoticeKind, typed["kind"], "--kind")
    until = embargo_end(typed["embargo_until"])
    if (kind is NoticeKind.EMBARGOED) != (until is not None):
        # A notice that is called embargoed and is on every page, or the other way round.
        why = say("--kind embargoed and --embargo-until belong together")
        raise ArgumentInvalid(argument="--embargo-until", value=typed["embargo_until"] or "-", why=why)
    release = making.release(typed["release"], embargo_until=until)
    original = making.document(typed["original"], "--original") if typed["original"] else ZERO
    ocid = making.release_content["ocid"]
    return (Notice(ocid, kind, release, original, typed["ref"], _parent(making, typed)),)


def _parent(making: Making, typed: Values) -> bytes:
    # The ledger takes any digest here and keeps it for ever.
    return known_process(making.session, typed["parent"], making.organisation_id) if typed["parent"] else ZERO


def _tender_terms(making: Making, typed: Values) -> TenderTerms:
    tender = making.release_content.get("tender") or {}
    period = tender.get("tenderPeriod") or {}
    deadline = typed["deadline"] or period.get("endDate")
    if deadline is None:
        raise ArgumentMissing(argument="--deadline", why=say("the release names no tender.tenderPeriod.endDate"))
    stated = [lot["id"] for lot in tender.get("lots") or ()]
    lots = [_lot(each) for each in typed["lot"] or ()] or [LotTerms(lot_id(each)) for each in stated or [WHOLE_TENDER]]
    if stated and {each.lot for each in lots} != set(map(lot_id, stated)):
        raise TermsContradictRelease(argument="--lot", given=", ".join(typed["lot"]), stated=", ".join(stated))
    terms = TenderTerms(
        ocid=making.release_content["ocid"],
        parent=_parent(making, typed),
        # The ledger takes each lot once, in ascending order of the ids' digests.
        lots=tuple(sorted(lots, key=lambda each: each.lot)),
        minimum_standstill=values.duration(typed["standstill"], "--standstill"),
        rule_set=values.digest(typed["rule_set"], "--rule-set") if typed["rule_set"] else ZERO,
        criteria=_criteria(making, typed["criteria"], lots, stated),
        round=_round(making, typed, deadline),
    )
    _require_stated(making, terms.round.deadline)
    return terms


def _criteria(making: Making, given: str | None, lots: Sequence[LotTerms], stated: Sequence[str]) -> bytes:
    return publish_criteria(making, given, [each.lot for each in lots], stated) if given else ZERO


def _require_stated(making: Making, deadline: int) -> None:
    """The deadline must be the one that the release states, if it states one. Raises ``TermsContradictRelease``."""
    stated = ((making.release_content.get("tender") or {}).get("tenderPeriod") or {}).get("endDate")
    if not isinstance(stated, str):
        return
    end = values.moment(end_of_day(stated) or stated, "--release")
    if end != deadline:
        raise TermsContradictRelease(
            argument="--deadline", given=values.shown_moment(deadline), stated=values.shown_moment(end)
        )


def _later(making: Making, typed: Values) -> int:
    """A round's new deadline; zero leaves it. What a release calls the tender period is its first round."""
    deadline = values.moment(typed["deadline"], "--deadline") if typed["deadline"] else 0
    if typed["round"] == 1:
        _require_stated(making, deadline or making.session.chain.round(making.process_id, 1).deadline)
    return deadline


def _lot(typed: str) -> LotTerms:
    name, separator, most = typed.rpartition(":")
    # An id may hold a colon itself; only a number after the last one is a limit.
    return LotTerms(lot_id(name), int(most)) if separator and most.isdigit() else LotTerms(lot_id(typed))


def _round(making: Making, typed: Values, deadline: str) -> RoundTerms:
    return RoundTerms(
        kind=values.choice(RoundKind, typed["kind"], "--kind"),
        deadline=values.moment(deadline, "--deadline"),
        key_set=_key_set(making, typed["key_set"]),
        invited=making.document(typed["invited"], "--invited") if typed["invited"] else ZERO,
        receivers=tuple(sorted(resolve_organisation(making.session, each) for each in typed["receiver"] or ())),
    )


def _key_set(making: Making, typed: str | None) -> bytes:
    if typed:
        return values.digest(typed, "--key-set")
    return newest_key_set(making.session.chain, making.organisation_id)


def _counted(making: Making, typed: Values) -> int:
    if typed["counted"] is None and typed["present"] is None:
        return _close(making, typed).counted
    if typed["counted"] is not None:
        return int(typed["counted"])
    # Every bid that is there now; one that arrives before the second officer's call stays outside and is late.
    return making.session.chain.round(making.process_id, typed["round"]).bids


def _present(making: Making, typed: Values) -> tuple[int, ...]:
    if typed["counted"] is None and typed["present"] is None:
        return _close(making, typed).present
    counted = _counted(making, typed)
    text = typed["present"] if typed["present"] is not None else f"1-{counted}" if counted else ""
    return values.bitmap(values.sealed_bids(text, "--present"), counted, "--present")


def _admitted(making: Making, typed: Values) -> tuple[int, ...]:
    admitted = values.sealed_bids(typed["admit"] or "", "--admit")
    return values.bitmap(admitted, _counted(making, typed), "--admit")


def _close(making: Making, typed: Values) -> Close:
    """What the ledger's bids and the server's envelopes come to."""
    from ledger.cli.opening.closing import computed_close

    return computed_close(making, typed["round"], typed["server"], typed["as_"], typed["admit"])


def _ground_of_close(making: Making, typed: Values) -> bytes:
    """What another officer can fetch from the server; of a close that is typed by hand it lies in this home only."""
    from ledger.cli.opening.grounds import close_ground

    if typed["counted"] is not None or typed["present"] is not None:
        return making.document(typed["ground"], "--ground")
    _close(making, typed)  # a bid that cannot be admitted is refused before anything is handed in
    where = typed["round"], typed["server"], typed["as_"]
    return close_ground(making, *where, typed["ground"], despite=typed["despite"])


def _json_file(path: Path, option: str) -> Any:
    try:
        return read_json(read_document(path, option))
    except SiegelError as error:
        if isinstance(error, ArgumentInvalid):
            raise
        raise ArgumentInvalid(argument=option, value=path, why=say_error(error)) from error


def _outcome(given: Any, option: str) -> BidOutcome:
    if not isinstance(given, dict):
        raise ArgumentInvalid(argument=option, value=given, why=values.expected("{outcome, author, content, evidence}"))
    try:
        return BidOutcome(
            outcome=values.choice(Outcome, str(given["outcome"]), option),
            author=values.account(str(given["author"]), option),
            content=values.digest(str(given["content"]), option),
            evidence=values.digest(str(given["evidence"]), option) if given.get("evidence") else ZERO,
        )
    except KeyError as error:
        raise ArgumentInvalid(argument=option, value=given, why=say("it has no {name}", name=error)) from error


def _promise(_: Making, typed: Values) -> Promise:
    if typed["promise"] is None:
        return Promise()
    given = _json_file(typed["promise"], "--promise")
    try:
        return Promise(
            receiver=values.digest(given["receiver"], "--promise"),
            arrived_at=int(given["arrivedAt"]),
            deliver_by=int(given["deliverBy"]),
            signature=values.hexadecimal(given["signature"], "--promise", 65),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArgumentInvalid(argument="--promise", value=typed["promise"], why=str(error)) from error


def _people(_: Making, typed: Values) -> tuple[Person, ...]:
    # The registry takes each account once, in ascending order.
    return tuple(sorted(map(person, typed["person"]), key=lambda each: each.account))


def person(typed: str) -> Person:
    """``0x51...e0=officer,publisher`` with ``@2026-12-31T23:59`` for an end; ``=none`` removes the person."""
    account, _, rest = typed.partition("=")
    roles, _, until = rest.partition("@")
    found = Role(0) if roles == "none" else values.flags(Role, roles, "--person")
    end = values.moment(until, "--person") if until else 0
    return Person(values.account(account, "--person"), int(found), end)


def _key_set_file(making: Making, typed: Values) -> KeySet:
    given = _json_file(typed["set"], "--set")
    try:
        return key_set(given)
    except (KeyError, TypeError, AttributeError) as error:
        raise ArgumentInvalid(argument="--set", value=typed["set"], why=say("it has no {name}", name=error)) from error


def key_set(given: Mapping[str, Any]) -> KeySet:
    """A key set from JSON: ``officerThreshold``, ``custodianThreshold``, ``officers`` and ``custodians``.

    Each of the latter is ``{"holder": account or organisation id, "key": 65 bytes as hex}``.
    """

    def recipient(entry: Mapping[str, Any]) -> Recipient:
        holder = entry["holder"]
        found = values.digest(holder, "holder") if values.is_digest(holder) else values.account(holder, "holder")
        key = values.hexadecimal(entry["key"], "key", 65)
        try:
            public_key(key)  # the registry cannot check it, and to a set with such a key no bid can be sealed
        except ValueError as error:
            raise ArgumentInvalid(argument="key", value=entry["key"], why=say("it is no point of P-256")) from error
        return Recipient(found.rjust(32, b"\x00"), key)

    return KeySet(
        officer_threshold=int(given["officerThreshold"]),
        custodian_threshold=int(given["custodianThreshold"]),
        # The registry takes each holder once, in ascending order; that is also the order of the shares' indices.
        officers=tuple(sorted(map(recipient, given["officers"]), key=lambda each: each.holder)),
        custodians=tuple(sorted(map(recipient, given["custodians"]), key=lambda each: each.holder)),
    )


_OUTCOMES = Parameter("outcomes", "list of outcomes as JSON", "FILE", kind=Path, required=True)
_OUTCOME = Parameter("outcome", "the outcome as JSON", "FILE", kind=Path, required=True)
_START = Parameter("from_bid", "number of the first bid in the list", "N", default="1")
_COUNTED = Parameter("counted", "how many bids are counted; default: to the last in time or admitted", "N", kind=int)
_PRESENT = Parameter("present", "bids whose envelopes are there; default: as the server says", "1,2,5-9")
_ADMITTED = Parameter("admit", "late bids that are admitted, with a ground", "1,2,5-9")
_DESPITE = Parameter("despite", "propose although another officer proposed something else", kind=bool, default=False)
_SERVER = Parameter("server", "server that has the envelopes; default: public_url", "URL")
_PROMISE = Parameter("promise", "a receiver's signed promise as JSON", "FILE", kind=Path)
_PEOPLE = Parameter("person", "account and roles", "ACCOUNT=ROLES[@UNTIL]", kind=list[str], required=True)
_KINDS = Parameter("kinds", "kinds, separated by commas", "|".join(values.words(OrganisationKind)), required=True)
_GOVERNORS = Parameter("governor", "account of a governor", "ACCOUNT", kind=list[str], required=True)
_THRESHOLD = Parameter("threshold", "how many governors must agree", "N", kind=int, required=True)
_DELAY = Parameter("delay", "how long the governors' decisions wait before they count", "DURATION", required=True)
_SET = Parameter("set", "the key set as JSON", "FILE", kind=Path, required=True)
_SUCCESSOR = Parameter("successor", "account of the new ledger", "ACCOUNT", required=True, positional=True)
_SCHEME = Parameter("scheme", "list from which the identifier comes", "SCHEME", required=True)
_IDENTIFIER = Parameter("identifier", "the organisation's identifier in that list", "ID", required=True)
_CUSTODIAN = Parameter("custodian", "organisation that accepts", "SCHEME:ID", required=True)
_REASON = Parameter("ground", "document that states the reason", "FILE|DIGEST", required=True)

_ROUND_PARAMETERS = (_ROUND_KIND, _KEY_SET, _INVITED, _RECEIVERS)

STRUCTURES: Final = {
    ("PublishNotices", "notices"): Field((RELEASE_NEEDED, _KIND, _EMBARGO, _REF, _ORIGINAL, _PARENT), _notices),
    ("PublishTender", "release"): Field((RELEASE_NEEDED,), lambda making, typed: making.release(typed["release"])),
    ("PublishTender", "terms"): Field(
        (_DEADLINE, _LOTS, _STANDSTILL, _CRITERIA, _RULES, _PARENT, *_ROUND_PARAMETERS), _tender_terms
    ),
    ("AmendTender", "deadline"): Field(
        (ROUND, Parameter("deadline", "later deadline; default: unchanged", "TIME")), _later
    ),
    ("ResumeRound", "deadline"): Field((ROUND, _ROUND_DEADLINE), _later),
    ("OpenRound", "terms"): Field(
        (_ROUND_DEADLINE, *_ROUND_PARAMETERS), lambda making, typed: _round(making, typed, typed["deadline"])
    ),
    ("CommitBid", "promise"): Field((_PROMISE,), _promise),
    ("CloseRound", "call"): call_field(STATUTE[Act.ROUND_CLOSED], _ground_of_close),
    ("CloseRound", "counted"): Field((ROUND, _COUNTED, _SERVER, _DESPITE), _counted),
    ("CloseRound", "present"): Field((_PRESENT,), _present),
    ("CloseRound", "admitted"): Field((_ADMITTED,), _admitted),
    ("OpenBids", "start"): Field((_START,), lambda _, typed: values.bid(typed["from_bid"], _START.option)),
    ("OpenBids", "outcomes"): Field(
        (_OUTCOMES,),
        lambda _, typed: tuple(_outcome(each, "--outcomes") for each in _json_file(typed["outcomes"], "--outcomes")),
    ),
    ("ReviseOutcome", "outcome"): Field(
        (_OUTCOME,), lambda _, typed: _outcome(_json_file(typed["outcome"], "--outcome"), "--outcome")
    ),
    ("AdmitOrganisation", "scheme"): Field((_SCHEME,), lambda _, typed: typed["scheme"]),
    ("AdmitOrganisation", "identifier"): Field((_IDENTIFIER,), lambda _, typed: typed["identifier"]),
    ("AdmitOrganisation", "people"): Field((_PEOPLE,), _people),
    ("AdmitOrganisation", "kinds"): Field(
        (_KINDS,), lambda _, typed: int(values.flags(OrganisationKind, typed["kinds"], "--kinds"))
    ),
    ("ChangeKinds", "kinds"): Field(
        (_KINDS,), lambda _, typed: int(values.flags(OrganisationKind, typed["kinds"], "--kinds"))
    ),
    ("ReplacePeople", "people"): Field((_PEOPLE,), _people),
    ("ChangePeople", "people"): Field((_PEOPLE,), _people),
    ("SetGovernors", "governors"): Field(
        (_GOVERNORS,), lambda _, typed: tuple(sorted(values.account(each, "--governor") for each in typed["governor"]))
    ),
    ("SetGovernors", "threshold"): Field((_THRESHOLD,), lambda _, typed: typed["threshold"]),
    ("SetGovernors", "delay"): Field((_DELAY,), lambda _, typed: values.duration(typed["delay"], "--delay")),
    ("RegisterSuccessor", "successor"): Field(
        (_SUCCESSOR,), lambda _, typed: values.account(typed["successor"], "SUCCESSOR")
    ),
    ("RegisterKeySet", "key_set"): Field((_SET,), _key_set_file),
    ("AcceptKeySet", "key_set_id"): digest_field("key_set", "id of the key set", positional=True),
    ("AcceptKeySet", "custodian"): Field(
        (_CUSTODIAN,), lambda making, typed: resolve_organisation(making.session, typed["custodian"])
    ),
    ("RetireKeySet", "key_set_id"): digest_field("key_set", "id of the key set", positional=True),
    **{
        (call, "ground"): Field((_REASON,), lambda making, typed: making.document(typed["ground"], "--ground"))
        for call in ("SuspendOrganisation", "RestoreOrganisation", "ReplacePeople", "RetireKeySet")
    },
    **FIELDS_OF_ERASURE,
}
"""By call and field; what is not here is in ``fields.FIELDS``."""
