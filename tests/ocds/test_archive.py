"""ZIPs as honest people and attackers make them: each member read or refused by name, at bounded cost."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from typing import Any

import pytest

from ledger.ocds.archive import Archive, Limits
from ledger.ocds.documents import Document, Place, documents_of

NOTICE = b'{"ocid": "ocds-test00-1", "tag": ["tender"]}'


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return file.getvalue()


def read(data: bytes, **limits: Any) -> list[Document]:
    """All documents of a file with these bytes."""
    return list(documents_of(io.BytesIO(data), limits=Limits(**limits)))


def told(documents: list[Document]) -> list[tuple[str | None, str | bytes]]:
    """Member, and the name of its refusal or its bytes."""
    return [(each.place.member, each.error.name if each.error else each.data) for each in documents]


def test_read_members_come_one_by_one_with_their_names() -> None:
    """Folders are no members; whatever the file itself is called, ``PK`` says what it is."""
    data = packed(("a.json", NOTICE), ("sub/", b""), ("sub/b.xml", b"<x/>"), ("c.jsonl", NOTICE + b"\r\n" + NOTICE))
    assert read(data) == [
        Document(Place("a.json"), NOTICE),
        Document(Place("sub/b.xml"), b"<x/>"),
        Document(Place("c.jsonl", 1), NOTICE),
        Document(Place("c.jsonl", 2), NOTICE),
    ]


def test_read_hidden_and_other_members_are_passed_over_and_said_so() -> None:
    """What no notice is called like is counted, not lost silently."""
    names = ("read.me", "__MACOSX/._a.json", ".hidden/b.json", "a.json")
    passed = [each.place.member for each in read(packed(*((name, NOTICE) for name in names))) if each.passed_over]
    assert passed == ["read.me", "__MACOSX/._a.json", ".hidden/b.json"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.json", "/root/a.json", "C:\\a.json", "a\x1b[2J.json", "ü" * 9000 + ".json"]
)
def test_read_tricky_name_is_only_a_label(name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written anywhere, whatever a member is called."""
    monkeypatch.chdir(tmp_path)
    assert told(read(packed((name, NOTICE)))) == [(name, NOTICE)]
    assert list(tmp_path.iterdir()) == []


def test_read_zip_in_zip_is_refused_by_name_whatever_it_is_called() -> None:
    """The one beside it is read."""
    data = packed(("inner.json", packed(("a.json", NOTICE))), ("b.json", NOTICE))
    assert told(read(data)) == [("inner.json", "ArchiveNested"), ("b.json", NOTICE)]


@pytest.mark.parametrize(("honest", "name"), [(True, "MemberOvercompressed"), (False, "MemberInvalid")])
def test_read_member_packed_too_tightly_is_refused_after_little_work(honest: bool, name: str) -> None:
    """A bomb of 200 MB costs no 2 MB of memory whether it says its size or lies, and its neighbour is read."""
    data = packed(("bomb.json", b"0" * 200_000_000), ("b.json", NOTICE))
    if not honest:
        changed = bytearray(data)
        struct.pack_into("<L", changed, data.find(b"PK\x01\x02") + 24, 1000)
        data = bytes(changed)
    tracemalloc.start()
    assert told(read(data)) == [("bomb.json", name), ("b.json", NOTICE)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000


def test_read_archive_that_unpacks_to_too_much_ends_there() -> None:
    """Members up to the limit are read, each one after it is refused by name."""
    noise = random.Random(1)
    members = [(f"{number}.json", noise.randbytes(1000)) for number in range(4)]
    names = [said for _, said in told(read(packed(*members), total_bytes=2500))]
    assert names[:2] == [members[0][1], members[1][1]]
    assert names[2:] == ["ArchiveTooLarge", "ArchiveTooLarge"]


def test_read_too_many_members_are_refused_before_the_directory_is_read() -> None:
    """Also where the count in the directory lies and only the entries tell."""
    data = bytearray(packed(*((f"{number}.json", b"{}") for number in range(20))))
    assert told(read(bytes(data), members=19)) == [(None, "ArchiveTooManyMembers")]
    assert told(read(bytes(data), directory_bytes=100)) == [(None, "ArchiveTooManyMembers")]
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<2H", data, at + 8, 1, 1)
    assert told(read(bytes(data), members=19)) == [(None, "ArchiveTooManyMembers")]


def test_read_huge_zip64_count_is_refused_at_once() -> None:
    """The 64-bit record counts, as for everybody else who reads ZIPs."""
    plain = packed(("a.json", NOTICE))
    at = plain.rfind(b"PK\x05\x06")
    directory = plain.find(b"PK\x01\x02")
    end_64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**9, 10**9, at - directory, directory)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert told(read(plain[:at] + end_64 + locator + end)) == [(None, "ArchiveTooManyMembers")]


def overlapping() -> bytes:
    """Two directory entries that name the same packed bytes: what "better ZIP bombs" multiply."""
    data = packed(("a.json", NOTICE), ("b.json", NOTICE))
    first, second = data.find(b"PK\x01\x02"), data.rfind(b"PK\x01\x02")
    entry = bytearray(data[first:second])
    return data[:first] + bytes(entry) * 2 + data[data.rfind(b"PK\x05\x06") :]


def test_read_overlapping_members_refuse_the_archive() -> None:
    """No honest writer lets two members share bytes."""
    assert told(read(overlapping())) == [(None, "ArchiveInvalid")]


def test_read_member_that_reaches_into_the_next_refuses_the_archive() -> None:
    """A packed size that quotes the following header."""
    data = bytearray(packed(("a.json", NOTICE), ("b.json", NOTICE), method=zipfile.ZIP_STORED))
    struct.pack_into("<L", data, data.find(b"PK\x01\x02") + 20, len(NOTICE) + 60)
    assert told(read(bytes(data))) == [(None, "ArchiveInvalid")]


@pytest.mark.parametrize("lie", [3, len(NOTICE) + 7, 2**16])
def test_read_member_whose_size_lies_is_refused(lie: int) -> None:
    """Neither a cut notice nor a longer one is taken for what the ZIP announces."""
    data = bytearray(packed(("a.json", NOTICE), ("b.json", NOTICE)))
    struct.pack_into("<L", data, data.find(b"PK\x01\x02") + 24, lie)
    assert told(read(bytes(data))) == [("a.json", "MemberInvalid"), ("b.json", NOTICE)]


def test_read_encrypted_member_is_refused_by_name() -> None:
    """A public notice has no passphrase."""
    data = bytearray(packed(("a.json", NOTICE), ("b.json", NOTICE)))
    struct.pack_into("<H", data, data.find(b"PK\x01\x02") + 8, 1)
    assert told(read(bytes(data))) == [("a.json", "MemberEncrypted"), ("b.json", NOTICE)]


def test_read_second_member_of_a_name_is_refused() -> None:
    """Programs disagree on which of them people see."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed(("a.json", NOTICE), ("a.json", b"{}"), ("b.json", NOTICE))
    assert told(read(data)) == [("a.json", NOTICE), ("a.json", "MemberRepeated"), ("b.json", NOTICE)]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_read_unusual_packing_is_refused(method: int) -> None:
    """Methods whose memory an attacker chooses are not for notices."""
    assert told(read(packed(("a.json", NOTICE), method=method))) == [("a.json", "MemberInvalid")]


def test_read_member_with_wrong_checksum_is_refused() -> None:
    """One bit flipped in what is packed."""
    data = bytearray(packed(("a.json", NOTICE), ("b.json", NOTICE), method=zipfile.ZIP_STORED))
    data[data.find(NOTICE) + 3] ^= 1
    assert told(read(bytes(data))) == [("a.json", "MemberInvalid"), ("b.json", NOTICE)]


def test_read_header_that_names_another_member_is_refused() -> None:
    """The name before the bytes and the one in the directory must agree."""
    data = bytearray(packed(("a.json", NOTICE), ("b.json", NOTICE)))
    data[data.find(b"a.json")] = ord("x")
    assert told(read(bytes(data))) == [("a.json", "MemberInvalid"), ("b.json", NOTICE)]


@pytest.mark.parametrize("data", [b"PK", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 5000, b"PK garbage"])
def test_read_what_only_begins_like_a_zip_is_refused(data: bytes) -> None:
    """A ZIP that was cut off, or none at all."""
    assert told(read(data)) == [(None, "ArchiveInvalid")]


def test_read_zip_cut_at_any_place_or_with_any_byte_flipped_never_fails() -> None:
    """Whatever happens to the bytes, the outcome is documents and named refusals."""
    data = packed(("a.json", NOTICE), ("b.json", b"{}"))
    chance = random.Random(20261127)
    for cut in range(len(data)):
        assert read(data[:cut]) or cut == 0
    for _ in range(1000):
        flipped = bytearray(data)
        for _ in range(chance.choice((1, 1, 3))):
            flipped[chance.randrange(2, len(flipped))] ^= 1 << chance.randrange(8)
        assert all(each.error is None or each.error.name for each in read(bytes(flipped)))


@pytest.mark.parametrize("members", [(), (("folder/", b""),)])
def test_read_zip_without_a_member_is_empty(members: tuple[tuple[str, bytes], ...]) -> None:
    """Nothing in it is as little as an empty file."""
    assert told(read(packed(*members))) == [(None, "FileEmpty")]


def test_read_member_longer_than_a_file_may_be_is_refused() -> None:
    """The limit of a single file holds for a member, too."""
    data = packed(("a.json", random.Random(2).randbytes(3000)), ("b.json", NOTICE))
    documents = list(documents_of(io.BytesIO(data), max_bytes=1000))
    assert told(documents) == [("a.json", "FileTooLarge"), ("b.json", NOTICE)]


def test_read_endless_deflate_stream_stops_at_what_was_announced() -> None:
    """A stream that goes on after its announced size is not what the ZIP says."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    endless = packer.compress(b" " * 5_000_000 + NOTICE) + packer.flush()
    data = bytearray(packed(("a.json", endless), method=zipfile.ZIP_STORED))
    for signature, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.find(signature) + at, zipfile.ZIP_DEFLATED)
    assert told(read(bytes(data))) == [("a.json", "MemberInvalid")]


def test_open_memory_is_bounded_by_a_member_and_not_by_the_archive() -> None:
    """Sixty members of one megabyte each are read with the memory of a few."""
    noise = random.Random(3)
    data = packed(*((f"{number}.json", noise.randbytes(1_000_000)) for number in range(60)), method=zipfile.ZIP_STORED)
    file = io.BytesIO(data)
    tracemalloc.start()
    assert sum(len(each.data) for each in documents_of(file)) == 60_000_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000


def test_names_are_those_of_the_directory_in_its_order() -> None:
    """Reading goes by number, so two of one name stay apart."""
    assert list(Archive(io.BytesIO(packed(("b.json", b""), ("a.json", b"")))).names()) == [(0, "b.json"), (1, "a.json")]
