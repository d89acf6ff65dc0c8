// Words 1 to 9: for whom, when and by whom a bid is sealed, and which bid. Header and contribution have them.

import { concat, type Hex } from "../verifier/bytes.js";
import { filled, number, WORD, type Words } from "./word.js";

const SUITE = 1n;
/** As the ledger has them (`ITenderLedger.sol`). */
const ROUND_LIMIT = 2n ** 32n;
const TIME_LIMIT = 2n ** 64n;

/** Accounts are 20 bytes, ids 32. `notBefore` is the round's deadline in seconds since 1970. */
export interface Context {
  readonly chainId: bigint;
  readonly ledger: Hex;
  readonly processId: Hex;
  readonly round: bigint;
  readonly author: Hex;
  readonly keySet: Hex;
  readonly notBefore: bigint;
}

/** A context with the bid that is sealed in it. */
export interface Sealed extends Context {
  readonly bidRoot: Hex;
}

export function contextWords(sealed: Sealed): Uint8Array {
  return concat(
    number(SUITE), number(sealed.chainId), filled(sealed.ledger), filled(sealed.processId), number(sealed.round),
    filled(sealed.author), filled(sealed.keySet), number(sealed.notBefore), filled(sealed.bidRoot),
  );
}

export function readContext(words: Words): Sealed {
  if (words.number(1) !== SUITE) words.refuse(WORD, "the suite is not 1");
  return {
    chainId: words.number(2),
    ledger: words.account(3),
    processId: words.hex(4),
    round: words.number(5, ROUND_LIMIT),
    author: words.account(6),
    keySet: words.hex(7),
    notBefore: words.number(8, TIME_LIMIT),
    bidRoot: words.hex(9),
  };
}

export interface Difference {
  readonly field: string;
  readonly expected: bigint | Hex;
  readonly got: bigint | Hex;
}

/** The first of these fields in which two contexts differ. */
export function differenceOf<Name extends keyof Sealed>(
  expected: Pick<Sealed, Name>, got: Pick<Sealed, Name>, names: readonly Name[],
): Difference | undefined {
  const field = names.find((name) => expected[name] !== got[name]);
  return field && { field, expected: expected[field], got: got[field] };
}
