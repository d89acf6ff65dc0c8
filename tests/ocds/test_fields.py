"""Our table of fields against the standard's schema and our extension's: neither may say something else."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ocdsmerge.rules import get_merge_rules

from ledger.ocds.fields import CODES, EXTENSION, STANDARD, TYPES, Field, field_of
from ledger.ocds.package import merge_rules
from tests.ocds.conftest import EXTENSION as EXTENSION_FOLDER

_LISTS_OF_THE_STANDARD = {"tenderStatus.csv", "procurementCategory.csv", "currency.csv"}

_JSON_TYPES = {
    "text": {"string"},
    "filled": {"string"},
    "name": {"string"},
    "key": {"string", "integer"},
    "loosekey": {"string", "integer"},
    "date": {"string"},
    "uri": {"string"},
    "number": {"number"},
    "integer": {"integer"},
    "boolean": {"boolean"},
}


@pytest.fixture(scope="module")
def standard(test_data: Path) -> dict[str, Any]:
    """The release schema of OCDS 1.1.5."""
    with zipfile.ZipFile(test_data / "ocds-1.1.5.zip") as archive:
        schema: dict[str, Any] = json.loads(archive.read("standard-1__1__5/schema/release-schema.json"))
    schema["definitions"]["Unit"] = schema["definitions"]["Item"]["properties"]["unit"]
    schema["definitions"]["Change"] = schema["definitions"]["Amendment"]["properties"]["changes"]["items"]
    schema["definitions"]["Release"] = schema
    return schema


@pytest.fixture(scope="module")
def extension() -> dict[str, Any]:
    """Our extension's patch of that schema."""
    schema: dict[str, Any] = json.loads((EXTENSION_FOLDER / "release-schema.json").read_text("utf-8"))
    schema["definitions"]["Release"] = {"properties": schema["properties"]}
    details = schema["definitions"]["Organization"]["properties"].pop("details")
    schema["definitions"]["PartyDetails"] = details
    return schema


def _compare(field: Field, described: dict[str, Any], where: str) -> None:
    types = described.get("type", [])
    types = set([types] if isinstance(types, str) else types)
    if field.kind == "any":
        assert "object" in types, where
        return
    assert field.listed == ("array" in types), where
    assert field.unique == described.get("uniqueItems", False), where
    assert field.filled == ("minItems" in described), where
    assert field.omitted == described.get("omitWhenMerged", False), where
    inner = described.get("items", {}) if field.listed else described
    if field.is_leaf or field.listed:
        assert field.nullable == ("null" in types), where
    if field.codes is not None:
        assert set(inner["enum"]) - {None} == field.codes, where
    elif field.is_leaf:
        inner_types = inner.get("type", [])
        found = set([inner_types] if isinstance(inner_types, str) else inner_types) - {"null"}
        assert found == _JSON_TYPES[field.kind], where
        assert (field.kind == "date") == (inner.get("format") == "date-time"), where
        assert (field.kind == "uri") == (inner.get("format") == "uri"), where
        if inner.get("minLength"):
            assert field.kind in ("key", "name", "filled"), where
    elif "$ref" in inner:
        assert inner["$ref"] == f"#/definitions/{field.kind}", where


def _names(entries: str) -> list[str]:
    return [entry.split(":")[0] for entry in entries.split()]


@pytest.mark.parametrize("type_name", STANDARD)
def test_table_standard_types_agree_with_the_schema(type_name: str, standard: dict[str, Any]) -> None:
    """Each type has exactly the standard's fields, of the same types, required and null alike."""
    described = standard["definitions"][type_name]
    assert _names(STANDARD[type_name]) == list(described["properties"])
    for name in _names(STANDARD[type_name]):
        _compare(TYPES[type_name][name], described["properties"][name], f"{type_name}.{name}")
    own = set(_names(EXTENSION.get(type_name, "")))
    required = {name for name, field in TYPES[type_name].items() if field.required and name not in own}
    assert required == set(described.get("required", []))
    patterns = described.get("patternProperties", {})
    translatable = {name for name, field in TYPES[type_name].items() if field.translatable and name not in own}
    assert translatable == {match[1] for pattern in patterns if (match := re.match(r"\^\((\w+)_\(", pattern))}


@pytest.mark.parametrize("type_name", EXTENSION)
def test_table_extension_types_agree_with_our_patch(type_name: str, extension: dict[str, Any]) -> None:
    """The extension we publish describes exactly the fields we write."""
    described = extension["definitions"][type_name]
    assert _names(EXTENSION[type_name]) == [name for name in described["properties"] if name != "_sd"]
    for name in _names(EXTENSION[type_name]):
        _compare(TYPES[type_name][name], described["properties"][name], f"{type_name}.{name}")
        assert described["properties"][name]["description"].endswith(".")
    if type_name not in STANDARD:
        required = {name for name, field in TYPES[type_name].items() if field.required}
        assert required == set(described.get("required", []))


def test_extension_types_without_entry_in_the_table_hold_digests_only(extension: dict[str, Any]) -> None:
    """Beyond the table, the extension only lets digests stand in place of personal fields."""
    for type_name in set(extension["definitions"]) - set(EXTENSION):
        assert list(extension["definitions"][type_name]["properties"]) == ["_sd"]


def test_extension_codelists_are_all_declared(extension: dict[str, Any]) -> None:
    """Each code list file is declared and used, and each used one exists."""
    declared = json.loads((EXTENSION_FOLDER / "extension.json").read_text("utf-8"))["codelists"]
    files = sorted(path.name for path in (EXTENSION_FOLDER / "codelists").iterdir())
    text = (EXTENSION_FOLDER / "release-schema.json").read_text("utf-8")
    used = set(re.findall(r'"codelist": "(\w+\.csv)"', text)) - _LISTS_OF_THE_STANDARD
    added = {"+partyRole.csv"}  # codes for an open list of the standard's, whose field is the standard's as well
    assert declared == files == sorted(used | added)


def test_table_merge_rules_agree_with_the_standard(test_data: Path) -> None:
    """The merge rules derived from the table are those of the standard, and others only for our extension."""
    with zipfile.ZipFile(test_data / "ocds-1.1.5.zip") as archive:
        schema = json.loads(archive.read("standard-1__1__5/schema/dereferenced-release-schema.json"))
    expected = get_merge_rules(schema)
    assert {path: merge_rules().get(path) for path in expected} == expected
    own = {name for type_name in STANDARD for name in _names(EXTENSION.get(type_name, ""))}
    assert all(own & set(path) for path in set(merge_rules()) - set(expected))


def test_table_closed_codelists_agree_with_the_standard(test_data: Path) -> None:
    """The closed lists hold exactly the standard's codes."""
    files = {
        "initiationtype": "initiationType",
        "releasetag": "releaseTag",
        "tenderstatus": "tenderStatus",
        "method": "method",
        "category": "procurementCategory",
        "awardstatus": "awardStatus",
        "contractstatus": "contractStatus",
        "milestonestatus": "milestoneStatus",
        "currency": "currency",
    }
    assert set(files) == set(CODES)
    with zipfile.ZipFile(test_data / "ocds-1.1.5.zip") as archive:
        for name, file in files.items():
            text = archive.read(f"standard-1__1__5/schema/codelists/{file}.csv").decode()
            assert CODES[name] == set(re.findall(r"^(\w+),", text, re.MULTILINE)) - {"Code"}


def test_field_of_translated_name_only_where_the_standard_translates() -> None:
    """A language stands behind names that can be translated, in a form that names a language."""
    assert field_of("Tender", "title_de") is TYPES["Tender"]["title"]
    assert field_of("Tender", "title_zh-Hant-TW") is TYPES["Tender"]["title"]
    assert field_of("Tender", "status_de") is None
    assert field_of("Tender", "title_") is None
    assert field_of("Tender", "title_1") is None
