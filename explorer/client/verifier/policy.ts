// Trust policies: what a reader takes as given (docs/bundle-1.md, trust policy). Each failure is PolicyInvalid, or
// PolicyUnreadable for what is no policy as a whole.

import { fromBase64, fromUtf8, type Hex } from "./bytes.js";
import { readRoots } from "./certificate_path.js";
import { readCustodians, type Custodian } from "./custodians.js";
import { Fields, NoJson, parseJson, type Json } from "./json.js";
import { fields, hex, invalid, text, texts, threshold, whole } from "./policy_fields.js";
import { thrown } from "./refusal.js";
import { LOG, readVerifierKey, WITNESS, type VerifierKey } from "./verifier_key.js";

const FORMAT = "siegel-policy/1";
const LARGEST = 16 * 2 ** 20;
const MOST_BLOCKS = 2 ** 53 - 1;

/** A smart contract: its account, and the keccak-256 of its code. */
export interface Trusted {
  readonly account: Hex;
  readonly codeHash: Hex;
}

/** The accounts that seal the blocks `from` to `to`, both included; null: until further notice. */
export interface ValidatorRange {
  readonly from: number;
  readonly to: number | null;
  readonly accounts: readonly Hex[];
}

export interface LogPolicy {
  readonly logs: readonly VerifierKey[];
  readonly witnesses: readonly VerifierKey[];
  readonly threshold: number;
  /** Seconds after a block. */
  readonly maxLogDelay: number;
}

export interface TimestampPolicy {
  /** Certificates, DER. */
  readonly roots: readonly Uint8Array[];
  readonly threshold: number;
}

export interface Policy {
  readonly name: string;
  readonly chainId: bigint;
  readonly genesisHash: Hex;
  readonly ledger: Trusted;
  readonly registry: Trusted;
  /** Null where one operator keeps the chain, and nobody seals. */
  readonly validators: readonly ValidatorRange[] | null;
  readonly log: LogPolicy | null;
  readonly timestamps: TimestampPolicy | null;
  /** Null where any will do. */
  readonly custodians: readonly Custodian[] | null;
}

export function readPolicy(raw: Uint8Array): Policy {
  if (raw.length > LARGEST) throw invalid("", `it has ${raw.length} bytes`);
  const given = fields("", parsed(raw), [
    "format", "name", "chainId", "genesisHash", "ledger", "registry", "consensus", "log", "timestamps",
  ], ["custodians"]);
  if (given.get("format") !== FORMAT) throw invalid("format", `${FORMAT} was expected`);
  const chainId = text("chainId", given.get("chainId"));
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(chainId)) throw invalid("chainId", "a decimal number as text was expected");
  const validators = readConsensus(given.get("consensus"));
  const log = given.get("log") ?? null;
  const timestamps = given.get("timestamps") ?? null;
  const custodians = given.get("custodians");
  if (log === null && timestamps !== null) {
    throw invalid("timestamps", "what is stamped is a log, and none is trusted");
  }
  if (validators === null && log === null) {
    throw invalid("log", "nothing else signs the blocks of a chain without validators");
  }
  const [ledger, registry] = [readTrusted("ledger", given.get("ledger")), readTrusted("registry", given.get("registry"))];
  if (ledger.account === registry.account) throw invalid("registry.account", "it is the account of the ledger");
  return {
    name: text("name", given.get("name")),
    chainId: BigInt(chainId),
    genesisHash: hex("genesisHash", given.get("genesisHash"), 32),
    ledger,
    registry,
    validators,
    log: log === null ? null : readLog(log),
    timestamps: timestamps === null ? null : readTimestamps(timestamps),
    custodians: custodians === undefined ? null : readCustodians(custodians),
  };
}

/** The accounts in force for a block; undefined if the policy does not reach it. */
export function validatorsOf(ranges: readonly ValidatorRange[], block: number): readonly Hex[] | undefined {
  return ranges.find(({ from, to }) => from <= block && (to === null || block <= to))?.accounts;
}

function parsed(raw: Uint8Array): Json {
  const whole = fromUtf8(raw);
  try {
    return parseJson(whole ?? "");
  } catch (error) {
    throw invalid("", thrown(error, NoJson).message);
  }
}

function readTrusted(field: string, value: Json | undefined): Trusted {
  const given = fields(field, value, ["account", "codeHash"]);
  return {
    account: hex(`${field}.account`, given.get("account"), 20),
    codeHash: hex(`${field}.codeHash`, given.get("codeHash"), 32),
  };
}

function readConsensus(value: Json | undefined): readonly ValidatorRange[] | null {
  if (!(value instanceof Fields)) throw invalid("consensus", "an object was expected");
  if (value.get("kind") === "single") {
    fields("consensus", value, ["kind"]);
    return null;
  }
  if (value.get("kind") !== "qbft") throw invalid("consensus.kind", "single or qbft was expected");
  const entries = fields("consensus", value, ["kind", "validators"]).get("validators");
  if (!Array.isArray(entries) || entries.length === 0) {
    throw invalid("consensus.validators", "a list of ranges was expected");
  }
  const ranges: ValidatorRange[] = [];
  entries.forEach((entry, place) => {
    const field = `consensus.validators[${place}]`;
    const range = readRange(field, entry);
    const before = ranges.at(-1);
    if (before?.to === null) throw invalid(field, "nothing follows a range without an end");
    if (before && before.to !== range.from - 1) {
      throw invalid(`${field}.from`, "every range begins right after the one before it");
    }
    ranges.push(range);
  });
  return ranges;
}

function readRange(field: string, value: Json): ValidatorRange {
  const given = fields(field, value, ["from", "to", "accounts"]);
  const from = whole(`${field}.from`, given.get("from"), 1, MOST_BLOCKS);
  const to = given.get("to") === null ? null : whole(`${field}.to`, given.get("to"), from, MOST_BLOCKS);
  const list = given.get("accounts");
  if (!Array.isArray(list) || list.length === 0) throw invalid(`${field}.accounts`, "a list of accounts was expected");
  const accounts = list.map((account, place) => {
    const found = hex(`${field}.accounts[${place}]`, account, 20);
    if (/^0*$/.test(found)) throw invalid(`${field}.accounts[${place}]`, "nobody has the account zero");
    return found;
  });
  if (accounts.some((account, place) => place > 0 && (accounts[place - 1] as Hex) >= account)) {
    throw invalid(`${field}.accounts`, "accounts must be in ascending order, each once");
  }
  return { from, to, accounts };
}

function readLog(value: Json): LogPolicy {
  const given = fields("log", value, ["logs", "witnesses", "threshold", "maxLogDelay"]);
  const logs = texts("log.logs", given.get("logs"));
  const witnesses = texts("log.witnesses", given.get("witnesses"));
  if (logs.length === 0) throw invalid("log.logs", "the verifier key of a log was expected");
  const read = { logs: logs.map((key) => keyOf(key, LOG)), witnesses: witnesses.map((key) => keyOf(key, WITNESS)) };
  const all = [...read.logs, ...read.witnesses];
  // One witness under two names would count twice.
  if (new Set(all.map((key) => key.name)).size < all.length || new Set(all.map((key) => key.key)).size < all.length) {
    throw invalid("log", "a name or a key is there twice");
  }
  return {
    ...read,
    threshold: threshold("log.threshold", given.get("threshold"), witnesses),
    maxLogDelay: whole("log.maxLogDelay", given.get("maxLogDelay"), 1, 2 ** 31),
  };
}

function keyOf(key: string, algorithm: number): VerifierKey {
  const found = readVerifierKey(key, algorithm);
  if (found === undefined) throw invalid("log", `${key} is no verifier key of algorithm ${algorithm}`);
  return found;
}

function readTimestamps(value: Json): TimestampPolicy {
  const given = fields("timestamps", value, ["roots", "threshold"]);
  const roots = texts("timestamps.roots", given.get("roots")).map((root, place) => {
    const found = fromBase64(root);
    if (found === undefined) throw invalid(`timestamps.roots[${place}]`, "base64 of DER was expected");
    return found;
  });
  readRoots(roots);
  return { roots, threshold: whole("timestamps.threshold", given.get("threshold"), 0, roots.length) };
}
