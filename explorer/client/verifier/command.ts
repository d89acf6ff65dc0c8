// The verifier on a command line, for comparing it with another one: a task on each line of standard input, its answer on
// a line of standard output, both JSON (docs/verifying.md, in the browser). It is not part of the page.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { readActs, readList } from "./act.js";
import { Authorities } from "./authority.js";
import { fromHex, utf8, type Hex } from "./bytes.js";
import { checkBlock } from "./consensus.js";
import { readRelease } from "./contents.js";
import { blockHash, readHeader } from "./header.js";
import { readPolicy } from "./policy.js";
import { NotProvable, Refusal } from "./refusal.js";
import { toJson } from "./report.js";
import { checkList, replay } from "./statute.js";
import { verifyTimestamp } from "./timestamp.js";
import { verify } from "./verify.js";

/** A bundle is a file or hex, a policy a file or its text; of the bundle bytes can be changed, and its end cut off. */
interface BundleTask {
  readonly bundle: string | { readonly hex: Hex };
  readonly policy: string | { readonly text: string };
  /** Offset and new value of each byte that is changed. */
  readonly changes?: readonly (readonly [number, number])[];
  readonly length?: number;
}

interface HeaderTask {
  readonly header: Hex;
  readonly policy: BundleTask["policy"];
}

interface StampTask {
  readonly response: Hex;
  readonly stamped: Hex;
  readonly roots: readonly Hex[];
}

interface ReleaseTask {
  readonly release: Hex;
  readonly disclosures?: Hex;
}

/** Acts by id, each series as a bundle has it (hex). `remember` names registry acts for later tasks, `registry` recalls. */
interface ActsTask {
  readonly registry: string;
  readonly remember?: Readonly<Record<Hex, Hex>>;
  readonly chainId?: number;
  readonly ledger?: Hex;
  readonly process?: Hex;
  readonly organisation?: Hex;
  readonly list?: Hex;
  readonly acts?: readonly Hex[];
}

const files = new Map<string, Uint8Array>();
const registries = new Map<string, Authorities>();

function file(path: string): Uint8Array {
  const bytes = files.get(path) ?? new Uint8Array(readFileSync(path));
  files.set(path, bytes);
  return bytes;
}

function policyOf(policy: BundleTask["policy"]): Uint8Array {
  return typeof policy === "string" ? file(policy) : utf8(policy.text);
}

async function ofBundle({ bundle, policy, changes = [], length }: BundleTask): Promise<object> {
  const bytes = (typeof bundle === "string" ? file(bundle) : fromHex(bundle.hex)).slice(0, length);
  for (const [offset, value] of changes) bytes[offset] = value;
  return await verify(bytes, policyOf(policy));
}

function ofHeader({ header, policy }: HeaderTask): object {
  const read = readHeader(fromHex(header));
  checkBlock(read, readPolicy(policyOf(policy)));
  return { hash: blockHash(read) };
}

function ofStamp({ response, stamped, roots }: StampTask): object {
  return verifyTimestamp(fromHex(response), fromHex(stamped), roots.map(fromHex));
}

function ofRelease({ release, disclosures }: ReleaseTask): object {
  return readRelease(fromHex(release), disclosures === undefined ? undefined : fromHex(disclosures));
}

function ofActs(task: ActsTask): object {
  if (task.remember) {
    const series = Object.entries(task.remember).map(([id, acts]) => [id, readActs("", fromHex(acts))] as const);
    registries.set(task.registry, new Authorities(new Map(series)));
  }
  const authorities = registries.get(task.registry) as Authorities;
  if (task.list !== undefined) checkList(task.organisation ?? "", readList("", fromHex(task.list)), authorities);
  if (task.process === undefined) return {};
  const acts = (task.acts ?? []).flatMap((each) => readActs("", fromHex(each)));
  const { process, organisation = "", chainId = 0, ledger = "" } = task;
  const { state, flags } = replay(process, organisation, acts, authorities, BigInt(chainId), ledger);
  return { state, flags };
}

type Task = BundleTask | HeaderTask | StampTask | ReleaseTask | ActsTask;

async function answer(task: Task): Promise<object> {
  try {
    if ("bundle" in task) return await ofBundle(task);
    if ("header" in task) return ofHeader(task);
    if ("response" in task) return ofStamp(task);
    if ("release" in task) return ofRelease(task);
    return ofActs(task);
  } catch (error) {
    if (error instanceof Refusal) return { refusal: { error: error.error, values: error.values } };
    if (error instanceof NotProvable) return { notProvable: error.notes };
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(toJson(await answer(JSON.parse(line) as Task)) + "\n");
}
