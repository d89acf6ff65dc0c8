// A bid: its fields in their order, its documents, its bidRoot; and how many bytes it has before and after padding.

import { compare, toHex, type Hex } from "../verifier/bytes.js";
import { sha256 } from "../verifier/digests.js";
import { Fields, Numeral, type Json } from "../verifier/json.js";
import { bidMalformed, fieldDigest, readField, type Field } from "./field.js";
import { tag } from "./word.js";

const FIRST_LINE = "siegel-bid/1";
const DOCUMENTS = "documents/";
/** Also "-0": readers that turn numbers of JSON into those of their language no longer see its sign. */
const WHOLE = /^(?:-?0|[1-9][0-9]*)$/;
const DIGEST = /^[0-9a-f]{64}$/;
export const MOST_FIELDS = 10_000;
export const LONGEST_HEAD = 2 ** 24;

/** A document's field, with what its value says. */
export interface DocumentField {
  readonly name: string;
  readonly title: string;
  readonly size: number;
  readonly digest: Hex;
}

export interface Bid {
  readonly fields: readonly Field[];
  readonly documents: readonly DocumentField[];
}

/** Orders the fields, which must make a bid. Throws BidMalformed. */
export function makeBid(fields: readonly Field[]): Bid {
  const sorted = fields.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const bid = checked(sorted);
  if (headSize(bid) > LONGEST_HEAD) bidMalformed("the texts have more than 16 MiB");
  return bid;
}

/** Reads the lines before the documents, each without its LF. Throws BidMalformed. */
export function readHead(lines: readonly string[]): Bid {
  const [first, ...texts] = lines;
  if (first !== FIRST_LINE) bidMalformed(`the first line is not ${FIRST_LINE}`);
  return checked(texts.map(readField));
}

/** What stands before the documents. */
export function headOf({ fields }: Bid): string {
  return [FIRST_LINE, ...fields.map(({ text }) => text), "", ""].join("\n");
}

/** The size of all but the padding. */
export function sizeOf(bid: Bid): number {
  return bid.documents.reduce((sum, { size }) => sum + size, headSize(bid));
}

export function bidRootOf(bid: Bid): Hex {
  return rootOf(digestsOf(bid.fields.map(({ text }) => text)));
}

/** The digests of texts, ascending. */
export function digestsOf(texts: readonly string[]): Uint8Array[] {
  return texts.map(fieldDigest).sort(compare);
}

export function rootOf(digests: readonly Uint8Array[]): Hex {
  return toHex(sha256(tag("siegel/1 bid"), ...digests));
}

/** What a content of so many bytes is filled up to (Padmé); at least 2. */
export function paddedSize(size: number): number {
  const exponent = bits(size) - 1;
  const step = 2 ** (exponent - bits(exponent));
  return Math.ceil(size / step) * step;
}

/** ⌊log2⌋ + 1 of a whole number above zero. */
function bits(value: number): number {
  return value.toString(2).length;
}

function headSize({ fields }: Bid): number {
  return fields.reduce((sum, { text }) => sum + text.length + 1, FIRST_LINE.length + 2);
}

function checked(fields: readonly Field[]): Bid {
  if (fields.length > MOST_FIELDS) bidMalformed(`more than ${MOST_FIELDS} fields`);
  let before = "";
  for (const { name } of fields) {
    if (name === before) bidMalformed(`a name that stands twice: ${name}`);
    if (name < before) bidMalformed(`a field that is out of order: ${name}`);
    before = name;
  }
  const documents = fields.filter(({ name }) => name.startsWith(DOCUMENTS)).map(readDocument);
  documents.forEach(({ name }, at) => {
    if (name !== documentName(at + 1)) bidMalformed(`there is ${name} where ${documentName(at + 1)} belongs`);
  });
  return { fields, documents };
}

export function documentName(index: number): string {
  return `${DOCUMENTS}${String(index).padStart(4, "0")}`;
}

function readDocument({ name, value }: Field): DocumentField {
  const get = (member: string): Json | undefined => (value instanceof Fields ? value.get(member) : undefined);
  const [title, size, digest] = [get("title"), get("size"), get("digest")];
  if (typeof title !== "string") bidMalformed(`${name} has no title`);
  if (!(size instanceof Numeral) || !WHOLE.test(size.text) || !Number.isSafeInteger(Number(size.text))) {
    bidMalformed(`${name} has no size in bytes`);
  }
  if (typeof digest !== "string" || !DIGEST.test(digest)) bidMalformed(`${name} has no digest`);
  return { name, title, size: Math.abs(Number(size.text)), digest };
}
