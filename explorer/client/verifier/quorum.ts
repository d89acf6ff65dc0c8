// Whether enough people agreed to an act of the registry: governors, or two officers of the organisation.

import type { Act } from "./act.js";
import { NOBODY, ZERO, type Hex } from "./bytes.js";
import type { Standing } from "./standing.js";
import { Refused } from "./statute_row.js";
import { ROLES, type Row } from "./statute_table.js";

/**
 * Enough of the governors of then approved, each once; the record names the one who executed and the earliest other one;
 * and their delay, that begins anew with other governors, was over.
 */
export function requireQuorum(
  governors: Standing, id: Hex, standing: Standing, act: Act, row: Row, approvers: readonly Hex[],
): void {
  if (id === ZERO && act.sequence === 1) {
    if (act.roles !== 0 || approvers.length > 0 || act.second !== NOBODY) {
      throw new Refused("GovernorMissing", "nobody can have approved the first governors");
    }
    return;
  }
  const isAfterAll = id !== ZERO || act.roles === act.sequence - 1;
  if (!governors.fits(act.roles, act.time) || act.roles < standing.governed || !isAfterAll) {
    throw new Refused("RolesOutOfTime", `the governors had not had exactly ${act.roles} acts then`);
  }
  standing.governed = act.roles;
  const present = governors.at(act.roles)?.governors;
  if (!present || !approvers.every((approver) => present.accounts.has(approver))) {
    throw new Refused("GovernorMissing", "somebody approved who was no governor then");
  }
  if (new Set(approvers).size !== approvers.length) {
    throw new Refused("AlreadyApproved", "a governor who approved counts twice");
  }
  if (approvers.length < present.threshold) {
    throw new Refused("GovernorMissing", `${approvers.length} governors approved where ${present.threshold} must`);
  }
  if (!isExecution(act, approvers)) {
    throw new Refused("GovernorMissing", "the record names others than who executed and the first other one");
  }
  const wait = row.name === "OrganisationSuspended" ? 0n : present.delay;
  if (act.time < present.since + wait) {
    throw new Refused("NotRipe", `these governors are obeyed from ${present.since + wait} on`);
  }
}

/** The second executed, whoever of the approvers that was; the first is the earliest other one. One alone is the first. */
function isExecution({ first, second }: Act, approvers: readonly Hex[]): boolean {
  if (approvers.length === 1) return first === approvers[0] && second === NOBODY;
  return approvers.includes(second) && first === approvers.find((approver) => approver !== second);
}

/** Two different officers of the organisation agreed, after all its acts before this one. */
export function requireOfficers(standing: Standing, act: Act): void {
  if (act.roles !== act.sequence - 1) {
    throw new Refused("RolesOutOfTime", `it follows ${act.sequence - 1} acts of the organisation`);
  }
  if (act.first === act.second) throw new Refused("AlreadyApproved", "one person acted twice");
  for (const account of [act.first, act.second]) {
    if ((standing.rolesOf(account, act.roles, act.time) & ROLES.officer) === 0) {
      throw new Refused("RoleMissing", `0x${account} was no officer then`);
    }
  }
}
