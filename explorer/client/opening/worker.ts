// What needs a key, away from the page: a task comes in, an answer or a refusal goes out, and no key ever does.

import type { Access } from "../bid/access.js";
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
export type Asked = { readonly [Name in TaskName]: { readonly task: Name; readonly given: Tasks[Name]["given"]; readonly id: number } }[TaskName];

export type Told =
  | { readonly id: number; readonly gives: unknown }
  /** `from` says whose sentence belongs to the name: of sealing, of this page, or none of ours. */
  | { readonly id: number; readonly from: "sealing" | "opening" | "browser"; readonly error: string; readonly values: unknown };

interface Scope {
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
  postMessage(message: Told): void;
}

const scope = globalThis as unknown as Scope;
let opened: Keys | undefined;

scope.onmessage = ({ data }) => {
  done(data).then(
    (gives) => scope.postMessage({ id: data.id, gives }),
    (error: unknown) => scope.postMessage({ id: data.id, ...refusalOf(error) }),
  );
};

async function done(asked: Asked): Promise<unknown> {
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

function refusalOf(error: unknown): Omit<Extract<Told, { from: unknown }>, "id"> {
  if (error instanceof Refusal) return { from: "sealing", error: error.error, values: error.values };
  if (error instanceof OpeningRefusal) return { from: "opening", error: error.error, values: error.values };
  return { from: "browser", error: (error as Error).name, values: { reason: (error as Error).message } };
}
