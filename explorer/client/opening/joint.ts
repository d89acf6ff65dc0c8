// A joint act: the first officer proposes it, the second one, who finds the same, sends the very same arguments.
// What is sent is always what was computed here; of a proposal only the last second in which it counts is taken over.

import { untilAnswered, type Patience } from "../bid/asking_again.js";
import { ask as askServer, problemFrom, type Server } from "../bid/servers.js";
import type { Terms } from "../bid/terms.js";
import { equal, toHex, type Hex } from "../verifier/bytes.js";
import { difference, type JointAct, type Where } from "./acts.js";
import { OpeningRefusal } from "./refusal.js";
import type { Proposal } from "./server.js";
import { ask } from "./worker_client.js";

const WEEK = 7n * 86_400n;
const FOR_A_BLOCK: Patience = { tries: 120, pause: 500 };

/** The own call with this `expires`. */
export type CallUntil = (where: Where) => Uint8Array;

export type Step =
  /** Nobody has proposed it. */
  | { readonly at: "first" }
  /** Somebody else proposed exactly what was found here. */
  | { readonly at: "second"; readonly proposal: Proposal }
  /** One's own proposal waits for somebody else. */
  | { readonly at: "waiting"; readonly proposal: Proposal }
  /** Somebody else proposed something else. */
  | { readonly at: "differs"; readonly proposal: Proposal; readonly difference: string };

/** What can be done now, from what was found here and what stands on the ledger. */
export function stepOf(proposals: readonly Proposal[], act: JointAct, own: Hex, terms: Terms, call: CallUntil): Step {
  const { processId, round } = terms;
  const of = proposals.filter((each) => each.act === act).map((proposal) => {
    const mine = call({ processId, round, expires: proposal.expires });
    return { proposal, isSame: equal(mine, proposal.call), difference: difference(mine, proposal.call) };
  });
  const others = of.filter(({ proposal }) => proposal.account !== own);
  const same = others.find(({ isSame }) => isSame);
  if (same !== undefined) return { at: "second", proposal: same.proposal };
  const mine = of.find(({ isSame }) => isSame);
  if (mine !== undefined) return { at: "waiting", proposal: mine.proposal };
  const [other] = others;
  return other === undefined ? { at: "first" } : { at: "differs", proposal: other.proposal, difference: other.difference ?? "call" };
}

/**
 * Sends the own half; gives the names of the acts that stand in the block now. Where somebody else proposed something else it is a
 * proposal beside that one: else one officer could keep two others from agreeing. Throws AlreadyApproved, Problem.
 */
export async function agree(step: Step, server: Server, terms: Terms, account: Hex, now: number, call: CallUntil): Promise<readonly string[]> {
  if (step.at === "waiting") throw new OpeningRefusal("AlreadyApproved");
  const { chainId, ledger, processId, round } = terms;
  const expires = step.at === "second" ? step.proposal.expires : BigInt(now) + WEEK;
  const { nonce } = await askServer(server, `/accounts/0x${account}`) as { nonce: number };
  const { raw, hash } = await ask("transaction", { chainId, ledger, nonce: BigInt(nonce), call: call({ processId, round, expires }) });
  await askServer(server, "/transactions", { raw: `0x${toHex(raw)}` });
  return await recorded(server, hash);
}

async function recorded(server: Server, hash: Hex): Promise<readonly string[]> {
  const acts = await untilAnswered(FOR_A_BLOCK, async () => {
    const fate = await askServer(server, `/transactions/0x${hash}`) as Fate;
    if (fate.state === "refused") throw problemFrom(409, JSON.stringify(fate.problem));
    return fate.state === "recorded" ? fate.acts.map(({ act }) => act) : undefined;
  });
  if (acts === undefined) throw new OpeningRefusal("TransactionWaiting");
  return acts;
}

interface Fate {
  readonly state: string;
  readonly acts: readonly { readonly act: string }[];
  /** As RFC 9457. */
  readonly problem: unknown;
}
