// The registry's own acts against the statute (IOrganisationRegistry.sol): who could act for whom, and since when.

import type { Act } from "./act.js";
import { NOBODY, ZERO, type Hex } from "./bytes.js";
import { abiDigest } from "./digests.js";
import { acceptKeySet, custodianRefusal, registerKeySet, retireKeySet, type KeySetDetail } from "./key_sets.js";
import { requireOfficers, requireQuorum } from "./quorum.js";
import { Standing } from "./standing.js";
import { impossible, Refused, requireText, takeActs } from "./statute_row.js";
import { KINDS, ROLES, type Detail, type Row } from "./statute_table.js";

const ALL_KINDS = Object.values(KINDS).reduce((sum, bit) => sum | bit, 0);
const ALL_ROLES = Object.values(ROLES).reduce((sum, bit) => sum | bit, 0);
const MOST_GOVERNORS = 32;
const LONGEST_DELAY = 365n * 86_400n;
const OF_GOVERNORS = ["GovernorsSet", "SuccessorRegistered"];

interface PersonDetail {
  readonly account: Hex;
  readonly roles: bigint;
  readonly until: bigint;
}

/** What each organisation (zero: the governors) was after each of its acts. Throws ActImpossible. */
export function readRegistry(series: ReadonlyMap<Hex, readonly Act[]>): ReadonlyMap<Hex, Standing> {
  const standings = new Map([...series.keys()].map((id) => [id, new Standing()]));
  const custodians: (readonly [Hex, Act, Row, Hex])[] = [];
  let successor = NOBODY;

  function apply(id: Hex, standing: Standing, row: Row, act: Act, detail: Detail): void {
    switch (row.name) {
      case "OrganisationAdmitted":
        requireIdentifier(id, detail.scheme as string, detail.identifier as string);
        setKinds(standing, Number(detail.kinds));
        setPeople(standing, act, detail);
        break;
      case "KindsChanged":
        setKinds(standing, Number(detail.kinds));
        break;
      case "OrganisationSuspended":
      case "OrganisationRestored":
        setSuspended(standing, row.name === "OrganisationSuspended");
        break;
      case "PeopleReplaced":
        setPeople(standing, act, detail);
        break;
      case "PeopleChanged":
        setPeople(standing, act, detail);
        if (standing.lasting < 2) {
          throw new Refused("TooFewOfficers", "fewer than two officers without an end remain");
        }
        break;
      case "GovernorsSet":
        setGovernors(standing, act, detail);
        break;
      case "SuccessorRegistered":
        if (detail.successor === NOBODY || detail.successor === successor) {
          throw new Refused("SuccessorInvalid", "no successor, or the same as before");
        }
        successor = detail.successor as Hex;
        break;
      case "KeySetRegistered":
        for (const custodian of registerKeySet(id, standing, act, keySetIn(detail))) {
          custodians.push([id, act, row, custodian]);
        }
        break;
      case "KeySetAccepted": {
        const [custodian] = Object.values(detail) as [Hex];
        acceptKeySet(standing, act, custodian);
        custodians.push([id, act, row, custodian]);
        break;
      }
      default:
        retireKeySet(standing, act);
    }
  }

  // Zero, the governors, first: all others rest on them.
  for (const id of [...series.keys()].sort()) {
    const standing = standings.get(id) as Standing;
    takeActs("roles", id, series.get(id) as readonly Act[], (row, act, detail) => {
      requirePlace(id, standing, row);
      if (row.joint) requireOfficers(standing, act);
      else if (row.who.includes("governors")) {
        requireQuorum(standings.get(ZERO) ?? new Standing(), id, standing, act, row, detail.approvers as readonly Hex[]);
      }
      standing.begin(act.time);
      apply(id, standing, row, act, detail);
    });
  }
  for (const [id, act, row, custodian] of custodians) {
    // Without its series nothing is known of it; then the key set is not ready.
    const standing = standings.get(custodian);
    const refused = standing && custodianRefusal(standing, act, row);
    if (refused) throw impossible(id, act.sequence, act, refused);
  }
  return standings;
}

function keySetIn(detail: Detail): KeySetDetail {
  return Object.values(detail)[0] as unknown as KeySetDetail;
}

/** Governors and organisations have acts of their own, and an organisation is admitted first, and once. */
function requirePlace(id: Hex, standing: Standing, { name }: Row): void {
  if ((id === ZERO) !== OF_GOVERNORS.includes(name)) {
    throw new Refused("OrganisationNotAdmitted", "governors and organisations have acts of their own");
  }
  if (id === ZERO) return;
  const isAdmitted = standing.now.kinds !== 0;
  const admits = name === "OrganisationAdmitted";
  if (isAdmitted && admits) throw new Refused("OrganisationKnown", "it is admitted once");
  if (!isAdmitted && !admits) throw new Refused("OrganisationNotAdmitted", "it is admitted with its first act");
}

function requireIdentifier(id: Hex, scheme: string, identifier: string): void {
  requireText(scheme, "IdentifierInvalid");
  requireText(identifier, "IdentifierInvalid");
  if (abiDigest({ text: scheme }, { text: identifier }) !== id) {
    throw new Refused("IdentifierInvalid", `${scheme} ${identifier} is another organisation`);
  }
}

function setKinds(standing: Standing, kinds: number): void {
  const both = KINDS.buyer | KINDS.observer;
  if (kinds === 0 || kinds > ALL_KINDS || (kinds & both) === both) throw new Refused("KindsInvalid", `kinds ${kinds}`);
  standing.now.kinds = kinds;
}

function setSuspended(standing: Standing, suspended: boolean): void {
  if (standing.now.suspended === suspended) {
    throw new Refused("SuspensionUnchanged", "the organisation is suspended already, or is not");
  }
  standing.now.suspended = suspended;
}

function setPeople(standing: Standing, act: Act, detail: Detail): void {
  let before = NOBODY;
  for (const { account, roles, until } of detail.people as unknown as readonly PersonDetail[]) {
    if (account <= before || roles > ALL_ROLES || (until > 0n && until < act.time)) {
      throw new Refused("PersonInvalid", `0x${account} with roles ${roles} until ${until}`);
    }
    before = account;
    standing.set(account, { roles: Number(roles), until });
  }
}

function setGovernors(standing: Standing, act: Act, detail: Detail): void {
  const accounts = detail.governors as readonly Hex[];
  const threshold = detail.threshold as bigint;
  const delay = detail.delay as bigint;
  const isRising = accounts.every((account, place) => account > (accounts[place - 1] ?? NOBODY));
  const isPossible = threshold > 0n && threshold <= accounts.length && accounts.length <= MOST_GOVERNORS;
  if (!isRising || !isPossible) {
    throw new Refused("GovernorsInvalid", `${accounts.length} governors, of which ${threshold} must agree`);
  }
  if (delay > LONGEST_DELAY) throw new Refused("DelayInvalid", `a delay of ${delay} seconds`);
  standing.now.governors = { accounts: new Set(accounts), threshold, delay, since: act.time };
}
