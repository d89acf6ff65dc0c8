// What a bundle holds, read once: small entries as they are, releases and bids by what matters of them, documents by
// name.

import { fromUtf8, joined, toLatin, type Hex } from "./bytes.js";
import { Archive, BUNDLE, type Source } from "./archive.js";
import { countConcealed, DisclosureRefused } from "./disclosure.js";
import { Fields, NoJson, parseJson, type Json } from "./json.js";
import type { Entry, Manifest } from "./manifest.js";
import { thrown } from "./refusal.js";
import { readShownBid, type ShownBid } from "./shown_bid.js";

/** What a verifier needs of a release; `problem` says why it cannot be read. */
export interface Release {
  readonly ocid: string | null;
  readonly documents: readonly Hex[];
  readonly concealed: number;
  readonly problem: string | null;
}

/** Entries by the ids and numbers in their names; `identity` is the bundle's name. */
export class Contents {
  readonly lists = new Map<Hex, Uint8Array>();
  readonly processes = new Map<Hex, Uint8Array>();
  readonly roles = new Map<Hex, Uint8Array>();
  readonly headers = new Map<number, Uint8Array>();
  readonly inclusions = new Map<number, Uint8Array>();
  readonly proofs = new Map<number, Uint8Array>();
  readonly checkpoints = new Map<number, Uint8Array>();
  /** Time stamps with the size of the tree and the digest of the authority's certificate. */
  readonly timestamps: (readonly [number, Hex, Uint8Array])[] = [];
  /** What is shown of bids, by their commitments. */
  readonly bids = new Map<Hex, ShownBid>();
  readonly criteria = new Map<Hex, Uint8Array>();
  readonly evaluations = new Map<Hex, Uint8Array>();
  /** With the entry's name, the round and the id of the process. */
  readonly rankings: (readonly [string, number, Hex, Uint8Array])[] = [];
  readonly disclosures = new Map<Hex, Uint8Array>();
  readonly documents = new Set<Hex>();
  readonly releases = new Map<Hex, Release>();

  constructor(
    readonly manifest: Manifest,
    readonly identity: Hex,
  ) {}

  add(entry: Entry, data: Uint8Array): void {
    switch (entry.kind) {
      case "acts": {
        const series = { list: this.lists, process: this.processes, roles: this.roles };
        series[entry.name.slice(5, -65) as keyof typeof series].set(entry.id, data);
        break;
      }
      case "bid":
        this.bids.set(entry.id, readShownBid(data));
        break;
      case "criteria":
        this.criteria.set(entry.id, data);
        break;
      case "evaluation":
        this.evaluations.set(entry.id, data);
        break;
      case "ranking":
        this.rankings.push([entry.name, entry.number, entry.id, data]);
        break;
      case "header":
        this.headers.set(entry.number, data);
        break;
      case "inclusion":
        this.inclusions.set(entry.number, data);
        break;
      case "proofs":
        this.proofs.set(entry.number, data);
        break;
      case "checkpoint":
        this.checkpoints.set(entry.number, data);
        break;
      case "timestamp":
        this.timestamps.push([entry.number, entry.id, data]);
        break;
      case "disclosures":
        this.disclosures.set(entry.id, data);
        break;
      case "document":
        this.documents.add(entry.id);
        break;
      case "release":
        this.releases.set(entry.id, readRelease(data, this.disclosures.get(entry.id)));
    }
  }
}

/** Reads a bundle to its end. Throws BundleMalformed, ManifestInvalid, EntryAltered. */
export async function readContents(source: Source, progress: (read: number) => void): Promise<Contents> {
  const [manifest, identity, bundle] = await Archive.open(source, BUNDLE);
  const contents = new Contents(manifest, identity);
  let read = 0;
  for (const entry of manifest.entries) {
    const pieces: Uint8Array[] = [];
    await bundle.entry(entry, (piece) => {
      if (entry.kind !== "document") pieces.push(piece);
      progress((read += piece.length));
    });
    contents.add(entry, joined(pieces));
  }
  await bundle.end();
  return contents;
}

/** What matters of a release, whose disclosures stand one on a line. */
export function readRelease(data: Uint8Array, disclosed: Uint8Array | undefined): Release {
  const none = { ocid: null, documents: [], concealed: 0 };
  const text = fromUtf8(data);
  if (text === undefined) return { ...none, problem: "it is not UTF-8" };
  try {
    const release = parseJson(text.startsWith("\ufeff") ? text.slice(1) : text);
    if (!(release instanceof Fields)) return { ...none, problem: "it is no object" };
    const ocid = release.get("ocid");
    return {
      ocid: typeof ocid === "string" ? ocid : null,
      documents: [...new Set(documentsOf(release))],
      concealed: countConcealed(release, disclosed === undefined ? [] : linesOf(disclosed)),
      problem: null,
    };
  } catch (error) {
    return { ...none, problem: thrown(error, NoJson, DisclosureRefused).message };
  }
}

/** Disclosures, one on a line, and each line ended. What is no disclosure is refused as one. */
function linesOf(data: Uint8Array): string[] {
  const lines = toLatin(data).split("\n");
  if (lines.pop() !== "") throw new DisclosureRefused("a line that does not end");
  return lines;
}

/** The digests that entries of `documents` name, wherever in the release they stand. */
function* documentsOf(value: Json): Generator<Hex> {
  if (Array.isArray(value)) {
    for (const entry of value) yield* documentsOf(entry);
  } else if (value instanceof Fields) {
    for (const [name, field] of value) {
      for (const document of name === "documents" && Array.isArray(field) ? field : []) {
        const digest = document instanceof Fields ? document.get("digest") : undefined;
        if (typeof digest === "string" && /^[0-9a-fA-F]{64}$/.test(digest)) yield digest.toLowerCase();
      }
      yield* documentsOf(field);
    }
  }
}
