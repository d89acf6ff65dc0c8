// Loads the round of the page's address, and compares what can be compared before anybody types a price. In a round that takes
// nothing any more, whoever has a receipt still reads what came of it.

import { readCriteria, requireDigest, type Criteria } from "../ranking/criteria.js";
import { termsOf } from "./hand_in.js";
import { requirePinned, type Pin } from "./pins.js";
import { PageRefusal, Problem } from "./refusal.js";
import { answered, bodyOf, nodesOf, serversOf, silentLast, type Server } from "./servers.js";
import { askedAgain, isSupplement } from "./supplement.js";
import type { Hex } from "../verifier/bytes.js";
import { readAddress, requireSame, type Terms } from "./terms.js";

export interface Round {
  readonly terms: Terms;
  /** Undefined where the document is not public; null where the tender has none, or nothing is asked any more. */
  readonly criteria: Criteria | null | undefined;
  readonly servers: readonly Server[];
  readonly nodes: readonly Server[];
  readonly agreed: readonly Server[];
  readonly silent: readonly Server[];
  readonly ahead: number;
}

/**
 * Throws AddressUnusable, what `readTerms`, `requirePinned` and `requireSame` throw, Problem, ServerSilent. Another
 * server that does not answer is told; one that contradicts stops all.
 */
export async function loadRound(address: URL, pins: readonly Pin[] | undefined): Promise<Round> {
  const asked = readAddress(address.pathname);
  const [own] = serversOf(address.origin, []) as [Server];
  const begun = Date.now();
  const terms = await termsOf(own, asked);
  const ahead = Math.round((begun + Date.now()) / 2000 - terms.now - 0.5);
  // To a closed round nothing is sealed; its custodians may be others than those of a page that came later.
  if (pins !== undefined && takesBids(terms)) requirePinned(terms, pins);
  const servers = serversOf(address.origin, terms.receivers);
  const [agreed, silent]: [Server[], Server[]] = [[], []];
  const limits = [terms.mostBytes];
  await Promise.all(servers.slice(1).map(async (server) => {
    let other: Terms;
    try {
      other = await termsOf(server, asked);
    } catch (error) {
      if (!(error instanceof Problem || (error instanceof PageRefusal && AWAY.has(error.error)))) throw error;
      silent.push(server);
      return;
    }
    requireSame(terms, other, server.name);
    agreed.push(server);
    limits.push(other.mostBytes);
  }));
  // A server that is no receiver has no limit of its own.
  const known = limits.filter((limit) => limit !== null);
  const mostBytes = known.length === 0 ? null : Math.min(...known);
  const criteria = takesBids(terms) ? await criteriaOf(terms, own) : null;
  return { terms: { ...terms, mostBytes }, servers: silentLast(servers, silent), nodes: nodesOf(terms.nodes), agreed, silent, ahead, criteria };
}

/** What a server is found with that is none of ours just now. */
const AWAY = new Set(["ServerSilent", "AnswerTooLarge", "AnswerUnreadable"]);

export function takesBids({ state }: Terms): boolean {
  return state === "open";
}

/** Null where the tender names none, undefined where they are not public. Throws CriteriaForeign, CriteriaInvalid, ServerSilent. */
export async function criteriaOf(terms: Terms, server: Server): Promise<Criteria | null | undefined> {
  const { criteriaDigest } = terms;
  if (criteriaDigest === null) return null;
  let document: Uint8Array;
  try {
    const answer = await answered(server, `/documents/${criteriaDigest}`, {});
    document = new Uint8Array(await bodyOf(server, answer.arrayBuffer()));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
  return criteriaNamed(document, terms);
}

/** The document that the tender names, as far as this round asks for it. Throws CriteriaForeign, CriteriaInvalid. */
export function criteriaNamed(document: Uint8Array, { criteriaDigest, kind }: Pick<Terms, "criteriaDigest" | "kind">): Criteria {
  const criteria = readCriteria(document);
  requireDigest(criteria, criteriaDigest as Hex);
  return isSupplement(kind) ? askedAgain(criteria) : criteria;
}
