"""A random procedure in which the contract and the model judge the same calls."""

from __future__ import annotations

from collections import Counter

from ledger.chain.acts import CommitBid, LedgerAct, OpenBids, SuspendProcess, WithdrawBid
from ledger.chain.record import ZERO
from ledger.errors import ActImpossible, SiegelError
from ledger.evidence.verify.procedure import Procedure
from ledger.evidence.verify.statute import replay
from ledger.terms import RoundState
from tests.chain.town import BUYER, REVIEW_BODY, Town, actor
from tests.evidence.log_data import read, write
from tests.evidence.recording import record_town
from tests.evidence.scribe import BY_FUNCTION, written
from tests.evidence.whim import BIDDERS, ELSEWHERE, Whim
from tests.evidence.wishes import wish
from tests.verifier import both
from tests.verifier.both import Authorities

OFFICERS = ("officer_one", "officer_two", "officer_three")
STRANGERS = ("outsider", "auditor", "clerk_of_works", "judge_two", "bidder_one")
# Of several things that are wrong the two may name different ones: what the table demands, in whichever order.
TABLE = {"ProcessForbids", "RoundForbids", "LotForbids", "RoleMissing", "GroundMissing", "GroundUnexpected",
         "ReleaseMissing", "SubjectMissing"}  # fmt: skip


class Walk(Whim):
    """``verdicts`` counts what both said of each function: the name of a refusal, or ``accepted``."""

    def __init__(self, town: Town, key_set: bytes, seed: int) -> None:
        super().__init__(town, key_set, seed)
        recording = record_town(town)
        self.authorities = Authorities(recording.roles)
        self.roles = {name: len(acts) for name, acts in recording.roles.items()} | {ELSEWHERE: 0}
        self.acts: list[bytes] = []
        self.verdicts: Counter[tuple[str, str]] = Counter()

    def step(self) -> None:
        """Time passes, somebody wants something, both judge, and what they accept happens."""
        self.pass_time()
        call, first, second = self.wanted()
        joint = BY_FUNCTION[call.function].joint
        # Some conditions are the contract's only with the second call; so that one is asked for now and then.
        proposed = joint and (isinstance(call, OpenBids) or self.random.random() < 0.2)
        proposed = proposed and self.refused_by_contract(call, first) is None
        if proposed:
            self.town.do(first, call)
        elif joint:
            second = next(name for name in OFFICERS if name != first)
        judged = self.refused_by_contract(call, second if proposed else first)
        modelled = self.refused_by_model(call, first, second)
        context = (judged, modelled, len(self.acts), call, first, second, self.town.now)
        assert (judged is None) == (modelled is None), context
        assert judged == modelled or {judged, modelled} <= TABLE, context
        self.verdicts[type(call).__name__, judged or "accepted"] += 1
        if judged is None:
            self.happen(call, first, second, proposed)

    def model(self, *data: bytes) -> Procedure:
        """The model's word on the acts so far, and further ones."""
        chain, acts = self.town.chain, [read(act) for act in (*self.acts, *data)]
        return replay(self.process, BUYER, acts, self.authorities, chain_id=chain.chain_id, ledger=chain.ledger)

    def record_of(self, call: LedgerAct, first: str, second: str) -> bytes:
        """What would be on the record now."""
        people = actor(first).account, actor(second).account
        return written(self.model(), call, *people, self.town.now, self.roles)

    def refused_by_model(self, call: LedgerAct, first: str, second: str) -> str | None:
        """The refusal by both models of what would be on the record now."""
        acts, chain = [*self.acts, self.record_of(call, first, second)], self.town.chain
        try:
            both.replay(self.process, BUYER, acts, self.authorities, chain_id=chain.chain_id, ledger=chain.ledger)
        except ActImpossible as impossible:
            assert impossible.values["sequence"] == len(self.acts) + 1
            return str(impossible.values["refusal"])
        return None

    def refused_by_contract(self, call: LedgerAct, who: str) -> str | None:
        """The contract's refusal of the call now."""
        try:
            self.town.chain.simulate(call, actor(who).account)
        except SiegelError as refusal:
            return refusal.name
        return None

    def happen(self, call: LedgerAct, first: str, second: str, proposed: bool) -> None:
        """Both halves are sent; the second can still be too late, and then the model says so, too."""
        joint = BY_FUNCTION[call.function].joint
        if joint and not proposed:
            self.town.do(first, call)
            judged, modelled = self.refused_by_contract(call, second), self.refused_by_model(call, first, second)
            assert judged == modelled, (judged, modelled, call)
            if judged is not None:
                return
        data = self.record_of(call, first, second)
        (record,) = self.town.do(second if joint else first, call).records
        assert write(record) == data
        self.acts.append(data)
        self.require_as_contract()

    def require_as_contract(self) -> None:
        """Where the contract says that the process stands, the model does, too."""
        procedure, chain = self.model(), self.town.chain
        view = chain.process(self.process)
        assert (procedure.state, procedure.acts, len(procedure.rounds)) == (view.state, view.sequence, view.rounds)
        for round_ in procedure.rounds:
            held = chain.round(self.process, round_.number)
            assert (round_.kind, round_.state, round_.deadline) == (held.kind, held.state, held.deadline)
            counts = (len(round_.bids), round_.externals, round_.counted, round_.opened)
            assert counts == (held.bids, held.externals, held.counted, held.opened)
        for number, award in procedure.awards.items():
            assert (award.state, award.void, award.standstill_end) == chain.view("awardOf", self.process, number)

    def pass_time(self) -> None:
        """Mostly seconds; now and then to the very second in which something ends, or the next."""
        procedure = self.model()
        ends = [round_.deadline for round_ in procedure.rounds if round_.state is RoundState.OPEN]
        ends += [award.standstill_end for award in procedure.awards.values()]
        ahead = [end for end in ends if end >= self.town.now]
        if ahead and self.random.random() < 0.12:
            self.town.pass_to(min(ahead) + self.random.randrange(3))

    def wanted(self) -> tuple[LedgerAct, str, str]:
        """A call, who makes it, and who seconds it or signed its promise."""
        procedure = self.model()
        call = wish(self, procedure)
        entry = BY_FUNCTION[call.function]
        likely: tuple[str, ...] = ("officer_one",) if entry.who == ("publisher",) else OFFICERS
        if isinstance(call, SuspendProcess) and call.body == REVIEW_BODY:
            likely = ("judge_two",)
        if isinstance(call, WithdrawBid | CommitBid):
            owner = self.owner(procedure, call)
            likely = (owner,) if owner else BIDDERS
        first = self.either(likely, STRANGERS if likely != BIDDERS else BIDDERS, 0.05)
        if isinstance(call, CommitBid) and call.promise.receiver != ZERO:
            promised, signer = self.promised(call, first)
            return promised, first, signer
        others = [name for name in OFFICERS if name != first]
        return call, first, self.either(others, (*STRANGERS, first), 0.15)
