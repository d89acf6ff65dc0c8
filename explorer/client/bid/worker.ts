// What takes long, away from the page: sealing, the passphrase, receipts. A task comes in, an answer or a refusal goes out.

import { Refusal } from "../sealing/refusal.js";
import { openReceipt, type OpenReceipt, type OpenTask } from "./open_receipt.js";
import { namedBid, ownBid, type NamedBid, type NamedBidTask, type OwnBid, type OwnBidTask } from "./own_bid.js";
import { Refusal as VerifierRefusal } from "../verifier/refusal.js";
import { PageRefusal } from "./refusal.js";
import { keptReceipt, sealWithReceipt, type KeepTask, type SealReceiptTask } from "./seal_receipt.js";
import type { FiledBid } from "./hand_in_course.js";

/** Each task by its name, with what it is given and what it gives. */
export interface Tasks {
  readonly seal: { readonly given: SealReceiptTask; readonly gives: Omit<FiledBid, "terms"> };
  readonly keep: { readonly given: KeepTask; readonly gives: Blob };
  readonly open: { readonly given: OpenTask; readonly gives: OpenReceipt };
  readonly own: { readonly given: OwnBidTask; readonly gives: OwnBid };
  readonly named: { readonly given: NamedBidTask; readonly gives: NamedBid };
}

export type TaskName = keyof Tasks;
type AskedOf<Name extends TaskName> = { readonly task: Name; readonly given: Tasks[Name]["given"]; readonly id: number };
export type Asked = { readonly [Name in TaskName]: AskedOf<Name> }[TaskName];

export type Told =
  | { readonly id: number; readonly told: "progress"; readonly share: number }
  | { readonly id: number; readonly told: "done"; readonly gives: unknown }
  | (Refused & { readonly id: number; readonly told: "refused" });

/** `from` says whose sentence belongs to the name: of sealing, of receipts, of the page, or none of ours. */
interface Refused {
  readonly from: "sealing" | "receipt" | "page" | "browser";
  readonly error: string;
  readonly values: unknown;
}

interface Scope {
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
  postMessage(message: Told): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data }) => {
  done(data).then(
    (gives) => scope.postMessage({ id: data.id, told: "done", gives }),
    (error: unknown) => scope.postMessage({ id: data.id, told: "refused", ...refusalOf(error) }),
  );
};

async function done(asked: Asked): Promise<unknown> {
  switch (asked.task) {
    case "seal":
      return await sealWithReceipt(asked.given, (share) => scope.postMessage({ id: asked.id, told: "progress", share }));
    case "keep":
      return await keptReceipt(asked.given);
    case "open":
      return await openReceipt(asked.given);
    case "own":
      return await ownBid(asked.given);
    case "named":
      return await namedBid(asked.given);
  }
}

function refusalOf(error: unknown): Refused {
  if (error instanceof Refusal) return { from: "sealing", error: error.error, values: error.values };
  if (error instanceof VerifierRefusal) return { from: "receipt", error: error.error, values: error.values };
  if (error instanceof PageRefusal) return { from: "page", error: error.error, values: error.values };
  return { from: "browser", error: (error as Error).name, values: { reason: (error as Error).message } };
}
