// The table of acts (ledger/statute.json): who, with whom, why and when, and what each act has on its record.

import statute from "../../../ledger/statute.json" with { type: "json" };
import { NOBODY, ZERO } from "./bytes.js";
import { readerOf, type Value } from "./abi.js";
import type { Act } from "./act.js";

export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly enum?: string;
  readonly components?: readonly Argument[];
}

export type SeriesName = "process" | "roles" | "list";
export type Detail = { readonly [name: string]: Value };

/** A row of the table; `unused` are the fields of the record that the act has no use for, with the zero of each. */
export interface Row {
  readonly name: string;
  readonly number: number;
  readonly who: readonly string[];
  readonly joint: boolean;
  readonly ground: string;
  readonly release: boolean;
  readonly subject: boolean;
  readonly processStates: readonly string[];
  readonly roundStates: readonly string[];
  readonly lotStates: readonly string[];
  readonly fields: readonly string[];
  readonly unused: readonly (readonly [keyof Act, Act[keyof Act]])[];
  readonly detailMayBeEmpty: boolean;
  readonly read: (data: Uint8Array) => Detail;
}

/** How many terms each closed list has. */
export const TERMS = new Map(Object.entries(statute.enums).map(([name, terms]) => [name, terms.length] as const));

const ZEROS: readonly (readonly [keyof Act, Act[keyof Act]])[] = [
  ["roles", 0], ["second", NOBODY], ["lot", ZERO], ["round", 0], ["bid", 0], ["ref", 0], ["arrival", 0n],
  ["release", ZERO], ["subject", ZERO],
];

type Written = (typeof statute.acts)[number] & { readonly detailMayBeEmpty?: boolean };

function rowOf(written: Written): Row {
  const fields = Object.keys(written.record);
  const used = new Set(fields);
  if (!written.who.includes("bidder")) used.add("roles");
  if (written.joint || written.who.includes("governors")) used.add("second");
  return {
    ...written,
    fields,
    unused: ZEROS.filter(([name]) => !used.has(name)),
    detailMayBeEmpty: written.detailMayBeEmpty ?? false,
    read: readerOf(written.detail as readonly Argument[], TERMS),
  };
}

const ROWS = new Map((statute.acts as readonly Written[]).map((act) => [`${act.series} ${act.number}`, rowOf(act)]));
const NAMES = new Map(statute.acts.map(({ number, name }) => [number, name]));
const NUMBERS = new Map(statute.acts.map(({ number, name }) => [name, number]));

export function rowIn(series: SeriesName, act: number): Row | undefined {
  return ROWS.get(`${series} ${act}`);
}

export function nameOf(act: number): string {
  return NAMES.get(act) ?? "?";
}

/** The number of an act of the table. */
export function act(name: string): number {
  return NUMBERS.get(name) as number;
}

/** What the numbers of a closed list are called. */
export function termsOf(list: keyof typeof statute.enums): readonly string[] {
  return statute.enums[list];
}

/** The bit of a role or a kind. */
export const ROLES = statute.roles;
export const KINDS = statute.kinds;
export const LIMITS = statute.limits;

/** The own arguments of an act. Throws MalformedAbi. */
export function detailOf(row: Row, { detail }: Act): Detail {
  return detail.length === 0 && row.detailMayBeEmpty ? {} : row.read(detail);
}

/** The own arguments of an act of a process, whose number is one of the table. Throws MalformedAbi. */
export function processDetail(of: Act): Detail {
  return detailOf(rowIn("process", of.act) as Row, of);
}
