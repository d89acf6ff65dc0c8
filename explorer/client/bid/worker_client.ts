// Asks the worker, whose text is part of the page.

import { Refusal, type RefusalName } from "../sealing/refusal.js";
import { Refusal as VerifierRefusal } from "../verifier/refusal.js";
import type { RefusalName as VerifierRefusalName } from "../verifier/sentences.js";
import { PageRefusal, type PageRefusalName, type Values } from "./refusal.js";
import type { Asked, TaskName, Tasks, Told } from "./worker.js";

/** Put here by the build. */
declare const WORKER: string;

interface Waiting {
  readonly resolve: (gives: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: (share: number) => void;
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: (text: string) => string }): { createScriptURL(text: string): string };
}

const waiting = new Map<number, Waiting>();
let worker: Worker | undefined;
let last = 0;

/** Something that is no refusal: a file that the browser could not read, memory that did not suffice. */
export class BrowserFailure extends Error {
  constructor(readonly error: string, reason: string) {
    super(reason);
  }
}

/** Throws Refusal of sealing or of receipts, PageRefusal, BrowserFailure. */
export function ask<Name extends TaskName>(
  task: Name, given: Tasks[Name]["given"], progress: (share: number) => void = () => {},
): Promise<Tasks[Name]["gives"]> {
  worker ??= started();
  last += 1;
  const id = last;
  const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject, progress }));
  worker.postMessage({ id, task, given } as Asked);
  return answer as Promise<Tasks[Name]["gives"]>;
}

function started(): Worker {
  const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  // The page's own text, and the one place that may run a script by its address.
  const policy = trustedTypes?.createPolicy("bid-worker", { createScriptURL: (text) => text });
  const made = new Worker(policy === undefined ? url : policy.createScriptURL(url));
  made.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
  made.onerror = ({ message }) => {
    for (const each of waiting.values()) each.reject(new BrowserFailure("WorkerFailed", message));
    waiting.clear();
  };
  return made;
}

function hear(told: Told): void {
  const asker = waiting.get(told.id);
  if (asker === undefined) return;
  if (told.told === "progress") {
    asker.progress(told.share);
    return;
  }
  waiting.delete(told.id);
  if (told.told === "done") asker.resolve(told.gives);
  else asker.reject(errorOf(told));
}

function errorOf({ from, error, values }: Extract<Told, { told: "refused" }>): Error {
  if (from === "sealing") return new Refusal(error as RefusalName, values as Values);
  if (from === "receipt") return new VerifierRefusal(error as VerifierRefusalName, values as Values);
  if (from === "page") return new PageRefusal(error as PageRefusalName, values as Values);
  return new BrowserFailure(error, String((values as Values).reason));
}
