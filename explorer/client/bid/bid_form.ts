// What a tenderer has entered, and how it changes: a pure reducer.

import { MOST_DECIMALS, readDecimal, shownDecimal } from "./amount.js";
import type { Criteria } from "../ranking/criteria.js";

/** A firm (OCDS *Organization*, as far as it is asked). `earlier` is what an earlier bid said of it, which may be more; null of none. */
export interface Firm {
  readonly earlier: object | null;
  readonly name: string;
  readonly register: string;
  readonly street: string;
  readonly postcode: string;
  readonly town: string;
  readonly contact: string;
  readonly email: string;
}

export interface Subcontractor extends Firm {
  readonly lots: readonly string[];
}

export interface LotEntry {
  readonly chosen: boolean;
  readonly amount: string;
  readonly discount: string;
  readonly variant: string;
}

/** A file for a slot of the tender; `slot` is null for a further document. `earlier` is what an earlier bid said of it; null of none. */
export interface Attachment {
  readonly slot: string | null;
  readonly title: string;
  readonly file: Blob & { readonly name: string };
  readonly earlier: object | null;
}

/** By ids that the criteria name: a Map, for in an object `constructor` is there already. */
export interface BidForm {
  readonly lots: ReadonlyMap<string, LotEntry>;
  readonly answers: ReadonlyMap<string, string>;
  readonly tenderers: readonly Firm[];
  readonly subcontractors: readonly Subcontractor[];
  readonly attachments: readonly Attachment[];
  /** Of a supplement: the commitment that it belongs to. */
  readonly mainBid: string;
}

export type FormAction =
  | { readonly kind: "lot"; readonly id: string; readonly change: Partial<LotEntry> }
  | { readonly kind: "answer"; readonly id: string; readonly text: string }
  | { readonly kind: "addFirm"; readonly role: Role }
  | { readonly kind: "changeFirm"; readonly role: Role; readonly at: number; readonly change: Partial<Subcontractor> }
  | { readonly kind: "removeFirm"; readonly role: Role; readonly at: number }
  | { readonly kind: "attach"; readonly slot: string | null; readonly files: readonly Attachment["file"][] }
  | { readonly kind: "detach"; readonly at: number }
  | { readonly kind: "mainBid"; readonly text: string };

export type Role = "tenderers" | "subcontractors";

export const NO_FIRM: Firm = { earlier: null, name: "", register: "", street: "", postcode: "", town: "", contact: "", email: "" };
const NO_LOT: LotEntry = { chosen: false, amount: "", discount: "", variant: "" };

/** Nothing is entered yet; of one lot only there is nothing to choose. */
export function emptyForm(criteria: Criteria | null): BidForm {
  const lots = criteria?.lots ?? [];
  return {
    lots: new Map(lots.map(({ id }) => [id, { ...NO_LOT, chosen: lots.length === 1 }])),
    answers: new Map(),
    tenderers: [NO_FIRM],
    subcontractors: [],
    attachments: [],
    mainBid: "",
  };
}

/** A variant begins with the firms of its main bid, and without lots, prices, answers and files. */
export function variantForm({ tenderers, subcontractors }: BidForm, criteria: Criteria | null): BidForm {
  return { ...emptyForm(criteria), tenderers, subcontractors };
}

export function changedForm(form: BidForm, action: FormAction): BidForm {
  switch (action.kind) {
    case "lot":
      return { ...form, lots: new Map([...form.lots, [action.id, { ...(form.lots.get(action.id) ?? NO_LOT), ...action.change }]]) };
    case "answer":
      return { ...form, answers: new Map([...form.answers, [action.id, action.text]]) };
    case "addFirm":
      if (action.role === "tenderers") return { ...form, tenderers: [...form.tenderers, NO_FIRM] };
      return { ...form, subcontractors: [...form.subcontractors, { ...NO_FIRM, lots: [] }] };
    case "changeFirm":
      return {
        ...form,
        [action.role]: form[action.role].map((firm, at) => (at === action.at ? { ...firm, ...action.change } : firm)),
      };
    case "removeFirm":
      return { ...form, [action.role]: form[action.role].filter((_, at) => at !== action.at) };
    case "attach": {
      const added = action.files.map((file) => ({ slot: action.slot, title: file.name, file, earlier: null }));
      return { ...form, attachments: [...form.attachments, ...added] };
    }
    case "detach":
      return { ...form, attachments: form.attachments.filter((_, at) => at !== action.at) };
    case "mainBid":
      return { ...form, mainBid: action.text };
  }
}

export function chosenLots(form: BidForm): string[] {
  return [...form.lots].filter(([, { chosen }]) => chosen).map(([id]) => id);
}

/** Whether something asked of these lots (of the whole bid, if of none) is asked of this bid. */
export function concerns(asked: { readonly lots: readonly string[] }, form: BidForm): boolean {
  return asked.lots.length === 0 || asked.lots.some((lot) => form.lots.get(lot)?.chosen === true);
}

/** Numbers are typed in the form of a language: when that changes, what could be read is written anew, so no number changes. */
export function translatedForm(form: BidForm, criteria: Criteria | null, from: "de" | "en", to: "de" | "en"): BidForm {
  const rewritten = (typed: string, decimals: number): string => {
    const read = readDecimal(typed, from, decimals);
    return read === undefined ? typed : shownDecimal(read, to, 0);
  };
  const isNumber = (id: string): boolean => {
    const dataType = criteria?.requirements.find((each) => each.id === id)?.dataType;
    return dataType === "number" || dataType === "integer";
  };
  const lots = [...form.lots].map(([id, lot]) =>
    [id, { ...lot, amount: rewritten(lot.amount, 2), discount: rewritten(lot.discount, 2) }] as const);
  const answers = [...form.answers].map(([id, text]) =>
    [id, isNumber(id) ? rewritten(text, MOST_DECIMALS) : text] as const);
  return { ...form, lots: new Map(lots), answers: new Map(answers) };
}
