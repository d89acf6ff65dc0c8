// What needs a key, away from the page: a task comes in, an answer or a refusal goes out, and no key ever does.

import type { Access } from "../bid/access.js";
import { answerTasks, type AskedOf, type Refused } from "../bid/worker_telling.js";
import { Refusal } from "../sealing/refusal.js";
import type { SignedContribution } from "../sealing/signed_contribution.js";
import { contributionOf } from "./contributing.js";
import { openBid, type Brought, type Opening } from "./counting.js";
import { Keys, type KeyFiles, type PublicKeys, type Transaction } from "./keys.js";
import { OpeningRefusal } from "./refusal.js";
import { openChallenge } from "./rehearsing.js";
import type { CommittedBid, SealedRound } from "./sealed_round.js";

interface OfRound {
  readonly round: SealedRound;
  /** The own index in the key set. */
  readonly officer: number;
}

interface OfBid extends OfRound {
  readonly bid: CommittedBid;
}

/** Each task by its name, with what it is given and what it gives. */
export interface Tasks {
  readonly keys: { readonly given: KeyFiles; readonly gives: PublicKeys };
  readonly access: { readonly given: Access; readonly gives: string };
  readonly transaction: { readonly given: Transaction; readonly gives: ReturnType<Keys["transaction"]> };
  readonly challenge: { readonly given: OfRound & { readonly sealed: Uint8Array }; readonly gives: Uint8Array };
  readonly contribution: { readonly given: OfBid & { readonly header: Uint8Array; readonly now: number }; readonly gives: SignedContribution };
  readonly open: { readonly given: OfBid & { readonly envelope: Blob; readonly brought: readonly Brought[] }; readonly gives: Opening };
}

export type TaskName = keyof Tasks;
/** Whose sentence belongs to a refusal: of sealing, of this page. */
export type From = "sealing" | "opening";

let opened: Keys | undefined;

answerTasks(done, refusalOf);

async function done(asked: AskedOf<Tasks>): Promise<unknown> {
  if (asked.task === "keys") {
    opened = await Keys.open(asked.given);
    return opened.public;
  }
  const keys = opened;
  if (keys === undefined) throw new Error("no keys are open");
  switch (asked.task) {
    case "access":
      return keys.access(asked.given);
    case "transaction":
      return keys.transaction(asked.given);
    case "challenge":
      return await openChallenge(asked.given.round, asked.given.sealed, asked.given.officer, keys.sealing);
    case "contribution": {
      const { round, bid, header, officer, now } = asked.given;
      return keys.signed(await contributionOf(round, bid, header, officer, keys.sealing, now));
    }
    case "open": {
      const { round, bid, envelope, brought, officer } = asked.given;
      return await openBid(round, bid, envelope, brought, officer, keys.sealing);
    }
  }
}

function refusalOf(error: unknown): Refused<From> | undefined {
  if (error instanceof Refusal) return { from: "sealing", error: error.error, values: error.values };
  if (error instanceof OpeningRefusal) return { from: "opening", error: error.error, values: error.values };
  return undefined;
}
