"""The demo's tenders have criteria that everybody can read."""

from __future__ import annotations

from pathlib import Path

from ledger.evaluation.criteria import read_criteria
from ledger.ocds.json_text import read_json
from ledger.settings import Settings
from ledger.store.objects import ObjectStore, StoreClass


def test_demo_criteria_are_public_and_of_the_lots_of_their_tender(town: Path) -> None:
    """Of each method one; the releases name them as documents."""
    store = ObjectStore(Settings.load(town).store_dir)
    found = {}
    for path in (town / "store/public").rglob("*.salted"):
        release = read_json(store.get(bytes.fromhex(path.stem)))
        for document in release.get("tender", {}).get("documents", ()):
            digest = bytes.fromhex(document["digest"])
            assert store.kind(digest) is StoreClass.PUBLIC
            criteria = read_criteria(store.get(digest))
            assert [lot.id for lot in criteria.lots] == [lot["id"] for lot in release["tender"]["lots"]]
            found[release["ocid"]] = criteria.lots[0].method
    assert sorted(found.values()) == ["lowestPrice", "lowestPrice", "ufabSimple", "weightedPoints", "weightedPoints"]
