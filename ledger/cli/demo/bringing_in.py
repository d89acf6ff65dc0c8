"""The past of the town and of its neighbours onto the ledger, through the same import as everybody's notices."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import OBSERVER, ON_THE_LEDGER, Body
from ledger.cli.importing import Admit
from ledger.cli.importing.anchoring import anchor
from ledger.cli.importing.foreign import require_own
from ledger.ocds.privacy import policy_named
from ledger.settings import Publisher
from ledger.store.importing import prepare_import

Notices = Iterable[tuple[Body, list[dict[str, Any]]]]
"""Releases by their buyer."""


def bring_in(stage: Stage, notices: Notices) -> None:
    """Anchor these notices: buyers on the ledger their own, the association those of all others.

    Raises the first failure by name if anything is refused: what the demo makes itself has to be in order.
    """
    by_publisher: dict[Body, list[dict[str, Any]]] = {}
    for body, releases in notices:
        if releases:
            by_publisher.setdefault(body if body in ON_THE_LEDGER else OBSERVER, []).extend(releases)
    with tempfile.TemporaryDirectory(prefix="siegel-demo-notices-") as folder:
        for number, (publisher, releases) in enumerate(by_publisher.items()):
            exports = Path(folder) / str(number)
            _write_exports(exports, publisher, releases)
            _import(stage, publisher, exports)


def _write_exports(folder: Path, publisher: Body, releases: Iterable[dict[str, Any]]) -> None:
    """A release package for each year, as a platform exports them."""
    years: dict[str, list[dict[str, Any]]] = {}
    for release in releases:
        years.setdefault(release["date"][:4], []).append(release)
    folder.mkdir()
    for year, published in years.items():
        package = {
            "uri": f"https://example.org/{publisher.uid}/{year}.json",
            "publisher": {"name": publisher.name},
            "publishedDate": published[-1]["date"],
            "version": "1.1",
            "releases": published,
        }
        (folder / f"{year}.json").write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


def _import(stage: Stage, publisher: Body, exports: Path) -> None:
    organisation = stage.organisation(publisher)
    own = Publisher(name=publisher.name, scheme=publisher.scheme, uid=publisher.uid)
    admit: Admit | None = None if publisher is OBSERVER else lambda found: require_own(found, own)
    for document in prepare_import([exports], stage.releases, organisation, policy_named("standard"), admit=admit):
        for refusal in document.report.refused:
            raise refusal.error
    signer = stage.keys[publisher.publisher_key]
    anchor(stage.chain, stage.releases, organisation, signer, stage.clock.now, lambda _: None, tried=True)
