// What the tests ask a browser for (scripts/build_sealing.mjs --module). The pages take it from the files themselves.

export { makeField } from "./field.js";
export { findSeed } from "./find_seed.js";
export { openEnvelope, openShare, readBid } from "./open.js";
export { sentence } from "./refusal.js";
export { prepare, seal } from "./seal.js";
