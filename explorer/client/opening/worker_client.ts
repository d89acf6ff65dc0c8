// Asks the officers' page's worker. The keys live as long as it does.

import { AskedWorker } from "../bid/worker_asking.js";
import type { Refused } from "../bid/worker_telling.js";
import { Refusal, type RefusalName } from "../sealing/refusal.js";
import { OpeningRefusal, type OpeningRefusalName, type Values } from "./refusal.js";
import type { From, TaskName, Tasks } from "./worker.js";

const worker = new AskedWorker<Tasks, From>("opening-worker", errorOf);

/** Throws Refusal of sealing, OpeningRefusal: without keys KeysForgotten. */
export async function ask<Name extends TaskName>(task: Name, given: Tasks[Name]["given"]): Promise<Tasks[Name]["gives"]> {
  if (task !== "keys" && !holdsKeys()) throw new OpeningRefusal("KeysForgotten");
  return await worker.ask(task, given);
}

/** Not after the worker failed. */
export function holdsKeys(): boolean {
  return worker.isRunning;
}

/** The keys are gone with the worker that had them. */
export function forget(): void {
  worker.end(new OpeningRefusal("KeysForgotten"));
}

function errorOf({ from, error, values }: Refused<From>): Error {
  if (from === "sealing") return new Refusal(error as RefusalName, values as Refusal["values"]);
  if (from === "opening") return new OpeningRefusal(error as OpeningRefusalName, values as Values);
  return new OpeningRefusal("BrowserFailed", { reason: `${error}: ${String((values as Values).reason)}` });
}
