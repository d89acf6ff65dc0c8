// A key set as the registry encodes it, and its id, which follows from that (IOrganisationRegistry.registerKeySet).

import { concat, fromHex, ofNumber, type Hex } from "../verifier/bytes.js";
import { keccakHex } from "../verifier/digests.js";
import type { Group, KeySet } from "../sealing/key_set.js";
import { bytes, encoded, list, structure } from "./abi_writing.js";

/** `abi.encode(keySet)`. */
export function keySetCode({ officers, custodians }: KeySet): Uint8Array {
  const threshold = (group: Group | null): Uint8Array => ofNumber(group?.threshold ?? 0, 32);
  const recipients = (group: Group | null) =>
    list((group?.recipients ?? []).map(({ holder, key }) => structure(fromHex(holder.padStart(64, "0")), bytes(key))));
  return encoded([structure(threshold(officers), threshold(custodians), recipients(officers), recipients(custodians))]);
}

/** keccak256(abi.encode(organisationId, keySet)). */
export function keySetId(organisationId: Hex, code: Uint8Array): Hex {
  return keccakHex(concat(fromHex(organisationId), ofNumber(64, 32), code.subarray(32)));
}
