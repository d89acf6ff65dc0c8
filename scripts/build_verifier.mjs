// Builds the verifier for browsers: one HTML file that needs nothing else, and for the tests the same on a command line.
//
//   node scripts/build_verifier.mjs            writes explorer/static/vendor/verifier.html, compares with verifier.sha256
//   node scripts/build_verifier.mjs --record   writes verifier.sha256 anew, after a deliberate change
//   node scripts/build_verifier.mjs --command  writes build/verifier/command.mjs instead
//
// The same sources and package versions give the same bytes on every machine: esbuild comes as WebAssembly.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild-wasm";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const client = join(root, "explorer", "client");

const shared = {
  absWorkingDir: root,
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  target: "es2022",
  write: false,
};

async function bundled(entry, options) {
  const { outputFiles } = await build({ ...shared, ...options, entryPoints: [join(client, "verifier", entry)] });
  return Object.fromEntries(outputFiles.map((file) => [file.path.split(".").at(-1), file.text]));
}

/** A digest of all that the command is made of: whoever uses it can see whether it is of these sources. */
function sources() {
  const hash = createHash("sha256");
  const files = readdirSync(join(client, "verifier")).map((name) => join(client, "verifier", name));
  files.push(...["ledger/statute.json", "ledger/evidence/verify/words.json", "package-lock.json"].map((name) => join(root, name)));
  for (const file of files.sort()) hash.update(readFileSync(file));
  return hash.digest("hex");
}

async function writeCommand() {
  const folder = join(root, "build", "verifier");
  mkdirSync(folder, { recursive: true });
  const { map, mjs } = await bundled("command.ts", { platform: "node", sourcemap: true, outfile: join(folder, "command.mjs") });
  writeFileSync(join(folder, "command.mjs"), mjs);
  writeFileSync(join(folder, "command.mjs.map"), map);
  writeFileSync(join(folder, "sources.sha256"), sources());
}

if (process.argv.includes("--command")) await writeCommand();
