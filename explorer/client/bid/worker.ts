// What takes long, away from the page: sealing, the passphrase, receipts. A task comes in, an answer or a refusal goes out.

import { Refusal } from "../sealing/refusal.js";
import { openReceipt, type OpenReceipt, type OpenTask } from "./open_receipt.js";
import { namedBid, ownBid, type NamedBid, type NamedBidTask, type OwnBid, type OwnBidTask } from "./own_bid.js";
import { Refusal as VerifierRefusal } from "../verifier/refusal.js";
import { PageRefusal } from "./refusal.js";
import { keptReceipt, sealWithReceipt, type KeepTask, type SealReceiptTask } from "./seal_receipt.js";
import type { FiledBid } from "./hand_in_course.js";
import { answerTasks, type AskedOf, type Refused } from "./worker_telling.js";

/** Each task by its name, with what it is given and what it gives. */
export interface Tasks {
  readonly seal: { readonly given: SealReceiptTask; readonly gives: Omit<FiledBid, "terms"> };
  readonly keep: { readonly given: KeepTask; readonly gives: Blob };
  readonly open: { readonly given: OpenTask; readonly gives: OpenReceipt };
  readonly own: { readonly given: OwnBidTask; readonly gives: OwnBid };
  readonly named: { readonly given: NamedBidTask; readonly gives: NamedBid };
}

export type TaskName = keyof Tasks;
/** Whose sentence belongs to a refusal: of sealing, of receipts, of the page. */
export type From = "sealing" | "receipt" | "page";

answerTasks(done, refusalOf);

async function done(asked: AskedOf<Tasks>, progress: (share: number) => void): Promise<unknown> {
  switch (asked.task) {
    case "seal":
      return await sealWithReceipt(asked.given, progress);
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

function refusalOf(error: unknown): Refused<From> | undefined {
  if (error instanceof Refusal) return { from: "sealing", error: error.error, values: error.values };
  if (error instanceof VerifierRefusal) return { from: "receipt", error: error.error, values: error.values };
  if (error instanceof PageRefusal) return { from: "page", error: error.error, values: error.values };
  return undefined;
}
