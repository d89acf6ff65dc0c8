"""The standard's own checker, offline, for packages that declare our extension."""

from __future__ import annotations

import functools
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import ledger.ocds
from ledger.ocds.package import PackageInfo

EXTENSION = Path(ledger.ocds.__file__).parent / "extension"

# A busy machine is no failure of the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

Check = Callable[[dict[str, Any]], list[str]]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the checker's requests are no news."""


@pytest.fixture(scope="session")
def extension_address() -> Iterator[str]:
    """Our extension over loopback HTTP, as an installation serves it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(EXTENSION)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/extension.json"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def package_info(extension_address: str) -> PackageInfo:
    """What a served package says about itself."""
    return PackageInfo(
        uri="https://siegel.example/api/v1/package",
        publisher="Stadt Musterbach",
        published=datetime(2026, 11, 23, 12, tzinfo=UTC),
        extension=extension_address,
        publisher_scheme="DE-HRB",
        publisher_uid="1",
        license="https://creativecommons.org/publicdomain/zero/1.0/",
    )


class _FromZip:
    """Answers the one address that the checker asks for besides our extension, from the standard's archive."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive

    def get(self, address: str) -> _FromZip:
        assert (
            address == "https://standard.open-contracting.org/schema/1__1__5/versioned-release-validation-schema.json"
        )
        return self

    def raise_for_status(self) -> None:
        """The answer is always there."""

    def json(self, **options: Any) -> Any:
        with zipfile.ZipFile(self.archive) as archive:
            return json.loads(
                archive.read("standard-1__1__5/schema/versioned-release-validation-schema.json"), **options
            )


@pytest.fixture(scope="session")
def check_standard(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """What the standard's checker says against a package: nothing at all means that it passes."""
    from libcoveocds.api import ocds_json_output
    from libcoveocds.config import LibCoveOCDSConfig

    archive = test_data / "ocds-1.1.5.zip"
    standard = archive.resolve().as_uri()
    scratch = str(tmp_path_factory.mktemp("checker"))

    def check(package: dict[str, Any]) -> list[str]:
        config = LibCoveOCDSConfig()
        config.config.update(context="api", standard_zip=standard)
        found = ocds_json_output(
            scratch, json_data=package, lib_cove_ocds_config=config, record_pkg="records" in package
        )
        problems = [
            f"{error['path']}: {error['description']} {error['value']!r}" for error in found["validation_errors"]
        ]
        # Not ``additional_fields``: that list counts translated fields (title_en) if there is nothing else to count.
        problems += [f"additional field {each['path']}/{each['field_name']}" for each in found["all_additional_fields"]]
        extensions = found.get("extensions") or {}
        problems += [f"invalid extension {each}" for each in extensions.get("invalid_extensions", [])]
        problems += [f"closed code list: {each}" for each in found["additional_closed_codelist_values"]]
        if found.get("json_deref_error"):
            problems.append(found["json_deref_error"])
        if not extensions.get("is_extended_schema"):
            problems.append("the extension was not applied")
        return problems

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jsonref.requests", _FromZip(archive))
        yield check
