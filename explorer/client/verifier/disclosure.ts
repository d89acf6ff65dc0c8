// Concealed fields of a release and their disclosures (RFC 9901 without the JWT; docs/ocds-extension.md).

import { sha256 } from "./digests.js";
import { ascii, fromBase64, fromUtf8, toBase64 } from "./bytes.js";
import { DEEPEST, Fields, parseJson, type Json } from "./json.js";

const SD = "_sd";
const DOTS = "...";

/** Why a release with its disclosures cannot be read. */
export class DisclosureRefused extends Error {}

interface Disclosure {
  /** Null for an entry of a list. */
  readonly name: string | null;
  readonly value: Json;
}

function base64url(data: Uint8Array): string {
  return toBase64(data).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function readDisclosure(text: string): Disclosure {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4);
  const raw = /^[A-Za-z0-9_-]*$/.test(text) ? fromBase64(padded) : undefined;
  const json = raw && fromUtf8(raw);
  if (json === undefined) throw new DisclosureRefused("a disclosure that is no base64url of a text");
  const parts = parseWhole(json.startsWith("\ufeff") ? json.slice(1) : json);
  if (!Array.isArray(parts) || parts.length < 2 || parts.length > 3 || typeof parts[0] !== "string") {
    throw new DisclosureRefused("a disclosure that is no list of salt, name and value");
  }
  if (parts.length === 2) return { name: null, value: parts[1] as Json };
  const name = parts[1];
  if (typeof name !== "string" || name === SD || name === DOTS) {
    throw new DisclosureRefused("a disclosure whose name is no text, or reserved");
  }
  return { name, value: parts[2] as Json };
}

function parseWhole(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw new DisclosureRefused(`a disclosure that is no JSON: ${(error as Error).message}`);
  }
}

/** How many concealed places have no disclosure here, which are in ascending order. Throws DisclosureRefused. */
export function countConcealed(release: Fields, disclosures: readonly string[]): number {
  const byDigest = new Map<string, Disclosure>();
  let before = "";
  for (const text of disclosures) {
    const disclosure = readDisclosure(text);
    const digest = base64url(sha256(ascii(text)));
    if (digest <= before) throw new DisclosureRefused("disclosures that are not in ascending order, each once");
    before = digest;
    byDigest.set(digest, disclosure);
  }
  const seen = new Set<string>();
  let concealed = 0;

  function claim(digest: Json | undefined): Disclosure | undefined {
    if (typeof digest !== "string" || [...digest].length !== 43) {
      throw new DisclosureRefused("a digest has 43 characters of base64url");
    }
    if (seen.has(digest)) throw new DisclosureRefused("a digest that stands twice");
    seen.add(digest);
    const found = byDigest.get(digest);
    if (found === undefined) concealed += 1;
    return found;
  }

  function object(given: Fields, depth: number): void {
    if (given.has(DOTS)) throw new DisclosureRefused("a reserved name");
    const names = new Set<string>();
    for (const [name, value] of given) {
      if (name === SD) continue;
      names.add(name);
      any(value, depth);
    }
    if (!given.has(SD)) return;
    const digests = given.get(SD);
    if (!Array.isArray(digests)) throw new DisclosureRefused("_sd is no list of digests");
    for (const digest of digests) {
      const disclosure = claim(digest);
      if (disclosure === undefined) continue;
      if (disclosure.name === null) throw new DisclosureRefused("an entry of a list stands for a field");
      if (names.has(disclosure.name)) throw new DisclosureRefused("there is such a field already");
      names.add(disclosure.name);
      any(disclosure.value, depth);
    }
  }

  function list(given: readonly Json[], depth: number): void {
    for (const entry of given) {
      if (!(entry instanceof Fields && entry.has(DOTS))) {
        any(entry, depth);
        continue;
      }
      if (entry.size !== 1) throw new DisclosureRefused("a concealed entry has other fields");
      const disclosure = claim(entry.get(DOTS));
      if (disclosure === undefined) continue;
      if (disclosure.name !== null) throw new DisclosureRefused("a field stands for an entry of a list");
      any(disclosure.value, depth);
    }
  }

  /** What stands so deep; a disclosure can show the digest of the next one, as often as its author likes. */
  function any(value: Json, depth: number): void {
    if (!(value instanceof Fields || Array.isArray(value))) return;
    if (depth === DEEPEST) throw new DisclosureRefused(`disclosures nested more than ${DEEPEST} deep`);
    if (Array.isArray(value)) list(value, depth + 1);
    else object(value, depth + 1);
  }

  object(release, 1);
  for (const digest of byDigest.keys()) {
    if (!seen.has(digest)) throw new DisclosureRefused("a disclosure that belongs nowhere");
  }
  return concealed;
}
