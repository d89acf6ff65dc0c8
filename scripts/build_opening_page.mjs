// Builds the page on which officers close and open a round: one HTML file, its worker in it as text.
//
//   node scripts/build_opening_page.mjs            writes explorer/static/vendor/opening.html, compares with opening.sha256
//   node scripts/build_opening_page.mjs --record   writes opening.sha256 and the release notes anew, after a deliberate change
//   node scripts/build_opening_page.mjs --command  writes build/opening/command.mjs instead, for the tests without a browser
//
// The same sources and package versions give the same bytes on every machine.

import { join } from "node:path";
import { bundled, root, writeCommand } from "./client_command.mjs";
import { pageOf, writePage } from "./client_page.mjs";

const DIRECTIVES = ["connect-src 'self'", "worker-src blob:", "img-src data:", "trusted-types opening-worker"];

async function page() {
  const { js } = await bundled("opening/worker.ts", { platform: "browser", minify: true, format: "iife", outfile: "worker.js" });
  return await pageOf("opening", DIRECTIVES, { define: { WORKER: JSON.stringify(js) } });
}

if (process.argv.includes("--command")) {
  const BESIDE = ["ledger/evidence/verify/words.json", "ledger/statute.json", "package-lock.json"];
  await writeCommand(join(root, "build", "opening"), ["opening", "bid", "ranking", "receipt", "sealing", "verifier"], BESIDE);
} else writePage("opening", await page());
