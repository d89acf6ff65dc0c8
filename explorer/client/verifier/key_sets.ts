// Key sets in the registry: who gets a sealed share, who must accept, who no longer may.

import type { Act } from "./act.js";
import { concat, fromHex, ofNumber, toHex, ZERO, type Hex } from "./bytes.js";
import { keccakHex } from "./digests.js";
import type { KeySet, Recipient, Standing } from "./standing.js";
import { Refused } from "./statute_row.js";
import { KINDS, ROLES, type Row } from "./statute_table.js";

const MOST_RECIPIENTS = 32;
const UNCOMPRESSED = 0x04;
const KEY_SIZE = 65;

export interface KeySetDetail {
  readonly officerThreshold: bigint;
  readonly custodianThreshold: bigint;
  readonly officers: readonly Recipient[];
  readonly custodians: readonly Recipient[];
}

/** KeySetRegistered by a buyer. Gives its custodians' organisations. */
export function registerKeySet(id: Hex, standing: Standing, act: Act, keys: KeySetDetail): readonly Hex[] {
  if ((standing.now.kinds & KINDS.buyer) === 0) throw new Refused("KindMissing", "only a buyer has key sets");
  // keccak256(abi.encode(organisationId, keySet)); the detail is abi.encode(keySet): another offset before the same.
  const digest = keccakHex(concat(fromHex(id), ofNumber(64, 32), act.detail.subarray(32)));
  if (digest !== act.subject) throw new Refused("KeySetUnknown", "the id is that of another key set");
  if (standing.keySets.has(act.subject)) throw new Refused("KeySetKnown", "the key set was registered before");
  requireThreshold(keys.officers, keys.officerThreshold);
  if (keys.custodians.length > 0 || keys.custodianThreshold > 0n) {
    requireThreshold(keys.custodians, keys.custodianThreshold);
  }
  for (const { holder } of keys.officers) {
    if (!holder.startsWith("0".repeat(24))) throw new Refused("RecipientInvalid", `0x${holder} is no account`);
    if ((standing.rolesOf(holder.slice(24), act.roles, act.time) & ROLES.officer) === 0) {
      throw new Refused("RoleMissing", `the recipient 0x${holder.slice(24)} was no officer then`);
    }
  }
  const custodians = keys.custodians.map(({ holder }) => holder);
  if (custodians.includes(id)) throw new Refused("KindMissing", "a buyer is no custodian of its own set");
  requireDistinct([...keys.officers, ...keys.custodians]);
  const ready = custodians.length === 0 ? act.sequence : null;
  standing.keySets.set(act.subject, { custodians: keys.custodians, awaited: new Set(custodians), ready, retired: null });
  return custodians;
}

/** KeySetAccepted, in the buyer's series; who accepted, `custodianRefusal` judges. */
export function acceptKeySet(standing: Standing, act: Act, custodian: Hex): void {
  const keySet = inForce(standing, act);
  if (!keySet.awaited.delete(custodian)) {
    throw new Refused("CustodianUnexpected", "it is no custodian of the set, or accepted it before");
  }
  if (keySet.awaited.size === 0) keySet.ready = act.sequence;
}

/** KeySetRetired. */
export function retireKeySet(standing: Standing, act: Act): void {
  inForce(standing, act).retired = act.sequence;
}

/** Why an organisation with this standing cannot have been named a custodian, or have accepted, by this act. */
export function custodianRefusal(custodian: Standing, act: Act, row: Row): Refused | null {
  let possible = custodian.possible(act.time);
  if (row.name === "KeySetAccepted") {
    if (!custodian.fits(act.roles, act.time)) {
      return new Refused("RolesOutOfTime", `the custodian had not had exactly ${act.roles} acts then`);
    }
    if ((custodian.rolesOf(act.first, act.roles, act.time) & ROLES.officer) === 0) {
      return new Refused("RoleMissing", `0x${act.first} was no officer of the custodian then`);
    }
    possible = [custodian.at(act.roles)].filter((each) => each !== undefined);
  }
  const wasCustodian = possible.some(({ kinds }) => (kinds & KINDS.custodian) !== 0);
  return wasCustodian ? null : new Refused("KindMissing", "the organisation was no custodian then");
}

function inForce(standing: Standing, { subject }: Act): KeySet {
  const keySet = standing.keySets.get(subject);
  if (keySet === undefined || keySet.retired !== null) {
    throw new Refused("KeySetUnknown", "the key set was not registered, or is retired");
  }
  return keySet;
}

function requireThreshold(recipients: readonly Recipient[], threshold: bigint): void {
  const count = recipients.length;
  if (threshold < 2n || threshold >= count || count > MOST_RECIPIENTS) {
    throw new Refused("ThresholdInvalid", `${threshold} of ${count} recipients`);
  }
  let before = ZERO;
  for (const { holder, key } of recipients) {
    if (holder <= before || key.length !== KEY_SIZE || key[0] !== UNCOMPRESSED) {
      throw new Refused("RecipientInvalid", `0x${holder} is out of order, or its key is none`);
    }
    before = holder;
  }
}

/** A point and its negation share their x-coordinate, and are one secret. */
function requireDistinct(recipients: readonly Recipient[]): void {
  const secrets = new Set(recipients.map(({ key }) => toHex(key.subarray(1, 33))));
  if (secrets.size !== recipients.length) throw new Refused("KeyRepeated", "one secret behind two recipients");
}
