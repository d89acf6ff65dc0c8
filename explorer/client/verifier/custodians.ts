// Custodians whom a reader trusts: the policy's list, and whether rounds have them (docs/bundle-1.md).

import { toHex, type Hex } from "./bytes.js";
import type { Json } from "./json.js";
import { fields, hex, invalid, text } from "./policy_fields.js";
import type { Round } from "./procedure.js";
import { Refusal, shown, type Note } from "./refusal.js";

const KEY_SIZE = 65;

/** An organisation with its public sealing key, a point of P-256, and what people call it. */
export interface Custodian {
  readonly organisationId: Hex;
  readonly key: Hex;
  readonly name: string;
}

/** The policy's list, in its order. */
export function readCustodians(value: Json): readonly Custodian[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid("custodians", "a list of custodians was expected");
  const found = value.map((each, place) => {
    const field = `custodians[${place}]`;
    const given = fields(field, each, ["organisationId", "key", "name"]);
    return {
      organisationId: hex(`${field}.organisationId`, given.get("organisationId"), 32),
      key: hex(`${field}.key`, given.get("key"), KEY_SIZE),
      name: text(`${field}.name`, given.get("name")),
    };
  });
  // An organisation may have several keys: it takes a new one, and rounds keep the old.
  if (new Set(found.map(({ organisationId, key }) => organisationId + key)).size < found.length) {
    throw invalid("custodians", "a custodian is there twice with one key");
  }
  return found;
}

/**
 * Each custodian of the round's key set is one of those, with that key. A round that none keeps closed is refused, too:
 * else that would be the way around them.
 */
export function checkCustodians(ocid: string, { number, keySet, custodians }: Round, trusted: readonly Custodian[]): Note {
  if (custodians.length === 0) throw new Refusal("CustodiansMissing", { ocid, round: number, keySet: shown(keySet) });
  const held = new Map(custodians.map(({ holder, key }) => [holder, toHex(key)]));
  for (const [holder, key] of held) {
    if (!trusted.some((each) => each.organisationId === holder && each.key === key)) {
      throw new Refusal("CustodianUnknown", { ocid, round: number, custodian: shown(holder), key: shown(key) });
    }
  }
  const named = trusted.filter(({ organisationId, key }) => held.get(organisationId) === key);
  const values = { ocid, round: number, custodians: named.map(({ organisationId, name }) => [shown(organisationId), name]) };
  return { note: "custodiansTrusted", values };
}
