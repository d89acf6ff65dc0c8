"""Answers that are given again without being made again: the same in everything, and never older than the index."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, event, update

from api.answer_cache import LONGEST_QUERY
from ledger.index.schema import processes
from tests.api.conftest import Api
from tests.explorer.site import AWARDED, OPEN
from tests.index.test_synchronising import publish


@contextmanager
def statements(api: Api) -> Iterator[list[str]]:
    """What the index is asked meanwhile."""
    with api.site.services.index.reading() as connection:
        engine = connection.engine
    asked: list[str] = []

    def hear(*said: object) -> None:
        asked.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("path", ["", "/acts", "/rounds", "/processes?facets=true&limit=3", "/organisations"])
def test_get_again_same_answer_and_the_index_is_not_read(api: Api, path: str) -> None:
    """Status, headers and body are the same, whoever asks how: HEAD and If-None-Match, too."""
    path = path if "?" in path or path == "/organisations" else api.process(AWARDED) + path
    first = api.get(path)
    with statements(api) as asked:
        second = api.get(path)
        held = api.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        head = api.client.head(f"/api/v1{path}")
    assert asked == []
    assert first.content == second.content
    ignored = ("date",)
    told = [{name: value for name, value in found.headers.items() if name not in ignored} for found in (first, second)]
    assert told[0] == told[1]
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "content-length" not in held.headers


def test_get_kept_answer_counted_under_its_route(api: Api) -> None:
    """The metrics do not tell kept answers apart, and name no address."""
    path = api.process(OPEN)
    line = 'siegel_request_seconds_count{route="/processes/{processId}",status="200"}'

    def counted() -> float:
        told = api.client.get("/metrics").text.splitlines()
        return next((float(each.rpartition(" ")[2]) for each in told if each.startswith(line)), 0.0)

    api.get(path)
    before = counted()
    api.get(path)
    assert counted() == before + 1


def test_get_after_an_act_the_new_is_answered(api: Api) -> None:
    """Not one answer is older than the index."""
    before = api.get("/processes").json()["total"]
    assert api.get("/processes").json()["total"] == before
    publish(api.site.town, "ocds-a2ef3d-kept")
    api.take_in()
    assert api.get("/processes").json()["total"] == before + 1


def test_get_after_a_row_was_altered_by_hand_the_altered_is_answered(api: Api) -> None:
    """Kept answers cover nothing up."""
    path = api.process(AWARDED)
    title = api.get(path).json()["title"]
    this = processes.c.ocid == AWARDED
    engine = create_engine(api.site.services.settings.index_url)
    for altered in ("Altered", title):
        with engine.begin() as connection:
            connection.execute(update(processes).where(this).values(title=altered))
        assert api.get(path).json()["title"] == altered
    engine.dispose()


def test_get_when_a_deadline_passes_the_new_status_is_answered(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A status that follows from a date changes with its second."""
    path = api.process(OPEN)
    deadline = api.get(path).json()["deadline"]

    def status_at(second: int) -> str:
        clock = SimpleNamespace(time=lambda: second + 0.5, perf_counter=time.perf_counter)
        for module in ("api.answer_cache", "ledger.index.queries"):
            monkeypatch.setattr(f"{module}.time", clock)
        return str(api.get(path).json()["status"])

    assert [status_at(deadline + second) for second in (-1, 0, 1, 2, 0)] == [
        "open", "open", "evaluation", "evaluation", "open",
    ]  # fmt: skip


def test_get_with_a_long_query_not_kept(api: Api) -> None:
    """A parameter that means nothing cannot fill the memory."""
    path = f"/processes?limit=1&nothing={'x' * LONGEST_QUERY}"
    assert api.get(path).status_code == 200
    with statements(api) as asked:
        assert api.get(path).status_code == 200
    assert asked


def test_get_release_packages_never_kept(api: Api) -> None:
    """They hold what releases say, which is read and compared with its digest each time."""
    path = api.process(AWARDED)
    for part in ("releases", "record"):
        api.get(f"{path}/{part}")
        with statements(api) as asked:
            api.get(f"{path}/{part}")
        assert asked
