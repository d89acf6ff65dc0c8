"""The Atom feed: valid, for each search, a new entry for each new act."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.api.conftest import Api
from tests.explorer.site import AWARDED, OBSERVED, OPEN
from tests.index.town import release

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(api: Api, query: str = "") -> ElementTree.Element:
    """The feed of a search."""
    answer = api.get(f"/feed.atom{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
    return ElementTree.fromstring(answer.content)


def texts(parent: ElementTree.Element, path: str) -> list[str]:
    """Texts of elements by their path."""
    return [element.text or "" for element in parent.findall("/".join(ATOM + name for name in path.split("/")))]


def links(parent: ElementTree.Element) -> dict[str, str]:
    """Addresses by relation."""
    return {link.attrib["rel"]: link.attrib["href"] for link in parent.findall(f"{ATOM}link")}


def test_feed_has_what_the_standard_requires(api: Api) -> None:
    """RFC 4287 sections 4.1.1 and 4.1.2: one id, title, updated, author; entries with ids of their own, newest
    first."""
    root = feed(api)
    for name in ("id", "title", "updated"):
        assert len(texts(root, name)) == 1
        assert all(texts(root, name))
    assert all(texts(root, "author/name"))
    assert links(root)["self"] == f"{api.site.url}/api/v1/feed.atom"
    assert links(root)["license"].startswith("https://")
    updated = texts(root, "entry/updated")
    assert updated == sorted(updated, reverse=True)
    assert texts(root, "updated") == updated[:1]
    identities = texts(root, "entry/id")
    assert len(set(identities)) == len(identities) == api.get("/processes").json()["total"]
    for entry in root.findall(f"{ATOM}entry"):
        for address in links(entry).values():
            assert api.client.get(address).status_code == 200


@pytest.mark.parametrize(("query", "expected"), [("?mode=observed", OBSERVED), ("?q=sohn+glanz", AWARDED)])
def test_feed_of_a_search_has_its_processes_only(api: Api, query: str, expected: str) -> None:
    """Subscribed by search or buyer, under an id of its own."""
    root = feed(api, query)
    (entry,) = root.findall(f"{ATOM}entry")
    assert expected in texts(entry, "summary")[0]
    assert texts(root, "id") == [f"{api.site.url}/api/v1/feed.atom{query}"]
    assert links(root)["alternate"].endswith(f"/{query}")


def test_feed_after_a_new_act_has_a_new_entry(api: Api) -> None:
    """So that a reader's program tells of it."""
    before = texts(feed(api), "entry/id")
    api.site.town.notice(OPEN, api.site.town.keep(release(OPEN, 7, title="Neue Frist\x07 \u202e<b>")))
    api.take_in()
    root = feed(api)
    new = [identity for identity in texts(root, "entry/id") if identity not in before]
    assert len(new) == 1
    assert texts(root, "entry/id")[0] == new[0]
    assert texts(root, "entry/title")[0] == "Neue Frist[U+0007] [U+202E]<b>"


def test_feed_pages_lead_through_the_whole_list(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5005: ``next`` until there is none."""
    monkeypatch.setattr("api.feed.ENTRIES", 1)
    seen: list[str] = []
    address: str | None = "/api/v1/feed.atom"
    while address:
        root = ElementTree.fromstring(api.client.get(address).content)
        seen += texts(root, "entry/id")
        address = links(root).get("next")
    assert len(seen) == len(set(seen)) == api.get("/processes").json()["total"]
