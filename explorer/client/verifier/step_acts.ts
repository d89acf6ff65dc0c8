// The step acts: the acts at hand are all acts of their series, in order (docs/bundle-1.md, step 7).

import { readActs, readList, type Act } from "./act.js";
import { ZERO, fromHex, type Hex } from "./bytes.js";
import type { Contents } from "./contents.js";
import { abiDigest, keccakHex } from "./digests.js";
import type { Policy } from "./policy.js";
import type { Process, Proven } from "./proven.js";
import { Refusal, shown, type Note } from "./refusal.js";
import { act, processDetail } from "./statute_table.js";
import { missing, unexpected } from "./step_chain.js";

export function checkActs(contents: Contents, policy: Policy, proven: Proven): Note[] {
  requireSeries(contents);
  const { account: ledger } = policy.ledger;
  const { account: registry } = policy.registry;
  const begins = (label: string, contract: Hex, id: Hex) =>
    abiDigest({ text: `siegel/1 ${label}` }, policy.chainId, contract, id);
  const head = (account: Hex, series: Hex) => proven.heads.get(account)?.get(series) as Hex;
  const latest = proven.headers.get(contents.manifest.block)?.time as bigint;

  for (const [id, data] of contents.roles) {
    const name = `acts/roles-${id}`;
    const acts = readActs(name, data);
    requireOrder(name, acts, latest);
    requireFold(begins("roles", registry, id), acts.map(({ digest }) => digest), head(registry, id));
    proven.roles.set(id, acts);
  }
  for (const [id, data] of contents.processes) {
    const name = `acts/process-${id}`;
    const acts = readActs(name, data);
    requireOrder(name, acts, latest);
    const heads = headsOf(begins("process", ledger, id), acts.map(({ digest }) => digest));
    requireHead(head(ledger, id), heads.at(-1) as Hex);
    proven.processes.set(id, { ...owned(contents, id, acts), acts, heads });
  }
  const { kind, id } = contents.manifest.subject;
  if (kind === "organisation") {
    checkList(contents, proven, id, begins("list", ledger, id), head(ledger, id), latest);
  }
  for (const [block, heads] of proven.earlier) {
    const time = proven.headers.get(block)?.time as bigint;
    for (const [id, earlier] of heads) {
      const process = proven.processes.get(id) as Process;
      requireHead(earlier, process.heads[countUntil(process.acts, time)] as Hex);
    }
  }
  if (policy.log !== null) requireClosings(proven);
  return [];
}

/** Of a process its own series; of an organisation its list, which can be empty. */
function requireSeries({ manifest, processes, lists }: Contents): void {
  const { kind, id } = manifest.subject;
  const isProcess = kind === "process";
  if (isProcess && !processes.has(id)) throw missing(`acts/process-${id}`);
  for (const list of lists.keys()) if (isProcess || list !== id) throw unexpected(`acts/list-${list}`);
  for (const process of processes.keys()) {
    if (isProcess && process !== id) throw unexpected(`acts/process-${process}`);
  }
}

/** Sequences count on by one, and times never fall and are not after `latest`, the time of the block that proves them. */
function requireOrder(series: string, acts: readonly Act[], latest: bigint, first = 1): void {
  let time = 0n;
  acts.forEach((each, place) => {
    const position = first + place;
    if (each.sequence !== position) {
      throw new Refusal("ActMisplaced", { series, position, reason: `it says that it is act ${each.sequence}` });
    }
    if (each.time < time) {
      throw new Refusal("ActMisplaced", { series, position, reason: "it is earlier than the act before it" });
    }
    if (each.time > latest) {
      throw new Refusal("ActMisplaced", { series, position, reason: "it is later than the block that proves it" });
    }
    time = each.time;
  });
}

/** keccak256(head ++ item) from the beginning on; a series without items has the head zero. */
function requireFold(beginning: Hex, items: readonly Hex[], head: Hex): void {
  requireHead(head, headsOf(beginning, items).at(-1) as Hex);
}

/** The head after none of the items, after the first, and so on to the last. */
function headsOf(beginning: Hex, items: readonly Hex[]): Hex[] {
  let head = beginning;
  return [ZERO, ...items.map((item) => (head = keccakHex(fromHex(head), fromHex(item))))];
}

function requireHead(expected: Hex, got: Hex): void {
  if (got !== expected) throw new Refusal("HeadMismatch", { expected: shown(expected), got: shown(got) });
}

/** How many of the acts, whose times never fall, are not after `time`. */
function countUntil(acts: readonly Act[], time: bigint): number {
  let [first, end] = [0, acts.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if ((acts[middle] as Act).time <= time) first = middle + 1;
    else end = middle;
  }
  return first;
}

/** The process with the organisation that its id comes from, together with the ocid that its first act says. */
function owned({ roles }: Contents, id: Hex, acts: readonly Act[]): Pick<Process, "organisation" | "ocid"> {
  const ocid = ocidOf(acts[0] as Act);
  for (const organisation of roles.keys()) {
    if (abiDigest(organisation, { text: ocid }) === id) return { organisation, ocid };
  }
  throw new Refusal("SeriesUnrelated", { process: shown(id) });
}

function ocidOf(first: Act): string {
  switch (first.act) {
    case act("NoticePublished"):
      return processDetail(first).ocid as string;
    case act("TenderPublished"):
      return (processDetail(first).terms as { ocid: string }).ocid;
    default:
      throw new Refusal("ActMisplaced", { series: "a process", position: 1, reason: "it begins no process" });
  }
}

function checkList(
  { lists }: Contents, proven: Proven, id: Hex, beginning: Hex, head: Hex, latest: bigint,
): void {
  const name = `acts/list-${id}`;
  const items = readList(name, lists.get(id) ?? new Uint8Array());
  requireFold(beginning, items.map((item) => (typeof item === "string" ? item : item.digest)), head);
  const listed = new Set<Hex>();
  items.forEach((item, place) => {
    if (typeof item !== "string") return requireOrder(name, [item], latest, place + 1);
    if (listed.has(item)) {
      const reason = "a process that stands there already";
      throw new Refusal("ActMisplaced", { series: name, position: place + 1, reason });
    }
    listed.add(item);
  });
  for (const process of [...listed].sort()) if (!proven.processes.has(process)) throw missing(`acts/process-${process}`);
  for (const [process, { organisation }] of proven.processes) {
    if (!listed.has(process)) throw unexpected(`acts/process-${process}`);
    if (organisation !== id) throw new Refusal("SeriesUnrelated", { process: shown(process) });
  }
}

/** The block in which a round was closed is here, for the log to say when that was. A time names its block. */
function requireClosings(proven: Proven): void {
  const newest = [...proven.headers.values()].at(-1)?.time;
  for (const [id, { acts }] of proven.processes) {
    const times = new Set([newest]);
    for (const [block, heads] of proven.earlier) if (heads.has(id)) times.add(proven.headers.get(block)?.time);
    for (const each of acts) {
      if (each.act === act("RoundClosed") && !times.has(each.time)) {
        throw missing(`block in which act ${each.sequence} of ${id} was recorded`);
      }
    }
  }
}
