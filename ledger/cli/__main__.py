"""``python -m ledger.cli``: the same as ``siegel``."""

from ledger.cli import app

app()
