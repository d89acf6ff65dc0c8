"""Foreign XML as a small tree, safely: nothing is expanded, fetched or processed on the way.

A document type is refused, and with it every entity; stylesheets, XInclude and schema locations are never followed,
because nothing here knows how. Element names carry the usual eForms prefixes, whatever prefixes the file chose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from ledger.errors import (
    DoctypeForbidden,
    EncodingInvalid,
    FileEmpty,
    FileTooLarge,
    NulCharacter,
    XmlInvalid,
    XmlTooDeep,
    XmlTooManyElements,
)

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 200_000

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_EFORMS = "http://data.europa.eu/p27/eforms-"
_PREFIXES = {
    f"{_UBL}CommonAggregateComponents-2": "cac:",
    f"{_UBL}CommonBasicComponents-2": "cbc:",
    f"{_UBL}CommonExtensionComponents-2": "ext:",
    f"{_EFORMS}ubl-extension-aggregate-components/1": "efac:",
    f"{_EFORMS}ubl-extension-basic-components/1": "efbc:",
    f"{_EFORMS}ubl-extensions/1": "efext:",
    f"{_UBL}ContractNotice-2": "",
    f"{_UBL}ContractAwardNotice-2": "",
    f"{_UBL}PriorInformationNotice-2": "",
    "http://data.europa.eu/p27/eforms-business-registration-information-notice/1": "",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
}
_EXTENSION = "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"
_DECLARATION = re.compile(r"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
# White space around the lines of a text comes from the indentation of the file.
_INDENT = re.compile(r"[ \t]*\n[ \t]*")
_STEP = re.compile(r"([^/\[\]]+)(?:\[([^\[\]]*)\])?(?:/|$)")
_CONDITION = re.compile(r"(?:([\w:]+)/)?(?:@(\w+)|([\w:]+))='([^']*)'")


@dataclass(eq=False)
class Node:
    """An element. ``text`` is its own text without white space around its lines; ``number`` counts siblings of the same
    name from 1, and is 0 where there is only one."""

    name: str
    attributes: dict[str, str]
    parent: Node | None = None
    number: int = 0
    text: str = ""
    children: list[Node] = field(default_factory=list)

    @cached_property
    def path(self) -> str:
        """Where it stands, as an XPath from the root."""
        above = self.parent.path if self.parent else ""
        return f"{above}/{self.name}" + (f"[{self.number}]" if self.number else "")

    def find(self, path: str) -> list[Node]:
        """All elements at a path of names below this one, in the order of the file.

        A step may have one condition: ``name[@attribute='x']``, ``name[child/@attribute='x']`` or
        ``name[child='x']``. ``EXT`` stands for the four elements that eForms wraps around its extensions.
        """
        found = [self]
        for name, condition in _steps(path):
            found = [
                child
                for node in found
                for child in node.children
                if child.name == name and (condition is None or child._meets(*condition))
            ]
        return found

    def value(self, path: str) -> Node | None:
        """The first element at that path that has text and no elements below it."""
        return next((node for node in self.find(path) if node.text and not node.children), None)

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def _meets(self, child: str | None, attribute: str | None, element: str | None, wanted: str) -> bool:
        nodes = [each for each in self.children if each.name == child] if child else [self]
        if attribute:
            return any(each.attributes.get(attribute) == wanted for each in nodes)
        return any(each.text == wanted for node in nodes for each in node.children if each.name == element)


def is_xml(data: bytes) -> bool:
    """Whether a file can only be meant as XML: its first character that is no white space is ``<``, in any encoding."""
    start = data[:4].removeprefix(b"\xef\xbb\xbf") + data[4:]
    for mark in (b"\xff\xfe", b"\xfe\xff"):
        start = start.removeprefix(mark)
    return start.lstrip(b" \t\r\n\0")[:1] == b"<"


def read_xml(data: bytes) -> Node:
    """The root of an XML document in UTF-8.

    Raises FileTooLarge, EncodingInvalid, NulCharacter, FileEmpty, DoctypeForbidden, XmlInvalid, XmlTooDeep or
    XmlTooManyElements.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(size=len(data), limit=MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EncodingInvalid(why=f"byte {error.start} is {data[error.start]:#04x}") from None
    if "\x00" in text:
        raise NulCharacter(path=f"character {text.index(chr(0)) + 1}")
    if not text.strip():
        raise FileEmpty()
    declared = _DECLARATION.match(text.lstrip())
    if declared and declared[1].lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise EncodingInvalid(why=f"it declares {declared[1]}")
    target = _Growing()
    # The text is decoded already, so no declaration can make the parser read other characters than we checked.
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(text)
        parser.close()
    except DefusedXmlException:
        raise DoctypeForbidden() from None
    except ParseError as error:
        raise XmlInvalid(why=str(error)) from None
    return target.finish()


class _Growing:
    """What the parser tells of elements, put together; comments and processing instructions say nothing."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self.texts: list[list[str]] = []
        self.count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise XmlTooManyElements(limit=MAX_ELEMENTS)
        if len(self.open) == MAX_DEPTH:
            raise XmlTooDeep(limit=MAX_DEPTH)
        parent = self.open[-1] if self.open else None
        node = Node(_name(tag), {_name(key, "Q{}"): value for key, value in attributes.items()}, parent)
        if parent is None:
            self.root = node
        else:
            parent.children.append(node)
        self.open.append(node)
        self.texts.append([])

    def data(self, text: str) -> None:
        self.texts[-1].append(text)

    def end(self, tag: str) -> None:
        node = self.open.pop()
        node.text = _INDENT.sub("\n", "".join(self.texts.pop()).strip())
        alike = Counter(child.name for child in node.children)
        seen: Counter[str] = Counter()
        for child in node.children:
            seen[child.name] += 1
            child.number = seen[child.name] if alike[child.name] > 1 else 0

    def close(self) -> None:
        """Nothing: the tree is complete."""

    def finish(self) -> Node:
        assert self.root is not None  # a document without an element is a ParseError
        return self.root


def _name(tag: str, bare: str = "") -> str:
    """``cbc:ID`` for a known namespace, ``Q{namespace}ID`` (XPath 3.1) for another one or none.

    Attributes without a namespace (``bare``) are simply called by their names.
    """
    if not tag.startswith("{"):
        return tag if bare else f"Q{{}}{tag}"
    namespace, _, local = tag[1:].rpartition("}")
    prefix = _PREFIXES.get(namespace)
    return f"Q{{{namespace}}}{local}" if prefix is None else f"{prefix}{local}"


@lru_cache(maxsize=2048)
def _steps(path: str) -> tuple[tuple[str, tuple[str | None, str | None, str | None, str] | None], ...]:
    steps = []
    for name, condition in _STEP.findall(path.replace("EXT/", f"{_EXTENSION}/")):
        match = _CONDITION.fullmatch(condition) if condition else None
        if condition and match is None:
            raise ValueError(path)
        steps.append((name, (match[1], match[2], match[3], match[4]) if match else None))
    return tuple(steps)
