// The step statute: could the contract have accepted these acts from these people? (docs/bundle-1.md, step 9)

import { readList, type Act } from "./act.js";
import { Authorities } from "./authority.js";
import { ZERO } from "./bytes.js";
import type { Contents } from "./contents.js";
import { checkCustodians } from "./custodians.js";
import type { Policy } from "./policy.js";
import type { Proven } from "./proven.js";
import { shown, type Note } from "./refusal.js";
import { checkList, replay } from "./statute.js";
import { KINDS } from "./statute_table.js";

export function checkStatute(contents: Contents, policy: Policy, proven: Proven): Note[] {
  const authorities = new Authorities(proven.roles);
  const notes: Note[] = [];
  for (const [id, { organisation, ocid, acts }] of proven.processes) {
    const { first, roles, time } = acts[0] as Act;
    const [, kinds] = authorities.rolesAndKinds(organisation, first, roles, time);
    if ((kinds & KINDS.observer) !== 0) notes.push({ note: "observed", values: { ocid } });
    const procedure = replay(id, organisation, acts, authorities, policy.chainId, policy.ledger.account);
    proven.procedures.set(id, procedure);
    for (const { name, sequence, ground, values } of procedure.flags) {
      const all = { flag: name, act: sequence, ocid, ...values };
      if (ground === ZERO) notes.push({ note: "flag", values: all });
      else notes.push({ note: "flagWithGround", values: { ...all, ground: shown(ground) } });
    }
    if (policy.custodians === null) continue;
    for (const round of procedure.rounds) notes.push(checkCustodians(ocid, round, policy.custodians));
  }
  for (const [id, data] of contents.lists) checkList(id, readList("", data), authorities);
  return notes;
}
