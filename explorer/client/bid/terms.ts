// What a round asks for, as a server tells it (`GET …/sealing`), and how far it can be checked here.

import { fromHex, isHex, type Hex } from "../verifier/bytes.js";
import { abiDigest } from "../verifier/digests.js";
import { requireUsable, type KeySet, type Recipient } from "../sealing/key_set.js";
import { Refusal as SealingRefusal } from "../sealing/refusal.js";
import { keySetCode, keySetId } from "./key_set_code.js";
import { PageRefusal } from "./refusal.js";
import { LATEST } from "./told_members.js";

/** Characters of a name that are shown. */
const LONGEST_NAME = 120;

/** `scheme` and `identifier` are compared with the holder's id; `name` is the server's word, null where it has none. */
export interface Custodian extends Recipient {
  readonly scheme: string;
  readonly identifier: string;
  readonly name: string | null;
}

export interface Receiver {
  readonly organisationId: Hex;
  readonly name: string;
  readonly url: string | null;
}

/** Hex without 0x; the criteria document is had by its digest. Times are seconds since 1970. */
export interface Terms {
  readonly chainId: bigint;
  readonly ledger: Hex;
  readonly organisationId: Hex;
  readonly processId: Hex;
  readonly ocid: string;
  readonly title: string;
  readonly round: bigint;
  readonly kind: string;
  readonly state: string;
  readonly deadline: bigint;
  readonly keySetId: Hex;
  /** As the registry encodes it. */
  readonly keySetCode: Uint8Array;
  readonly keySet: KeySet;
  readonly custodians: readonly Custodian[];
  readonly receivers: readonly Receiver[];
  /** Addresses of nodes of the chain that take transactions directly. */
  readonly nodes: readonly string[];
  readonly criteriaDigest: Hex | null;
  /** Bytes of one envelope. */
  readonly mostBytes: number | null;
  /** The server's clock. */
  readonly now: number;
}

/** What the address of the page names. */
export interface Asked {
  readonly processId: Hex;
  readonly round: bigint;
}

/** The process and round of `/bid/{processId}/{round}`. Throws AddressUnusable. */
export function readAddress(path: string): Asked {
  const found = /\/bid\/(?:0x)?([0-9a-f]{64})\/([1-9][0-9]{0,9})\/?$/.exec(path);
  if (found === null) throw new PageRefusal("AddressUnusable");
  return { processId: found[1] as Hex, round: BigInt(found[2] as string) };
}

/**
 * Reads an answer and compares what follows from itself: the process id from buyer and ocid, custodians from their names in a
 * register, the key set's id from its content. Throws TermsUnreadable, NothingSealed, ProcessDiffers, KeySetForged, CustodianForged.
 */
export function readTerms(answer: unknown, asked: Asked): Terms {
  const given = object(answer);
  if (given.keySet === null) throw new PageRefusal("NothingSealed");
  const set = object(given.keySet);
  const organisationId = hex(given.organisationId, 32);
  const ocid = text(given.ocid);
  const processId = hex(given.processId, 32);
  const round = whole(given.round);
  const follows = abiDigest(organisationId, { text: ocid });
  if (processId !== asked.processId || follows !== processId || round !== asked.round) {
    throw new PageRefusal("ProcessDiffers", { expected: asked.processId, got: follows === processId ? processId : follows });
  }
  const custodians = list(set.custodians).map(readCustodian);
  const keySet: KeySet = {
    officers: { threshold: Number(whole(set.officerThreshold)), recipients: list(set.officers).map(readRecipient) },
    custodians: custodians.length === 0 ? null : { threshold: Number(whole(set.custodianThreshold)), recipients: custodians },
  };
  const code = keySetCode(keySet);
  const named = hex(set.id, 32);
  const id = keySetId(organisationId, code);
  if (id !== named) throw new PageRefusal("KeySetForged", { expected: named, got: id });
  requireSealable(keySet);
  for (const each of custodians) {
    const organisation = abiDigest({ text: each.scheme }, { text: each.identifier });
    if (organisation !== each.holder) throw new PageRefusal("CustodianForged", { name: custodianName(each) });
  }
  const criteria = given.criteria === null ? null : object(given.criteria);
  const limits = object(given.limits);
  return {
    chainId: whole(given.chainId),
    ledger: hex(given.ledger, 20),
    organisationId, processId, ocid, round, keySet, custodians,
    title: typeof given.title === "string" ? given.title : ocid,
    kind: text(given.kind),
    state: text(given.state),
    deadline: moment(given.deadline),
    keySetId: id,
    keySetCode: code,
    receivers: list(given.receivers).map(readReceiver),
    // A server of an earlier version tells none.
    nodes: list(given.nodes ?? []).map(text),
    criteriaDigest: criteria === null ? null : notZero(hex(criteria.digest, 32)),
    mostBytes: limits.envelope === null ? null : Number(whole(limits.envelope)),
    now: Number(moment(given.now)),
  };
}

/** The members in which two servers must tell the same. */
const SAME = ["chainId", "ledger", "organisationId", "processId", "round", "keySetId", "deadline", "criteriaDigest"] as const;

/** Throws TermsDiffer where two servers contradict each other: then one of them lies, or is behind. */
export function requireSame(one: Terms, other: Terms, server: string): void {
  const field = SAME.find((name) => one[name] !== other[name]);
  if (field === undefined) return;
  throw new PageRefusal("TermsDiffer", { server, field, expected: String(one[field]), got: String(other[field]) });
}

/** A deadline may have become later since the bid was sealed. Throws TermsDiffer. */
export function requireStill(sealedFor: Terms, now: Terms, server: string): void {
  const later = now.deadline > sealedFor.deadline ? sealedFor.deadline : now.deadline;
  requireSame(sealedFor, { ...now, deadline: later }, server);
}

function requireSealable(keySet: KeySet): void {
  try {
    requireUsable(keySet);
  } catch (error) {
    if (!(error instanceof SealingRefusal)) throw error;
    throw new PageRefusal("KeySetUnusable", { reason: String(error.values.reason) });
  }
}

function readRecipient(given: unknown): Recipient {
  const { holder, key } = object(given);
  return { holder: wordOf(holder), key: fromHex(hex(key, 65)) };
}

function readCustodian(given: unknown): Custodian {
  const { scheme, identifier, name } = object(given);
  return { ...readRecipient(given), scheme: text(scheme), identifier: text(identifier), name: typeof name === "string" ? name : null };
}

/** What people read of a custodian. */
export function custodianName({ scheme, identifier, name }: Omit<Custodian, "holder" | "key">): string {
  const registered = `${scheme} ${identifier}`;
  return name === null ? registered : `${name.slice(0, LONGEST_NAME)} (${registered})`;
}

function readReceiver(given: unknown): Receiver {
  const { organisationId, name, url } = object(given);
  const id = hex(organisationId, 32);
  return { organisationId: id, name: typeof name === "string" ? name : id.slice(0, 8), url: typeof url === "string" ? url : null };
}

function unreadable(what: string): never {
  throw new PageRefusal("TermsUnreadable", { what });
}

function object(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) unreadable("object");
  return given as Record<string, unknown>;
}

function list(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : unreadable("list");
}

function text(given: unknown): string {
  return typeof given === "string" && given !== "" ? given : unreadable("text");
}

function whole(given: unknown): bigint {
  return Number.isSafeInteger(given) && (given as number) >= 0 ? BigInt(given as number) : unreadable("number");
}

/** Seconds since 1970. */
function moment(given: unknown): bigint {
  const found = whole(given);
  return found <= LATEST ? found : unreadable("moment");
}

function hex(given: unknown, size: number): Hex {
  const digits = typeof given === "string" ? given.replace(/^0x/, "") : given;
  return isHex(digits, size) ? digits : unreadable(`${size} bytes`);
}

/** An officer's account, or an id that fills the word. */
function wordOf(given: unknown): Hex {
  const digits = typeof given === "string" ? given.replace(/^0x/, "") : "";
  return hex(digits.padStart(64, "0"), 32);
}

function notZero(digest: Hex): Hex | null {
  return /^0*$/.test(digest) ? null : digest;
}
