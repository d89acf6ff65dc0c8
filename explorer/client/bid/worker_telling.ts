// What goes between a page and its worker: a task with its number in, progress and an answer or a refusal with the same number out.

export type TasksOf<Tasks> = { readonly [Name in keyof Tasks]: { readonly given: unknown; readonly gives: unknown } };

export type AskedOf<Tasks extends TasksOf<Tasks>> = {
  readonly [Name in keyof Tasks]: { readonly task: Name; readonly given: Tasks[Name]["given"]; readonly id: number };
}[keyof Tasks];

/** `from` says whose sentence belongs to the name; "browser": none of ours, `values` has its `reason`. */
export interface Refused<From extends string> {
  readonly from: From | "browser";
  readonly error: string;
  readonly values: unknown;
}

export type Told<From extends string> =
  | { readonly id: number; readonly told: "progress"; readonly share: number }
  | { readonly id: number; readonly told: "done"; readonly gives: unknown }
  | (Refused<From> & { readonly id: number; readonly told: "refused" });

interface Scope<Asked, From extends string> {
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
  postMessage(message: Told<From>): void;
}

/** In the worker: does what comes in. `refusalOf` gives what was thrown if it has a sentence of ours. */
export function answerTasks<Asked extends { readonly id: number }, From extends string>(
  done: (asked: Asked, progress: (share: number) => void) => Promise<unknown>, refusalOf: (error: unknown) => Refused<From> | undefined,
): void {
  const scope = globalThis as unknown as Scope<Asked, From>;
  scope.onmessage = ({ data }) => {
    const { id } = data;
    done(data, (share) => scope.postMessage({ id, told: "progress", share })).then(
      (gives) => scope.postMessage({ id, told: "done", gives }),
      (error: unknown) => scope.postMessage({ id, told: "refused", ...(refusalOf(error) ?? browserFailure(error as Error)) }),
    );
  };
}

function browserFailure({ name, message }: Error): Refused<never> {
  return { from: "browser", error: name, values: { reason: message } };
}
