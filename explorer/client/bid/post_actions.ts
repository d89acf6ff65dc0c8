// What people do with the receipt of a bid that was handed in: fetch letters and the opening's result, and answer.

import { withReceipt } from "./actions.js";
import { termsOf } from "./hand_in.js";
import { lettersText, type Letter } from "./letters.js";
import { fetchLetters, fetchResult } from "./own_asking.js";
import type { OwnBid } from "./own_bid.js";
import { byId, changed, enter, enterRound, NOT_OPENED, say, state, tell, type Post } from "./page_state.js";
import { PageRefusal, Problem } from "./refusal.js";
import { loadRound, type Round } from "./round.js";
import { saveFile } from "./saving.js";
import type { Server } from "./servers.js";
import type { Terms } from "./terms.js";
import { failureSentence } from "./failure_sentence.js";
import { isSameLedger, priceOrders } from "./told_prices.js";
import { visible } from "./visible.js";
import { ask } from "./worker_client.js";
import { shownMoment, type Word } from "./words.js";

/** Rounds for answers that are asked for; letters name one or two. */
const MOST_ROUNDS = 10;

/** What a refusal means here, beside its own sentence. */
const MEANINGS: Readonly<Record<"letters" | "result", Readonly<Record<string, Word>>>> = {
  letters: { AccessForbidden: "lettersForbidden" },
  result: { AccessForbidden: "resultForbidden", OpeningResultMissing: "resultMissing" },
};

/** Opens a receipt to read what the buyer wrote to its bid. */
export async function openPost({ terms }: Round): Promise<void> {
  await withReceipt(async (receipt, passphrase) => {
    const bid = await ask("own", { receipt, passphrase, terms });
    state.opening = NOT_OPENED;
    state.post = {
      bid, letters: undefined, rounds: new Map(), result: undefined, orders: undefined, told: { letters: () => "", result: () => "" },
    };
    changed();
    byId("post-title").focus();
    tell(() => say("postOpen"));
  });
}

export function closePost(): void {
  state.post = undefined;
  changed();
  byId("opening").focus();
}

export async function readPost(round: Round): Promise<void> {
  await fetched("letters", async (bid) => {
    const [server] = round.servers as [Server];
    const letters = await fetchLetters(server, bid, serverTime(round));
    const rounds = await answerRounds(server, bid, letters);
    return { change: { letters, rounds }, told: () => say(letters.length === 0 ? "noLetters" : "lettersThere", { count: letters.length }) };
  });
}

export async function readResult(round: Round): Promise<void> {
  await fetched("result", async (bid) => {
    const [server] = round.servers as [Server];
    const result = await fetchResult(server, bid, serverTime(round));
    const orders = await priceOrders(server, bid, result.lots);
    return { change: { result, orders }, told: () => say("resultThere") };
  });
}

interface Fetched {
  readonly change: Partial<Post>;
  told(): string;
}

/** What is fetched is shown, or why it could not be, where it was asked for. */
async function fetched(what: "letters" | "result", fetching: (bid: OwnBid) => Promise<Fetched>): Promise<void> {
  const bid = state.post?.bid;
  if (bid === undefined) return;
  keep(bid, {}, what, () => say("fetching"));
  try {
    const { change, told } = await fetching(bid);
    keep(bid, change, what, told);
  } catch (error) {
    const meaning = error instanceof Problem ? MEANINGS[what][error.name] : undefined;
    keep(bid, {}, what, () => [...(meaning === undefined ? [] : [say(meaning)]), failureSentence(error, state.language)].join(" "));
  }
}

/** Nothing is kept for a receipt that was closed meanwhile. */
function keep(bid: OwnBid, change: Partial<Post>, what: "letters" | "result", told: () => string): void {
  const { post } = state;
  if (post === undefined || post.bid !== bid) return;
  state.post = { ...post, ...change, told: { ...post.told, [what]: told } };
  changed();
  tell(told);
}

/** Until when answers can be handed in, as far as the server tells something that fits. */
async function answerRounds(server: Server, bid: OwnBid, letters: readonly Letter[]): Promise<ReadonlyMap<number, Terms | null>> {
  const named = [...new Set(letters.map(({ answerRound }) => answerRound).filter((each) => each !== null))];
  const found = await Promise.all(named.slice(0, MOST_ROUNDS).map(async (number) => [number, await termsFor(server, bid, number)] as const));
  return new Map(found);
}

async function termsFor(server: Server, bid: OwnBid, number: number): Promise<Terms | null> {
  try {
    const terms = await termsOf(server, { processId: bid.processId, round: BigInt(number) });
    return isSameLedger(terms, bid) ? terms : null;
  } catch (error) {
    if (!(error instanceof PageRefusal || error instanceof Problem)) throw error;
    return null;
  }
}

function serverTime({ ahead }: Round): number {
  return Date.now() / 1000 - ahead;
}

/** Goes to the round of the answer without loading the page anew, so that the bid need not be named a second time. */
export async function answerLetter(address: string): Promise<void> {
  const bid = state.post?.bid;
  if (bid === undefined) return;
  const url = new URL(address, location.href);
  keep(bid, {}, "letters", () => say("loading"));
  try {
    const next = await loadRound(url, state.pins);
    if (!isSameLedger(next.terms, bid)) throw new PageRefusal("ReceiptForeign");
    if (state.post?.bid !== bid) return;
    history.pushState(null, "", url);
    enterRound(next, bid);
  } catch (error) {
    keep(bid, {}, "letters", () => failureSentence(error, state.language));
  }
}

/** The bid that an answer belongs to, from its receipt. */
export async function takeMainBid({ terms }: Round, file: File): Promise<void> {
  try {
    const named = await ask("named", { receipt: file, terms });
    enter({ kind: "mainBid", text: named.commitment });
    state.mainBidTold = () => say("mainBidTaken", { round: String(named.round) });
  } catch (error) {
    state.mainBidTold = () => failureSentence(error, state.language);
  }
  changed();
  tell(state.mainBidTold);
}

export function saveLetters(): void {
  const letters = state.post?.letters ?? [];
  const text = lettersText(letters, ({ at, subject }) => `${shownMoment(at, state.language)}: ${subject}`);
  saveFile(`${say("lettersName")}.txt`, new Blob([visible(text)], { type: "text/plain" }));
}

export function saveResult(): void {
  const result = state.post?.result;
  if (result === undefined) return;
  saveFile(`${say("resultName")}.json`, new Blob([JSON.stringify(result.whole, null, 1)], { type: "application/json" }));
}
