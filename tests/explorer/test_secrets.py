"""What is the operator's alone stays out of every answer: addresses and passwords of node and database, folders."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.told import WITH_VALUES, is_told, title
from explorer.failures import MEANINGS, SENTENCES
from ledger import errors
from ledger.chain.client import Chain
from ledger.chain.node.server import serve
from ledger.errors import SiegelError
from ledger.index.follower import Follower
from ledger.index.sync import Synchroniser
from tests.explorer.site import OPEN, Site, open_services, served, serving

PASSWORD = "9-geheim-4"
PAGES = ["/", "/status", "/organisations", "/check", "/lookup", "/imprint", "/privacy", "/accessibility", "/nowhere"]
DATA = ["status", "readyz", "healthz", "metrics", "processes", "organisations", "openapi.json", "nothing"]


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A town whose node is reached by an address with a password and does not answer any more."""
    folder = tmp_path_factory.mktemp("cut-off")
    with served(folder) as site:
        assert site.town.clock is not None
        site.town.clock.finish()
        node = serve(site.town.node, "127.0.0.1", 0)
        rpc_url = node.url.replace("://", f"://operator:{PASSWORD}@")
        chain = Chain.connect(rpc_url, site.town.chain.deployment)
        settings = {"rpc_url": rpc_url, "passphrase_file": PASSWORD}
        with open_services(folder, chain, **settings) as services:
            node.stop()
            follower = Follower(Synchroniser(services.index, chain, services.store), 0.01)
            object.__setattr__(services, "follower", follower)
            follower.start()
            while follower.last_error is None:
                pass
            # Without the address in it there would be nothing to keep back.
            assert node.url.removeprefix("http://") in follower.last_error
            # The application would start it a second time.
            object.__setattr__(services, "follower", Quiet(follower.failure))
            follower.stop()
            with serving(services) as url:
                yield site, url


class Quiet:
    """A follower that has failed and rests."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure

    def start(self) -> None:
        """Does nothing."""

    stop = start


def test_no_answer_holds_the_nodes_address_or_a_folder(cut_off: tuple[Site, str]) -> None:
    """Every page in both languages and every JSON, while the node is away: the moment at which addresses leak."""
    site, url = cut_off
    process = site.page(OPEN)
    paths = [*PAGES, process, *(f"/api/v1/{name}" for name in DATA), f"/api/v1{process}", f"/api/v1{process}/record"]
    port = url.rpartition(":")[2]
    for path in paths:
        for language in ("de", "en"):
            answer = httpx.get(url + path, headers={"accept-language": language})
            said = answer.text.replace(f"127.0.0.1:{port}", "")  # the pages' own address stands in OCDS packages
            for secret in (PASSWORD, "operator:", str(site.folder), "127.0.0.1", "sqlite"):
                assert secret not in said, (path, secret)


def test_readers_learn_that_the_node_does_not_answer(cut_off: tuple[Site, str]) -> None:
    """The failure's name and what it means are no secret."""
    site, url = cut_off
    assert httpx.get(f"{url}/api/v1/status").json()["status"]["lastError"] == "NodeUnreachable"
    assert "NodeUnreachable" in httpx.get(f"{url}/status").text
    assert "Der Knoten der Kette antwortet nicht." in httpx.get(f"{url}{site.page(OPEN)}?lang=de").text
    problem = httpx.get(f"{url}/api/v1/readyz").json()
    assert (problem["type"], problem["why"]) == ("/problems/IndexNotReady", "NodeUnreachable")


def test_every_failure_of_the_installation_keeps_its_values_unless_it_is_listed() -> None:
    """A failure added later is silent until somebody has looked at what its values are."""
    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, SiegelError)]
    for error in found:
        assert is_told(error.__new__(error)) == (error.status < 500 or error.__name__ in WITH_VALUES)
    assert {error.__name__ for error in found} >= WITH_VALUES
    assert not WITH_VALUES & MEANINGS.keys()
    for name, meaning in MEANINGS.items():
        assert meaning == title(getattr(errors, name))
    assert set(SENTENCES) >= WITH_VALUES
    assert all(is_told(getattr(errors, name)()) for name in SENTENCES)
