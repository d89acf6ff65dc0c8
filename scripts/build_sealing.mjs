// Builds sealing and opening of bids, for the tests that compare them with another implementation.
//
//   node scripts/build_sealing.mjs --command   writes build/sealing/command.mjs, for Node
//   node scripts/build_sealing.mjs --counted   writes it to build/sealing-counted; it counts the branches that it takes
//   node scripts/build_sealing.mjs --module    writes build/sealing/sealing.js, as a page for browsers has it
//
// The pages that seal and open bundle the same sources; there is none yet.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundled, counting, COUNTS_AT_EXIT, root, writeCommand } from "./client_command.mjs";

const output = join(root, "build", "sealing");
const FOLDERS = ["sealing", "verifier"];
const BESIDE = ["ledger/evidence/verify/words.json", "package-lock.json"];

async function writeModule() {
  const { js } = await bundled("sealing/sealing.ts", { platform: "browser", minify: true, outfile: "sealing.js" });
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, "sealing.js"), js);
}

async function writeCounted() {
  const options = { ...(await counting("sealing")), banner: COUNTS_AT_EXIT };
  await writeCommand(`${output}-counted`, FOLDERS, BESIDE, options);
}

if (process.argv.includes("--command")) await writeCommand(output, FOLDERS, BESIDE);
else if (process.argv.includes("--counted")) await writeCounted();
else if (process.argv.includes("--module")) await writeModule();
else {
  console.error("usage: node scripts/build_sealing.mjs --command | --counted | --module");
  process.exit(1);
}
