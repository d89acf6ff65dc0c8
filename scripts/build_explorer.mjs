// Builds the explorer's third-party files: KERN's style sheet as it is, and Fira Sans cut down to Latin.
//
//   node scripts/build_explorer.mjs            writes explorer/static/vendor and compares with vendor.sha256
//   node scripts/build_explorer.mjs --record   writes vendor.sha256 anew, after a deliberate change of version
//
// Nothing is downloaded: all comes from node_modules, whose own digests stand in package-lock.json. The recorded
// digests make a changed page font or style sheet a visible change in the history, not a surprise in a browser.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const kern = join(root, "node_modules", "@kern-ux", "native");
const vendor = join(root, "explorer", "static", "vendor");
const record = join(root, "explorer", "static", "vendor.sha256");

// Latin with the accents of all languages of the European Union, and the signs our sentences use.
const ranges = [[0x20, 0x7e], [0xa0, 0x17f], [0x218, 0x21b]];
const signs = "‐‑–—‘’‚“”„•…‹›€−×≤≥←↑→↓✓\u2009\u202f";

function latin() {
  const letters = ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, offset) => String.fromCodePoint(first + offset)));
  return letters.join("") + signs;
}

async function font(weight) {
  const source = readFileSync(join(kern, "dist", "fonts", "fira-sans", `FiraSans-${weight}.woff2`));
  return subsetFont(source, latin(), { targetFormat: "woff2" });
}

const files = {
  "KERN-LICENSE.md": readFileSync(join(kern, "LICENSE.md")),
  "fira-sans-regular.woff2": await font("Regular"),
  "fira-sans-semibold.woff2": await font("SemiBold"),
  "kern.css": readFileSync(join(kern, "dist", "kern.min.css")),
};

const lines = Object.entries(files)
  .map(([name, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  vendor/${name}\n`)
  .join("");

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(vendor, name), bytes);

if (process.argv.includes("--record")) {
  writeFileSync(record, lines);
} else if (readFileSync(record, "utf8") !== lines) {
  console.error(`explorer/static/vendor differs from vendor.sha256. Expected:\n${readFileSync(record, "utf8")}got:\n${lines}`);
  process.exit(1);
}
console.log(`explorer/static/vendor: ${Object.keys(files).length} files, digests as recorded`);
