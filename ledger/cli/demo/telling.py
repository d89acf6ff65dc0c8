"""What the demo says once it is up: where to look, and what to try."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.chain.identifiers import process_id
from ledger.cli.demo.anchored import TAMPERED_OCID
from ledger.cli.demo.neighbour import CHANGED_OCID, VANISHED_OCID
from ledger.cli.demo.sealed_checks import LIVE
from ledger.cli.demo.seeding import POLICY, TO_TRY, Demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import BUYER, OBSERVER
from ledger.cli.language import say


def told_lines(demo: Demo, url: str, rpc_url: str) -> Iterator[str]:
    """Addresses first, then what to try on the command line."""
    home = demo.settings.home
    process = process_id(Stage.organisation(BUYER), TAMPERED_OCID).hex()
    vanished, changed = (process_id(Stage.organisation(OBSERVER), each).hex() for each in (VANISHED_OCID, CHANGED_OCID))
    live = process_id(Stage.organisation(BUYER), LIVE).hex()
    yield say("Procedures          {url}/", url=url)
    yield say("Hand in a bid       {url}/bid/0x{process}/1", url=url, process=live)
    yield say("Altered afterwards  {url}/processes/0x{process}", url=url, process=process)
    yield say("Vanished notice     {url}/processes/0x{process}", url=url, process=vanished)
    yield say("Changed silently    {url}/processes/0x{process}", url=url, process=changed)
    yield say("Check a file        {url}/check   (files to try: {folder})", url=url, folder=home / TO_TRY)
    yield say("Trust policy        {file}", file=home / POLICY)
    yield say("Status              {url}/status", url=url)
    yield say("Data                {url}/api/v1/processes", url=url)
    yield say("Chain (JSON-RPC)    {url}", url=rpc_url)
    yield say("In another window   siegel --home {home} index check", home=home)
    yield say("Ctrl-C ends it; started again, the chain goes on.")
