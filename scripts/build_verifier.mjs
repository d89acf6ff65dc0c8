// Builds the verifier for browsers: one HTML file that needs nothing else, and for the tests the same on a command line.
//
//   node scripts/build_verifier.mjs            writes explorer/static/vendor/verifier.html, compares with verifier.sha256
//   node scripts/build_verifier.mjs --record   writes verifier.sha256 and the release notes anew, after a deliberate change
//   node scripts/build_verifier.mjs --command  writes build/verifier/command.mjs instead
//   node scripts/build_verifier.mjs --counted  writes both to build/verifier-counted, which count the branches they take
//
// The same sources and package versions give the same bytes on every machine: esbuild comes as WebAssembly.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { counting, COUNTS_AT_EXIT, root, writeCommand } from "./client_command.mjs";
import { pageOf, writePage } from "./client_page.mjs";

/** What the verifier is made of: bids are opened for it by what opens them for their authors, and ranked. */
const FOLDERS = ["verifier", "receipt", "sealing", "ranking"];
const BESIDE = ["ledger/statute.json", "ledger/evidence/verify/words.json", "package-lock.json"];

/** It connects to nothing. */
function page(options = {}) {
  return pageOf("verifier", ["connect-src 'none'"], options);
}

async function writeCounted() {
  const folder = join(root, "build", "verifier-counted");
  const options = await counting("verifier");
  await writeCommand(folder, FOLDERS, BESIDE, { ...options, banner: COUNTS_AT_EXIT });
  writeFileSync(join(folder, "verifier.html"), await page(options));
}

if (process.argv.includes("--counted")) await writeCounted();
else if (process.argv.includes("--command")) await writeCommand(join(root, "build", "verifier"), FOLDERS, BESIDE);
else writePage("verifier", await page());
