// Branch coverage of the verifier for browsers, from counts that tests left in a folder (`make coverage-verifier`). It fails
// if a branch was not taken. Exceptions stand in the sources, each with its reason: /* istanbul ignore next -- reason */
//
//   node scripts/count_verifier.mjs FOLDER

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import coverage from "istanbul-lib-coverage";

const EXCEPTION = /\/\* istanbul ignore (?:next|if|else)(?: -- (.*?))? \*\//gs;

const [folder] = process.argv.slice(2);
const map = coverage.createCoverageMap();
for (const name of readdirSync(folder)) map.merge(JSON.parse(readFileSync(join(folder, name), "utf8")));

const exceptions = [];
const missed = [];
const rows = [];
for (const path of map.files().sort()) {
  const file = map.fileCoverageFor(path);
  const source = readFileSync(path, "utf8");
  const { total, covered } = file.toSummary().branches;
  const excepted = [...source.matchAll(EXCEPTION)];
  for (const { index, 1: reason } of excepted) {
    if (reason === undefined) throw new Error(`an exception without a reason in ${path}`);
    exceptions.push(`${basename(path)}:${source.slice(0, index).split("\n").length} ${reason.replaceAll(/\s+/g, " ")}`);
  }
  rows.push([basename(path), source.split("\n").length - 1, total, total - covered, excepted.length]);
  for (const [branch, hits] of Object.entries(file.b)) {
    const { type, loc, locations } = file.branchMap[branch];
    hits.forEach((count, place) => {
      // An `else` that is not written stands nowhere: then the `if` is named.
      const { line, column } = locations[place]?.start?.line ? locations[place].start : loc.start;
      if (count === 0) missed.push(`${basename(path)}:${line}:${column + 1} ${type} ${place + 1} of ${hits.length}`);
    });
  }
}

const sums = [1, 2, 3, 4].map((column) => rows.reduce((sum, row) => sum + row[column], 0));
const percent = (100 * (sums[1] - sums[2])) / sums[1];
for (const [name, ...figures] of [["", "lines", "branches", "not taken", "exceptions"], ...rows, ["all", ...sums]]) {
  console.log(name.padEnd(24) + figures.map((each) => String(each).padStart(12)).join(""));
}
for (const each of exceptions) console.log(`exception: ${each}`);
for (const each of missed) console.log(`not taken: ${each}`);
console.log(`branches taken: ${percent.toFixed(2)} %`);
process.exitCode = missed.length > 0 || Number.isNaN(percent) ? 1 : 0;
