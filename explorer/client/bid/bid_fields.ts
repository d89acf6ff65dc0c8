// From what was entered to the fields of a bid (docs/siegel-1.md, the fields of a bid), and back from the fields of an earlier one.

import { MOST_DECIMALS, readDecimal } from "./amount.js";
import { chosenLots, concerns, emptyForm, NO_FIRM, type Attachment, type BidForm, type Firm, type LotEntry } from "./bid_form.js";
import type { Criteria, Requirement } from "../ranking/criteria.js";
import { Fields, Numeral, type Json } from "../verifier/json.js";

export type NamedValue = readonly [name: string, value: unknown];

/** Which language numbers were typed in. */
type Language = "de" | "en";

/** The fields but for the documents. What was entered must be complete (`missing.ts`). */
export function fieldsOf(form: BidForm, criteria: Criteria | null, language: Language): NamedValue[] {
  const fields: NamedValue[] = [];
  for (const id of chosenLots(form)) {
    const { amount, discount, variant } = form.lots.get(id) as LotEntry;
    fields.push([`lots/${id}/value`, { amount: readDecimal(amount, language), currency: criteria?.currency }]);
    if (discount.trim() !== "") fields.push([`lots/${id}/discount`, { percentage: readDecimal(discount, language) }]);
    if (variant.trim() !== "") fields.push([`lots/${id}/variant`, variant.trim()]);
  }
  for (const requirement of criteria?.requirements ?? []) {
    const typed = (form.answers.get(requirement.id) ?? "").trim();
    if (typed === "" || !concerns(requirement, form)) continue;
    fields.push([`requirementResponses/${requirement.id}`, { value: answerOf(requirement, typed, language) }]);
  }
  form.tenderers.forEach((firm, at) => fields.push([numbered("tenderers", at), organisationOf(firm)]));
  form.subcontractors.forEach((firm, at) => {
    // A lot can be taken out again after it was ticked here.
    const lots = firm.lots.filter((lot) => form.lots.get(lot)?.chosen !== false);
    fields.push([numbered("subcontractors", at), { ...organisationOf(firm), lots }]);
  });
  if (form.mainBid.trim() !== "") fields.push(["mainBid", form.mainBid.trim().replace(/^0x/, "").toLowerCase()]);
  return fields;
}

/** The members of a document's field but for size and digest; those of an earlier bid stay. */
export function documentMembers(attachment: Attachment, criteria: Criteria | null): Readonly<Record<string, unknown>> {
  const { slot, title, file, earlier } = attachment;
  if (earlier !== null) return { ...earlier };
  const asked = criteria?.documents.find(({ id }) => id === slot);
  const documentType = asked?.documentType ?? (isGaeb(file.name) ? "x_gaebX84" : null);
  return {
    title,
    ...(file.type === "" ? {} : { format: file.type }),
    ...(documentType === null ? {} : { documentType }),
    ...(slot === null ? {} : { requirement: slot }),
  };
}

/** A field of an earlier bid, without the classes that do not come from a worker. */
export interface EarlierField {
  readonly name: string;
  /** As JSON.parse would give it; a number that JSON.stringify would write otherwise is text. */
  readonly value: unknown;
  /** Those numbers, to be shown. */
  readonly rewritten: readonly string[];
}

export function earlierField(name: string, value: Json): EarlierField {
  return { name, value: plain(value), rewritten: rewrittenOf(value, name) };
}

function plain(value: Json): unknown {
  if (value instanceof Numeral) return isKept(value) ? Number(value.text) : value.text;
  if (value instanceof Fields) return Object.fromEntries([...value].map(([name, each]) => [name, plain(each)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

function rewrittenOf(value: Json, path: string): string[] {
  if (value instanceof Numeral) return isKept(value) ? [] : [`${path}: ${value.text}`];
  if (value instanceof Fields) return [...value].flatMap(([name, each]) => rewrittenOf(each, `${path}.${name}`));
  return Array.isArray(value) ? value.flatMap((each) => rewrittenOf(each, path)) : [];
}

function isKept({ text }: Numeral): boolean {
  return JSON.stringify(Number(text)) === text;
}

/** What `formOf` does not take over as it was, to be shown: numbers that are text now, and all that the form has no place for. */
export function alteredOf(fields: readonly EarlierField[], form: BidForm, criteria: Criteria | null, language: Language): string[] {
  const before = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  return [...fields.flatMap(({ rewritten }) => rewritten), ...beyond(before, Object.fromEntries(fieldsOf(form, criteria, language)), "")];
}

/** What an earlier bid said, to be changed and handed in anew. Documents are added by whoever has their bytes. */
export function formOf(fields: readonly EarlierField[], criteria: Criteria | null, language: Language): BidForm {
  const empty = emptyForm(criteria);
  const lots = new Map(empty.lots);
  const answers = new Map<string, string>();
  const tenderers: Firm[] = [];
  const subcontractors: BidForm["subcontractors"][number][] = [];
  let mainBid = "";
  for (const { name, value } of fields) {
    const [kind, id = "", what] = name.split("/");
    const lot = lots.get(id);
    if (kind === "lots" && lot !== undefined) {
      if (what === "value") lots.set(id, { ...lot, chosen: true, amount: localised(textOf(value, "amount"), language) });
      if (what === "discount") lots.set(id, { ...lot, discount: localised(textOf(value, "percentage"), language) });
      if (what === "variant" && typeof value === "string") lots.set(id, { ...lot, variant: value });
    } else if (kind === "requirementResponses") {
      const asked = criteria?.requirements.find((each) => each.id === id);
      const isNumber = asked?.dataType === "number" || asked?.dataType === "integer";
      answers.set(id, isNumber ? localised(textOf(value, "value"), language) : textOf(value, "value"));
    } else if (kind === "tenderers") tenderers.push(firmOf(value));
    else if (kind === "subcontractors") subcontractors.push({ ...firmOf(without(value, ["lots"])), lots: listOf(value) });
    else if (kind === "mainBid" && typeof value === "string") mainBid = value;
  }
  return { ...empty, lots, answers, tenderers: tenderers.length > 0 ? tenderers : [NO_FIRM], subcontractors, mainBid };
}

function answerOf({ dataType }: Requirement, typed: string, language: Language): unknown {
  if (dataType === "boolean") return typed === "true";
  if (dataType === "string") return typed;
  return readDecimal(typed, language, dataType === "integer" ? 0 : MOST_DECIMALS);
}

/** What the earlier bid said of the firm stays as far as nothing is asked of it; but no scheme without the register that it had. */
function organisationOf({ earlier, name, register, street, postcode, town, contact, email }: Firm): Record<string, unknown> {
  const hadRegister = typeof memberOf(memberOf(earlier, "identifier"), "id") === "string";
  const parts = {
    ...(hadRegister && register.trim() === "" ? {} : { identifier: { id: register } }),
    address: { streetAddress: street, postalCode: postcode, locality: town },
    contactPoint: { name: contact, email },
  };
  const amendedParts = Object.entries(parts).map(([part, typed]) => [part, amended(memberOf(earlier, part), typed)] as const);
  return {
    ...without(earlier, ["name", "identifier", "address", "contactPoint"]),
    name: name.trim(),
    ...Object.fromEntries(amendedParts.filter(([, members]) => members !== undefined)),
  };
}

/**
 * Of an object its members with those that were typed; a text that was left empty is not there. What is no text, or no object,
 * no field can show: it stays until something is typed in its place.
 */
function amended(earlier: unknown, typed: Readonly<Record<string, string>>): unknown {
  const given = Object.entries(typed).map(([name, text]) => [name, text.trim()] as const).filter(([, text]) => text !== "");
  if (given.length === 0 && !isObject(earlier)) return earlier;
  const texts = Object.keys(typed).filter((name) => typeof memberOf(earlier, name) === "string");
  const members = { ...without(earlier, texts), ...Object.fromEntries(given) };
  return Object.keys(members).length > 0 || texts.length === 0 ? members : undefined;
}

function without(value: unknown, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).filter(([name]) => !names.includes(name)));
}

/** What only the earlier bid says of the firm, to be shown: nothing is sealed that nobody sees. */
export function keptOf(firm: Firm): string[] {
  return beyond(organisationOf(firm), organisationOf({ ...firm, earlier: null }), "");
}

/** What only the earlier bid says of the document. */
export function keptOfDocument(attachment: Attachment, criteria: Criteria | null): string[] {
  return beyond(documentMembers(attachment, criteria), documentMembers({ ...attachment, earlier: null }, criteria), "");
}

function beyond(whole: object, asked: unknown, path: string): string[] {
  return Object.entries(whole).flatMap(([name, value]: [string, unknown]) => {
    const beside = memberOf(asked, name);
    if (isObject(value) && Object.keys(value).length > 0) return beyond(value, beside, `${path}${name}.`);
    const told = shownValue(value);
    return beside !== undefined && shownValue(beside) === told ? [] : [`${path}${name}: ${told}`];
  });
}

function shownValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function firmOf(value: unknown): Firm {
  return {
    earlier: isObject(value) ? value : null,
    name: typedOf(value, "name"),
    register: typedOf(memberOf(value, "identifier"), "id"),
    street: typedOf(memberOf(value, "address"), "streetAddress"),
    postcode: typedOf(memberOf(value, "address"), "postalCode"),
    town: typedOf(memberOf(value, "address"), "locality"),
    contact: typedOf(memberOf(value, "contactPoint"), "name"),
    email: typedOf(memberOf(value, "contactPoint"), "email"),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function typedOf(value: unknown, name: string): string {
  const found = memberOf(value, name);
  return typeof found === "string" ? found : "";
}

function textOf(value: unknown, name: string): string {
  const found = memberOf(value, name);
  return typeof found === "string" || typeof found === "boolean" || typeof found === "number" ? String(found) : "";
}

function listOf(value: unknown): string[] {
  const lots = memberOf(value, "lots");
  return Array.isArray(lots) ? lots.filter((lot) => typeof lot === "string") : [];
}

function localised(decimal: string, language: Language): string {
  return language === "de" ? decimal.replace(".", ",") : decimal;
}

function numbered(name: string, at: number): string {
  return `${name}/${String(at + 1).padStart(4, "0")}`;
}

function isGaeb(name: string): boolean {
  return /\.x84$/i.test(name);
}
