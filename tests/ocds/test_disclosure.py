"""Salted disclosures: what goes in comes out, what was erased stays out, and nothing ambiguous is read."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import DisclosureCollision, DisclosureDuplicate, DisclosureInvalid, DisclosureUnknown
from ledger.ocds.disclosure import (
    RESERVED,
    conceal,
    conceal_entry,
    disclose,
    make_disclosure,
    read_disclosure,
    redactions,
    strip,
)
from ledger.ocds.json_text import read_json, write_json

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
names = texts.filter(lambda name: name not in RESERVED)
leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))
objects = st.dictionaries(names, values, max_size=6)


@given(objects, st.data())
def test_conceal_any_fields_disclosing_all_gives_the_object_back(value: dict[str, Any], data: st.DataObject) -> None:
    """Concealing and disclosing any selection of fields is lossless, also through stored bytes."""
    chosen = [name for name in value if data.draw(st.booleans())]
    concealed, disclosures = conceal(value, chosen)
    assert not set(chosen) & set(concealed)
    stored = read_json(write_json(concealed))
    assert disclose(stored, [disclosure.text for disclosure in disclosures]) == value


@given(objects, st.data())
def test_disclose_some_of_the_fields_rest_stays_as_digests(value: dict[str, Any], data: st.DataObject) -> None:
    """Each field without its disclosure leaves exactly its digest, and no trace of name or value."""
    concealed, disclosures = conceal(value, value)
    kept = [disclosure for disclosure in disclosures if data.draw(st.booleans())]
    shown = disclose(concealed, [disclosure.text for disclosure in kept])
    erased = {disclosure.digest for disclosure in disclosures} - {disclosure.digest for disclosure in kept}
    assert strip(shown) == {disclosure.name: disclosure.value for disclosure in kept}
    assert set(shown.get("_sd", [])) == erased
    assert {redaction.digest for redaction in redactions(concealed, [each.text for each in kept])} == erased


@given(objects)
def test_conceal_digests_are_sorted_and_salted(value: dict[str, Any]) -> None:
    """The order of digests does not tell the order of fields, and equal fields have different digests each time."""
    first, _ = conceal(value, value)
    second, _ = conceal(value, value)
    assert first.get("_sd", []) == sorted(first.get("_sd", []))
    assert not set(first.get("_sd", [])) & set(second.get("_sd", []))


@given(st.lists(values, min_size=1, max_size=5), st.data())
def test_conceal_list_entry_disclosing_it_gives_the_list_back(entries: list[Any], data: st.DataObject) -> None:
    """An entry of a list is concealed by ``{"...": digest}`` and comes back in its place."""
    index = data.draw(st.integers(0, len(entries) - 1))
    concealed, disclosure = conceal_entry(entries, index)
    assert concealed[index] == {"...": disclosure.digest}
    assert disclose({"list": concealed}, [disclosure.text]) == {"list": entries}
    assert disclose({"list": concealed}, []) == {"list": concealed}
    assert strip({"list": concealed}) == {"list": strip(entries[:index] + entries[index + 1 :])}


def test_conceal_nested_fields_discloses_from_the_outside_in() -> None:
    """A concealed field may itself hold concealed fields; both are needed, and the inner one alone belongs nowhere."""
    inner, name = conceal({"name": "Erika Muster", "url": "https://example.org"}, ["name"])
    outer, contact = conceal({"id": "1", "contactPoint": inner}, ["contactPoint"])
    assert disclose(outer, [contact[0].text, name[0].text])["contactPoint"]["name"] == "Erika Muster"
    assert disclose(outer, [contact[0].text])["contactPoint"] == inner
    with pytest.raises(DisclosureUnknown):
        disclose(outer, [name[0].text])


def test_make_disclosure_of_a_known_salt_follows_rfc_9901() -> None:
    """The text is base64url of the JSON list, the digest base64url of SHA-256 over the text (RFC 9901 section 4.2)."""
    disclosure = make_disclosure("email", "buergeramt@musterbach.example", salt=b"s" * 32)
    padded = disclosure.text + "=" * (-len(disclosure.text) % 4)
    salt, name, value = json.loads(base64.urlsafe_b64decode(padded))
    assert (len(base64.urlsafe_b64decode(salt + "=")), name, value) == (32, "email", "buergeramt@musterbach.example")
    digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.text.encode()).digest()).rstrip(b"=").decode()
    assert disclosure.digest == digest
    assert read_disclosure(disclosure.text) == disclosure


def test_read_disclosure_of_the_rfc_example_gives_its_digest() -> None:
    """The example of RFC 9901 section 4.2.1 and 4.2.3 comes out as printed there."""
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    disclosure = read_disclosure(text)
    assert (disclosure.salt, disclosure.name, disclosure.value) == ("_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius")
    assert disclosure.digest == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def _encoded(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!",
        "WyJh",
        _encoded({}),
        _encoded(["salt"]),
        _encoded(["salt", "name", 1, 2]),
        _encoded([1, "name", "value"]),
        _encoded(["salt", 7, "value"]),
        _encoded(["salt", "_sd", ["x"]]),
        _encoded(["salt", "...", "x"]),
        _encoded(["salt", "name", "value"]) + "=",
        _encoded(["salt", "name", "value!"])[:-1] + "1",
        base64.urlsafe_b64encode(b'["salt","name",{"a":1,"a":2}]').rstrip(b"=").decode(),
    ],
)
def test_read_disclosure_malformed_text_is_refused(text: str) -> None:
    """Whatever is not exactly one well-formed disclosure is refused, reserved names and doubled keys among it."""
    with pytest.raises(DisclosureInvalid):
        read_disclosure(text)


def test_disclose_foreign_disclosure_is_refused() -> None:
    """A disclosure that belongs to no digest is refused, not ignored: it could be another release's secret."""
    concealed, _ = conceal({"name": "Erika Muster"}, ["name"])
    with pytest.raises(DisclosureUnknown):
        disclose(concealed, [make_disclosure("name", "Otto Muster").text])


def test_disclose_same_disclosure_twice_is_refused() -> None:
    """A disclosure given twice is refused."""
    concealed, made = conceal({"name": "Erika Muster"}, ["name"])
    with pytest.raises(DisclosureDuplicate):
        disclose(concealed, [made[0].text, made[0].text])


@pytest.mark.parametrize("where", ["same list", "another object", "a list entry"])
def test_disclose_digest_standing_twice_is_refused(where: str) -> None:
    """A digest that stands twice would show one field in two places; it is refused with and without disclosure."""
    concealed, made = conceal({"name": "Erika Muster"}, ["name"])
    digest = made[0].digest
    cases: dict[str, dict[str, Any]] = {
        "same list": {"_sd": [digest, digest]},
        "another object": {"a": concealed, "b": concealed},
        "a list entry": {"a": concealed, "b": [{"...": digest}]},
    }
    doubled = cases[where]
    for given_disclosures in ([], [made[0].text]):
        with pytest.raises(DisclosureDuplicate):
            disclose(doubled, given_disclosures)


def test_disclose_name_that_exists_already_is_refused() -> None:
    """A disclosure cannot overwrite a field that stands in the open, nor one that another disclosure brings."""
    concealed, made = conceal({"name": "Erika Muster"}, ["name"])
    with pytest.raises(DisclosureCollision):
        disclose({**concealed, "name": "Otto Muster"}, [made[0].text])
    other = make_disclosure("name", "Otto Muster")
    with pytest.raises(DisclosureCollision):
        disclose({"_sd": [made[0].digest, other.digest]}, [made[0].text, other.text])


def test_disclose_field_in_place_of_a_list_entry_is_refused() -> None:
    """A disclosure with a name does not fit a list, and one without does not fit an object."""
    field, entry = make_disclosure("name", 1), make_disclosure(None, 1)
    with pytest.raises(DisclosureInvalid):
        disclose({"list": [{"...": field.digest}]}, [field.text])
    with pytest.raises(DisclosureInvalid):
        disclose({"_sd": [entry.digest]}, [entry.text])


@pytest.mark.parametrize(
    ("release", "error"),
    [
        ({"_sd": "abc"}, DisclosureInvalid),
        ({"_sd": [1]}, DisclosureInvalid),
        ({"_sd": ["short"]}, DisclosureInvalid),
        ({"...": "x"}, DisclosureCollision),
        ({"list": [{"...": "A" * 43, "more": 1}]}, DisclosureCollision),
        ({"list": [{"...": 5}]}, DisclosureInvalid),
    ],
)
def test_disclose_malformed_digests_are_refused(release: dict[str, Any], error: type[Exception]) -> None:
    """Reserved names in any other use than theirs are refused."""
    with pytest.raises(error):
        disclose(release, [])


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_conceal_reserved_name_is_refused(name: str) -> None:
    """``_sd`` and ``...`` cannot be names of concealed fields."""
    with pytest.raises(DisclosureCollision):
        make_disclosure(name, 1)
