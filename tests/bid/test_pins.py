"""Copies of the bidder's page with custodians pinned: how they are written, and what serving one shows and refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from explorer.page_file import BID_PAGE
from explorer.pinned_page import Pin, page_of, pinned, pins_in
from ledger.chain.identifiers import key_set_id, organisation_id
from ledger.chain.registry import KeySet, RegisterKeySet, RetireKeySet
from ledger.cli.acts.pinning import accepted, named
from ledger.errors import KeySetNotReady, KeySetUnknown, SettingInvalid
from ledger.settings import Settings
from tests.api.sealed_town import key_set_of
from tests.bid.tenderer import listened
from tests.bid.town import OCID, bidding_town, publish, served
from tests.index.town import Town, embedded_town

PAGE = BID_PAGE.html
ONE = Pin(b"\x01" * 32, b"\x04" + b"\x11" * 64, "DE-LEITWEG one")
TWO = Pin(b"\x02" * 32, b"\x04" + b"\x22" * 64, "DE-LEITWEG two")
HOSTILE = Pin(b"\x03" * 32, b"\x04" + b"\x33" * 64, "</script><script>alert(1)</script>&\u202e\u2028")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the town lies."""
    return tmp_path_factory.mktemp("town")


@pytest.fixture(scope="module")
def town(folder: Path) -> Iterator[Town]:
    """With an open round for bids."""
    with bidding_town(folder) as town:
        publish(town)
        yield town


def pins_of(town: Town) -> list[Pin]:
    """Its custodians, as the ledger has them."""
    return [
        Pin(each.holder, each.key, each.name) for one in accepted(town.chain, town.buyer) for each in one.custodians
    ]


def test_pinned_copy_is_the_same_bytes_whatever_the_order() -> None:
    """And its pins are read from it again; the built page has none."""
    copy = pinned(PAGE, [TWO, ONE, TWO])
    assert copy == pinned(PAGE, iter([ONE, TWO]))
    assert pins_in(copy, PAGE) == (ONE, TWO)
    assert pins_in(PAGE, PAGE) is None


def test_copies_with_other_pins_have_other_digests() -> None:
    """Whoever serves a page with another custodian, key or name shows another SHA-256."""
    changed = (Pin(b"\x09" * 32, ONE.key, ONE.name), Pin(ONE.holder, TWO.key, ONE.name), Pin(ONE.holder, ONE.key, "x"))
    pages = [PAGE, *(pinned(PAGE, pins) for pins in ([ONE], [TWO], [ONE, TWO], *([each] for each in changed)))]
    assert len({hashlib.sha256(page).digest() for page in pages}) == len(pages)


def test_name_with_markup_does_not_end_the_list() -> None:
    """Of an organisation's place in a register, which governors admit and others wrote."""
    copy = pinned(PAGE, [HOSTILE])
    assert copy.count(b"</script>") == PAGE.count(b"</script>")
    assert pins_in(copy, PAGE) == (HOSTILE,)


@pytest.mark.parametrize(
    "tampered",
    [
        lambda copy: copy.replace(b"</html>", b"<p>.</p></html>"),
        lambda copy: copy.replace(b'"pins">[', b'"pins">[],"</script><script>alert(1)</script>"['),
        lambda copy: copy.replace(b'"name":', b'"name": '),
        lambda copy: copy.replace(b"default-src 'none'", b"default-src *"),
        lambda copy: copy.replace(b'"holder":"0', b'"holder":"x'),
        lambda copy: copy[: len(copy) // 2],
        lambda copy: pinned(PAGE, []),
        lambda copy: PAGE,
        lambda copy: b"",
    ],
)
def test_file_that_is_no_copy_of_the_page_is_not_served(tmp_path: Path, tampered: Any) -> None:
    """An operator cannot serve by mistake what was changed elsewhere, belongs to another version, or pins nobody."""
    path = tmp_path / "page.html"
    path.write_bytes(tampered(pinned(PAGE, [ONE])))
    with pytest.raises(SettingInvalid) as refused:
        page_of(Settings.load(tmp_path, bid_page="page.html"))
    assert refused.value.values["setting"] == "bid_page"


def test_file_that_is_not_there_is_refused_and_without_a_setting_the_built_page_is_served(tmp_path: Path) -> None:
    """Relative paths lie below the home."""
    with pytest.raises(SettingInvalid) as refused:
        page_of(Settings.load(tmp_path, bid_page="page.html"))
    assert str(tmp_path / "page.html") in refused.value.values["why"]
    assert page_of(Settings.load(tmp_path)) is BID_PAGE


def test_accepted_key_sets_are_those_that_rounds_can_take(tmp_path: Path) -> None:
    """Not one that a custodian has not accepted, and not a retired one; custodians have their place in a register."""
    with embedded_town(tmp_path) as town:
        town.accept_key_set()
        first = key_set_of(town)
        (found,) = accepted(town.chain, town.buyer)
        assert found.key_set == town.key_set
        numbers = {organisation_id("DE-LEITWEG", f"custodian-{n}"): f"DE-LEITWEG:custodian-{n}" for n in (1, 2, 3)}
        assert [(each.holder, each.key, each.name) for each in found.custodians] == [
            (each.holder, each.key, numbers[each.holder]) for each in first.custodians
        ]
        assert named(town.chain, [town.key_set]) == [found]
        other = register(town, first)
        assert accepted(town.chain, town.buyer) == [found]
        with pytest.raises(KeySetNotReady):
            named(town.chain, [other])
        with pytest.raises(KeySetUnknown):
            named(town.chain, [b"\x07" * 32])
        assert accepted(town.chain, town.observer) == []
        town.jointly(RetireKeySet(town.key_set, b"\x01" * 32, town.expires()))
        assert accepted(town.chain, town.buyer) == []


def register(town: Town, first: KeySet) -> bytes:
    """Another key set, with the keys of two custodians exchanged, which nobody has accepted; its id."""
    one, two, three = first.custodians
    exchanged = (type(one)(one.holder, two.key), type(two)(two.holder, one.key), three)
    key_set = KeySet(first.officer_threshold, first.custodian_threshold, first.officers, exchanged)
    town.jointly(RegisterKeySet(town.buyer, key_set, town.expires()))
    return key_set_id(town.buyer, key_set)


@pytest.mark.parametrize("knows", [True, False])
def test_served_copy_shows_its_own_digest_and_knows_its_custodians(
    context: BrowserContext, town: Town, folder: Path, knows: bool
) -> None:
    """With the ledger's custodians there is a form; with others there is none. The policy is the built page's."""
    pins = pins_of(town) if knows else [Pin(each.holder, ONE.key, each.name) for each in pins_of(town)]
    copy = pinned(PAGE, pins)
    (folder / "copy.html").write_bytes(copy)
    with served(town, folder, 1, bid_page="copy.html") as (_, url):
        process = town.process(OCID).hex()
        page_url = f"{url}/bid/0x{process}/1"
        answer = httpx.get(page_url)
        assert answer.content == copy
        digest = hashlib.sha256(copy).hexdigest()
        shown = httpx.get(f"{url}/processes/0x{process}").text.replace("\u200b", "").replace("<wbr>", "")
        assert digest in shown
        assert hashlib.sha256(PAGE).hexdigest() not in shown
        assert "connect-src 'self';" in answer.headers["content-security-policy"]
        page, said = listened(context)
        page.goto(page_url)
        if knows:
            expect(page.locator("#content")).to_contain_text("in der Liste, die in dieser Seite fest enthalten ist")
            expect(page.locator("#step-title")).to_be_visible()
        else:
            expect(page.locator("#refusal")).to_contain_text("ist dieser Seite unbekannt")
            expect(page.locator("#step-title")).to_have_count(0)
        assert [line for line in said if "Content Security Policy" in line] == []
