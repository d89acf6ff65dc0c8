"""What a forger does to the file around the entries, and a reader who forgives all of it."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
import zlib
from typing import Any

from ledger.evidence.verify.archive import central_header, end_record, local_header
from ledger.evidence.verify.manifest import _GRAMMAR
from tests.attacks.draft import Draft, pack
from tests.evidence.bundles import entries_of

_FIRST_DATE = (1980, 1, 1, 0, 0, 0)


def append(bundle: bytes, hex: str) -> bytes:
    """Bytes after the end."""
    return bundle + bytes.fromhex(hex)


def prepend(bundle: bytes, hex: str) -> bytes:
    """Bytes before the beginning, as of a self-extracting file."""
    return bytes.fromhex(hex) + bundle


def cut(bundle: bytes, count: int) -> bytes:
    """The last bytes are missing."""
    return bundle[:-count]


def comment(bundle: bytes, text: str) -> bytes:
    """A comment in the end record."""
    return bundle[:-2] + len(text).to_bytes(2, "little") + text.encode()


def compress(bundle: bytes) -> bytes:
    """All entries deflated, as any tool does."""
    return _zipped(list(entries_of(bundle).items()), zipfile.ZIP_DEFLATED)


def bomb(bundle: bytes, entry: str, mebibytes: int) -> bytes:
    """The entry that begins with this name inflates to so many MiB of zeros."""
    entries = entries_of(bundle)
    name = next(each for each in entries if each.startswith(entry))
    entries[name] = bytes(mebibytes * 2**20)
    return _zipped(list(entries.items()), zipfile.ZIP_DEFLATED)


def add_entry(bundle: bytes, name: str, text: str) -> bytes:
    """An entry more in the ZIP, of which the manifest knows nothing."""
    return _zipped([*entries_of(bundle).items(), (name, text.encode())], zipfile.ZIP_STORED)


def repeat_entry(bundle: bytes, entry: str, text: str) -> bytes:
    """A second entry of a name, in front: who unpacks gets one, who looks a name up another."""
    entries = list(entries_of(bundle).items())
    place = next(number for number, (name, _) in enumerate(entries) if name.startswith(entry))
    return _zipped([*entries[:place], (entries[place][0], text.encode()), *entries[place:]], zipfile.ZIP_STORED)


def reorder(bundle: bytes) -> bytes:
    """The last two entries in the other order, in file and directory."""
    *entries, one, two = entries_of(bundle).items()
    return _laid_out([*entries, two, one])


def overwrite(bundle: bytes, at: int, hex: str) -> bytes:
    """Other bytes at a place; from the end if it is negative."""
    new = bytes.fromhex(hex)
    at = at % len(bundle)
    return bundle[:at] + new + bundle[at + len(new) :]


def manifest_text(bundle: bytes, old: str, new: str) -> bytes:
    """The manifest with another text in one place, the ZIP around it in its right form."""
    (_, raw), *entries = entries_of(bundle).items()
    assert raw.count(old.encode()) == 1, raw.count(old.encode())
    return _laid_out([("manifest.json", raw.replace(old.encode(), new.encode())), *entries])


def manifest_entry_again(bundle: bytes, entry: str) -> bytes:
    """An entry stands twice, in the manifest as in the file."""
    (_, raw), *entries = entries_of(bundle).items()
    content: dict[str, Any] = json.loads(raw)
    place = next(number for number, (name, _) in enumerate(entries) if name.startswith(entry))
    content["entries"].insert(place, content["entries"][place])
    written = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    return _laid_out([("manifest.json", written), *entries[:place], entries[place], *entries[place:]])


def manifest_entry_said(bundle: bytes, entry: str, size: int) -> bytes:
    """The manifest says another size of an entry, and the headers do, too."""
    (_, raw), *entries = entries_of(bundle).items()
    content: dict[str, Any] = json.loads(raw)
    (said,) = [each for each in content["entries"] if each["name"].startswith(entry)]
    said["size"] = size
    written = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    return _laid_out([("manifest.json", written), *entries], {said["name"]: size})


def read_laxly(forged: bytes, known: Draft) -> bytes:
    """What somebody takes from the file who unpacks it with any tool, keeps what names an entry can have, and packs
    that anew in the right form; fields of the manifest and salts as ``known``."""
    entries = {name: data for name, data in entries_of(forged).items() if _GRAMMAR.fullmatch(name)}
    return pack(known.original, entries, known.salts, {})


def _zipped(entries: list[tuple[str, bytes]], method: int) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore", UserWarning)  # a name that is there twice is what we want
        for name, data in entries:
            info = zipfile.ZipInfo(name, _FIRST_DATE)
            archive.writestr(info, data, method)
    return out.getvalue()


def _laid_out(entries: list[tuple[str, bytes]], sizes: dict[str, int] | None = None) -> bytes:
    """The entries as a bundle has them, in this order; ``sizes``: what headers say instead of the truth."""
    out, directory = b"", b""
    for name, data in entries:
        said = (sizes or {}).get(name, len(data))
        directory += central_header(name, _crc(data), said, len(out))
        out += local_header(name, _crc(data), said) + data
    return out + directory + end_record(len(entries), len(directory), len(out))


def _crc(data: bytes) -> int:
    return zlib.crc32(data)
