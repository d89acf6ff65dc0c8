// Which custodians the page itself knows: a list in the file, made with it, so that no server can put others in their place.

import { isHex, toHex, type Hex } from "../verifier/bytes.js";
import { PageRefusal } from "./refusal.js";
import { custodianName, type Terms } from "./terms.js";

/** A custodian's organisation and its public sealing key, hex; the name for people. */
export interface Pin {
  readonly holder: Hex;
  readonly key: Hex;
  readonly name: string;
}

/** Of the text in the file; undefined for a page without pins. What is no list is a page made wrongly. */
export function readPins(text: string): readonly Pin[] | undefined {
  const found: unknown = JSON.parse(text);
  if (found === null) return undefined;
  const isPin = (each: unknown): each is Pin => {
    const { holder, key, name } = each as Record<string, unknown>;
    return isHex(holder, 32) && isHex(key, 65) && typeof name === "string";
  };
  if (!Array.isArray(found) || found.length === 0 || !found.every(isPin)) throw new Error("the page's list of custodians is none");
  return found;
}

/**
 * Throws CustodianUnknown for a custodian, or one's key, that is not in the list, CustodiansMissing where there are none: officers
 * alone could read early.
 */
export function requirePinned({ custodians }: Terms, pins: readonly Pin[]): void {
  if (custodians.length === 0) throw new PageRefusal("CustodiansMissing");
  for (const each of custodians) {
    const isKnown = pins.some(({ holder, key }) => holder === each.holder && key === toHex(each.key));
    if (!isKnown) throw new PageRefusal("CustodianUnknown", { name: custodianName(each) });
  }
}
