"""What several commands about a round and its opening take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.language import say

ProcessArgument = Annotated[str, typer.Argument(metavar="PROCESS", help=say("process id, or ocid of the organisation"))]
RoundOption = Annotated[int, typer.Option("--round", min=1, help=say("number of the round"))]
ServerOption = Annotated[
    str | None, typer.Option("--server", metavar="URL", help=say("server that has the envelopes; default: public_url"))
]
AsOption = Annotated[str | None, typer.Option("--as", metavar="NAME", help=say("key that acts; default: officer-one"))]
OrganisationOption = Annotated[
    str | None,
    typer.Option(
        "--organisation", metavar="SCHEME:ID", help=say("whose process it is; default: the publisher of siegel.toml")
    ),
]
TogetherOption = Annotated[
    str | None,
    typer.Option("--together-with", metavar="NAME", help=say("key of the second person, if it is at this desk")),
]
ProposeOption = Annotated[
    Path | None,
    typer.Option("--propose", metavar="FILE", help=say("proposal for the second person, to be written and mailed")),
]
