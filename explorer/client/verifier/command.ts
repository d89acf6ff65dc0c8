// The verifier on a command line, for comparing it with another one: a task on each line of standard input, its answer on
// a line of standard output, both JSON (docs/verifying.md, in the browser). It is not part of the page.

import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { openSecret, readReceipt, sealSecret, writeReceipt } from "../receipt/receipt.js";
import { readerOf } from "./abi.js";
import { readActs, readList } from "./act.js";
import { Authorities } from "./authority.js";
import { fromHex, toHex, utf8, type Hex } from "./bytes.js";
import { ofLogAlone, readCheckpoint } from "./checkpoint.js";
import { checkBlock } from "./consensus.js";
import { readRelease } from "./contents.js";
import { integer, within } from "./der.js";
import { blockHash, readHeader } from "./header.js";
import { readInclusion, verifyInclusion } from "./merkle.js";
import { readPolicy, type LogPolicy } from "./policy.js";
import { verifyReceipt } from "./receipt.js";
import { NotProvable, Refusal, thrown } from "./refusal.js";
import { toJson } from "./report.js";
import { decode, encode } from "./rlp.js";
import { checkList, replay } from "./statute.js";
import { TERMS, type Argument } from "./statute_table.js";
import { verifyTimestamp } from "./timestamp.js";
import { lookUp } from "./trie.js";
import { verify } from "./verify.js";

/** A bundle is a file or hex, a policy a file or its text; of the bundle bytes can be changed, and its end cut off. */
interface BundleTask {
  readonly bundle: string | { readonly hex: Hex };
  readonly policy: string | { readonly text: string };
  /** Offset and new value of each byte that is changed. */
  readonly changes?: readonly (readonly [number, number])[];
  readonly length?: number;
}

/** A receipt as a bundle is given; with its passphrase its secret is opened. */
type ReceiptTask = Omit<BundleTask, "bundle"> & { readonly receipt: BundleTask["bundle"]; readonly passphrase?: string };

/** The receipt is read and written anew; with another passphrase its secret is opened and sealed anew. */
interface RewriteTask {
  readonly rewrite: string;
  readonly passphrases?: readonly [string, string];
  readonly without?: readonly ("promise" | "proof" | "transaction")[];
  readonly out: string;
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

/** One part alone: what of its bytes (hex) can be read, and what it proves. */
type PartTask =
  | { readonly part: "rlp" | "der" | "numbers" | "header"; readonly data: Hex }
  | { readonly part: "detail"; readonly data: Hex; readonly arguments: readonly Argument[] }
  | { readonly part: "proof"; readonly root: Hex; readonly path: Hex; readonly nodes: readonly Hex[] }
  | { readonly part: "inclusion"; readonly data: Hex; readonly leaf: Hex; readonly root: Hex }
  | { readonly part: "checkpoint"; readonly data: Hex; readonly policy: BundleTask["policy"] };

interface ReleaseTask {
  readonly release: Hex;
  readonly disclosures?: Hex;
}

/** Acts by id, each series as a bundle has it (hex). `remember` names registry acts for later tasks, `registry` recalls. */
interface ActsTask {
  readonly registry: string;
  readonly remember?: Readonly<Record<Hex, Hex>>;
}

interface ListTask extends ActsTask {
  readonly organisation: Hex;
  readonly list: Hex;
}

interface ProcessTask extends ActsTask {
  readonly organisation: Hex;
  readonly process: Hex;
  readonly acts: readonly Hex[];
  readonly chainId: number;
  readonly ledger: Hex;
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

function altered(given: BundleTask["bundle"], { changes = [], length }: Pick<BundleTask, "changes" | "length">): Uint8Array {
  const bytes = (typeof given === "string" ? file(given) : fromHex(given.hex)).slice(0, length);
  for (const [offset, value] of changes) bytes[offset] = value;
  return bytes;
}

async function ofBundle({ bundle, policy, ...changed }: BundleTask): Promise<object> {
  return await verify(altered(bundle, changed), policyOf(policy));
}

async function ofReceipt({ receipt, policy, passphrase, ...changed }: ReceiptTask): Promise<object> {
  return await verifyReceipt(altered(receipt, changed), policyOf(policy), passphrase);
}

async function ofRewrite({ rewrite, passphrases, without = [], out }: RewriteTask): Promise<object> {
  const parts = await readReceipt(new Blob([file(rewrite) as BlobPart]));
  const left = Object.fromEntries(without.map((name) => [name, undefined]));
  let { secret } = parts;
  if (passphrases !== undefined) {
    const { seed, accountKey } = await openSecret(secret, passphrases[0]);
    secret = await sealSecret(seed, accountKey, passphrases[1], 4);
  }
  const written = await writeReceipt({ ...parts, ...left, secret });
  const descriptor = openSync(out, "w");
  writeSync(descriptor, new Uint8Array(await written.arrayBuffer()), 0, written.size, 0);
  closeSync(descriptor);
  return { size: written.size };
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

function ofPart(task: PartTask): object {
  if (task.part === "proof") {
    const value = lookUp(task.root, task.path, task.nodes.map(fromHex));
    return { value: value === null ? null : toHex(value) };
  }
  const data = fromHex(task.data);
  switch (task.part) {
    case "rlp":
      return { encoded: toHex(encode(decode(data))) };
    case "der":
      return { values: within(data).map(({ encoded }) => toHex(encoded)) };
    case "numbers":
      return { numbers: within(data).map(integer) };
    case "header":
      return { hash: blockHash(readHeader(data)) };
    case "detail":
      readerOf(task.arguments, TERMS)(data);
      return {};
    case "inclusion":
      verifyInclusion(fromHex(task.leaf), readInclusion(data), fromHex(task.root));
      return {};
    case "checkpoint": {
      const alone = toHex(ofLogAlone(data));
      const { size, root, times } = readCheckpoint(data, readPolicy(policyOf(task.policy)).log as LogPolicy);
      return { alone, size, root: toHex(root), times };
    }
  }
}

function ofActs(task: ActsTask | ListTask | ProcessTask): object {
  if (task.remember) {
    const series = Object.entries(task.remember).map(([id, acts]) => [id, readActs("", fromHex(acts))] as const);
    registries.set(task.registry, new Authorities(new Map(series)));
  }
  const authorities = registries.get(task.registry) as Authorities;
  if ("list" in task) checkList(task.organisation, readList("", fromHex(task.list)), authorities);
  if (!("process" in task)) return {};
  const acts = task.acts.flatMap((each) => readActs("", fromHex(each)));
  const { process, organisation, chainId, ledger } = task;
  const { state, flags } = replay(process, organisation, acts, authorities, BigInt(chainId), ledger);
  return { state, flags };
}

type Task = BundleTask | ReceiptTask | RewriteTask | HeaderTask | StampTask | ReleaseTask | PartTask | ActsTask;

async function answer(task: Task): Promise<object> {
  try {
    if ("bundle" in task) return await ofBundle(task);
    if ("receipt" in task) return await ofReceipt(task);
    if ("rewrite" in task) return await ofRewrite(task);
    if ("part" in task) return ofPart(task);
    if ("header" in task) return ofHeader(task);
    if ("response" in task) return ofStamp(task);
    if ("release" in task) return ofRelease(task);
    return ofActs(task);
  } catch (error) {
    if (error instanceof Refusal) return { refusal: { error: error.error, values: error.values } };
    return { notProvable: thrown(error, NotProvable).notes };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(toJson(await answer(JSON.parse(line) as Task)) + "\n");
}
