// What begins a procedure and what can happen to it: notices, tender, suspension, remand, cancelling, erasing.

import type { Act } from "./act.js";
import { ZERO, type Hex } from "./bytes.js";
import { abiDigest } from "./digests.js";
import { Lot, type Procedure, type RoundKind } from "./procedure.js";
import { voidAnnounced } from "./statute_awards.js";
import { openRound, type RoundTerms } from "./statute_rounds.js";
import { Refused, requireText } from "./statute_row.js";
import { KINDS, termsOf, type Detail } from "./statute_table.js";

interface TenderTerms {
  readonly ocid: string;
  readonly parent: Hex;
  readonly lots: readonly { readonly lot: Hex; readonly maxAwards: bigint }[];
  readonly minimumStandstill: bigint;
  readonly criteria: Hex;
  readonly round: RoundTerms;
}

/** The first notice makes a process, observed or anchored by what its organisation is. */
export function publishNotice(procedure: Procedure, act: Act, detail: Detail): void {
  const kind = termsOf("NoticeKind")[Number(detail.kind)];
  if (kind === "none") throw new Refused("KindInvalid", "a notice without a kind");
  requireOcid(procedure, act, detail.ocid as string);
  if (act.ref >= act.sequence || (act.ref === 0 && kind === "withdrawal")) {
    throw new Refused("RefUnknown", `there is no earlier act ${act.ref}`);
  }
  requireNoLaterParent(act, detail.parent as Hex);
  if (act.sequence === 1) {
    const kinds = requireKind(procedure, act, KINDS.buyer | KINDS.observer);
    procedure.state = (kinds & KINDS.observer) === 0 ? "anchored" : "observed";
  }
}

/** Fixes lots and standstill, and opens round 1. */
export function publishTender(procedure: Procedure, act: Act, detail: Detail): void {
  const terms = detail.terms as unknown as TenderTerms;
  requireKind(procedure, act, KINDS.buyer);
  requireOcid(procedure, act, terms.ocid);
  requireNoLaterParent(act, terms.parent);
  const kind = termsOf("RoundKind")[Number(terms.round.kind)] as RoundKind;
  if (kind !== "participation" && kind !== "bids") {
    throw new Refused("KindInvalid", "a tender begins with requests to participate or with bids");
  }
  if (terms.lots.length === 0) throw new Refused("LotsInvalid", "no lot");
  let before = ZERO;
  for (const { lot, maxAwards } of terms.lots) {
    if (lot <= before || maxAwards === 0n) {
      throw new Refused("LotsInvalid", `0x${lot} is out of order, or has ${maxAwards} awards`);
    }
    before = lot;
    procedure.lots.set(lot, new Lot(maxAwards));
  }
  procedure.openLots = terms.lots.length;
  procedure.minimumStandstill = terms.minimumStandstill;
  procedure.criteria = terms.criteria;
  procedure.state = "active";
  openRound(procedure, act, terms.round);
}

/** Each suspension counts for itself. */
export function suspendProcess(procedure: Procedure, act: Act): void {
  procedure.inForce.set(act.sequence, act.lot);
  scopeOf(procedure, act.lot).suspensions += 1;
}

export function liftSuspension(procedure: Procedure, act: Act): void {
  const lot = procedure.inForce.get(act.ref);
  if (lot === undefined) throw new Refused("SuspensionUnknown", `no suspension ${act.ref} is in force`);
  if (act.lot !== lot) throw new Refused("LotForbids", "the lot is that of the suspension");
  procedure.inForce.delete(act.ref);
  scopeOf(procedure, lot).suspensions -= 1;
}

/** What was announced is void, and bids of earlier rounds may be barred. Not once a contract stands. */
export function remand(procedure: Procedure, act: Act, { stage }: Detail): void {
  if (stage === 0n) throw new Refused("KindInvalid", "a remand without a stage");
  if (act.round > procedure.rounds.length + 1) {
    throw new Refused("RoundForbids", `round ${act.round} is not even the next one`);
  }
  const scope = scopeOf(procedure, act.lot);
  if (scope.concluded > 0) throw new Refused("ConcludedAlready", "a contract is concluded");
  voidAnnounced(procedure, scope.announced);
  // A remand without a round leaves what an earlier one barred.
  if (act.round > 0) scope.fromRound = act.round;
}

export function cancelTender(procedure: Procedure): void {
  procedure.state = "cancelled";
}

/** A cancelled process, or a closed lot of an active one. */
export function reinstate(procedure: Procedure, act: Act): void {
  if ((act.lot === ZERO) !== (procedure.state === "cancelled")) {
    throw new Refused("ProcessForbids", "a process is reinstated when it is cancelled, a lot when it is not");
  }
  if (act.lot === ZERO) {
    procedure.state = "active";
  } else {
    procedure.lotOf(act).state = "open";
    procedure.openLots += 1;
  }
}

/** Of what an earlier act published. */
export function eraseFields(_procedure: Procedure, act: Act): void {
  if (act.ref === 0 || act.ref >= act.sequence) throw new Refused("RefUnknown", `there is no earlier act ${act.ref}`);
}

function scopeOf(procedure: Procedure, lot: Hex) {
  return lot === ZERO ? procedure : procedure.lotOf({ lot });
}

function requireOcid(procedure: Procedure, act: Act, ocid: string): void {
  requireText(ocid, "TextInvalid");
  if (abiDigest(procedure.organisation, { text: ocid }) !== procedure.id) {
    throw new Refused("OcidMismatch", `${ocid} of this organisation is another process`);
  }
  if (act.sequence === 1) procedure.ocid = ocid;
}

function requireNoLaterParent(act: Act, parent: Hex): void {
  if (parent !== ZERO && act.sequence !== 1) {
    throw new Refused("ParentFixed", "a parent is named only with the first act");
  }
}

/** The organisation's kinds when it acted, of which one must be among the needed. */
function requireKind({ acting, organisation }: Procedure, act: Act, needed: number): number {
  const [, kinds] = acting.authorities.rolesAndKinds(organisation, act.first, act.roles, act.time);
  if ((kinds & needed) === 0) throw new Refused("KindMissing", `the organisation was of the kinds ${kinds}`);
  return kinds;
}
