// The steps about the chain: policy, headers, log, time stamps, state (docs/bundle-1.md, steps 2 to 6).

import { type Hex } from "./bytes.js";
import { CLOCK_TOLERANCE, ofLogAlone, readCheckpoint, requireLogged } from "./checkpoint.js";
import { checkBlock } from "./consensus.js";
import type { Contents } from "./contents.js";
import { hashedBytes, readHeader } from "./header.js";
import { readInclusion } from "./merkle.js";
import type { Policy, Trusted } from "./policy.js";
import { proveState, type State } from "./proofs.js";
import type { Proven } from "./proven.js";
import { NotProvable, Refusal, shown, type Note } from "./refusal.js";
import { verifyTimestamp } from "./timestamp.js";

export function checkPolicy({ manifest }: Contents, policy: Policy): Note[] {
  const compared: readonly (readonly [string, string | bigint, string | bigint])[] = [
    ["the chain id", manifest.chainId, policy.chainId],
    ["the genesis hash", shown(manifest.genesisHash), shown(policy.genesisHash)],
    ["the account of the ledger", shown(manifest.ledger), shown(policy.ledger.account)],
    ["the account of the registry", shown(manifest.registry), shown(policy.registry.account)],
  ];
  for (const [what, got, expected] of compared) {
    if (got !== expected) throw new Refusal("OtherChain", { what, got, expected });
  }
  return [];
}

export function checkHeaders({ manifest, headers }: Contents, policy: Policy, proven: Proven): Note[] {
  if (!headers.has(manifest.block)) throw missing(`blocks/${twelve(manifest.block)}/header`);
  let time: bigint | undefined;
  const read = [...headers].map(([number, raw]) => {
    const header = readHeader(raw);
    if (header.number !== BigInt(number)) {
      throw new Refusal("BlockMismatch", { block: number, got: header.number });
    }
    if (number > manifest.block) throw unexpected(`blocks/${twelve(number)}/header`);
    checkBlock(header, policy);
    proven.headers.set(number, header);
    return header;
  });
  for (const header of read) {
    if (time !== undefined && header.time <= time) {
      const values = { block: header.number, field: "timestamp", got: header.time, expected: time + 1n };
      throw new Refusal("HeaderNotNext", values);
    }
    time = header.time;
  }
  return policy.validators === null ? [{ note: "oneOperator", values: {} }] : [];
}

export function checkLog(contents: Contents, policy: Policy, proven: Proven): Note[] {
  const log = policy.log;
  if (log === null) throw new NotProvable([{ note: "noLog", values: {} }]);
  for (const block of contents.inclusions.keys()) {
    if (!proven.headers.has(block)) throw unexpected(`blocks/${twelve(block)}/inclusion`);
  }
  const checkpoints = new Map([...contents.checkpoints].map(([size, note]) => [size, readCheckpoint(note, log)]));
  for (const [size, checkpoint] of checkpoints) {
    if (checkpoint.size !== BigInt(size)) throw unexpected(`checkpoints/${twelve(size)}`);
  }
  const used = new Set<number>();
  for (const [block, header] of proven.headers) {
    const entry = contents.inclusions.get(block);
    if (entry === undefined) throw missing(`blocks/${twelve(block)}/inclusion`);
    const inclusion = readInclusion(entry);
    const checkpoint = checkpoints.get(Number(inclusion.size));
    if (checkpoint === undefined) throw missing(`checkpoints/${twelve(inclusion.size)}`);
    used.add(Number(inclusion.size));
    requireLogged(hashedBytes(header), header.time, inclusion, checkpoint, log);
  }
  for (const size of checkpoints.keys()) {
    if (!used.has(size)) throw unexpected(`checkpoints/${twelve(size)}`);
  }
  return log.threshold === 0 ? [{ note: "noWitnesses", values: {} }] : [];
}

export function checkTimestamps(contents: Contents, policy: Policy, proven: Proven): Note[] {
  if (policy.timestamps === null) throw new NotProvable([{ note: "noAuthorities", values: {} }]);
  const { roots, threshold } = policy.timestamps;
  const authorities = new Map([...contents.checkpoints.keys()].map((size) => [size, new Set<Hex>()]));
  for (const [size, certificate, response] of contents.timestamps) {
    const checkpoint = contents.checkpoints.get(size);
    if (checkpoint === undefined) throw unexpected(`checkpoints/${twelve(size)}.${certificate}`);
    const stamp = verifyTimestamp(response, ofLogAlone(checkpoint), roots);
    if (stamp.certificate !== certificate) throw unexpected(`checkpoints/${twelve(size)}.${certificate}`);
    requireLater(contents, proven, size, stamp.time);
    authorities.get(size)?.add(stamp.root);
  }
  for (const [size, found] of authorities) {
    if (found.size < threshold) throw new Refusal("StampsTooFew", { size, expected: threshold, got: found.size });
  }
  if (authorities.size === 0) throw missing("a checkpoint to be stamped");
  return [];
}

/** A stamp of a tree that holds a block is not earlier than the block. */
function requireLater(contents: Contents, proven: Proven, size: number, time: bigint): void {
  for (const [block, entry] of contents.inclusions) {
    const header = proven.headers.get(block);
    if (header === undefined || readInclusion(entry).size !== BigInt(size)) continue;
    if (time + CLOCK_TOLERANCE < header.time) {
      throw new Refusal("StampedEarly", { block, ahead: header.time - time, allowed: CLOCK_TOLERANCE });
    }
  }
}

export function checkState(contents: Contents, policy: Policy, proven: Proven): Note[] {
  for (const block of proven.headers.keys()) {
    if (!contents.proofs.has(block)) throw missing(`blocks/${twelve(block)}/proofs`);
  }
  for (const block of contents.proofs.keys()) {
    if (!proven.headers.has(block)) throw unexpected(`blocks/${twelve(block)}/proofs`);
  }
  for (const [block, header] of proven.headers) {
    const state = proveState(header, contents.proofs.get(block) as Uint8Array);
    if (block === contents.manifest.block) {
      requireContracts(state, policy.ledger, policy.registry);
      requireHeads(contents, policy, state);
      proven.heads = state.heads;
    } else {
      requireContracts(state, policy.ledger);
      const heads = state.heads.get(policy.ledger.account) as ReadonlyMap<Hex, Hex>;
      if (heads.size === 0 || ![...heads.keys()].every((series) => contents.processes.has(series))) {
        throw unexpected(`blocks/${twelve(block)}/proofs`);
      }
      proven.earlier.set(block, heads);
    }
  }
  return [];
}

/** Exactly these accounts, with the code that the policy trusts. */
function requireContracts({ codeHashes }: State, ...contracts: readonly Trusted[]): void {
  for (const { account, codeHash } of contracts) {
    const got = codeHashes.get(account);
    if (got === undefined) throw missing(`proof of the account ${account}`);
    if (got !== codeHash) {
      throw new Refusal("OtherChain", { what: "the code hash", got: shown(got), expected: shown(codeHash) });
    }
  }
  for (const account of codeHashes.keys()) {
    if (!contracts.some((contract) => contract.account === account)) throw unexpected(`proof of the account ${account}`);
  }
}

/** Exactly the heads of the series that the bundle holds. */
function requireHeads({ manifest, processes, roles }: Contents, policy: Policy, { heads }: State): void {
  const listed = manifest.subject.kind === "organisation" ? [manifest.subject.id] : [];
  const wanted = [
    [policy.ledger.account, new Set([...processes.keys(), ...listed])],
    [policy.registry.account, new Set(roles.keys())],
  ] as const;
  for (const [account, series] of wanted) {
    for (const each of series) {
      if (!heads.get(account)?.has(each)) throw missing(`proof of the head of ${each}`);
    }
  }
  for (const [account, series] of wanted) {
    for (const each of (heads.get(account) as ReadonlyMap<Hex, Hex>).keys()) {
      if (!series.has(each)) throw unexpected(`proof of the head of ${each}`);
    }
  }
}

export function missing(entry: string): Refusal {
  return new Refusal("EntryMissing", { entry });
}

export function unexpected(entry: string): Refusal {
  return new Refusal("EntryUnexpected", { entry });
}

function twelve(number: number | bigint): string {
  return String(number).padStart(12, "0");
}
