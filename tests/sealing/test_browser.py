"""The same in a browser: what it seals the command opens, and the other way round."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.chain.nodes import ROOT
from tests.chromium import launched
from tests.node_command import build
from tests.sealing.peer_actors import BOTH, CONTEXT, CUSTODIANS, FIELDS, OFFER, OFFICERS, SEED, Sealed, salt, seal
from tests.sealing.reference import WORD

SECURE = "http://localhost/"
"""Keys are kept from pages of other origins."""

READING = """
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const recipients = (given) => given.map(({ holder, key }) => ({ holder, key: bytes(key) }));
  const group = (given) => given && { ...given, recipients: recipients(given.recipients) };
  const keySetOf = ({ officers, custodians }) => ({ officers: group(officers), custodians: group(custodians) });
  const contextOf = (given) => ({
    ...given, chainId: BigInt(given.chainId), round: BigInt(given.round), notBefore: BigInt(given.notBefore),
  });
  const sealing = await import("/sealing.js");
"""
SEALING = (
    "async ({ context, keySet, fields, offer, offerSalt, seed }) => {"
    + READING
    + """
  const made = fields.map(([salt, name, value]) => sealing.makeField(name, value, bytes(salt)));
  const offered = { source: new Blob([bytes(offer)]), members: { title: "LV" }, salt: bytes(offerSalt) };
  const prepared = await sealing.prepare(made, [offered]);
  const { content, header } = await sealing.seal(contextOf(context), keySetOf(keySet), prepared, bytes(seed));
  const encrypted = await new Response(content).blob();
  const file = await new Blob([header(), encrypted]).arrayBuffer();
  return [prepared.bidRoot, hex(new Uint8Array(file))];
}"""
)
OPENING = (
    "async ({ context, keySet, envelope, keys }) => {"
    + READING
    + """
  const keySetGiven = keySetOf(keySet);
  const file = new Blob([Uint8Array.from(atob(envelope), (character) => character.charCodeAt(0))]);
  const opened = await sealing.openEnvelope(file, contextOf(context), keySetGiven);
  const shares = [];
  for (const [group, index, key] of keys) {
    shares.push(await sealing.openShare(opened.header, keySetGiven, { group, index }, bytes(key)));
  }
  const { seed } = await sealing.findSeed(opened.header, keySetGiven, shares);
  let size = 0;
  const bid = await sealing.readBid(opened, keySetGiven, seed, (document, piece) => { size += piece.length; });
  return [hex(seed), bid.fields.map(({ text }) => text), size];
}"""
)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page that has nothing but the module."""
    build("build_sealing.mjs", "--module")
    script = (ROOT / "build/sealing/sealing.js").read_text("utf-8")
    with launched() as chromium:
        found = chromium.new_page()
        found.route(SECURE, lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        found.route(SECURE + "sealing.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
        found.goto(SECURE)
        yield found


def test_seal_in_a_browser_opened_by_the_command_and_shares_are_the_same(page: Page, tmp_path: Path) -> None:
    """With the same seed, salts and documents every byte of the shares is the command's."""
    task = {
        "context": CONTEXT,
        "keySet": BOTH,
        "fields": [[salt(name).hex(), name, value] for name, value in FIELDS.items()],
        "offer": OFFER.hex(),
        "offerSalt": salt("LV").hex(),
        "seed": SEED.hex(),
    }
    root, whole = page.evaluate(SEALING, task)
    (tmp_path / "bid.siegel").write_bytes(bytes.fromhex(whole))
    made = Sealed(tmp_path / "bid.siegel", BOTH, root, "")
    opened = made.open(*made.shares((1, 1), (1, 2), (2, 1), (2, 2)))
    assert opened["seed"] == SEED.hex()
    assert opened["documents"][0]["size"] == len(OFFER)
    documents: list[dict[str, Any]] = [{"hex": OFFER.hex(), "title": "LV", "salt": task["offerSalt"]}]
    again = seal(tmp_path / "again.siegel", BOTH, documents=documents)
    assert again.bid_root == root
    assert again.header[WORD * 14 :] == made.header[WORD * 14 :]


def test_open_in_a_browser_what_the_command_sealed(page: Page, sealed: Sealed) -> None:
    """From the file to the documents."""
    seed, texts, size = page.evaluate(
        OPENING,
        {
            "context": CONTEXT,
            "keySet": BOTH,
            "envelope": base64.b64encode(sealed.whole).decode(),
            "keys": [
                *([1, index, OFFICERS[index - 1].secret] for index in (1, 3)),
                *([2, index, CUSTODIANS[index - 1].secret] for index in (1, 2)),
            ],
        },
    )
    assert seed == SEED.hex()
    assert texts == sealed.open()["fields"]
    assert size == len(OFFER)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Der Schlüsselteil Nummer 2 (Verwahrer) lässt sich mit diesem Schlüssel nicht öffnen."),
        ("en", "The share of number 2 of the custodians cannot be opened with this key."),
    ],
)
def test_sentence_of_a_refusal_names_the_group_in_the_reader_s_language(page: Page, language: str, words: str) -> None:
    """The values of a refusal are the same everywhere; what people read is not."""
    script = (
        'async (of) => (await import("/sealing.js")).sentence("ShareUnopenable", { group: "custodians", index: 2 }, of)'
    )
    assert page.evaluate(script, language) == words
