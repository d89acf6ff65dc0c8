// Builds the verifier for browsers: one HTML file that needs nothing else, and for the tests the same on a command line.
//
//   node scripts/build_verifier.mjs            writes explorer/static/vendor/verifier.html, compares with verifier.sha256
//   node scripts/build_verifier.mjs --record   writes verifier.sha256 and the release notes anew, after a deliberate change
//   node scripts/build_verifier.mjs --command  writes build/verifier/command.mjs instead
//   node scripts/build_verifier.mjs --counted  writes both to build/verifier-counted, which count the branches they take
//
// The same sources and package versions give the same bytes on every machine: esbuild comes as WebAssembly.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundled, client, counting, COUNTS_AT_EXIT, root, writeCommand } from "./client_command.mjs";

const BESIDE = ["ledger/statute.json", "ledger/evidence/verify/words.json", "package-lock.json"];

async function writeCounted() {
  const folder = join(root, "build", "verifier-counted");
  const options = await counting("verifier");
  await writeCommand(folder, ["verifier"], BESIDE, { ...options, banner: COUNTS_AT_EXIT });
  writeFileSync(join(folder, "verifier.html"), await page(options));
}

function integrity(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Script and style stand in the page, named by their digests; all else is forbidden, connections above all. */
async function page(options = {}) {
  const { js } = await bundled("verifier/page.ts", { platform: "browser", minify: true, outfile: "page.js", ...options });
  const { css } = await bundled("verifier/page.css", { minify: true, outfile: "page.css" });
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
else if (process.argv.includes("--command")) await writeCommand(join(root, "build", "verifier"), ["verifier"], BESIDE);
else await writePage();
