"""A store looked at and left alone: no database is made, none is brought to another format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from ledger.store.objects import ObjectStore
from ledger.store.releases import ReleaseStore
from ledger.store.state import State


@contextmanager
def releases_to_look_at(state_url: str, store_dir: Path) -> Iterator[ReleaseStore]:
    """The releases that are kept there; none where there is no state yet. Raises ``StateOutdated``."""
    with TemporaryDirectory() as elsewhere:
        missing = _is_missing(state_url)
        with closing(State(f"sqlite:///{elsewhere}/state.sqlite" if missing else state_url)) as state:
            if missing:
                state.migrate()
            state.check()
            yield ReleaseStore(ObjectStore(store_dir), state)


def _is_missing(url: str) -> bool:
    place = make_url(url)
    return place.get_backend_name() == "sqlite" and not Path(place.database or "").exists()
