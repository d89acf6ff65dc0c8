"""What several commands of ``siegel bid`` take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.language import say

ReceiptArgument = Annotated[Path, typer.Argument(metavar="RECEIPT", help=say("the receipt that siegel bid seal wrote"))]
