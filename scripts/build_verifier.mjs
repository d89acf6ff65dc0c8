// Builds the verifier for browsers: one HTML file that needs nothing else, and for the tests the same on a command line.
//
//   node scripts/build_verifier.mjs            writes explorer/static/vendor/verifier.html, compares with verifier.sha256
//   node scripts/build_verifier.mjs --record   writes verifier.sha256 and the release notes anew, after a deliberate change
//   node scripts/build_verifier.mjs --command  writes build/verifier/command.mjs instead
//   node scripts/build_verifier.mjs --counted  writes both to build/verifier-counted, which count the branches they take
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

async function writeCommand(folder, options = {}) {
  mkdirSync(folder, { recursive: true });
  const { map, mjs } = await bundled("command.ts", { platform: "node", sourcemap: true, outfile: join(folder, "command.mjs"), ...options });
  writeFileSync(join(folder, "command.mjs"), mjs);
  writeFileSync(join(folder, "command.mjs.map"), map);
  writeFileSync(join(folder, "sources.sha256"), sources());
}

/** Counts are written into the sources, not taken from the engine: its blocks know nothing of an `else` that is not there. */
async function counting() {
  const { createInstrumenter } = await import("istanbul-lib-instrument");
  const instrumenter = createInstrumenter({
    esModules: true, parserPlugins: ["typescript"], coverageGlobalScope: "globalThis", coverageGlobalScopeFunc: false,
  });
  const setup = ({ onLoad }) => onLoad({ filter: /client\/verifier\/\w+\.ts$/ }, ({ path }) => ({
    contents: instrumenter.instrumentSync(readFileSync(path, "utf8"), path), loader: "ts",
  }));
  return { plugins: [{ name: "counting", setup }] };
}

const AT_EXIT = `import { writeFileSync as writeCounts } from "node:fs";
process.on("exit", () => {
  writeCounts(\`\${process.env.VERIFIER_COUNTS}/\${crypto.randomUUID()}.json\`, JSON.stringify(globalThis.__coverage__));
});`;

async function writeCounted() {
  const folder = join(root, "build", "verifier-counted");
  const options = await counting();
  await writeCommand(folder, { ...options, banner: { js: AT_EXIT } });
  writeFileSync(join(folder, "verifier.html"), await page(options));
}

function integrity(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Script and style stand in the page, named by their digests; all else is forbidden, connections above all. */
async function page(options = {}) {
  const { js } = await bundled("page.ts", { platform: "browser", minify: true, outfile: "page.js", ...options });
  const { css } = await bundled("page.css", { minify: true, outfile: "page.css" });
  const script = js.replaceAll("</script", "<\\/script");
  const policy = [
    "default-src 'none'", "connect-src 'none'", `script-src ${integrity(script)}`, `style-src ${integrity(css)}`,
    "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'",
  ].join("; ");
  const template = readFileSync(join(client, "verifier", "page.html"), "utf8");
  return Object.entries({ policy, script, style: css }).reduce((text, [name, part]) => text.replace(`{{${name}}}`, () => part), template);
}

async function writePage() {
  const record = join(root, "explorer", "static", "verifier.sha256");
  const html = await page();
  const digest = createHash("sha256").update(html).digest("hex");
  const line = `${digest}  vendor/verifier.html\n`;
  mkdirSync(join(root, "explorer", "static", "vendor"), { recursive: true });
  writeFileSync(join(root, "explorer", "static", "vendor", "verifier.html"), html);
  if (process.argv.includes("--record")) {
    writeFileSync(record, line);
    const notes = join(root, "docs", "release-notes.md");  // the newest release stands first
    writeFileSync(notes, readFileSync(notes, "utf8").replace(/(`verifier\.html` \| `)[0-9a-f]*/, `$1${digest}`));
  } else if (readFileSync(record, "utf8") !== line) {
    console.error(`The built verifier differs from verifier.sha256. Expected:\n${readFileSync(record, "utf8")}got:\n${line}`);
    process.exit(1);
  }
  console.log("explorer/static/vendor/verifier.html: digest as recorded");
}

if (process.argv.includes("--counted")) await writeCounted();
else if (process.argv.includes("--command")) await writeCommand(join(root, "build", "verifier"));
else await writePage();
