"""Hostile and broken XML: each attack is refused by name, nothing is expanded or fetched."""

from __future__ import annotations

import codecs
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import errors
from ledger.ocds.eforms.xml_tree import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, read_xml
from ledger.ocds.importer import read_file
from tests.ocds.notices import PREFIX, notice

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_BOMB = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))


def _refused(data: bytes) -> str:
    outcome = read_file(data, ocid_prefix=PREFIX)
    assert outcome.releases == []
    assert outcome.report.is_complete
    (refusal,) = outcome.report.refused
    assert refusal.path == ""
    assert "{" not in str(refusal.error)
    return refusal.error.name


@pytest.fixture
def remote() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and what was asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE a [<!ENTITY b0 "boom">{_BOMB}]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd">',
        '<!DOCTYPE a PUBLIC "-//A//B" "http://example.invalid/a.dtd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://example.invalid/p"> %p;]>',
        "<!DOCTYPE ContractNotice>",
    ],
)
def test_read_document_type_is_refused(doctype: str) -> None:
    """Entity bombs, external entities and document types, inside or outside the file."""
    assert _refused(notice(head=HEAD + doctype).encode()) == "DoctypeForbidden"


def test_read_remote_parts_are_never_fetched(remote: tuple[str, list[str]], tmp_path: Path) -> None:
    """Stylesheets, XInclude, schema locations and external entities leave no trace at the server they name."""
    address, asked = remote
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    stylesheet = f'<?xml-stylesheet type="text/xsl" href="{address}/a.xsl"?>'
    include = (
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
        f'<x xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {address}/a.xsd"/>'
    )
    outcome = read_file(notice(head=HEAD + stylesheet, process=include).encode(), ocid_prefix=PREFIX)
    assert len(outcome.releases) == 1
    assert "geheim" not in str(outcome.releases[0].release)
    assert any("XInclude}include" in each.path for each in outcome.report.unused)
    doctype = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{address}/x">]>'
    assert _refused(notice(head=HEAD + doctype).encode()) == "DoctypeForbidden"
    assert asked == []


def test_read_undeclared_entity_is_invalid() -> None:
    """An entity that nobody declared is no character."""
    assert _refused(notice(title="<cbc:Name>&quatsch;</cbc:Name>").encode()) == "XmlInvalid"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (notice().encode("utf-16"), "EncodingInvalid"),
        (notice().encode("utf-16-be"), "EncodingInvalid"),
        (notice().encode("utf-32"), "EncodingInvalid"),
        (notice().encode("latin-1"), "EncodingInvalid"),
        (notice(head='<?xml version="1.0" encoding="ISO-8859-1"?>').encode("latin-1"), "EncodingInvalid"),
        (notice(head='<?xml version="1.0" encoding="ISO-8859-1"?>').encode(), "EncodingInvalid"),
        (notice(head='<?xml version="1.0" encoding="UTF-7"?>').encode(), "EncodingInvalid"),
        (notice(head='<?xml version="1.0" encoding="EBCDIC"?>').encode("cp500", "replace"), "EncodingInvalid"),
        (notice(head='<?xml version="1.0" encoding="quatsch"?>').encode(), "EncodingInvalid"),
        (notice(title="<cbc:Name>a\0b</cbc:Name>").encode(), "NulCharacter"),
        (notice(title="<cbc:Name>a&#0;b</cbc:Name>").encode(), "XmlInvalid"),
        (notice(title="<cbc:Name>a\x01b</cbc:Name>").encode(), "XmlInvalid"),
        (notice()[:-20].encode(), "XmlInvalid"),
        (notice().replace("</cbc:Name>", "</cbc:Nam>").encode(), "XmlInvalid"),
        (notice().replace("cbc:VersionID", "unknown:VersionID").encode(), "XmlInvalid"),
        ((notice() + "<a/>").encode(), "XmlInvalid"),
        (b"<", "XmlInvalid"),
        (b"<a", "XmlInvalid"),
        (b"", "FileEmpty"),
        (b" \n\t", "FileEmpty"),
        (codecs.BOM_UTF8, "FileEmpty"),
        (b"<html><body>404</body></html>", "NotEforms"),
        (b'<TED_EXPORT xmlns="http://publications.europa.eu/resource/schema/ted/R2.0.9/publication"/>', "NotEforms"),
        (b"<ContractNotice/>", "NotEforms"),
        (b'<rss version="2.0"/>', "NotEforms"),
    ],
)
def test_read_broken_file_is_refused_by_name(data: bytes, error: str) -> None:
    """Encodings other than UTF-8, NUL and control characters, torn files, and XML that is something else."""
    assert _refused(data) == error


def test_read_utf8_with_byte_order_mark_and_without_declaration_is_taken() -> None:
    """UTF-8 is what XML is in, declared or not."""
    assert read_file(codecs.BOM_UTF8 + notice().encode(), ocid_prefix=PREFIX).releases
    assert read_file(notice(head="").encode(), ocid_prefix=PREFIX).releases


def test_read_deep_or_endless_xml_is_refused_without_recursion() -> None:
    """Nesting and the number of elements have limits; a text of brackets has none."""
    assert _refused(b"<a>" * 100_000) == "XmlTooDeep"
    assert _refused(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH) == "NotEforms"
    assert _refused(b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1)) == "XmlTooDeep"
    assert _refused(b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>") == "XmlTooManyElements"
    assert _refused(b"<a>" + b" " * MAX_BYTES + b"</a>") == "FileTooLarge"


def test_read_xml_prefixes_of_the_file_do_not_matter() -> None:
    """Names go by namespace; an element of another namespace is another element."""
    root = read_xml(notice().replace("cbc:", "basic:").replace("xmlns:cbc", "xmlns:basic").encode())
    assert root.value("cbc:ID") is not None
    assert read_file(
        notice().replace("cbc:", "b:").replace("xmlns:cbc=", "xmlns:b=").encode(), ocid_prefix=PREFIX
    ).releases
    other = notice().replace("CommonBasicComponents-2", "CommonBasicComponents-3")
    assert _refused(other.encode()) == "NoticeIncomplete"


def test_read_notice_that_registers_a_business_is_refused() -> None:
    """It tells of no procurement."""
    root = "http://data.europa.eu/p27/eforms-business-registration-information-notice/1"
    assert _refused(f'<BusinessRegistrationInformationNotice xmlns="{root}"/>'.encode()) == "NotEforms"


def test_read_notice_of_unknown_type_is_refused() -> None:
    """Without a known form or notice type nobody knows what the notice tells."""
    assert _refused(notice(form="bri", kind="brin-ecs").encode()) == "NoticeTypeUnknown"
    assert _refused(notice(form="", kind="quatsch").encode()) == "NoticeTypeUnknown"
    assert read_file(notice(form="", kind="cn-standard").encode(), ocid_prefix=PREFIX).releases
    assert read_file(notice(form="notice-type", kind="cn-standard").encode(), ocid_prefix=PREFIX).releases


def test_read_notice_without_prefix_or_with_an_impossible_ocid_is_refused() -> None:
    """A notice needs an ocid that the ledger can take."""
    outcome = read_file(notice().encode())
    assert [type(each.error) for each in outcome.report.refused] == [errors.OcidPrefixMissing]
    assert _refused(notice(procedure="Vergabe-Ü").encode()) == "OcidInvalid"
    assert _refused(notice(procedure="x" * 128).encode()) == "OcidInvalid"


def test_read_notice_with_a_date_nobody_can_read_is_refused() -> None:
    """It would have no place in the order."""
    assert _refused(notice(issued="bald").encode()) == "ReleaseDateMissing"
