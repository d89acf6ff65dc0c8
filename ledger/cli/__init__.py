"""``siegel``: the command line. One file, or one folder, a group of commands."""

from __future__ import annotations

from ledger.cli import (
    acts,
    approve,
    auditing,
    backup,
    bidding,
    custodian,
    demo,
    disclosing,
    doctor,
    evidence,
    importing,
    indexing,
    init,
    keys,
    log,
    lookup,
    opening,
    pages,
    pulling,
    ranking,
    serving,
)
from ledger.cli.command import root

app = root("Vergabesiegel: a ledger that makes public procurement checkable.")
demo.register(app)
init.register(app)
keys.register(app)
importing.register(app)
pulling.register(app)
disclosing.register(app)
groups = acts.register(app)
bidding.register(groups["bid"])
opening.register(groups["opening"])
custodian.register(app)
pages.register(app)
approve.register(app)
indexing.register(app)
lookup.register(app)
ranking.register(app)
evidence.register(app)
auditing.register(app)
serving.register(app)
log.register(app)
backup.register(app)
doctor.register(app)
