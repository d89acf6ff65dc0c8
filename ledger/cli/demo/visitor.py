"""Whoever looks at the running demo from outside, for ``siegel demo --check``."""

from __future__ import annotations

import functools
import html
from typing import Any, Final

import httpx

from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.cli.demo.anchored import TAMPERED_OCID
from ledger.cli.demo.seeding import Demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import Body
from ledger.errors import CheckFailed
from ledger.ocds.digest import salted_digest
from ledger.store.objects import ObjectStore
from ledger.terms import Act

EXPECTED: Final = {
    "ocds-demo00-2026-01": ("sealed", "open"),
    "ocds-demo00-2026-02": ("sealed", "standstill"),
    "ocds-demo00-2026-03": ("sealed", "evaluation"),
    "ocds-demo00-2026-04": ("anchored", "concluded"),
    "ocds-demo00-2026-05": ("observed", "awarded"),
    "ocds-demo00-2026-06": ("anchored", "awarded"),
    "ocds-demo00-2026-07": ("sealed", "concluded"),
    "ocds-demo00-2026-08": ("sealed", "concluded"),
    "ocds-demo10-2026-01": ("observed", "open"),
    "ocds-demo10-2026-02": ("observed", "awarded"),
    "ocds-demo10-2026-03": ("observed", "evaluation"),
    "ocds-demo10-2026-04": ("observed", "awarded"),
}
"""Mode and status of each procedure of the stories as the API shows them."""


EACH: Final = 10
"""Of so many procedures of the years before, one is looked at more closely."""


class Visitor:
    """Who looks at the running demo from outside."""

    def __init__(self, demo: Demo, url: str) -> None:
        self.demo = demo
        self.web = httpx.Client(base_url=url, timeout=30.0)
        self.store = ObjectStore(demo.settings.store_dir)

    def json(self, path: str) -> Any:
        """The JSON behind a path."""
        answer = self.web.get(path)
        if answer.status_code != 200:
            raise CheckFailed(seen=f"{path}: {answer.status_code}")
        return answer.json()

    def page(self, path: str, language: str) -> str:
        """The page behind a path, as text."""
        # Parameters given apart would take the place of those in the path.
        answer = self.web.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
        if answer.status_code != 200:
            raise CheckFailed(seen=f"{path}: {answer.status_code}")
        return html.unescape(answer.text)

    def some(self) -> dict[str, dict[str, Any]]:
        """The procedures of the stories, and some of all years before: what is asked of each takes its time."""
        others = sorted(self.all.keys() - EXPECTED.keys())
        return self.processes() | {ocid: self.all[ocid] for ocid in others[::EACH]}

    def found(self, query: str) -> list[dict[str, Any]]:
        """All procedures of a search, page after page."""
        answer = self.json(f"/api/v1/processes?limit=200&{query}")
        rows = list(answer["processes"])
        while answer["next"] is not None:
            answer = self.json(answer["next"])
            rows += answer["processes"]
        if len(rows) != answer["total"]:
            raise CheckFailed(seen=f"{query}: {len(rows)}, {answer['total']}")
        return rows

    @functools.cached_property
    def all(self) -> dict[str, dict[str, Any]]:
        """All procedures by ocid."""
        return {each["ocid"]: each for each in self.found("")}

    def processes(self) -> dict[str, dict[str, Any]]:
        """The procedures of the stories by ocid."""
        return {ocid: each for ocid, each in self.all.items() if ocid in EXPECTED}

    def document(self, digest: bytes) -> bytes:
        """A document that is served, once its bytes were seen to give the digest."""
        content = self.web.get(f"/api/v1/documents/0x{digest.hex()}").content
        if salted_digest(self.store.salt(digest) or b"", content) != digest:
            raise CheckFailed(seen=f"0x{digest.hex()}")
        return content

    def subjects(self, act: Act, body: Body) -> list[bytes]:
        """What acts of this kind are about that the body recorded, as the chain has them."""
        chain = self.demo.chain
        logs = chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
        acts = [decode_log(log.topics, log.data) for log in logs if log.account == chain.ledger]
        return [each.subject for each in acts if (each.act, each.organisation_id) == (act, Stage.organisation(body))]

    def tampered(self) -> dict[str, Any]:
        """The procedure that was altered, as the API has it."""
        found = self.processes().get(TAMPERED_OCID)
        if found is None:
            raise CheckFailed(seen=TAMPERED_OCID)
        return found
