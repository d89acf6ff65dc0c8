#!/usr/bin/env node
// Plays the part of a native `solc` for forge and py-solc-x: npm's compiler speaks standard JSON only through its
// JavaScript interface, and its own command line prints more than either of the two can parse.
"use strict";

const fs = require("fs");
const solc = require("solc");

if (process.argv.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else {
  process.stdout.write(solc.compile(fs.readFileSync(0, "utf8")));
}
