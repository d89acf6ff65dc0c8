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
    const { amount, discount, variant } = form.lots[id] as LotEntry;
    fields.push([`lots/${id}/value`, { amount: readDecimal(amount, language), currency: criteria?.currency }]);
    if (discount.trim() !== "") fields.push([`lots/${id}/discount`, { percentage: readDecimal(discount, language) }]);
    if (variant.trim() !== "") fields.push([`lots/${id}/variant`, variant.trim()]);
  }
  for (const requirement of criteria?.requirements ?? []) {
    const typed = (form.answers[requirement.id] ?? "").trim();
    if (typed === "" || !concerns(requirement, form)) continue;
    fields.push([`requirementResponses/${requirement.id}`, { value: answerOf(requirement, typed, language) }]);
  }
  form.tenderers.forEach((firm, at) => fields.push([numbered("tenderers", at), organisationOf(firm)]));
  form.subcontractors.forEach((firm, at) => {
    // A lot can be taken out again after it was ticked here.
    const lots = firm.lots.filter((lot) => form.lots[lot]?.chosen !== false);
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
  const lots: Record<string, LotEntry> = { ...empty.lots };
  const answers: Record<string, string> = {};
  const tenderers: Firm[] = [];
  const subcontractors: BidForm["subcontractors"][number][] = [];
  let mainBid = "";
  for (const { name, value } of fields) {
    const [kind, id = "", what] = name.split("/");
    const lot = lots[id];
    if (kind === "lots" && lot !== undefined) {
      if (what === "value") lots[id] = { ...lot, chosen: true, amount: localised(textOf(value, "amount"), language) };
      if (what === "discount") lots[id] = { ...lot, discount: localised(textOf(value, "percentage"), language) };
      if (what === "variant" && typeof value === "string") lots[id] = { ...lot, variant: value };
    } else if (kind === "requirementResponses") {
      const asked = criteria?.requirements.find((each) => each.id === id);
      const isNumber = asked?.dataType === "number" || asked?.dataType === "integer";
      answers[id] = isNumber ? localised(textOf(value, "value"), language) : textOf(value, "value");
    } else if (kind === "tenderers") tenderers.push(firmOf(value));
    else if (kind === "subcontractors") subcontractors.push({ ...firmOf(value), lots: listOf(value) });
    else if (kind === "mainBid" && typeof value === "string") mainBid = value;
  }
  return { ...empty, lots, answers, tenderers: tenderers.length > 0 ? tenderers : [NO_FIRM], subcontractors, mainBid };
}

function answerOf({ dataType }: Requirement, typed: string, language: Language): unknown {
  if (dataType === "boolean") return typed === "true";
  if (dataType === "string") return typed;
  return readDecimal(typed, language, dataType === "integer" ? 0 : MOST_DECIMALS);
}

function organisationOf({ name, register, street, postcode, town, contact, email }: Firm): Record<string, unknown> {
  const address = given({ streetAddress: street, postalCode: postcode, locality: town });
  const contactPoint = given({ name: contact, email });
  return {
    name: name.trim(),
    ...(register.trim() === "" ? {} : { identifier: { id: register.trim() } }),
    ...(Object.keys(address).length === 0 ? {} : { address }),
    ...(Object.keys(contactPoint).length === 0 ? {} : { contactPoint }),
  };
}

function given(members: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text !== ""));
}

function firmOf(value: unknown): Firm {
  return {
    name: textOf(value, "name"),
    register: textOf(memberOf(value, "identifier"), "id"),
    street: textOf(memberOf(value, "address"), "streetAddress"),
    postcode: textOf(memberOf(value, "address"), "postalCode"),
    town: textOf(memberOf(value, "address"), "locality"),
    contact: textOf(memberOf(value, "contactPoint"), "name"),
    email: textOf(memberOf(value, "contactPoint"), "email"),
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null;
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
