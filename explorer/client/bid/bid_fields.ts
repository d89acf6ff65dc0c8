// From what was entered to the fields of a bid (docs/siegel-1.md, the fields of a bid), and back from the fields of an earlier one.

import { MOST_DECIMALS, readDecimal } from "./amount.js";
import { chosenLots, concerns, emptyForm, NO_FIRM, type Attachment, type BidForm, type Firm, type LotEntry } from "./bid_form.js";
import type { Criteria, Requirement } from "../ranking/criteria.js";

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

/** The members of a document's field but for size and digest. */
export function documentMembers(attachment: Attachment, criteria: Criteria | null): Readonly<Record<string, unknown>> {
  const { slot, title, file } = attachment;
  const asked = criteria?.documents.find(({ id }) => id === slot);
  const documentType = asked?.documentType ?? (isGaeb(file.name) ? "x_gaebX84" : null);
  return {
    title,
    ...(file.type === "" ? {} : { format: file.type }),
    ...(documentType === null ? {} : { documentType }),
    ...(slot === null ? {} : { requirement: slot }),
  };
}

/** A field of an earlier bid, its value as JSON.parse would give it, numbers as text. */
export interface EarlierField {
  readonly name: string;
  readonly value: unknown;
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

/** What the earlier bid said of the firm stays as far as nothing is asked of it; but no scheme without its register. */
function organisationOf({ earlier, name, register, street, postcode, town, contact, email }: Firm): Record<string, unknown> {
  const parts = {
    identifier: register.trim() === "" ? {} : amended(memberOf(earlier, "identifier"), { id: register }),
    address: amended(memberOf(earlier, "address"), { streetAddress: street, postalCode: postcode, locality: town }),
    contactPoint: amended(memberOf(earlier, "contactPoint"), { name: contact, email }),
  };
  return {
    ...without(earlier, ["name", ...Object.keys(parts)]),
    name: name.trim(),
    ...Object.fromEntries(Object.entries(parts).filter(([, members]) => Object.keys(members).length > 0)),
  };
}

/** Of an object its members with those that were typed; what was left empty is not there. */
function amended(earlier: unknown, typed: Readonly<Record<string, string>>): object {
  const given = Object.entries(typed).map(([name, text]) => [name, text.trim()] as const).filter(([, text]) => text !== "");
  return { ...without(earlier, Object.keys(typed)), ...Object.fromEntries(given) };
}

function without(value: unknown, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).filter(([name]) => !names.includes(name)));
}

/** What only the earlier bid says of the firm, to be shown: nothing is sealed that nobody sees. */
export function keptOf(firm: Firm): string[] {
  return beyond(organisationOf(firm), organisationOf({ ...firm, earlier: null }), "");
}

function beyond(whole: object, asked: unknown, path: string): string[] {
  return Object.entries(whole).flatMap(([name, value]: [string, unknown]) => {
    const beside = memberOf(asked, name);
    if (isObject(value)) return beyond(value, beside, `${path}${name}.`);
    return beside === value ? [] : [`${path}${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`];
  });
}

function firmOf(value: unknown): Firm {
  return {
    earlier: isObject(value) ? value : null,
    name: textOf(value, "name"),
    register: textOf(memberOf(value, "identifier"), "id"),
    street: textOf(memberOf(value, "address"), "streetAddress"),
    postcode: textOf(memberOf(value, "address"), "postalCode"),
    town: textOf(memberOf(value, "address"), "locality"),
    contact: textOf(memberOf(value, "contactPoint"), "name"),
    email: textOf(memberOf(value, "contactPoint"), "email"),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null;
}

function textOf(value: unknown, name: string): string {
  const found = memberOf(value, name);
  return typeof found === "string" || typeof found === "boolean" ? String(found) : "";
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
