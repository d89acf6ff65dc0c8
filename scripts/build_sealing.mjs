// Builds sealing and opening of bids, for the tests that compare them with another implementation.
//
//   node scripts/build_sealing.mjs --command   writes build/sealing/command.mjs, for Node
//   node scripts/build_sealing.mjs --counted   writes it to build/sealing-counted; it counts the branches that it takes
//   node scripts/build_sealing.mjs --module    writes build/sealing/sealing.js, for a browser
//
// A folder behind it takes the place of build/sealing. The same sources give the same bytes, wherever they are written.
// The bid page and the officers' page bundle the same sources.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundled, counting, COUNTS_AT_EXIT, root, writeCommand } from "./client_command.mjs";

const [which, given] = process.argv.slice(2);
const output = given ?? join(root, "build", which === "--counted" ? "sealing-counted" : "sealing");
const FOLDERS = ["sealing", "verifier"];
const BESIDE = ["ledger/evidence/verify/words.json", "package-lock.json"];

async function writeModule() {
  const { js } = await bundled("sealing/sealing.ts", { platform: "browser", minify: true, outfile: "sealing.js" });
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, "sealing.js"), js);
}

async function writeCounted() {
  const options = { ...(await counting("sealing")), banner: COUNTS_AT_EXIT };
  await writeCommand(output, FOLDERS, BESIDE, options);
}

if (which === "--command") await writeCommand(output, FOLDERS, BESIDE);
else if (which === "--counted") await writeCounted();
else if (which === "--module") await writeModule();
else {
  console.error("usage: node scripts/build_sealing.mjs --command | --counted | --module [FOLDER]");
  process.exit(1);
}
