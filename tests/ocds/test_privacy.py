"""Personal fields are concealed by rule; public bodies and companies stay readable."""

from __future__ import annotations

import pytest

from ledger.errors import PolicyUnknown
from ledger.ocds.disclosure import disclose
from ledger.ocds.json_text import write_json
from ledger.ocds.privacy import POLICIES, conceal_personal, policy_named
from tests.ocds.examples import example_release


def test_conceal_personal_standard_policy_hides_clerks_and_sole_traders() -> None:
    """Names, e-mail and telephone of contacts and all that names a natural person are gone from the bytes."""
    release = example_release()
    concealed, disclosures = conceal_personal(release, policy_named("standard"))
    text = write_json(concealed).decode()
    for personal in ("Erika", "vergabe@", "Otto", "Malermeister", "Am Bach 1", "+49 1", "maler.example"):
        assert personal not in text
    for public in ("Stadt Musterbach", "12345", "https://musterbach.example", "Malerarbeiten", "DE-BUND"):
        assert public in text
    assert disclose(concealed, [disclosure.text for disclosure in disclosures]) == release == example_release()


def test_conceal_personal_reference_to_a_natural_person_is_hidden_alike() -> None:
    """A supplier's name is repeated in the award; there it is concealed under another salt."""
    concealed, _ = conceal_personal(example_release(), policy_named("standard"))
    supplier = concealed["awards"][0]["suppliers"][0]
    assert supplier["id"] == "B-7"
    assert "name" not in supplier
    assert not set(supplier["_sd"]) & set(concealed["parties"][1]["_sd"])


def test_conceal_personal_cautious_policy_hides_bidders_without_register() -> None:
    """A bidder without any register's number may be a sole trader; the buyer is never hidden."""
    release = example_release()
    del release["parties"][1]["details"]
    concealed, _ = conceal_personal(release, policy_named("cautious"))
    assert "name" not in concealed["parties"][1]
    assert concealed["parties"][0]["name"] == "Stadt Musterbach"
    open_one, _ = conceal_personal(release, policy_named("standard"))
    assert open_one["parties"][1]["name"] == "Malermeister Otto Muster"
    release["parties"][1]["identifier"] = {"scheme": "DE-HRB", "id": "7"}
    registered, _ = conceal_personal(release, policy_named("cautious"))
    assert registered["parties"][1]["name"] == "Malermeister Otto Muster"


def test_conceal_personal_ids_as_number_and_text_are_one_party() -> None:
    """A platform that writes 7 in parties and "7" in the award does not publish the name there."""
    release = example_release()
    release["parties"][1]["id"], release["awards"][0]["suppliers"][0]["id"] = "7", 7
    concealed, _ = conceal_personal(release, policy_named("standard"))
    assert "name" not in concealed["awards"][0]["suppliers"][0]


def test_conceal_personal_cautious_policy_hides_bidders_that_no_party_describes() -> None:
    """Of whom nothing is known but a name could be anybody; the buyer stays, and the standard policy cannot know."""
    release = example_release()
    release["awards"][0]["suppliers"][0] = {"id": "X-1", "name": "Otto Muster"}
    concealed, disclosures = conceal_personal(release, policy_named("cautious"))
    assert "Otto Muster" not in write_json(concealed["awards"]).decode()
    assert concealed["buyer"] == release["buyer"]
    assert disclose(concealed, [disclosure.text for disclosure in disclosures]) == release
    shown, _ = conceal_personal(release, policy_named("standard"))
    assert shown["awards"][0]["suppliers"][0]["name"] == "Otto Muster"


def test_conceal_personal_policy_none_changes_nothing() -> None:
    """Without a policy nothing is concealed."""
    assert conceal_personal(example_release(), POLICIES["none"]) == (example_release(), [])


def test_policy_named_unknown_name_is_refused() -> None:
    """A policy that does not exist is a named error that lists those that do."""
    with pytest.raises(PolicyUnknown, match="cautious"):
        policy_named("strict")
