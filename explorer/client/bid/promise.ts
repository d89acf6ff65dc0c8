// A receiver's promise as it is answered, compared with what was handed in.

import { fromHex, isHex, NOBODY, type Hex } from "../verifier/bytes.js";
import { promisorOf, type Promised } from "../verifier/promise.js";
import { PageRefusal } from "./refusal.js";
import type { Terms } from "./terms.js";

/** Seconds; as the ledger has it. */
const LONGEST = 86_400n;
const SIGNATURE_SIZE = 65;

export interface Handed {
  readonly commitment: Hex;
  readonly author: Hex;
}

/**
 * Requires a promise for this very bid, of a receiver of the round, still to be used, with somebody's signature. Whether that
 * account speaks for the receiver the ledger knows, which takes no commitment with the promise of anybody else. Throws
 * PromiseWrong, with what is wrong.
 */
export function readPromise(answer: unknown, terms: Terms, { commitment, author }: Handed): Promised {
  const given = (typeof answer === "object" && answer !== null ? answer : {}) as Readonly<Record<string, unknown>>;
  const same = (name: string, expected: Hex): void => {
    if (hexOf(given[name]) !== expected) wrong(name);
  };
  same("processId", terms.processId);
  same("commitment", commitment);
  same("author", author);
  if (given.round !== Number(terms.round)) wrong("round");
  const receiver = hexOf(given.receiver);
  if (!terms.receivers.some(({ organisationId }) => organisationId === receiver)) wrong("receiver");
  const [arrivedAt, deliverBy] = [timeOf(given.arrivedAt, "arrivedAt"), timeOf(given.deliverBy, "deliverBy")];
  if (deliverBy < arrivedAt || deliverBy > arrivedAt + LONGEST) wrong("deliverBy");
  const signature = hexOf(given.signature);
  if (!isHex(signature, SIGNATURE_SIZE)) wrong("signature");
  const promised: Promised = { receiver, arrivedAt, deliverBy, signature: fromHex(signature) };
  if (signerOfPromise(promised, terms, { commitment, author }) === NOBODY) wrong("signature");
  return promised;
}

export function signerOfPromise(
  promised: Promised, terms: Pick<Terms, "chainId" | "ledger" | "processId" | "round">, handed: Handed,
): Hex {
  const { chainId, ledger, processId, round } = terms;
  return promisorOf({ chainId, ledger, processId, round: Number(round), ...handed }, promised);
}

function wrong(what: string): never {
  throw new PageRefusal("PromiseWrong", { what });
}

function hexOf(given: unknown): Hex {
  return typeof given === "string" ? given.replace(/^0x/, "") : "";
}

function timeOf(given: unknown, name: string): bigint {
  return Number.isSafeInteger(given) && (given as number) >= 0 ? BigInt(given as number) : wrong(name);
}
