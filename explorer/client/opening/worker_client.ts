// Asks the worker, whose text is part of the page. The keys live as long as it does.

import { Refusal, type RefusalName } from "../sealing/refusal.js";
import { OpeningRefusal, type OpeningRefusalName, type Values } from "./refusal.js";
import type { Asked, TaskName, Tasks, Told } from "./worker.js";

/** Put here by the build. */
declare const WORKER: string;

interface Waiting {
  readonly resolve: (gives: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: (text: string) => string }): { createScriptURL(text: string): string };
}

const waiting = new Map<number, Waiting>();
let worker: Worker | undefined;
let policy: ReturnType<Policies["createPolicy"]> | undefined;
let last = 0;

/** Throws Refusal of sealing, OpeningRefusal. */
export function ask<Name extends TaskName>(task: Name, given: Tasks[Name]["given"]): Promise<Tasks[Name]["gives"]> {
  worker ??= started();
  last += 1;
  const id = last;
  const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
  worker.postMessage({ id, task, given } as Asked);
  return answer as Promise<Tasks[Name]["gives"]>;
}

/** The keys are gone with the worker that had them. */
export function forget(): void {
  worker?.terminate();
  worker = undefined;
  failAll("the keys were forgotten");
}

function failAll(reason: string): void {
  for (const each of waiting.values()) each.reject(new OpeningRefusal("BrowserFailed", { reason }));
  waiting.clear();
}

function started(): Worker {
  const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  // The page's own text, and the one place that may run a script by its address.
  policy ??= trustedTypes?.createPolicy("opening-worker", { createScriptURL: (text) => text });
  const made = new Worker(policy === undefined ? url : policy.createScriptURL(url));
  made.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
  made.onerror = ({ message }) => failAll(message);
  return made;
}

function hear(told: Told): void {
  const asker = waiting.get(told.id);
  waiting.delete(told.id);
  if ("gives" in told) asker?.resolve(told.gives);
  else asker?.reject(errorOf(told));
}

function errorOf({ from, error, values }: Extract<Told, { from: unknown }>): Error {
  if (from === "sealing") return new Refusal(error as RefusalName, values as Refusal["values"]);
  if (from === "opening") return new OpeningRefusal(error as OpeningRefusalName, values as Values);
  return new OpeningRefusal("BrowserFailed", { reason: `${error}: ${String((values as Values).reason)}` });
}
