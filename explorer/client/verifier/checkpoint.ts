// Signed checkpoints of a transparency log (C2SP signed-note, tlog-checkpoint, tlog-cosignature; docs/bundle-1.md, log).

import { ascii, concat, equal, fromBase64, fromUtf8, toHex, toNumber, utf8 } from "./bytes.js";
import { EMPTY_ROOT, isTreeSize, leafHash, verifyInclusion, type Inclusion } from "./merkle.js";
import type { LogPolicy } from "./policy.js";
import { Refusal } from "./refusal.js";
import { NAME, signed, type VerifierKey } from "./verifier_key.js";

export const CLOCK_TOLERANCE = 60n;

const MOST_BYTES = 65_536;
const LATEST = 2n ** 63n;
const BASE64 = "[A-Za-z0-9+/]+={0,2}";
const TEXT = new RegExp(`^(${NAME})\\n(0|[1-9][0-9]{0,18})\\n(${BASE64})\\n$`);
const LINE = new RegExp(`^— (${NAME}) (${BASE64})$`);

export interface Checkpoint {
  readonly size: bigint;
  readonly root: Uint8Array;
  /** When witnesses of the policy cosigned, ascending, seconds since 1970. */
  readonly times: readonly bigint[];
}

interface Line {
  readonly name: string;
  readonly id: string;
  readonly signature: Uint8Array;
}

function malformed(reason: string): Refusal {
  return new Refusal("CheckpointMalformed", { reason });
}

/** Reads a checkpoint and verifies each signature of a known key. Throws what speaks against it. */
export function readCheckpoint(note: Uint8Array, policy: LogPolicy): Checkpoint {
  const [origin, size, root, body] = readText(note);
  const log = policy.logs.find((key) => key.name === origin);
  if (log === undefined) {
    throw new Refusal("LogUnknown", { got: origin, expected: policy.logs.map((key) => key.name).join(", ") });
  }
  const [first, ...others] = readLines(note.subarray(body.length + 1)) as [Line, ...Line[]];
  if (first.name !== origin || first.id !== log.id || !signed(log, body, first.signature)) {
    throw new Refusal("LogSignatureInvalid", { origin, size });
  }
  const times: bigint[] = [];
  let before = "";
  for (const line of others) {
    if (line.name <= before || line.name === origin) {
      throw malformed("signatures that are not in ascending order of names, each once");
    }
    before = line.name;
    const witness = policy.witnesses.find((key) => key.name === line.name && key.id === line.id);
    if (witness !== undefined) times.push(cosignedTime(witness, body, line.signature));
  }
  return { size, root, times: times.sort((one, other) => (one < other ? -1 : 1)) };
}

/** What the log signed, with its signature: without cosignatures, which come later. Throws CheckpointMalformed. */
export function ofLogAlone(note: Uint8Array): Uint8Array {
  const [, , , body] = readText(note);
  const end = note.indexOf(0x0a, body.length + 1);
  return end < 0 ? note : note.subarray(0, end + 1);
}

/**
 * Throws unless the tree holds the leaf, and enough witnesses had seen it soon enough after the block's time. The checkpoint
 * is that of a tree of the inclusion's size.
 */
export function requireLogged(
  leaf: Uint8Array, time: bigint, inclusion: Inclusion, checkpoint: Checkpoint, policy: LogPolicy,
): void {
  verifyInclusion(leafHash(leaf), inclusion, checkpoint.root);
  if (policy.threshold === 0) return;
  const moment = checkpoint.times[policy.threshold - 1];
  if (moment === undefined) {
    throw new Refusal("CosignaturesTooFew", { expected: policy.threshold, got: checkpoint.times.length });
  }
  if (moment - time > BigInt(policy.maxLogDelay)) {
    throw new Refusal("CosignedLate", { delay: moment - time, allowed: policy.maxLogDelay });
  }
  if (time - moment > CLOCK_TOLERANCE) {
    throw new Refusal("CosignedEarly", { ahead: time - moment, allowed: CLOCK_TOLERANCE });
  }
}

/** Origin, size, root, and the bytes that the log signs. */
function readText(note: Uint8Array): [string, bigint, Uint8Array, Uint8Array] {
  if (note.length > MOST_BYTES) throw malformed(`${note.length} bytes, more than ${MOST_BYTES}`);
  const gap = note.findIndex((byte, at) => byte === 0x0a && note[at + 1] === 0x0a);
  const body = gap < 0 ? concat(note, ascii("\n")) : note.subarray(0, gap + 1);
  const text = fromUtf8(body);
  if (text === undefined) throw malformed("not UTF-8");
  const [, origin, size, encoded] = TEXT.exec(text) ?? [];
  if (origin === undefined || size === undefined || encoded === undefined) {
    throw malformed("the text is not origin, size and root, each on a line");
  }
  const root = base64(encoded);
  if (!isTreeSize(BigInt(size)) || root.length !== 32 || (size === "0" && !equal(root, EMPTY_ROOT))) {
    throw malformed("a size and root that no tree has");
  }
  return [origin, BigInt(size), root, body];
}

function readLines(signatures: Uint8Array): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < signatures.length; ) {
    const end = signatures.indexOf(0x0a, at);
    if (end < 0) throw malformed("the last line does not end");
    lines.push(readLine(signatures.subarray(at, end)));
    at = end + 1;
  }
  if (lines.length === 0) throw malformed("no signatures");
  return lines;
}

function readLine(line: Uint8Array): Line {
  const text = fromUtf8(line);
  if (text === undefined) throw malformed("a signature line that is not UTF-8");
  const [, name, encoded] = LINE.exec(text) ?? [];
  if (name === undefined || encoded === undefined) throw malformed("a line that is not of the form — name base64");
  const blob = base64(encoded);
  if (blob.length < 5) throw malformed("a signature without a signature");
  return { name, id: toHex(blob.subarray(0, 4)), signature: blob.subarray(4) };
}

/** What a witness signs is the checkpoint with the time that stands before its signature. Throws CosignatureInvalid. */
function cosignedTime(witness: VerifierKey, body: Uint8Array, stamped: Uint8Array): bigint {
  const time = toNumber(stamped.subarray(0, 8));
  const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), body);
  if (stamped.length !== 72 || time >= LATEST || !signed(witness, message, stamped.subarray(8))) {
    throw new Refusal("CosignatureInvalid", { witness: witness.name });
  }
  return time;
}

function base64(text: string): Uint8Array {
  const found = fromBase64(text);
  if (found === undefined) throw malformed("base64 that is not canonical");
  return found;
}
