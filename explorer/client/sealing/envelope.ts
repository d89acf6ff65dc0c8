// An envelope as a file: its header, and the age file, nothing behind it.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "../verifier/bytes.js";
import { FIXED_SIZE, headerSize, malformed, readFixed, readHeader, type Header } from "./header.js";
import { Refusal } from "./refusal.js";
import { bytesOf, piecesOf, type Source } from "./source.js";

export interface Envelope {
  readonly header: Header;
  /** The age file, once it is checked. */
  readonly content: Source;
}

/** Reads the header, and no more than that: a share can be opened without the content. Throws EnvelopeMalformed. */
export async function readEnvelope(file: Source): Promise<Envelope> {
  const { sizes } = readFixed(await bytesOf(file.slice(0, FIXED_SIZE)));
  const start = headerSize(sizes);
  const header = readHeader(await bytesOf(file.slice(0, start)));
  return { header, content: file.slice(start, file.size) };
}

/** Requires the age file of the header and nothing behind it. Throws EnvelopeMalformed, ContentAltered. */
export async function checkContent({ header, content }: Envelope): Promise<void> {
  const end = header.bytes.length + header.contentSize;
  if (content.size < header.contentSize) malformed(header.bytes.length + content.size, "the file is cut off");
  if (content.size > header.contentSize) malformed(end, "there are bytes behind the content");
  const hash = sha256.create();
  for await (const piece of piecesOf(content.stream())) hash.update(piece);
  const got = toHex(hash.digest());
  if (got !== header.contentDigest) throw new Refusal("ContentAltered", { expected: header.contentDigest, got });
}
