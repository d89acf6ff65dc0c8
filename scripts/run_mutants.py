"""Puts planted mutants of the contracts on trial: tests that do not notice them are worth nothing.

Each patch in ``contracts/mutants/`` plants one defect; its first line says which. The mutated sources are compiled into
``build/mutants/``, and forge runs the same compiled tests against that code: first the stateful run, then the unit
tests (without the gas table, which notices every change). The unchanged contracts go first and must pass. Prints who
caught which mutant and exits 1 if one survives.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import solcx

from scripts import compile_contracts

ROOT = Path(__file__).resolve().parent.parent
MUTANTS = ROOT / "contracts" / "mutants"
BUILD = ROOT / "build" / "mutants"
FORGE = ROOT / "node_modules" / ".bin" / "forge"
INVARIANTS = "InvariantTest"

# Without the optimizer: what a mutant does is the same, and compiling takes a tenth of the time.
SETTINGS = compile_contracts.SETTINGS | {"viaIR": False, "optimizer": {"enabled": False}}


def plant(patch: Path | None, folder: Path) -> None:
    """Writes the artifacts of the contracts with ``patch`` applied (none: unchanged) to ``folder``.

    :raises subprocess.CalledProcessError: if the patch does not apply to the present sources
    """
    with tempfile.TemporaryDirectory() as home:
        sources = Path(home) / "contracts" / "src"
        shutil.copytree(compile_contracts.SOURCES, sources)
        if patch is not None:
            subprocess.run(["git", "apply", str(patch)], cwd=home, check=True)
        output = solcx.compile_standard(
            {
                "language": "Solidity",
                "sources": compile_contracts.sources(sources),
                "settings": SETTINGS | {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
            },
            solc_binary=str(ROOT / "scripts" / "solc.js"),
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in compile_contracts.CONTRACTS:
        code = output["contracts"][f"contracts/src/{name}.sol"][name]["evm"]["bytecode"]["object"]
        (folder / f"{name}.json").write_text(json.dumps({"bytecode": "0x" + code}), encoding="utf-8")


def trial(folder: Path, depth: int, *selection: str) -> str | None:
    """Runs the selected forge tests against the code in ``folder``; what failed first, or None if nothing did.

    :raises SystemExit: if forge did not get as far as running tests
    """
    environment = os.environ | {
        "SIEGEL_ARTIFACTS": folder.relative_to(ROOT).as_posix(),
        "SIEGEL_LEAST_EXECUTIONS": "0",  # a short run cannot reach the counts of the long one
        "FOUNDRY_OUT": "build/forge/out",
        "FOUNDRY_CACHE_PATH": "build/forge/cache",
        "FOUNDRY_INVARIANT_RUNS": "1",
        "FOUNDRY_INVARIANT_DEPTH": str(depth),
        "FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR": str(folder / "failures"),
    }
    run = subprocess.run(
        [str(FORGE), "test", "--isolate", *selection], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    failed = re.search(r"^\[FAIL(?::? ?(?P<why>.*?))\] ?(?P<test>\w*)", run.stdout, re.MULTILINE)
    if failed:
        return f"{failed['test']}: {failed['why']}".strip(": ")
    if run.returncode != 0 or "Suite result: ok" not in run.stdout:
        print(run.stdout[-2000:], run.stderr[-2000:], sep="\n", file=sys.stderr)
        raise SystemExit(2)
    return None


def judge(folder: Path, depth: int, thorough: bool) -> tuple[str | None, str | None]:
    """What the stateful run and what the unit tests found. Unless ``thorough``, one finding is enough."""
    shutil.rmtree(folder / "failures", ignore_errors=True)
    stateful = trial(folder, depth, "--match-contract", INVARIANTS)
    if stateful and not thorough:
        return stateful, None
    return stateful, trial(folder, depth, "--no-match-contract", f"{INVARIANTS}|Gas")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of names of patches; all without them")
    parser.add_argument("--depth", type=int, default=6000, help="steps of the stateful run (default 6000)")
    parser.add_argument(
        "--thorough", action="store_true", help="run the unit tests also where the stateful run caught it"
    )
    arguments = parser.parse_args()
    patches = [
        patch
        for patch in sorted(MUTANTS.glob("*.patch"))
        if not arguments.names or any(name in patch.stem for name in arguments.names)
    ]
    plant(None, BUILD / "unchanged")
    wrong = [finding for finding in judge(BUILD / "unchanged", arguments.depth, True) if finding]
    if wrong:
        print(f"The unchanged contracts must pass: {wrong[0]}", file=sys.stderr)
        return 1
    survivors = []
    print("| mutant | caught by the stateful run | caught by a unit test | seconds |\n|---|---|---|---:|")
    for patch in patches:
        began = time.monotonic()
        plant(patch, BUILD / patch.stem)
        stateful, unit = judge(BUILD / patch.stem, arguments.depth, arguments.thorough)
        if not stateful and not unit:
            survivors.append(patch.stem)
        seconds = time.monotonic() - began
        print(f"| {patch.stem} | {_cell(stateful)} | {_cell(unit)} | {seconds:.0f} |", flush=True)
    print(f"\n{len(patches) - len(survivors)} of {len(patches)} mutants caught.")
    if survivors:
        print("Survived: " + ", ".join(survivors), file=sys.stderr)
    return 1 if survivors else 0


def _cell(finding: str | None) -> str:
    if finding is None:
        return "–"
    return re.sub(r"^invariant_\w+: ", "", finding).replace("|", "/")[:90]


if __name__ == "__main__":
    raise SystemExit(main())
