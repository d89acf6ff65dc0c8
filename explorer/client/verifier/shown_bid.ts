// What a bundle shows of a bid: some of its fields, or all, among the digests of all (docs/bundle-1.md, bids).

import { makeBid, rootOf } from "../sealing/bid.js";
import { bidMalformed, fieldDigest, readField, type Field } from "../sealing/field.js";
import { Refusal as SealingRefusal } from "../sealing/refusal.js";
import { fromHex, joined, toHex, toLatin, ZERO, type Hex } from "./bytes.js";
import type { Json } from "./json.js";
import { thrown } from "./refusal.js";

/** `root` is the bidRoot that follows; of `all` fields so many are `shown`. `problem` says why it cannot be read. */
export interface ShownBid {
  readonly root: Hex;
  readonly shown: number;
  readonly all: number;
  readonly isWhole: boolean;
  /** Of the shown fields those of lots, by their names. */
  readonly values: ReadonlyMap<string, Json>;
  readonly problem: string | null;
}

/** One line for each field: its text, or its digest. */
export function readShownBid(data: Uint8Array): ShownBid {
  try {
    return read(toLatin(data).split("\n"));
  } catch (error) {
    const problem = String(thrown(error, SealingRefusal).values.reason);
    return { root: ZERO, shown: 0, all: 0, isWhole: false, values: new Map(), problem };
  }
}

function read(lines: string[]): ShownBid {
  if (lines.pop() !== "") bidMalformed("a line that does not end");
  const digests: Uint8Array[] = [];
  const fields = new Map<string, Field>();
  let before = "";
  for (const line of lines) {
    const field = /^[0-9a-f]{64}$/.test(line) ? undefined : readField(line);
    const digest = field === undefined ? line : toHex(fieldDigest(field.text));
    if (digest <= before) bidMalformed("digests that are not in ascending order, each once");
    before = digest;
    digests.push(fromHex(digest));
    if (field === undefined) continue;
    if (fields.has(field.name)) bidMalformed(`a name that is shown twice: ${field.name}`);
    fields.set(field.name, field);
  }
  if (fields.size === 0) bidMalformed("no field is shown");
  const isWhole = fields.size === lines.length;
  if (isWhole) makeBid([...fields.values()]);
  const ofLots = [...fields.values()].filter(({ name }) => name.startsWith("lots/"));
  return {
    // One part: there can be more digests than a call can have arguments.
    root: rootOf([joined(digests)]),
    shown: fields.size,
    all: lines.length,
    isWhole,
    values: new Map(ofLots.map(({ name, value }) => [name, value])),
    problem: null,
  };
}
