"""The table of the README: each forgery, its step, and what each verifier said. ``python -m tests.attacks.table``
writes it anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.attacks.corpus import forgeries
from tests.attacks.draft import control, control_names
from tests.attacks.verifiers import VERIFIERS, Said

README = Path(__file__).parent / "README.md"
_BEGIN, _END = "<!-- table: python -m tests.attacks.table -->\n", "<!-- end of table -->\n"


def table(said: Mapping[str, Mapping[str, Said]]) -> str:
    """Of what each verifier said of each control and each forgery, by their names."""
    verifiers = list(said)
    lines = [f"| control | {' | '.join(verifiers)} |", "|---|" + "---|" * len(verifiers)]
    lines += [f"| `{name}` | {' | '.join(_end(said[each][name]) for each in verifiers)} |" for name in control_names()]
    lines += ["", f"| forgery | of | what the attacker wants | refusal | {' | '.join(verifiers)} |"]
    lines += ["|---|---|---|---|" + "---|" * len(verifiers)]
    for forgery in forgeries():
        ends = " | ".join(_end(said[each][forgery.name]) for each in verifiers)
        lines.append(f"| `{forgery.name}` | `{forgery.control}` | {forgery.wants} | {forgery.refusal} | {ends} |")
    return "\n".join(lines) + "\n"


def written() -> str:
    """The table that stands in the README."""
    return README.read_text("utf-8").partition(_BEGIN)[2].partition(_END)[0]


def main() -> None:
    """Ask the verifiers and write the table."""
    built = {forgery.name: forgery.built() for forgery in forgeries()} | {
        name: control(name) for name in control_names()
    }
    pairs = list(built.values())
    said = {name: dict(zip(built, verifier(pairs), strict=True)) for name, verifier in VERIFIERS.items()}
    before, _, rest = README.read_text("utf-8").partition(_BEGIN)
    README.write_text(before + _BEGIN + table(said) + _END + rest.partition(_END)[2], "utf-8")


def _end(said: Said) -> str:
    return "accepted" if said.verified else f"refused at {said.failed}"


if __name__ == "__main__":
    main()
