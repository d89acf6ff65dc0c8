// The criteria of a tender, format siegel-criteria/1 (docs/criteria-1.md).

import { toHex, type Hex } from "../verifier/bytes.js";
import { sha256 } from "../verifier/digests.js";
import { HUNDRED, ZERO, type Figure } from "./figure.js";
import { Part } from "./part.js";
import { Refusal } from "./refusal.js";

const MOST_CRITERIA = 50;

export type Method = "lowestPrice" | "weightedPoints" | "ufabSimple";
export type TieRule = "price" | "lot";

/** What points are given for, from 0 to `mostPoints`. `weight` is in percent of the whole. */
export interface Criterion {
  readonly id: string;
  readonly title: string;
  readonly weight: Figure;
  readonly mostPoints: Figure;
}

/** `priceWeight` is in percent, of weightedPoints; else null. */
export interface CriteriaLot {
  readonly id: string;
  readonly title: string;
  readonly variants: boolean;
  readonly method: Method;
  readonly priceWeight: Figure | null;
  readonly criteria: readonly Criterion[];
  readonly ties: readonly TieRule[];
}

/** `lots`: of which lots it is asked; empty: of the whole bid. */
export interface Requirement {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly dataType: "string" | "boolean" | "integer" | "number";
  readonly required: boolean;
  readonly lots: readonly string[];
}

export interface DocumentSlot {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly required: boolean;
  readonly lots: readonly string[];
  readonly documentType: string | null;
  readonly mostBytes: number | null;
}

export interface Criteria {
  /** What the ledger names as `criteria`. */
  readonly digest: Hex;
  readonly currency: string;
  readonly mainBids: number;
  readonly lots: readonly CriteriaLot[];
  readonly requirements: readonly Requirement[];
  readonly documents: readonly DocumentSlot[];
}

/** Throws CriteriaInvalid, whose reason begins with the place. */
export function readCriteria(data: Uint8Array): Criteria {
  const whole = Part.of(data, "CriteriaInvalid").members("format", "currency", "mainBids", "lots", "requirements", "documents");
  whole.format.oneOf("siegel-criteria/1");
  const currency = whole.currency.currency();
  const mainBids = whole.mainBids.whole(1);
  const lots = listed(whole.lots, readLot);
  if (lots.length === 0) whole.lots.refuse("is empty");
  const known = lots.map(({ id }) => id);
  const requirements = listed(whole.requirements, (part) => readRequirement(part, known));
  const documents = listed(whole.documents, (part) => readDocument(part, known));
  return { digest: toHex(sha256(data)), currency, mainBids, lots, requirements, documents };
}

/** Throws LotUnknown. */
export function lotOf({ lots }: Criteria, id: string): CriteriaLot {
  const found = lots.find((lot) => lot.id === id);
  if (found === undefined) throw new Refusal("LotUnknown", { lot: id, known: lots.map((lot) => lot.id).join(", ") });
  return found;
}

/** Throws CriteriaForeign if these are not the criteria that the ledger names. */
export function requireDigest({ digest }: Criteria, expected: Hex): void {
  if (digest !== expected) throw new Refusal("CriteriaForeign", { expected, got: digest });
}

function listed<Found extends { readonly id: string }>(part: Part, reading: (part: Part) => Found): readonly Found[] {
  const found = part.items().map(reading);
  part.requireOnce(found.map(({ id }) => id));
  return found;
}

function readLot(part: Part): CriteriaLot {
  const given = part.members("id", "title", "variants", "method", "priceWeight", "criteria", "ties");
  const id = given.id.id();
  const title = given.title.text();
  const variants = given.variants.flag();
  const method = given.method.oneOf("lowestPrice", "weightedPoints", "ufabSimple");
  const priceWeight = given.priceWeight.orNull((each) => each.decimal());
  const criteria = given.criteria.items().map(readCriterion);
  const ties = given.ties.items().map((each) => each.oneOf("price", "lot"));
  if (criteria.length > MOST_CRITERIA) given.criteria.refuse(`has more than ${MOST_CRITERIA} entries`);
  given.criteria.requireOnce(criteria.map((each) => each.id));
  if (!["price,lot", "price", "lot", ""].includes(ties.join(","))) given.ties.refuse("is not in the order price, lot");
  if ((method === "weightedPoints") !== (priceWeight !== null)) given.priceWeight.refuse(`does not fit the method ${method}`);
  if ((method === "lowestPrice") !== (criteria.length === 0)) given.criteria.refuse(`does not fit the method ${method}`);
  const total = criteria.reduce((sum, { weight }) => sum.plus(weight), priceWeight ?? ZERO);
  if (criteria.length > 0 && total.compare(HUNDRED) !== 0) part.refuse(`has weights that sum up to ${total.exact}, not to 100`);
  return { id, title, variants, method, priceWeight, criteria, ties };
}

function readCriterion(part: Part): Criterion {
  const given = part.members("id", "title", "weight", "mostPoints");
  const found = {
    id: given.id.id(),
    title: given.title.text(),
    weight: given.weight.decimal(),
    mostPoints: given.mostPoints.decimal(),
  };
  for (const name of ["weight", "mostPoints"] as const) if (found[name].compare(ZERO) === 0) given[name].refuse("is zero");
  return found;
}

function readRequirement(part: Part, known: readonly string[]): Requirement {
  const given = part.members("id", "title", "description", "dataType", "required", "lots");
  return {
    id: given.id.id(),
    title: given.title.text(),
    description: given.description.orNull((each) => each.text()),
    dataType: given.dataType.oneOf("string", "boolean", "integer", "number"),
    required: given.required.flag(),
    lots: readLots(given.lots, known),
  };
}

function readDocument(part: Part, known: readonly string[]): DocumentSlot {
  const given = part.members("id", "title", "description", "required", "lots", "documentType", "mostBytes");
  return {
    id: given.id.id(),
    title: given.title.text(),
    description: given.description.orNull((each) => each.text()),
    required: given.required.flag(),
    lots: readLots(given.lots, known),
    documentType: given.documentType.orNull((each) => each.text()),
    mostBytes: given.mostBytes.orNull((each) => each.whole(1)),
  };
}

/** The lot that a document names. */
export function namedLot(part: Part, lots: readonly CriteriaLot[]): CriteriaLot {
  const id = part.id();
  return lots.find((lot) => lot.id === id) ?? part.refuse("is no lot of the criteria");
}

function readLots(part: Part, known: readonly string[]): readonly string[] {
  const lots = part.items().map((each) => each.id());
  part.requireOnce(lots);
  for (const lot of lots) if (!known.includes(lot)) part.refuse(`names the lot ${lot}, which there is not`);
  return lots;
}
