// All that a page needs to seal and to open; what else stands in this folder may move.

export { bidRootOf, type Bid, type DocumentField } from "./bid.js";
export { combine, type Combined } from "./combine.js";
export type { Receiver } from "./content_reader.js";
export type { Context, Sealed } from "./context.js";
export { contribute, openContribution, readContribution, type Contribution } from "./contribution.js";
export { checkContent, readEnvelope, type Envelope } from "./envelope.js";
export { makeField, readField, type Field } from "./field.js";
export { commitment, readHeader, restDigest, type Header } from "./header.js";
export { CUSTODIANS, OFFICERS, type Group, type KeySet, type Recipient } from "./key_set.js";
export { openEnvelope, openShare, readBid } from "./open.js";
export { checkProof, prove, type FieldProof } from "./proof.js";
export { Refusal, SealsDiffer, sentence, type RefusalName } from "./refusal.js";
export { requireSeed } from "./reseal.js";
export { prepare, seal, type Document, type Prepared, type Sealing } from "./seal.js";
export type { Place, Share } from "./sealed_share.js";
export type { Source } from "./source.js";
