// To whom shares are sealed: a key set as the registry has it.

import { p256 } from "@noble/curves/nist.js";
import type { Hex } from "../verifier/bytes.js";
import { Refusal } from "./refusal.js";

export const OFFICERS = 1;
export const CUSTODIANS = 2;
export const MOST_RECIPIENTS = 32;
export const LEAST_THRESHOLD = 2;
const KEY_SIZE = 65;

export type GroupName = "officers" | "custodians";
export type GroupNumber = typeof OFFICERS | typeof CUSTODIANS;

/** `holder` is a word: an officer's account, or the id of a custodian's organisation. The key is an uncompressed P-256 point. */
export interface Recipient {
  readonly holder: Hex;
  readonly key: Uint8Array;
}

export interface Group {
  readonly threshold: number;
  readonly recipients: readonly Recipient[];
}

export interface KeySet {
  readonly officers: Group;
  readonly custodians: Group | null;
}

/** Threshold and number of shares, as a header has them. */
export interface Size {
  readonly threshold: number;
  readonly count: number;
}

export interface Sizes {
  readonly officers: Size;
  readonly custodians: Size | null;
}

/** As a refusal names it. */
export function groupName(group: GroupNumber): GroupName {
  return group === OFFICERS ? "officers" : "custodians";
}

/** The groups with their numbers, officers first. */
export function groupsOf<Each>(set: { officers: Each; custodians: Each | null }): (readonly [GroupNumber, Each])[] {
  const officers = [OFFICERS, set.officers] as const;
  return set.custodians === null ? [officers] : [officers, [CUSTODIANS, set.custodians]];
}

export function isSize({ threshold, count }: Size): boolean {
  return threshold >= LEAST_THRESHOLD && threshold < count && count <= MOST_RECIPIENTS;
}

export function sizesOf(keySet: KeySet): Sizes {
  const size = ({ threshold, recipients }: Group): Size => ({ threshold, count: recipients.length });
  return { officers: size(keySet.officers), custodians: keySet.custodians && size(keySet.custodians) };
}

/** What is sealed to a point outside the curve is sealed to nobody. Throws KeySetDiffers. */
export function requireUsable(keySet: KeySet): void {
  for (const [group, { threshold, recipients }] of groupsOf(keySet)) {
    const count = recipients.length;
    if (!isSize({ threshold, count })) differs(`${threshold} of ${count} ${groupName(group)} is no threshold`);
    recipients.forEach(({ key }, at) => {
      if (!isPoint(key)) differs(`the key of number ${at + 1} of the ${groupName(group)} is no uncompressed point of P-256`);
    });
  }
}

/** Throws KeySetDiffers if a header was made for groups of other sizes, or if nothing can be sealed to the key set. */
export function requireSizes(keySet: KeySet, got: Sizes): void {
  requireUsable(keySet);
  const shown = (sizes: Sizes): string =>
    groupsOf(sizes).map(([group, { threshold, count }]) => `${threshold} of ${count} ${groupName(group)}`).join(", ");
  const [expected, found] = [shown(sizesOf(keySet)), shown(got)];
  if (expected !== found) differs(`it has ${expected}; the envelope has ${found}`);
}

export function isPoint(key: Uint8Array): boolean {
  if (key.length !== KEY_SIZE) return false;
  try {
    p256.Point.fromBytes(key).assertValidity();
    return true;
  } catch {
    return false;
  }
}

function differs(reason: string): never {
  throw new Refusal("KeySetDiffers", { reason });
}
