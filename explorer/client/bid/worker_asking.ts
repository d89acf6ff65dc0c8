// Asks a worker whose text is part of the page.

import type { AskedOf, Refused, TasksOf, Told } from "./worker_telling.js";

/** Put here by the build. */
declare const WORKER: string;

interface Waiting {
  readonly resolve: (gives: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: (share: number) => void;
}

interface Policy {
  createScriptURL(text: string): string;
}

interface Policies {
  createPolicy(name: string, rules: Policy): Policy;
}

export class AskedWorker<Tasks extends TasksOf<Tasks>, From extends string> {
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | undefined;
  /** A page may make it once only. */
  private policy: Policy | undefined;
  private last = 0;

  /** `policyName` is the one that the page's Content-Security-Policy allows; `errorOf` makes what is thrown of a refusal. */
  constructor(private readonly policyName: string, private readonly errorOf: (refused: Refused<From>) => Error) {}

  /** The worker begins with the first task. */
  ask<Name extends keyof Tasks>(
    task: Name, given: Tasks[Name]["given"], progress: (share: number) => void = () => {},
  ): Promise<Tasks[Name]["gives"]> {
    this.worker ??= this.started();
    this.last += 1;
    const id = this.last;
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject, progress }));
    this.worker.postMessage({ id, task, given } as AskedOf<Tasks>);
    return answer as Promise<Tasks[Name]["gives"]>;
  }

  get isRunning(): boolean {
    return this.worker !== undefined;
  }

  /** What the worker held is gone with it; `error` is what its tasks come to. */
  end(error: Error): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private started(): Worker {
    const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
    const { trustedTypes } = globalThis as { trustedTypes?: Policies };
    // The page's own text, and the one place that may run a script by its address.
    this.policy ??= trustedTypes?.createPolicy(this.policyName, { createScriptURL: (text) => text });
    const made = new Worker(this.policy === undefined ? url : this.policy.createScriptURL(url));
    made.onmessage = ({ data }: MessageEvent<Told<From>>) => this.hear(data);
    // The next task begins with another one. Where the script was not had at all, the event has no message.
    made.onerror = ({ message: reason = "–" }: Partial<ErrorEvent>) =>
      this.end(this.errorOf({ from: "browser", error: "WorkerFailed", values: { reason } }));
    return made;
  }

  private hear(told: Told<From>): void {
    const asker = this.waiting.get(told.id);
    if (told.told === "progress") {
      asker?.progress(told.share);
      return;
    }
    this.waiting.delete(told.id);
    if (told.told === "done") asker?.resolve(told.gives);
    else asker?.reject(this.errorOf(told));
  }
}
