// Sealing and opening on a command line, for comparing them with another implementation: a task on each line of standard
// input, its answer on a line of standard output, both JSON. Bytes are lower-case hex. It is not part of a page.

import { closeSync, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, toHex, type Hex } from "../verifier/bytes.js";
import { toJson } from "../verifier/report.js";
import { paddedSize } from "./bid.js";
import type { Context } from "./context.js";
import { contribute, openContribution, readContribution } from "./contribution.js";
import { checkContent, readEnvelope, type Envelope } from "./envelope.js";
import { makeField, readField, type Field } from "./field.js";
import { FileSource } from "./file_source.js";
import { findSeed, partialSeed } from "./find_seed.js";
import { commitment, readHeader, restDigest } from "./header.js";
import { derivePrivateKey, publicOf } from "./hpke.js";
import type { Group, GroupNumber, KeySet } from "./key_set.js";
import { openEnvelope, openShare, readBid } from "./open.js";
import { checkProof, prove } from "./proof.js";
import { refusalOf } from "./refusal.js";
import { requireSeed } from "./reseal.js";
import { prepare, seal, type Document } from "./seal.js";
import type { Place, Share } from "./sealed_share.js";
import { Secrets } from "./seed.js";
import { requireSigned } from "./signed_contribution.js";
import { shareAt, valueAt } from "./shamir.js";
import { piecesOf, type Source } from "./source.js";

/** Numbers may be decimal text. */
type ContextTask =
  & Readonly<Record<"chainId" | "round" | "notBefore", number | string>>
  & Readonly<Record<"ledger" | "processId" | "author" | "keySet", Hex>>;

interface GroupTask {
  readonly threshold: number;
  readonly recipients: readonly { readonly holder: Hex; readonly key: Hex }[];
}

interface KeySetTask {
  readonly officers: GroupTask;
  readonly custodians: GroupTask | null;
}

/** A file or bytes; `later` is what they are when they are read again. All other members stand in the document's field. */
interface DocumentTask extends Readonly<Record<string, unknown>> {
  readonly path?: string;
  readonly hex?: Hex;
  readonly later?: Hex;
  readonly salt?: Hex;
}

type ShareTask = readonly [number, number, Hex];

interface OfEnvelope {
  readonly envelope: string;
  readonly keySet: KeySetTask;
  /** Bytes of the envelope that are read at once, where its content is read. */
  readonly piece?: number;
}

/** A field is salt, name and value, or a text that is ready. */
interface SealTask {
  readonly context: ContextTask;
  readonly keySet: KeySetTask;
  readonly fields: readonly (string | readonly [Hex, string, unknown])[];
  readonly documents: readonly DocumentTask[];
  readonly seed?: Hex;
  readonly out: string;
}

interface SharesTask extends OfEnvelope {
  readonly shares: readonly ShareTask[];
}

interface OpenTask extends SharesTask {
  readonly context: ContextTask;
}

interface RecipientTask extends OfEnvelope, Place {
  readonly privateKey: Hex;
}

interface ReceiveTask extends OfEnvelope {
  readonly contribution: Hex;
  readonly officer: number;
  readonly privateKey: Hex;
}

interface SignedTask {
  readonly contribution: Hex;
  readonly signature: Hex;
  readonly account: Hex;
}

interface CheckTask {
  readonly text: string;
  readonly digests: readonly Hex[];
  readonly bidRoot: Hex;
}

const tasks = {
  async seal({ context, keySet, fields, documents, seed, out }: SealTask): Promise<object> {
    const prepared = await prepare(fields.map(fieldOf), documents.map(documentOf));
    const sealing = await seal(contextOf(context), keySetOf(keySet), prepared, seed === undefined ? undefined : fromHex(seed));
    const file = openSync(out, "w");
    try {
      let at = sealing.headerSize;
      for await (const piece of piecesOf(sealing.content)) at += writeSync(file, piece, 0, piece.length, at);
      const bytes = sealing.header();
      writeSync(file, bytes, 0, bytes.length, 0);
      return { bidRoot: prepared.bidRoot, restDigest: restDigest({ bytes }) };
    } finally {
      closeSync(file);
    }
  },

  /** As much as a header says, of an envelope or by itself. */
  async header(given: { readonly envelope: string } | { readonly bytes: Hex }): Promise<object> {
    const header = "bytes" in given ? readHeader(fromHex(given.bytes)) : (await read(given.envelope)).header;
    const { sealed, contentSize, contentDigest, sizes } = header;
    return { ...sealed, contentSize, contentDigest, ...sizes, restDigest: restDigest(header), commitment: commitment(header) };
  },

  async open({ envelope, context, keySet, shares, piece }: OpenTask): Promise<object> {
    const keys = keySetOf(keySet);
    const opened = await openEnvelope(new FileSource(envelope, piece), contextOf(context), keys);
    const { seed, wrong } = await findSeed(opened.header, keys, shares.map(shareOf));
    return { ...(await bidOf(opened, keys, seed)), seed: toHex(seed), wrong: wrong.map(({ group, index }) => [group, index]) };
  },

  /** The seed that shows the sealer's doing where none passes; null where the given shares do not show it. */
  async partial({ envelope, keySet, shares }: SharesTask): Promise<object> {
    const found = await partialSeed((await read(envelope)).header, keySetOf(keySet), shares.map(shareOf));
    return { found: found === undefined ? null : { seed: toHex(found.seed), ...found.values } };
  },

  /** Steps 4 and 5 alone, with a seed. */
  async read({ envelope, keySet, seed, piece }: OfEnvelope & { readonly seed: Hex }): Promise<object> {
    const found = await read(envelope, piece);
    await checkContent(found);
    return await bidOf(found, keySetOf(keySet), fromHex(seed));
  },

  /** All that follows from a seed, but for the sealed shares themselves, which stand in the header. */
  async derived({ envelope, seed }: { readonly envelope: string; readonly seed: Hex }): Promise<object> {
    const { sealed, sizes, bytes } = (await read(envelope)).header;
    const secrets = new Secrets(fromHex(seed), sealed, sizes);
    const places = [...secrets.shares()].flatMap(([group, each]) => each.map((share, at) => [group, at + 1, share] as const));
    return {
      age: toHex(secrets.age),
      shares: places.map(([group, index, share]) => [group, index, toHex(share)]),
      ephemeral: places.map(([group, index]) => [group, index, toHex(secrets.ephemeral(group, index))]),
      header: toHex(bytes),
    };
  },

  async share({ envelope, keySet, group, index, privateKey }: RecipientTask): Promise<object> {
    const { header } = await read(envelope);
    return { share: toHex((await openShare(header, keySetOf(keySet), { group, index }, fromHex(privateKey))).bytes) };
  },

  async contribute({ envelope, keySet, group, index, share }: OfEnvelope & Place & { readonly share: Hex }): Promise<object> {
    const { header } = await read(envelope);
    return { contribution: toHex(await contribute(header, keySetOf(keySet), { group, index, bytes: fromHex(share) })) };
  },

  /** What one officer gets from a contribution. */
  async receive({ envelope, keySet, contribution, officer, privateKey }: ReceiveTask): Promise<object> {
    const { header } = await read(envelope);
    const keys = keySetOf(keySet);
    const brought = readContribution(fromHex(contribution), header, keys);
    const { group, index, bytes } = await openContribution(brought, keys, officer, fromHex(privateKey));
    return { share: [group, index, toHex(bytes)] };
  },

  signed({ contribution, signature, account }: SignedTask): object {
    requireSigned({ contribution: fromHex(contribution), signature: fromHex(signature) }, account);
    return {};
  },

  async reseal({ envelope, keySet, seed }: OfEnvelope & { readonly seed: Hex }): Promise<object> {
    await requireSeed((await read(envelope)).header, keySetOf(keySet), fromHex(seed));
    return {};
  },

  prove({ fields, name }: { readonly fields: readonly string[]; readonly name: string }): object {
    const { text, digests } = prove(fields.map(readField), name);
    return { text, digests: digests.map(toHex) };
  },

  checkProof({ text, digests, bidRoot }: CheckTask): object {
    return { name: checkProof({ text, digests: digests.map(fromHex) }, bidRoot).name };
  },

  padded({ sizes }: { readonly sizes: readonly number[] }): object {
    return { sizes: sizes.map(paddedSize) };
  },

  deriveKeyPair({ ikm }: { readonly ikm: Hex }): object {
    const privateKey = derivePrivateKey(fromHex(ikm));
    return { privateKey: toHex(privateKey), publicKey: toHex(publicOf(privateKey)) };
  },

  shamirShare({ x, secret, coefficients }: { readonly x: number; readonly secret: Hex; readonly coefficients: Hex }): object {
    return { share: toHex(shareAt(x, fromHex(secret), fromHex(coefficients))) };
  },

  shamirSecret({ points }: { readonly points: readonly (readonly [number, Hex])[] }): object {
    return { secret: toHex(valueAt(0, points.map(([x, y]) => ({ x, y: fromHex(y) })))) };
  },
} as const;

async function read(path: string, piece?: number): Promise<Envelope> {
  return await readEnvelope(new FileSource(path, piece));
}

async function bidOf(envelope: Envelope, keySet: KeySet, seed: Uint8Array): Promise<object> {
  const hashes = new Map<string, ReturnType<typeof sha256.create>>();
  const sizes = new Map<string, number>();
  const bid = await readBid(envelope, keySet, seed, ({ name }, piece) => {
    if (!hashes.has(name)) hashes.set(name, sha256.create());
    hashes.get(name)?.update(piece);
    sizes.set(name, (sizes.get(name) ?? 0) + piece.length);
  });
  const documents = bid.documents.map(({ name }) => (
    { sha256: toHex((hashes.get(name) ?? sha256.create()).digest()), size: sizes.get(name) ?? 0 }
  ));
  return { fields: bid.fields.map(({ text }) => text), documents };
}

function contextOf({ chainId, round, notBefore, ...ids }: ContextTask): Context {
  return { ...ids, chainId: BigInt(chainId), round: BigInt(round), notBefore: BigInt(notBefore) };
}

function keySetOf({ officers, custodians }: KeySetTask): KeySet {
  const group = ({ threshold, recipients }: GroupTask): Group =>
    ({ threshold, recipients: recipients.map(({ holder, key }) => ({ holder, key: fromHex(key) })) });
  return { officers: group(officers), custodians: custodians && group(custodians) };
}

function fieldOf(field: SealTask["fields"][number]): Field {
  return typeof field === "string" ? readField(field) : makeField(field[1], field[2], bytesOf(field[0]));
}

function documentOf({ path, hex, later, salt, ...members }: DocumentTask): Document {
  const source: Source = path === undefined ? new Blob([bytesOf(hex as Hex)]) : new FileSource(path);
  if (later !== undefined) {
    const streams = [source.stream(), new Blob([bytesOf(later)]).stream()];
    source.stream = () => streams.shift() as ReadableStream<Uint8Array>;
  }
  return { source, members, ...(salt !== undefined && { salt: bytesOf(salt) }) };
}

/** Bytes in memory of their own. */
function bytesOf(hex: Hex): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fromHex(hex));
}

function shareOf([group, index, bytes]: ShareTask): Share {
  return { group: group as GroupNumber, index, bytes: fromHex(bytes) };
}

type Task = Readonly<Record<string, unknown>>;

async function answer(task: Task): Promise<object> {
  const [[name, given]] = Object.entries(task) as [[keyof typeof tasks, never]];
  try {
    return await tasks[name](given);
  } catch (error) {
    const { error: refusal, values } = refusalOf(error);
    return { refusal: { error: refusal, values } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(toJson(await answer(JSON.parse(line) as Task)) + "\n");
}
