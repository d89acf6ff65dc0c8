// Builds criteria and ranking, for the tests that compare them with another implementation.
//
//   node scripts/build_ranking.mjs   writes build/ranking/command.mjs, for Node
//
// A folder behind it takes the place of build/ranking. Bid page and verifier bundle the same sources.

import { join } from "node:path";
import { root, writeCommand } from "./client_command.mjs";

await writeCommand(process.argv[2] ?? join(root, "build", "ranking"), ["ranking", "sealing", "verifier"], ["package-lock.json"]);
