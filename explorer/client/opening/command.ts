// The page's parts that need no browser, on a command line: a task on each line of standard input, its answer on a line of
// standard output, both JSON. Bytes are lower-case hex, numbers beyond 2^53 text. It is not part of a page.

import { createInterface } from "node:readline";
import { accessHeader } from "../bid/access.js";
import { Problem, type Values } from "../bid/refusal.js";
import { fromHex, toHex, type Hex } from "../verifier/bytes.js";
import type { GroupNumber, KeySet } from "../sealing/key_set.js";
import { publicOf } from "../sealing/hpke.js";
import { Refusal } from "../sealing/refusal.js";
import { accountOf } from "../verifier/signature.js";
import { closeCall, difference, openCall, proposedClose, proposedOutcomes, type Where } from "./acts.js";
import { close } from "./closing.js";
import { contributionOf } from "./contributing.js";
import { followed, givenUp, openBid, type Found, type RecordedOutcome } from "./counting.js";
import { headOf, readLogged, readRound, RoundFacts, type Bid } from "./facts.js";
import { Keys } from "./keys.js";
import { openKeystore } from "./keystore.js";
import { OpeningRefusal } from "./refusal.js";
import { openChallenge } from "./rehearsing.js";
import { roundFile } from "./round_file.js";
import type { SealedRound } from "./sealed_round.js";
import { openSealingKey } from "./sealing_key.js";
import { failureSentence } from "./failure_sentence.js";
import type { Language } from "./words.js";

interface GivenRecipient {
  readonly holder: Hex;
  readonly key: Hex;
}

interface GivenRound {
  readonly chainId: number;
  readonly ledger: Hex;
  readonly processId: Hex;
  readonly round: number;
  readonly keySet: Hex;
  readonly deadline: number;
  readonly officers: readonly [number, readonly GivenRecipient[]];
  readonly custodians: readonly [number, readonly GivenRecipient[]];
}

interface OfRound {
  readonly round: GivenRound;
  readonly officer: number;
  readonly key: Hex;
}

interface OfBid extends OfRound {
  readonly bid: Pick<Bid, "number" | "author" | "commitment">;
}

interface GivenBrought {
  readonly group: GroupNumber;
  readonly index: number;
  readonly account: Hex;
  readonly contribution: Hex;
  readonly signature: Hex;
}

function roundOf({ officers, custodians, chainId, deadline, ...given }: GivenRound): SealedRound {
  const group = ([threshold, recipients]: GivenRound["officers"]) =>
    ({ threshold, recipients: recipients.map(({ holder, key }) => ({ holder, key: fromHex(key) })) });
  const keySet: KeySet = { officers: group(officers), custodians: custodians[1].length === 0 ? null : group(custodians) };
  const { ledger, processId, keySet: id } = given;
  return {
    context: { chainId: BigInt(chainId), ledger, processId, round: BigInt(given.round), keySet: id, notBefore: BigInt(deadline) },
    keySet,
  };
}

interface GivenWhere {
  readonly processId: Hex;
  readonly round: number;
  readonly expires: number;
}

function whereOf({ processId, round, expires }: GivenWhere): Where {
  return { processId, round: BigInt(round), expires: BigInt(expires) };
}

function factsOf(acts: readonly Hex[], round: number): RoundFacts {
  return readRound(acts.map((data) => readLogged(fromHex(data))), round);
}

const TASKS: Readonly<Record<string, (given: never) => unknown>> = {
  keystore: async ({ content, passphrase }: { content: string; passphrase: string }) =>
    ({ account: accountOf(await openKeystore(content, passphrase)) }),
  sealingKey: async ({ pem, passphrase }: { pem: string; passphrase: string }) =>
    ({ public: toHex(publicOf(await openSealingKey(pem, passphrase))) }),
  access: ({ round, account, expires, key }: { round: GivenRound; account: Hex; expires: number; key: Hex }) => {
    const { chainId, ledger, processId, round: number } = roundOf(round).context;
    return { header: accessHeader({ chainId, ledger, processId, round: number, account, expires: BigInt(expires) }, fromHex(key)) };
  },
  facts: ({ acts, round, at }: { acts: readonly Hex[]; round: number; at: GivenRound }) => {
    const facts = factsOf(acts, round);
    const head = headOf(acts.map((data) => readLogged(fromHex(data))), BigInt(at.chainId), at.ledger, at.processId);
    return {
      head, ocid: facts.ocid, state: facts.state, deadline: facts.deadline, opened: facts.opened, keySet: facts.keySet, timely: facts.timely,
      closing: facts.closing && { time: facts.closing.time, counted: facts.closing.counted },
      bids: facts.bids.map((bid) => ({ ...bid, late: facts.isLate(bid), ended: facts.closing && facts.ended(bid) })),
      externals: facts.externals,
    };
  },
  close: ({ bids, deadline, here, admit }: { bids: readonly Partial<Bid>[]; deadline: number; here: number[]; admit: number[] }) => {
    const facts = new RoundFacts(1);
    facts.deadline = deadline;
    facts.bids.push(...bids as Bid[]);
    const { present, admitted, ...made } = close(facts, ({ number }) => here.includes(number), admit);
    return { ...made, present: present.map(String), admitted: admitted.map(String) };
  },
  closeCall: ({ counted, present, admitted, ground, ...where }: GivenWhere & { counted: number; present: string[]; admitted: string[]; ground: Hex }) =>
    ({ call: toHex(closeCall(whereOf(where), { counted, present: present.map(BigInt), admitted: admitted.map(BigInt) }, ground)) }),
  proposed: ({ call }: { call: Hex }) => ({ close: proposedClose(fromHex(call)), outcomes: proposedOutcomes(fromHex(call)) }),
  givenUp: ({ bid }: Pick<OfBid, "bid">) => ({ found: givenUp(bid) }),
  openCall: ({ start, outcomes, ...where }: GivenWhere & { start: number; outcomes: RecordedOutcome[] }) =>
    ({ call: toHex(openCall(whereOf(where), start, outcomes)) }),
  difference: ({ one, other }: { one: Hex; other: Hex }) => ({ difference: difference(fromHex(one), fromHex(other)) }),
  contribution: async ({ round, bid, header, officer, key, now }: OfBid & { header: Hex; now: number }) =>
    ({ contribution: toHex(await contributionOf(roundOf(round), bid, fromHex(header), officer, fromHex(key), now)) }),
  signed: async ({ content, pem, passphrase, contribution }: { content: string; pem: string; passphrase: string; contribution: Hex }) => {
    const keys = await Keys.open({ keystore: content, sealing: pem, passphrase });
    return { account: keys.public.account, signature: toHex(keys.signed(fromHex(contribution)).signature) };
  },
  challenge: async ({ round, sealed, officer, key }: OfRound & { sealed: Hex }) =>
    ({ opened: toHex(await openChallenge(roundOf(round), fromHex(sealed), officer, fromHex(key))) }),
  open: async ({ round, bid, envelope, brought, officer, key }: OfBid & { envelope: Hex; brought: readonly GivenBrought[] }) => {
    const given = brought.map((one) => ({ ...one, contribution: fromHex(one.contribution), signature: fromHex(one.signature) }));
    const file = new Blob([fromHex(envelope) as Uint8Array<ArrayBuffer>]);
    const { found, false: wrong } = await openBid(roundOf(round), bid, file, given, officer, fromHex(key));
    const documents = await Promise.all((found.documents ?? []).map(async ({ name, title, content }) =>
      ({ name, title, content: toHex(new Uint8Array(await content.arrayBuffer())) })));
    return { found: { ...found, documents }, false: wrong };
  },
  roundFile: ({ processId, acts, round, found }: { processId: Hex; acts: readonly Hex[]; round: number; found: readonly Found[] }) => {
    const facts = factsOf(acts, round);
    const opened = new Map(found.map((each) => [each.bid, each]));
    const all = facts.bids.filter(({ number }) => number < (facts.closing?.counted ?? 0))
      .map((bid) => opened.get(bid.number) ?? followed(bid, facts.follows(bid)));
    return { text: roundFile(processId, facts, all) };
  },
  told: ({ problem, detail, values, language }: { problem: string; detail: string; values: Values; language: Language }) =>
    ({ sentence: failureSentence(new Problem(409, problem, detail, values), language) }),
};

async function answered(task: string, given: never): Promise<unknown> {
  try {
    return await TASKS[task]?.(given);
  } catch (error) {
    if (!(error instanceof OpeningRefusal || error instanceof Refusal)) throw error;
    return { refusal: { error: error.error, values: error.values } };
  }
}

function written(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [task, given] = Object.entries(JSON.parse(line) as Record<string, never>)[0] as [string, never];
  process.stdout.write(`${JSON.stringify(await answered(task, given), written)}\n`);
}
