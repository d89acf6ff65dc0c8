"""The names of all failures.

One name per failure everywhere: the Solidity error, the class here, the API problem's ``type`` and the sentence on
the page. A class's ``sentence`` is the English message with the values that belong to it as ``{placeholders}``;
it is also the message id for translation.
"""

from __future__ import annotations

from typing import Any, ClassVar


class SiegelError(Exception):
    """Base of every failure this software names itself.

    ``values`` holds the offending values by name; ``status`` is the HTTP status the API answers with (RFC 9457).
    """

    sentence: ClassVar[str] = "Something failed."
    status: ClassVar[int] = 400

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.sentence.format_map(_Shown(values)))

    @property
    def name(self) -> str:
        """The failure's one name, as in the contract, the API and the page."""
        return type(self).__name__


class _Shown(dict[str, Any]):
    """Shows bytes as hex, and a value that was not given as ``?`` instead of failing while reporting a failure."""

    def __missing__(self, key: str) -> str:
        return "?"

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return "0x" + value.hex() if isinstance(value, bytes) else value
