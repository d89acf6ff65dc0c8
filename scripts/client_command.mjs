// Bundles what stands under explorer/client, and writes the commands for comparing: of the verifier, of sealing.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild-wasm";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
export const client = join(root, "explorer", "client");

const shared = {
  absWorkingDir: root,
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  target: "es2022",
  write: false,
};

/** `entry` is a file under explorer/client. */
export async function bundled(entry, options) {
  const { outputFiles } = await build({ ...shared, ...options, entryPoints: [join(client, entry)] });
  return Object.fromEntries(outputFiles.map((file) => [file.path.split(".").at(-1), file.text]));
}

/** A digest of all that a command is made of: whoever uses it can see whether it is of these sources. */
function sources(folders, beside) {
  const hash = createHash("sha256");
  const files = folders.flatMap((folder) => readdirSync(join(client, folder)).map((name) => join(client, folder, name)));
  files.push(...beside.map((name) => join(root, name)));
  for (const file of files.sort()) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** The command of the first of the folders, which are those it is made of. */
export async function writeCommand(output, folders, beside, options = {}) {
  mkdirSync(output, { recursive: true });
  const outfile = join(output, "command.mjs");
  const { map, mjs } = await bundled(`${folders[0]}/command.ts`, { platform: "node", sourcemap: true, outfile, ...options });
  writeFileSync(outfile, mjs);
  writeFileSync(`${outfile}.map`, map);
  writeFileSync(join(output, "sources.sha256"), sources(folders, beside));
}

/** Counts are written into the sources, not taken from the engine: its blocks know nothing of an `else` that is not there. */
export async function counting(folder) {
  const { createInstrumenter } = await import("istanbul-lib-instrument");
  const instrumenter = createInstrumenter({
    esModules: true, parserPlugins: ["typescript"], coverageGlobalScope: "globalThis", coverageGlobalScopeFunc: false,
  });
  const filter = new RegExp(`client/${folder}/\\w+\\.ts$`);
  const setup = ({ onLoad }) => onLoad({ filter }, ({ path }) => ({
    contents: instrumenter.instrumentSync(readFileSync(path, "utf8"), path), loader: "ts",
  }));
  return { plugins: [{ name: "counting", setup }] };
}

/** In front of a command that counts; the folder is named by whoever runs it. */
export const COUNTS_AT_EXIT = {
  js: `import { writeFileSync as writeCounts } from "node:fs";
process.on("exit", () => {
  writeCounts(\`\${process.env.VERIFIER_COUNTS}/\${crypto.randomUUID()}.json\`, JSON.stringify(globalThis.__coverage__));
});`,
};
