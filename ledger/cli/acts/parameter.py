"""An option or argument of an act's command, and how the act's field is made from what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.language import say

if TYPE_CHECKING:
    from ledger.cli.acts.making import Making


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option (``--key-set``), or with ``positional`` one argument; ``help`` is the English message id.

    ``kind`` is the type Typer reads (``str`` unless said otherwise); without ``required`` the ``default`` stands for
    "not given".
    """

    name: str
    help: str
    metavar: str = "TEXT"
    kind: Any = str
    required: bool = False
    default: Any = None
    positional: bool = False

    @property
    def option(self) -> str:
        """As typed and as named in messages."""
        return self.metavar if self.positional else "--" + self.name.strip("_").replace("_", "-")

    def annotation(self) -> Any:
        """What Typer reads."""
        kind = self.kind if self.required or self.default is not None else self.kind | None
        if self.positional:
            return Annotated[kind, typer.Argument(metavar=self.metavar, help=say(self.help))]
        metavar = None if self.kind is bool else self.metavar
        return Annotated[kind, typer.Option(self.option, metavar=metavar, help=say(self.help))]


Values = Mapping[str, Any]
"""What was typed, by parameter name."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an act: its parameters and what makes the value of them."""

    parameters: tuple[Parameter, ...]
    read: Callable[[Making, Values], Any]
