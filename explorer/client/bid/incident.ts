// A signed record of what failed and when (docs/handing-in.md, incidents): it is kept whether or not anybody answers.

import { fromHex, toHex, utf8, type Hex } from "../verifier/bytes.js";
import { abiDigest, labelDigest, sha256 } from "../verifier/digests.js";
import { textSignature } from "./account.js";
import type { Terms } from "./terms.js";

const TYPE = labelDigest("siegel/1 incident");
const LONGEST_DETAIL = 500;

/** As it is handed in; hex with 0x, `at` seconds by the tenderer's clock. */
export interface Incident {
  readonly processId: string;
  readonly round: number;
  readonly author: string;
  readonly at: number;
  readonly failure: string;
  readonly detail: string;
  readonly signature: string;
}

export function incidentOf(
  { chainId, ledger, processId, round }: Terms, author: Hex, key: Uint8Array, at: number, failure: string, detail: string,
): Incident {
  const told = [...detail].slice(0, LONGEST_DETAIL).join("");
  const what = toHex(sha256(utf8(JSON.stringify([failure, told]))));
  const digest = abiDigest(TYPE, chainId, ledger, processId, round, author, at, what);
  return {
    processId: `0x${processId}`, round: Number(round), author: `0x${author}`, at, failure, detail: told,
    signature: `0x${toHex(textSignature(fromHex(digest), key))}`,
  };
}
