// The file around the entries of a bundle or receipt: a ZIP whose headers are computed and compared, never believed
// (docs/bundle-1.md, the file).

import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, concat, EMPTY, equal, joined, toHex, toLatin, type Hex } from "./bytes.js";
import { crc32 } from "./crc32.js";
import { LARGEST_FILE, LARGEST_MANIFEST, readManifest, type Manifest } from "./manifest.js";
import { Refusal, shown } from "./refusal.js";

const PIECE = 2 ** 20;
const LOCAL_SIZE = 30;

/** Where a bundle's bytes come from: a file that somebody chose, or bytes at hand. */
export interface Source {
  readonly size: number;
  bytes(start: number, end: number): Promise<Uint8Array>;
}

export function sourceOf(data: Blob | Uint8Array): Source {
  if (data instanceof Uint8Array) return { size: data.length, bytes: async (start, end) => data.subarray(start, end) };
  const bytes = async (start: number, end: number) => new Uint8Array(await data.slice(start, end).arrayBuffer());
  return { size: data.size, bytes };
}

/** Numbers one after the other, little-endian, of two or four bytes each. */
function packed(...fields: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const whole = new DataView(new ArrayBuffer(fields.reduce((size, [width]) => size + width, 0)));
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) whole.setUint16(at, value, true);
    else whole.setUint32(at, value, true);
    at += width;
  }
  return new Uint8Array(whole.buffer);
}

/** What local and central header share (APPNOTE 4.3.7, 4.3.12): stored by version 1.0 on 1980-01-01. */
function described(name: string, crc: number, size: number): Uint8Array {
  return packed([2, 10], [2, 0], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, size], [4, size], [2, name.length], [2, 0]);
}

export function localHeader(name: string, crc: number, size: number): Uint8Array {
  return concat(packed([4, 0x04034b50]), described(name, crc, size), ascii(name));
}

export function centralHeader(name: string, crc: number, size: number, offset: number): Uint8Array {
  const places = packed([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
  return concat(packed([4, 0x02014b50], [2, 10]), described(name, crc, size), places, ascii(name));
}

export function endRecord(entries: number, size: number, offset: number): Uint8Array {
  return packed([4, 0x06054b50], [2, 0], [2, 0], [2, entries], [2, entries], [4, size], [4, offset], [2, 0]);
}

/** An entry as the first one lists it: `digest` is the SHA-256 of salt and bytes. */
export interface Listed {
  readonly name: string;
  readonly size: number;
  readonly digest: Hex;
  readonly salt: Uint8Array;
}

/** A kind of such files: its first entry's name, most bytes and reader, and the name of what else is wrong with it. */
export interface FileKind<Listing> {
  readonly title: string;
  readonly first: string;
  readonly largest: number;
  readonly read: (raw: Uint8Array) => Listing;
  readonly malformed: "BundleMalformed" | "ReceiptMalformed";
}

export const BUNDLE: FileKind<Manifest> = {
  title: "bundle", first: "manifest.json", largest: LARGEST_MANIFEST, read: readManifest, malformed: "BundleMalformed",
};

/** Whether a file that begins with these bytes is of the kind, by the name of its first entry. */
export function isOfKind(start: Uint8Array, { first }: FileKind<unknown>): boolean {
  return toLatin(start.subarray(LOCAL_SIZE, LOCAL_SIZE + first.length)) === first;
}

/** Reads a file once, from the first byte to the last. */
export class Archive {
  private at = 0;
  private ahead: Uint8Array = EMPTY;
  private readonly directory: Uint8Array[] = [];

  private constructor(
    private readonly source: Source,
    private readonly kind: FileKind<unknown>,
  ) {}

  /** What the first entry says, its digest, and what reads the others. Throws as its reader, and what the kind has. */
  static async open<Listing>(source: Source, kind: FileKind<Listing>): Promise<[Listing, Hex, Archive]> {
    const archive = new Archive(source, kind);
    const { title, first, largest } = kind;
    if (source.size > LARGEST_FILE) throw archive.malformed(`larger than a ${title} can be`, LARGEST_FILE);
    const head = await archive.read(LOCAL_SIZE + first.length);
    const view = new DataView(head.buffer, head.byteOffset);
    const crc = view.getUint32(14, true);
    const size = view.getUint32(18, true);
    if (!equal(head, localHeader(first, crc, size))) throw archive.malformed(`it does not begin with ${first}`, 0);
    if (size > largest) throw archive.malformed(`${first} of ${size} bytes`, 0);
    const raw = await archive.read(size);
    const listing = kind.read(raw);
    archive.finish(first, crc32(raw), crc, size, 0);
    return [listing, toHex(sha256(raw)), archive];
  }

  /** The next entry, its bytes handed out in pieces. Gives where they begin. Throws EntryAltered. */
  async entry(entry: Listed, take: (piece: Uint8Array) => void): Promise<number> {
    const offset = this.at;
    const head = await this.read(LOCAL_SIZE + entry.name.length);
    const said = new DataView(head.buffer, head.byteOffset).getUint32(14, true);
    if (!equal(head, localHeader(entry.name, said, entry.size))) {
      throw this.malformed(`not the header of ${entry.name}`, offset);
    }
    const start = this.at;
    const digest = sha256.create().update(entry.salt);
    let crc = 0;
    for (let left = entry.size; left > 0; ) {
      const piece = await this.read(Math.min(PIECE, left));
      left -= piece.length;
      digest.update(piece);
      crc = crc32(piece, crc);
      take(piece);
    }
    const got = toHex(digest.digest());
    if (got !== entry.digest) {
      throw new Refusal("EntryAltered", { entry: entry.name, expected: shown(entry.digest), got: shown(got) });
    }
    this.finish(entry.name, crc, said, entry.size, offset);
    return start;
  }

  /** What must stand behind the entries, to the last byte. */
  async end(): Promise<void> {
    const start = this.at;
    const directory = joined(this.directory);
    await this.expect(directory, "the directory at the end");
    await this.expect(endRecord(this.directory.length, directory.length, start), "the end record");
    if (this.at < this.source.size) throw this.malformed("bytes after the end");
  }

  private finish(name: string, crc: number, said: number, size: number, offset: number): void {
    if (crc !== said) throw this.malformed(`another CRC-32 than that of ${name}`, offset);
    this.directory.push(centralHeader(name, crc, size, offset));
  }

  private async expect(expected: Uint8Array, what: string): Promise<void> {
    const start = this.at;
    for (let at = 0; at < expected.length; at += PIECE) {
      const part = expected.subarray(at, at + PIECE);
      if (!equal(await this.read(part.length), part)) {
        throw this.malformed(`not ${what} that follows from the entries`, start + at);
      }
    }
  }

  /** Small parts are cut from a piece that was read ahead: a file is asked for a thousand times less. */
  private async read(size: number): Promise<Uint8Array> {
    if (this.ahead.length < size) {
      const start = this.at + this.ahead.length;
      const more = await this.source.bytes(start, Math.min(this.source.size, start + Math.max(size, PIECE)));
      this.ahead = this.ahead.length ? concat(this.ahead, more) : more;
    }
    if (this.ahead.length < size) throw this.malformed("the file ends too early", this.at + this.ahead.length);
    const found = this.ahead.subarray(0, size);
    this.ahead = this.ahead.subarray(size);
    this.at += size;
    return found;
  }

  private malformed(reason: string, offset = this.at): Refusal {
    return new Refusal(this.kind.malformed, { offset, reason });
  }
}
