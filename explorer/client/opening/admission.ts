// Which late bids an officer admits at the close, and on what ground; and what others proposed of that.

import { equal, ZERO, type Hex } from "../verifier/bytes.js";
import { proposedClose } from "./acts.js";
import { requireAdmissible } from "./closing.js";
import { documentOf, groundOf, newGround, type Ground } from "./ground.js";
import type { Look } from "./look.js";
import { OpeningRefusal } from "./refusal.js";
import type { Proposal, RoundServer } from "./server.js";

/** The own decision; it is kept in the page only. `file` is what the chosen document is called here. */
export interface Admission {
  readonly bids: readonly number[];
  readonly ground: (Ground & { readonly file: string }) | null;
}

export const NOTHING_ADMITTED: Admission = { bids: [], ground: null };

/** A close that somebody proposed and that admits late bids. */
export interface ProposedAdmission {
  readonly account: Hex;
  readonly bids: readonly number[];
  readonly ground: Hex;
}

export function proposedAdmissions(proposals: readonly Proposal[]): ProposedAdmission[] {
  return proposals.flatMap(({ account, call }) => {
    const found = proposedClose(call);
    return found === undefined || found.admitted.length === 0 ? [] : [{ account, bids: found.admitted, ground: found.ground }];
  });
}

/** What can still be admitted; `refusal` says of the last bid that cannot why: AdmissionInvalid. */
export function stillAdmitted(
  { bids, ground }: Admission, { facts, isHere }: Pick<Look, "facts" | "isHere">,
): { readonly admission: Admission; readonly refusal: unknown } {
  let refusal: unknown;
  const admitted = bids.filter((bid) => {
    try {
      requireAdmissible(facts, isHere, bid);
      return true;
    } catch (error) {
      refusal = error;
      return false;
    }
  });
  return { admission: { bids: admitted, ground }, refusal };
}

/** What the close names: nothing where no bid is admitted. Throws GroundMissing. */
export function namedGround({ bids, ground }: Admission): Hex {
  if (bids.length === 0) return ZERO;
  if (ground === null) throw new OpeningRefusal("GroundMissing");
  return ground.digest;
}

/**
 * The document of a file as a ground: one that was proposed where it is the same, else a new one. `refusal` says why another
 * officer's cannot be agreed to with it: GroundDiffers, or what the server does not give theirs for.
 */
export async function chosenGround(
  document: Uint8Array, server: RoundServer, proposed: readonly ProposedAdmission[], own: Hex,
): Promise<{ readonly ground: Ground; readonly refusal: unknown }> {
  let refusal: unknown;
  for (const { account, ground: digest } of proposed) {
    try {
      const ground = groundOf(digest, await server.ground(digest));
      if (equal(documentOf(ground), document)) return { ground, refusal: undefined };
      if (account !== own) refusal ??= new OpeningRefusal("GroundDiffers", { digest });
    } catch (error) {
      refusal ??= error;
    }
  }
  return { ground: newGround(document), refusal };
}
