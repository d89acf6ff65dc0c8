"""Who may keep or read an answer: caches, pages of others, the language cookie."""

from __future__ import annotations

import httpx
import pytest

from ledger.store import StoreClass
from tests.api.conftest import Api
from tests.explorer.site import OPEN, open_services, serving
from tests.index.town import release


def test_release_that_can_be_erased_is_asked_for_again(api: Api) -> None:
    """A cache that keeps an erasable release for ever would serve it after the erasure; with the tag it may keep it as
    long as we say that it stands."""
    site = api.site
    digest = site.town.keep(release("ocds-a2ef3d-erasable"), StoreClass.ERASABLE)
    site.town.notice("ocds-a2ef3d-erasable", digest)
    api.take_in()
    answer = api.get(f"/releases/{digest.hex()}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    held = {"If-None-Match": answer.headers["etag"]}
    assert api.get(f"/releases/{digest.hex()}", headers=held).status_code == 304
    site.town.store.erase(digest, "Art. 17 DSGVO")
    for headers in ({}, held):
        gone = api.get(f"/releases/{digest.hex()}", headers=headers)
        assert (gone.status_code, gone.headers["cache-control"]) == (410, "no-store")


def test_open_data_may_be_read_by_pages_of_others(api: Api) -> None:
    """Whoever may read may also read in a browser; pages and the form are no open data."""
    for path in ("/api/v1/processes", "/api/v1/nothing", "/extension/siegel/extension.json", "/problems/NotFound"):
        answer = api.client.get(path, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["access-control-allow-origin"] == "*", path
        assert "Siegel-Salt" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
    others = (api.client.get("/"), api.client.post("/check"), api.client.post("/api/v1/processes"))
    assert not any("access-control-allow-origin" in answer.headers for answer in others)


def test_pages_are_asked_for_again(api: Api) -> None:
    """A page shows what may be altered or erased the next moment."""
    (row,) = api.site.services.queries.processes_by_ocid(OPEN)
    for path in ("/", f"/processes/0x{row.process_id.hex()}", "/status", "/nowhere"):
        assert api.client.get(path).headers["cache-control"] == "no-cache", path


@pytest.mark.parametrize(("public_url", "secure"), [(None, False), ("https://vergabe.example", True)])
def test_language_cookie_of_a_site_under_https_is_secure(api: Api, public_url: str | None, secure: bool) -> None:
    """Behind a proxy the setting says how readers come."""
    site = api.site
    with (
        open_services(site.folder, site.town.chain, public_url=public_url) as services,
        serving(services) as url,
    ):
        cookie = httpx.get(f"{url}/?lang=en").headers["set-cookie"]
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
