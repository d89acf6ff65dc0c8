"""What organisations registered and anchored outside their processes, in the index."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from ledger.chain.acts import AnchorAudit, RecordObservation, RegisterArtifact
from ledger.chain.identifiers import organisation_id
from ledger.chain.registry import AdmitOrganisation, Person
from ledger.index.check import DifferenceKind, check
from ledger.index.database import Index
from ledger.index.outside import acts_between
from ledger.index.queries import Queries
from ledger.index.rows import Artifact
from ledger.index.sync import Synchroniser
from ledger.terms import ArtifactKind, OrganisationKind, Role
from tests.index.test_reorganisation import reorganise
from tests.index.test_synchronising import explained, publish
from tests.index.town import Town, signer

PAGE, KEY, POLICY, OTHER, REPORT = (bytes([number]) * 32 for number in (0xA1, 0xA2, 0xA3, 0xA4, 0xA5))
AUDITORS = "auditors"


def register(town: Town, digest: bytes, kind: ArtifactKind = ArtifactKind.PAGE, name: str = "bid-page") -> None:
    """The buyer registers an artifact."""
    town.jointly(RegisterArtifact(town.buyer, town.expires(), digest, kind, name))


def audit(town: Town, digest: bytes) -> bytes:
    """Somebody admitted for it anchors the report of an audit; the organisation."""
    people = sorted(
        (*(Person(signer(f"member {n}").account, Role.OFFICER) for n in (1, 2)),
         Person(signer("auditor").account, Role.AUDITOR)),
        key=lambda person: person.account,
    )  # fmt: skip
    kinds = int(OrganisationKind.MEMBER)
    town.chain.send(AdmitOrganisation("DE-HRB", AUDITORS, kinds, tuple(people), town.expires()), town.governor)
    organisation = organisation_id("DE-HRB", AUDITORS)
    town.chain.send(AnchorAudit(organisation, town.expires(), digest), signer("auditor"))
    return organisation


def test_artifacts_of_each_kind_are_told_and_found(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """By their organisation, in the order of the chain, and by their digest; reports have no name."""
    register(town, PAGE)
    register(town, KEY, ArtifactKind.LOG_KEY, "log.example/siegel")
    register(town, POLICY, ArtifactKind.POLICY, "trust-policy")
    register(town, OTHER, ArtifactKind.OTHER, "rules of procedure")
    auditors = audit(town, REPORT)
    synchroniser.run_once()
    queries = Queries(index)
    found = queries.artifacts(town.buyer)
    assert [(row.artifact, row.name, row.digest) for row in found] == [
        (Artifact.PAGE, "bid-page", PAGE),
        (Artifact.LOG_KEY, "log.example/siegel", KEY),
        (Artifact.POLICY, "trust-policy", POLICY),
        (Artifact.OTHER, "rules of procedure", OTHER),
    ]
    assert [row.sequence for row in found] == [1, 2, 3, 4]
    (report,) = queries.artifacts(auditors)
    assert (report.artifact, report.name, report.digest) == (Artifact.AUDIT_REPORT, None, REPORT)
    for digest, kind, name, organisation in (
        (PAGE, "page", "bid-page", town.buyer),
        (KEY, "logKey", "log.example/siegel", town.buyer),
        (POLICY, "policy", "trust-policy", town.buyer),
        (OTHER, "artifact", "rules of procedure", town.buyer),
        (REPORT, "auditReport", None, auditors),
    ):
        (named,) = queries.lookup(digest)
        assert (named.kind, named.name, named.organisation_id) == (kind, name, organisation)
        assert (named.process_id, named.ocid, named.release) == (bytes(32), "", None)
    assert queries.lookup(PAGE)[0].act == "ArtifactRegistered"
    assert queries.lookup(REPORT)[0].act == "AuditAnchored"
    assert queries.artifacts(town.observer) == ()


def test_artifact_registered_by_two_both_are_found(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """Whoever registers somebody else's file does not take its place; the earlier stands first."""
    register(town, PAGE)
    auditors = audit(town, PAGE)
    register(town, PAGE, name="the same again")
    synchroniser.run_once()
    found = Queries(index).lookup(PAGE)
    assert [(each.kind, each.organisation_id, each.name) for each in found] == [
        ("page", town.buyer, "bid-page"), ("auditReport", auditors, None), ("page", town.buyer, "the same again"),
    ]  # fmt: skip


def test_rebuild_and_check_give_the_same_artifacts(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """What was added act by act is what all acts give at once; what was added by hand is told."""
    register(town, PAGE)
    synchroniser.run_once()
    audit(town, REPORT)
    synchroniser.run_once()
    followed = index.digest()
    assert check(index, town.chain, town.store) == ()
    synchroniser.rebuild()
    assert index.digest() == followed
    with index.writing() as connection:
        connection.exec_driver_sql("UPDATE artifacts SET name = 'the page of somebody else' WHERE name = 'bid-page'")
    (found,) = check(index, town.chain, town.store)
    assert (found.kind, found.where, found.was) == (DifferenceKind.ROW_ALTERED, "artifacts.name", "bid-page")


def test_run_after_reorganisation_artifact_is_gone(reorganising: Town, index: Index) -> None:
    """What only blocks that are gone registered is nowhere any more."""
    town = reorganising
    register(town, PAGE)
    register(town, POLICY, ArtifactKind.POLICY, "trust-policy")
    synchroniser, queries = Synchroniser(index, town.chain, town.store), Queries(index)
    synchroniser.run_once()
    assert len(queries.artifacts(town.buyer)) == 2
    reorganise(town, 1)
    synchroniser.run_once()
    assert [row.digest for row in queries.artifacts(town.buyer)] == [PAGE]
    assert queries.lookup(POLICY) == ()
    rolled_back = index.digest()
    synchroniser.rebuild()
    assert index.digest() == rolled_back


def test_artifacts_and_new_acts_are_read_by_indexes(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """An organisation's, those of a digest, and what came since: none of them goes through all that came before."""
    publish(town)
    register(town, PAGE)
    town.chain.send(RecordObservation(town.observer, town.expires(), OTHER), town.publisher)
    synchroniser.run_once()
    asked: list[tuple[str, Any]] = []
    queries, last = Queries(index), town.chain.block_number()
    with index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        event.listen(*listening)
        assert len(queries.artifacts(town.buyer)) == len(queries.lookup(PAGE)) == 1
        assert len(acts_between(connection, last, last)) == 1
        event.remove(*listening)
        plans = [explained(connection, *query) for query in asked if "artifacts" in query[0]]
        assert len(plans) == 2
        for plan, wanted in zip(plans, ("ix_artifacts_organisation_id", "ix_artifacts_digest"), strict=True):
            assert wanted in plan, plan
        plan = explained(connection, *asked[-1])
        assert "pk_acts" in plan or "sqlite_autoindex_acts_1 (block_number>" in plan, plan
