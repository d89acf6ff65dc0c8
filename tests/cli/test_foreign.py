"""Whose notice it is, however the file puts it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.cli.importing.foreign import require_own
from ledger.errors import BuyerForeign
from ledger.ocds.importer import SourceRelease
from ledger.ocds.report import ImportReport
from ledger.settings import Publisher
from tests.cli.notices import SCHEME, UID

US = Publisher(name="Stadt Müsterbach", scheme=SCHEME, uid=UID)
OURS = {"id": "p1", "name": "Stadt Müsterbach", "identifier": {"scheme": SCHEME, "id": UID}}
THEIRS = {"id": "p2", "name": "Kreis Beispielland", "identifier": {"scheme": SCHEME, "id": "0599-9"}}


def is_own(**release: Any) -> bool:
    """Whether a release with these sections is taken as the publisher's own."""
    found = SourceRelease("ocds-test00-1", "1", "2026-01-01T00:00:00Z", "", release, ImportReport(), 1)
    try:
        require_own(found, US)
    except BuyerForeign as error:
        assert error.values["buyer"]
        return False
    return True


@pytest.mark.parametrize(
    ("buyer", "own"),
    [
        (OURS, True),
        (THEIRS, False),
        ({"name": "stadt  MÜSTERBACH "}, True),
        ({"name": "Stadt Mu\u0308sterbach"}, True),
        ({"name": "Stadt Musterbach"}, False),
        ({"name": "Stadt Müsterbach, Vergabestelle"}, False),
        ({"id": f"{SCHEME}-{UID}"}, True),
        ({"id": "anything"}, False),
        # The register decides, not the name; another register says nothing against it.
        ({**OURS, "identifier": {"scheme": SCHEME, "id": "0599-9"}}, False),
        ({**OURS, "additionalIdentifiers": [{"scheme": SCHEME, "id": "0599-9"}]}, False),
        ({**OURS, "identifier": {"scheme": "DE-VAT", "id": "DE999"}}, True),
        ({**THEIRS, "identifier": {"scheme": "DE-VAT", "id": UID}}, False),
        ({**OURS, "name": "Vergabestelle"}, True),
    ],
)
def test_require_own_by_buyer(buyer: dict[str, Any], own: bool) -> None:
    """Identifier first, then the reference's id, then the name as it is heard."""
    assert is_own(buyer=buyer) is own
    assert is_own(buyer={"id": "p"}, parties=[{**buyer, "id": "p", "roles": ["buyer"]}]) is own or "id" in buyer


def test_require_own_of_several_buyers_is_one_of_them() -> None:
    """Towns that buy together publish together; the one in ``buyer`` speaks for them."""
    parties = [{**THEIRS, "roles": ["buyer"]}, {**OURS, "roles": ["buyer"]}]
    assert is_own(parties=parties)
    assert not is_own(parties=parties[:1])
    assert not is_own(buyer=THEIRS, parties=parties)


def test_require_own_without_a_buyer_asks_for_the_procuring_entity() -> None:
    """A foreign body's notice does not pass because it left its buyer out."""
    assert not is_own(tender={"procuringEntity": THEIRS})
    assert not is_own(parties=[{**THEIRS, "roles": ["procuringEntity"]}], tender={"id": "1"})
    assert is_own(tender={"procuringEntity": OURS})
    assert is_own(buyer=OURS, tender={"procuringEntity": THEIRS})
    assert not is_own(buyer={}, tender={"procuringEntity": THEIRS})


def test_require_own_that_names_nobody_passes() -> None:
    """A later release may leave out what did not change; suppliers are nobody who publishes."""
    assert is_own(tender={"id": "1"}, parties=[{**THEIRS, "roles": ["supplier"]}])
