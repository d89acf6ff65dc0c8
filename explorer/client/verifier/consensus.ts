// Whether a block is one that a chain's validators agreed on (EEA QBFT specification, as Besu runs it).

import { toHex, type Hex } from "./bytes.js";
import { blockHash, isSealed, sealedDigest, type Header } from "./header.js";
import { validatorsOf, type Policy } from "./policy.js";
import { MIX_HASH, readExtraData } from "./qbft.js";
import { NotProvable, Refusal, shown, type Values } from "./refusal.js";
import type { RefusalName } from "./sentences.js";
import { isLowerHalf, signerOf } from "./signature.js";

/** Throws what speaks against the block under the policy's consensus; NotProvable if the policy does not reach it. */
export function checkBlock(header: Header, policy: Policy): void {
  if (header.number === 0n) {
    const got = blockHash(header);
    if (got !== policy.genesisHash) {
      throw new Refusal("BlockHashMismatch", { expected: shown(policy.genesisHash), got: shown(got) });
    }
  } else if (policy.validators === null) {
    // Its hash leaves out round and seals: bytes that nothing else would check.
    if (isSealed(header)) throw new Refusal("SealsUnexpected", { block: header.number });
  } else {
    const validators = validatorsOf(policy.validators, Number(header.number));
    if (validators === undefined) {
      throw new NotProvable([{ note: "validatorsUnknown", values: { block: header.number } }]);
    }
    checkSeals(header, validators);
  }
}

/** Throws unless a quorum of the validators in force sealed the header, and nobody else. */
export function checkSeals(header: Header, validators: readonly Hex[]): void {
  const refuse = (error: RefusalName, values: Values) => new Refusal(error, { block: header.number, ...values });
  if (!isSealed(header)) {
    throw refuse("ConsensusFieldDiffers", { field: "mixHash", expected: shown(MIX_HASH), got: shown(header.mixHash) });
  }
  if (header.difficulty !== 1n) {
    throw refuse("ConsensusFieldDiffers", { field: "difficulty", expected: 1, got: header.difficulty });
  }
  const extra = readExtraData(header.extraData);
  const declared = extra.validators.map(toHex);
  const expected = validators.map(shown).join(", ");
  if (declared.join() !== validators.join()) {
    throw refuse("ValidatorsDiffer", { expected, got: declared.map(shown).join(", ") });
  }
  if (!validators.includes(header.beneficiary)) {
    throw refuse("ProposerForeign", { expected, got: shown(header.beneficiary) });
  }
  const digest = sealedDigest(header);
  const signers = new Set<Hex>();
  extra.seals.forEach((seal, position) => {
    const point = seal[64] as number;
    if (point > 1) throw refuse("SealInvalid", { position, reason: `its last byte is ${point}, not 0 or 1` });
    if (!isLowerHalf(seal.subarray(32, 64))) {
      throw refuse("SealInvalid", { position, reason: "the higher of two equal signatures" });
    }
    const signer = signerOf(seal.subarray(0, 64), point, digest);
    if (signer === undefined) throw refuse("SealInvalid", { position, reason: "no key made it" });
    if (!validators.includes(signer)) throw refuse("SealForeign", { position, expected, got: shown(signer) });
    if (signers.has(signer)) throw refuse("SealRepeated", { position, got: shown(signer) });
    signers.add(signer);
  });
  const needed = Math.max(1, Math.ceil((2 * validators.length) / 3));
  if (signers.size < needed) throw refuse("QuorumMissing", { expected: needed, got: signers.size });
}
