"""Compiles the contracts and writes what the rest of the house uses of them to ``ledger/chain/artifacts/``.

The compiler is npm's solc behind ``scripts/solc.js``, driven through py-solc-x. The output depends on nothing but the
sources and the settings below (no metadata is appended to the code), so that anybody gets the same bytes:
``--check`` compares them with the committed ones.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import solcx

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "contracts" / "src"
ARTIFACTS = ROOT / "ledger" / "chain" / "artifacts"
# The interface gives the ABI its parameters' names: it is the specification.
CONTRACTS = {"TenderLedger": "ITenderLedger", "OrganisationRegistry": "IOrganisationRegistry"}
REMAPPING = ("@openzeppelin/", "node_modules/@openzeppelin/")

# solc's default steps without F: the FunctionSpecializer clones the recorder for each rule and costs 12 kB of code.
OPTIMIZER_STEPS = (
    "dhfoDgvulfnTUtnIf[xa[r]EscLMcCTUtTOntnfDIulLculVcul [j]Tpeulxa[rul]xa[r]cLgvifCTUca[r]LSsTOtfDnca[r]Iulc]"
    "jmul[jul] VcTOcul jmul"
)
SETTINGS: dict[str, Any] = {
    "viaIR": True,
    "evmVersion": "cancun",
    "optimizer": {
        "enabled": True,
        "runs": 200,
        "details": {"yul": True, "yulDetails": {"stackAllocation": True, "optimizerSteps": OPTIMIZER_STEPS}},
    },
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
    "remappings": ["=".join(REMAPPING)],
}


def sources(folder: Path = SOURCES) -> dict[str, dict[str, str]]:
    """Every source by its path in the repository, imported ones of OpenZeppelin included.

    ``folder`` may be a changed copy of ``contracts/src``, as mutants are; its files keep the paths of the originals.
    """
    found: dict[str, dict[str, str]] = {}
    todo = [f"contracts/src/{path.name}" for path in sorted(folder.glob("*.sol"))]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        text = _path(name, folder).read_text(encoding="utf-8")
        found[name] = {"content": text}
        for imported in re.findall(r'^import[^;]*?"([^"]+)";', text, re.MULTILINE):
            path = imported.replace(*REMAPPING) if imported.startswith("@") else _beside(name, imported)
            todo.append(path)
    return dict(sorted(found.items()))


def compile_contracts(folder: Path = SOURCES) -> dict[str, str]:
    """The artifacts of the sources in ``folder`` as JSON texts by file name; exits with the compiler's message."""
    selection = ["abi", "evm.bytecode.object", "evm.deployedBytecode", "storageLayout"]
    request = {
        "language": "Solidity",
        "sources": sources(folder),
        "settings": SETTINGS | {"outputSelection": {"*": {"*": selection}}},
    }
    try:
        output = solcx.compile_standard(request, solc_binary=str(ROOT / "scripts" / "solc.js"))
    except solcx.exceptions.SolcError as refused:
        raise SystemExit(str(refused).partition("\n> command")[0]) from None
    warnings = [error["formattedMessage"] for error in output.get("errors", [])]
    if warnings:
        raise SystemExit("\n".join(warnings))
    return {f"{name}.json": _artifact(name, output["contracts"]) for name in CONTRACTS}


def differences(compiled: dict[str, str]) -> list[str]:
    """Names of the committed artifacts that are missing or differ from the compiled ones."""
    return [
        name
        for name, text in compiled.items()
        if not (ARTIFACTS / name).is_file() or (ARTIFACTS / name).read_bytes() != text.encode()
    ]


def _path(name: str, folder: Path) -> Path:
    own = name.startswith("contracts/src/")
    return folder / Path(name).name if own else ROOT / name


def _beside(name: str, imported: str) -> str:
    return (ROOT / name).parent.joinpath(imported).resolve().relative_to(ROOT).as_posix()


def _artifact(name: str, compiled: dict[str, Any]) -> str:
    interface = CONTRACTS[name]
    output = compiled[f"contracts/src/{name}.sol"][name]
    constructor = [entry for entry in output["abi"] if entry["type"] == "constructor"]
    deployed = output["evm"]["deployedBytecode"]
    layout = output["storageLayout"]
    artifact = {
        "contractName": name,
        "compiler": "solc 0.8.37",
        "settings": SETTINGS,
        "abi": constructor + compiled[f"contracts/src/{interface}.sol"][interface]["abi"],
        # Types lose the compiler's node numbers, which change with every edit of any file.
        "storageLayout": [
            {key: _plain(entry[key]) for key in ("label", "slot", "offset", "type")} for entry in layout["storage"]
        ],
        "immutableReferences": sorted(
            (reference for places in deployed["immutableReferences"].values() for reference in places),
            key=lambda reference: reference["start"],
        ),
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
    }
    return json.dumps(artifact, indent=1) + "\n"


def _plain(value: Any) -> Any:
    return re.sub(r"\)\d+", ")", value) if isinstance(value, str) else value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed artifacts")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="another copy of contracts/src")
    parser.add_argument("--into", type=Path, default=ARTIFACTS, help="another folder for the artifacts")
    given = parser.parse_args()
    compiled = compile_contracts(given.sources)
    if given.check:
        different = differences(compiled)
        if different:
            print(
                "Not what the sources compile to: " + ", ".join(different) + ". Run `make contracts`.", file=sys.stderr
            )
            return 1
        print("The committed artifacts are what the sources compile to, byte for byte.")
        return 0
    given.into.mkdir(parents=True, exist_ok=True)
    for name, text in compiled.items():
        (given.into / name).write_text(text, encoding="utf-8")
        code = json.loads(text)["deployedBytecode"]
        print(f"{name}: {(len(code) - 2) // 2} bytes of code")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
