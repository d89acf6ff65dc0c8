// Pages for browsers that are one HTML file: script and style stand in it, named by their digests in its own policy.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundled, client, root } from "./client_command.mjs";

function integrity(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The page of a folder under explorer/client: page.ts, page.css and page.html. What `directives` do not allow is forbidden. */
export async function pageOf(folder, directives, options = {}) {
  const { js } = await bundled(`${folder}/page.ts`, { platform: "browser", minify: true, outfile: "page.js", ...options });
  const { css } = await bundled(`${folder}/page.css`, { minify: true, outfile: "page.css" });
  const script = js.replaceAll("</script", "<\\/script");
  const policy = [
    "default-src 'none'", ...directives, `script-src ${integrity(script)}`, `style-src ${integrity(css)}`,
    "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'",
  ].join("; ");
  const template = readFileSync(join(client, folder, "page.html"), "utf8");
  return Object.entries({ policy, script, style: css })
    .reduce((text, [name, part]) => text.replace(`{{${name}}}`, () => part), template);
}

/** Writes explorer/static/vendor/NAME.html. It must be the recorded one, unless it is to be recorded (`--record`). */
export function writePage(name, html) {
  const record = join(root, "explorer", "static", `${name}.sha256`);
  const digest = createHash("sha256").update(html).digest("hex");
  const line = `${digest}  vendor/${name}.html\n`;
  mkdirSync(join(root, "explorer", "static", "vendor"), { recursive: true });
  writeFileSync(join(root, "explorer", "static", "vendor", `${name}.html`), html);
  if (process.argv.includes("--record")) {
    writeFileSync(record, line);
    const notes = join(root, "docs", "release-notes.md");  // the newest release stands first
    const row = new RegExp(`(\`${name}\\.html\` \\| \`)[0-9a-f]*`);
    writeFileSync(notes, readFileSync(notes, "utf8").replace(row, `$1${digest}`));
  } else if (readFileSync(record, "utf8") !== line) {
    console.error(`The built page differs from ${name}.sha256. Expected:\n${readFileSync(record, "utf8")}got:\n${line}`);
    process.exit(1);
  }
  console.log(`explorer/static/vendor/${name}.html: digest as recorded`);
}
