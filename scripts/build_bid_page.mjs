// Builds the page on which bids are handed in: one HTML file that needs nothing else to seal, its worker in it as text.
//
//   node scripts/build_bid_page.mjs            writes explorer/static/vendor/bid.html, compares with bid.sha256
//   node scripts/build_bid_page.mjs --record   writes bid.sha256 and the release notes anew, after a deliberate change
//   node scripts/build_bid_page.mjs --command  writes build/bid/command.mjs instead, for the tests without a browser
//
// The same sources and package versions give the same bytes on every machine.

import { join } from "node:path";
import { bundled, root, writeCommand } from "./client_command.mjs";
import { pageOf, writePage } from "./client_page.mjs";

// To whom the page may connect the server's header says, address by address; the file alone cannot know, and bars what is
// not encrypted.
const DIRECTIVES = [
  "connect-src 'self' https: http://127.0.0.1:*", "worker-src blob:", "img-src data:", "trusted-types bid-worker",
];

async function page() {
  const { js } = await bundled("bid/worker.ts", { platform: "browser", minify: true, format: "iife", outfile: "worker.js" });
  return await pageOf("bid", DIRECTIVES, { define: { WORKER: JSON.stringify(js) } });
}

if (process.argv.includes("--command")) {
  const BESIDE = ["ledger/evidence/verify/words.json", "package-lock.json"];
  await writeCommand(join(root, "build", "bid"), ["bid", "ranking", "receipt", "sealing", "verifier"], BESIDE);
} else writePage("bid", await page());
