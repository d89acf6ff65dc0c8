// Builds sealing and opening of bids on a command line, for the tests that compare them with another implementation.
//
//   node scripts/build_sealing.mjs --command   writes build/sealing/command.mjs
//
// The pages that seal and open bundle the same sources; there is none yet.

import { join } from "node:path";
import { root, writeCommand } from "./client_command.mjs";

if (!process.argv.includes("--command")) {
  console.error("usage: node scripts/build_sealing.mjs --command");
  process.exit(1);
}
const beside = ["ledger/evidence/verify/words.json", "package-lock.json"];
await writeCommand(join(root, "build", "sealing"), ["sealing", "verifier"], beside);
