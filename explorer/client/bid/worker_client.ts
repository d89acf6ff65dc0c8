// Asks the bid page's worker.

import { Refusal, type RefusalName } from "../sealing/refusal.js";
import { Refusal as VerifierRefusal } from "../verifier/refusal.js";
import type { RefusalName as VerifierRefusalName } from "../verifier/sentences.js";
import { PageRefusal, type PageRefusalName, type Values } from "./refusal.js";
import type { From, TaskName, Tasks } from "./worker.js";
import { AskedWorker } from "./worker_asking.js";
import type { Refused } from "./worker_telling.js";

const worker = new AskedWorker<Tasks, From>("bid-worker", errorOf);

/** Something that is no refusal: a file that the browser could not read, memory that did not suffice. */
export class BrowserFailure extends Error {
  constructor(readonly error: string, reason: string) {
    super(reason);
  }
}

/** Throws Refusal of sealing or of receipts, PageRefusal, BrowserFailure. */
export function ask<Name extends TaskName>(
  task: Name, given: Tasks[Name]["given"], progress?: (share: number) => void,
): Promise<Tasks[Name]["gives"]> {
  return worker.ask(task, given, progress);
}

function errorOf({ from, error, values }: Refused<From>): Error {
  if (from === "sealing") return new Refusal(error as RefusalName, values as Values);
  if (from === "receipt") return new VerifierRefusal(error as VerifierRefusalName, values as Values);
  if (from === "page") return new PageRefusal(error as PageRefusalName, values as Values);
  return new BrowserFailure(error, String((values as Values).reason));
}
