// The server of a round for its officers (docs/opening.md). Nothing that it says is believed where it can be compared: headers
// with commitments, its list of envelopes with the ledger's bids, proposals with what is found here, signatures with accounts.

import { answered, bodyOf, type Server } from "../bid/servers.js";
import type { Terms } from "../bid/terms.js";
import { LATEST } from "../bid/told_members.js";
import { fromHex, isHex, toHex, type Hex } from "../verifier/bytes.js";
import { CUSTODIANS, OFFICERS, type GroupNumber } from "../sealing/key_set.js";
import type { SignedContribution } from "../sealing/signed_contribution.js";
import type { JointAct } from "./acts.js";
import type { Brought } from "./counting.js";
import { headOf, readLogged, readRound, type Bid, type RoundFacts } from "./facts.js";
import type { Ground } from "./ground.js";
import { OpeningRefusal } from "./refusal.js";
import { ask } from "./worker_client.js";

/** Seconds that a signed header counts. */
const COUNTS_FOR = 600;
const PATIENCE = 60_000;
/** Bytes of an envelope that are asked for at once. */
const PART = 8 * 2 ** 20;
/** Contributions in a request. */
const MOST_AT_ONCE = 500;

type Members = Readonly<Record<string, unknown>>;

/** One of the key set in a rehearsal; `challenge` of the asking one only. */
export interface Recipient {
  readonly group: GroupNumber;
  readonly index: number;
  readonly readyAt: number | null;
  readonly isReady: boolean;
  readonly challenge: Uint8Array | null;
}

/** The first half of a joint act: who sent what. */
export interface Proposal {
  readonly act: JointAct;
  readonly account: Hex;
  readonly expires: bigint;
  readonly call: Uint8Array;
}

/** What the ledger has of the round, by its acts, and whose envelopes are here. */
export interface Standing {
  readonly facts: RoundFacts;
  isHere(bid: Bid): boolean;
}

export class RoundServer {
  private readonly path: string;

  constructor(
    private readonly server: Server,
    private readonly terms: Terms,
    private readonly account: Hex,
    /** Seconds since 1970, by the server's clock: it is what judges. */
    private readonly now: () => number,
  ) {
    this.path = `/processes/0x${terms.processId}/rounds/${terms.round}`;
  }

  /** Throws ActsAltered, IndexNotReady, EnvelopesDiffer, AnswerUnusable. */
  async standing(): Promise<Standing> {
    const { chainId, ledger, processId, round } = this.terms;
    const told = object(await this.read(await answered(this.server, `/processes/0x${processId}/acts`, {}, PATIENCE)));
    const acts = list(told.acts).map((each) => readLogged(bytes(object(each).data)));
    if (headOf(acts, chainId, ledger, processId) !== digest(told.head)) throw new OpeningRefusal("ActsAltered");
    const facts = readRound(acts, Number(round));
    const now = object(await this.json("/envelopes"));
    const isBehind = now.state !== facts.state || now.deadline !== facts.deadline || now.bids !== facts.bids.length;
    if (isBehind || facts.keySet !== this.terms.keySetId) throw new OpeningRefusal("IndexNotReady");
    const listed = new Map(list(now.envelopes).map((each) => [object(each).bid, object(each)]));
    const here = new Set<number>();
    for (const { number, commitment, author } of facts.bids) {
      const found = listed.get(number);
      if (found === undefined || digest(found.commitment) !== commitment || account(found.author) !== author) {
        throw new OpeningRefusal("EnvelopesDiffer", { bid: number });
      }
      if (found.envelope !== null) here.add(number);
    }
    return { facts, isHere: ({ number }) => here.has(number) };
  }

  async proposals(): Promise<Proposal[]> {
    return list(object(await this.json("/proposals")).proposals).map(object).map((each) => ({
      act: each.act as JointAct, account: account(each.account), expires: BigInt(moment(each.expires)), call: bytes(each.call),
    }));
  }

  async header(commitment: Hex): Promise<Uint8Array> {
    return await this.bytes(`/envelopes/0x${commitment}/header`);
  }

  /** The whole envelope, asked for part by part. */
  async envelope(commitment: Hex): Promise<Blob> {
    const parts: Blob[] = [];
    for (let size = 0; ; ) {
      const answer = await this.asked(`/envelopes/0x${commitment}`, { headers: { range: `bytes=${size}-${size + PART - 1}` } });
      const part = await bodyOf(this.server, answer.blob());
      parts.push(part);
      size += part.size;
      const all = Number(answer.headers.get("content-range")?.split("/")[1] ?? size);
      if (answer.status !== 206 || size >= all || part.size === 0) return new Blob(parts);
    }
  }

  /** What was handed in for one bid. Of a whole round it could be too much. */
  async contributions(commitment: Hex): Promise<readonly Brought[]> {
    const told = object(await this.json(`/contributions?commitment=0x${commitment}`));
    return list(told.contributions).map(object).filter((each) => digest(each.commitment) === commitment).map((each) => ({
      group: group(each.group), index: whole(each.index), account: account(each.account),
      contribution: bytes(each.contribution), signature: bytes(each.signature),
    }));
  }

  async contribute(contributions: readonly SignedContribution[]): Promise<void> {
    for (let start = 0; start < contributions.length; start += MOST_AT_ONCE) {
      const given = contributions.slice(start, start + MOST_AT_ONCE).map(({ contribution, signature }) =>
        ({ contribution: `0x${toHex(contribution)}`, signature: `0x${toHex(signature)}` }));
      await this.asked("/contributions", posted({ contributions: given }));
    }
  }

  /** Hand in the ground of a close for the other officers: it is durable there before its digest is signed. */
  async giveGround({ salted }: Ground): Promise<void> {
    await this.asked("/grounds", posted({ salted: toHex(salted) }));
  }

  /** Salt and document of a ground, as the server has them. */
  async ground(wanted: Hex): Promise<Uint8Array<ArrayBuffer>> {
    return await this.bytes(`/grounds/0x${wanted}`);
  }

  async rehearsal(): Promise<Recipient[]> {
    return list(object(await this.json("/rehearsal")).recipients).map(object).map((each) => ({
      group: group(each.group), index: whole(each.index),
      readyAt: each.readyAt === null ? null : moment(each.readyAt), isReady: each.ready === true,
      challenge: each.challenge === null ? null : bytes(each.challenge),
    }));
  }

  async answerRehearsal(index: number, opened: Uint8Array): Promise<void> {
    await this.asked("/rehearsal", posted({ group: "officers", index, opened: `0x${toHex(opened)}` }));
  }

  private async bytes(what: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await bodyOf(this.server, (await this.asked(what)).arrayBuffer()));
  }

  private async json(what: string): Promise<unknown> {
    return await this.read(await this.asked(what));
  }

  /** Throws ServerSilent, AnswerUnusable. */
  private async read(answer: Response): Promise<unknown> {
    const text = await bodyOf(this.server, answer.text());
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return unusable("JSON");
    }
  }

  /** Throws Problem, ServerSilent. */
  private async asked(what: string, init: RequestInit = {}): Promise<Response> {
    const { chainId, ledger, processId, round } = this.terms;
    const expires = BigInt(this.now() + COUNTS_FOR);
    const authorization = await ask("access", { chainId, ledger, processId, round, account: this.account, expires });
    return await answered(this.server, this.path + what, { ...init, headers: { ...init.headers, authorization } }, PATIENCE);
  }
}

function posted(body: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function unusable(what: string): never {
  throw new OpeningRefusal("AnswerUnusable", { what });
}

function object(given: unknown): Members {
  return typeof given === "object" && given !== null && !Array.isArray(given) ? given as Members : unusable("object");
}

function list(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : unusable("list");
}

function whole(given: unknown): number {
  return Number.isSafeInteger(given) && (given as number) >= 0 ? given as number : unusable("number");
}

/** Seconds since 1970. */
function moment(given: unknown): number {
  const found = whole(given);
  return found <= LATEST ? found : unusable("moment");
}

function hex(given: unknown): Hex {
  return typeof given === "string" && /^0x([0-9a-f]{2})*$/.test(given) ? given.slice(2) : unusable("hex");
}

function digest(given: unknown): Hex {
  const found = hex(given);
  return isHex(found, 32) ? found : unusable("digest");
}

function account(given: unknown): Hex {
  const found = hex(given);
  return isHex(found, 20) ? found : unusable("account");
}

function bytes(given: unknown): Uint8Array {
  return fromHex(hex(given));
}

function group(given: unknown): GroupNumber {
  if (given !== "officers" && given !== "custodians") unusable("group");
  return given === "officers" ? OFFICERS : CUSTODIANS;
}
