// The steps of the form: lots, prices and answers, firms, files.

import { keptOf, keptOfDocument } from "./bid_fields.js";
import { chosenLots, concerns, type Firm, type LotEntry, type Role } from "./bid_form.js";
import type { DocumentSlot, Requirement } from "../ranking/criteria.js";
import { el, type Child } from "./element.js";
import { fieldIds, shownSize } from "./missing.js";
import { isSupplement } from "./supplement.js";
import { button, described, errorOf, group, mark, textField, type View } from "./view.js";

export function lotsStep(view: View): Child[] {
  const { criteria, form, isBeside } = view;
  const lots = criteria?.lots ?? [];
  const first = lots[0] && fieldIds.lot(lots[0].id);
  return [
    criteria === null && el("p", {}, view.say("noLots")),
    criteria !== null && !isBeside && el("p", { class: "hint" }, criteria.mainBids > 1
      ? view.say("mainBids", { count: criteria.mainBids }) : view.say("oneMainBid")),
    lots.length > 0 && group(view.say(isBeside ? "chooseLotsBeside" : "chooseLots"),
      first !== undefined && errorOf(view, first, view.lacks.get(first)),
      ...lots.map((lot) => {
        const entry = form.lots.get(lot.id) as LotEntry;
        const id = fieldIds.lot(lot.id);
        const label = view.say("lot", { id: lot.id, title: lot.title });
        if (isBeside && !lot.variants) return el("p", { class: "hint" }, `${label} – ${view.say("lotNoVariants")}`);
        return el("div", { class: "choice" },
          el("input", {
            type: "checkbox", id, checked: entry.chosen, ...described(id, null, view.lacks.get(id)),
            onchange: (event: Event) =>
              view.changed({ kind: "lot", id: lot.id, change: { chosen: (event.target as HTMLInputElement).checked } }),
          }),
          el("label", { for: id }, label),
          lot.variants && entry.chosen && textField(view, {
            id: fieldIds.variant(lot.id), label: view.say("variant", { id: lot.id }), hint: view.say(isBeside ? "variantHintBeside" : "variantHint"), required: isBeside,
            value: entry.variant, hear: (variant) => view.typed({ kind: "lot", id: lot.id, change: { variant } }),
          }));
      })),
  ];
}

export function answersStep(view: View): Child[] {
  const { criteria, form } = view;
  if (criteria === null) return [el("p", {}, view.say("noLots"))];
  const chosen = criteria.lots.filter(({ id }) => form.lots.get(id)?.chosen);
  const asked = criteria.requirements.filter((each) => concerns(each, form));
  return [
    chosen.length === 0 && !isSupplement(view.terms.kind) && el("p", {}, view.say("noLotChosen")),
    ...chosen.map(({ id, title }) => {
      const { amount, discount } = form.lots.get(id) as LotEntry;
      return group(view.say("lot", { id, title }),
        textField(view, {
          id: fieldIds.amount(id), label: view.say("amount", { currency: criteria.currency }), hint: view.say("amountHint"),
          required: true,
          value: amount, inputmode: "decimal", hear: (text) => view.typed({ kind: "lot", id, change: { amount: text } }),
        }),
        textField(view, {
          id: fieldIds.discount(id), label: view.say("discount"), hint: view.say("discountHint"), required: false, value: discount,
          inputmode: "decimal", hear: (text) => view.typed({ kind: "lot", id, change: { discount: text } }),
        }));
    }),
    asked.length > 0 && el("h3", {}, view.say("questions")),
    ...asked.map((requirement) => answerField(view, requirement)),
  ];
}

function answerField(view: View, { id: name, title, description, dataType, required, lots }: Requirement): HTMLElement {
  const id = fieldIds.answer(name);
  const value = view.form.answers.get(name) ?? "";
  const hear = (text: string): void => view.typed({ kind: "answer", id: name, text });
  const label = lots.length === 0 ? title : view.say("ofLots", { title, lots: lots.join(", ") });
  const kind = dataType === "integer" ? view.say("integerHint") : dataType === "number" ? view.say("numberHint") : null;
  const hint = [description, kind].filter((part) => part !== null).join(" – ");
  if (dataType !== "boolean") {
    return textField(view, { id, label, hint, required, value, hear, ...(dataType === "string" ? {} : { inputmode: "decimal" }) });
  }
  const lack = view.lacks.get(id);
  return el("fieldset", { ...described(id, hint, lack) },
    el("legend", {}, label, mark(view, required)),
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    errorOf(view, id, lack),
    ...(["true", "false"] as const).map((answer, at) => {
      // The first one has the field's own id, to which the summary leads.
      const own = at === 0 ? id : `${id}-${answer}`;
      const checked = value === answer;
      return el("div", { class: "choice" },
        el("input", { type: "radio", name: id, id: own, value: answer, checked, onchange: () => hear(answer) }),
        el("label", { for: own }, view.say(answer === "true" ? "yes" : "no")));
    }));
}

export function firmsStep(view: View): Child[] {
  const { tenderers, subcontractors } = view.form;
  return [
    el("p", { class: "hint" }, view.say("consortiumHint")),
    ...tenderers.map((firm, at) => firmFields(view, "tenderers", firm, at)),
    button(view.say("addTenderer"), () => view.changed({ kind: "addFirm", role: "tenderers" }), { id: "add-tenderers" }),
    el("h3", {}, view.say("subcontractors")),
    el("p", { class: "hint" }, view.say("subcontractorsHint")),
    ...subcontractors.map((firm, at) => firmFields(view, "subcontractors", firm, at)),
    button(view.say("addSubcontractor"), () => view.changed({ kind: "addFirm", role: "subcontractors" }),
      { id: "add-subcontractors" }),
  ];
}

const MEMBERS: readonly (readonly [Exclude<keyof Firm, "earlier">, string])[] = [
  ["name", "organization"], ["register", "off"], ["street", "street-address"], ["postcode", "postal-code"],
  ["town", "address-level2"], ["contact", "name"], ["email", "email"],
];

function firmFields(view: View, role: Role, firm: Firm, at: number): HTMLElement {
  const legend = role === "subcontractors" ? view.say("subcontractor", { number: at + 1 })
    : view.form.tenderers.length === 1 ? view.say("tenderer")
      : at === 0 ? view.say("leadingMember") : view.say("member", { number: at + 1 });
  const removable = role === "subcontractors" || view.form.tenderers.length > 1;
  const { criteria, form } = view;
  const kept = keptOf(firm);
  return group(legend,
    ...MEMBERS.map(([member, autocomplete]) => textField(view, {
      id: fieldIds.firm(role, at, member), label: view.say(`firm_${member}`), required: member === "name", value: firm[member],
      autocomplete: role === "tenderers" && at === 0 ? autocomplete : "off", type: member === "email" ? "email" : "text",
      hear: (text) => view.typed({ kind: "changeFirm", role, at, change: { [member]: text } }),
    })),
    role === "subcontractors" && (criteria?.lots.length ?? 0) > 1 && group(view.say("subcontractorLots"),
      ...chosenLots(form).map((lot) => {
        const id = fieldIds.firm(role, at, `lot-${lot}`);
        const { lots } = view.form.subcontractors[at] as { lots: readonly string[] };
        return el("div", { class: "choice" },
          el("input", { type: "checkbox", id, checked: lots.includes(lot), onchange: (event: Event) => {
            const now = view.form.subcontractors[at]?.lots ?? [];
            const isOn = (event.target as HTMLInputElement).checked;
            const lots = isOn ? [...now, lot] : now.filter((each) => each !== lot);
            view.changed({ kind: "changeFirm", role, at, change: { lots } });
          } }),
          el("label", { for: id }, view.say("lot", { id: lot, title: criteria?.lots.find((each) => each.id === lot)?.title ?? "" })));
      })),
    kept.length > 0 && el("p", { class: "hint", id: fieldIds.firm(role, at, "kept") }, view.say("firmKept", { kept: kept.join(", ") }), " ",
      button(view.say("firmKeptNot", { name: firm.name || legend }), () => view.changed({ kind: "changeFirm", role, at, change: { earlier: null } }),
        { id: fieldIds.firm(role, at, "kept-not") })),
    removable && button(view.say("removeFirm", { name: firm.name || legend }), () => view.changed({ kind: "removeFirm", role, at }),
      { id: fieldIds.firm(role, at, "remove") }));
}

export function filesStep(view: View): Child[] {
  const { criteria, form, terms, language } = view;
  const slots = (criteria?.documents ?? []).filter((slot) => concerns(slot, form));
  const whole = form.attachments.reduce((sum, { file }) => sum + file.size, 0);
  return [
    ...slots.map((slot) => slotField(view, slot, slots)),
    slotField(view, null, slots),
    el("p", { class: "hint" }, terms.mostBytes === null ? view.say("wholeSize", { whole: shownSize(whole, language) })
      : view.say("wholeSizeOf", { whole: shownSize(whole, language), most: shownSize(terms.mostBytes, language) })),
  ];
}

/** Of no slot are the further files, and those whose slot is none of `slots`: all that is sealed is shown. */
function slotField(view: View, slot: DocumentSlot | null, slots: readonly DocumentSlot[]): HTMLElement {
  const { criteria, form, language } = view;
  const id = slot === null ? fieldIds.furtherFiles : fieldIds.slot(slot.id);
  const lack = view.lacks.get(id);
  const chosen = form.attachments
    .map((attachment, at) => ({ attachment, at }))
    .filter(({ attachment }) => slot === (slots.find(({ id }) => id === attachment.slot) ?? null));
  const hint = [
    slot?.description ?? (slot === null ? view.say("furtherFilesHint") : null),
    slot?.mostBytes ? view.say("mostBytes", { most: shownSize(slot.mostBytes, language) }) : null,
  ].filter((part) => part !== null).join(" – ");
  const title = slot === null ? view.say("furtherFiles")
    : slot.lots.length === 0 ? slot.title : view.say("ofLots", { title: slot.title, lots: slot.lots.join(", ") });
  const state = chosen.length > 0 ? view.say("filesThere", { count: chosen.length })
    : view.say(slot?.required ? "fileMissing" : "fileNone");
  return el("div", { class: "field slot" },
    el("label", { for: id }, title, mark(view, slot?.required ?? false)),
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    el("p", { class: chosen.length > 0 ? "state good" : slot?.required ? "state open" : "state" }, state),
    errorOf(view, id, lack),
    chosen.length > 0 && el("ul", { class: "attached" }, ...chosen.map(({ attachment, at }) => {
      const kept = keptOfDocument(attachment, criteria);
      return el("li", {},
        `${attachment.title} (${shownSize(attachment.file.size, language)}) `,
        button(view.say("removeFile", { name: attachment.title }), () => view.changed({ kind: "detach", at }),
          { id: `detach-${at}` }),
        kept.length > 0 && el("p", { class: "hint", id: `kept-${at}` }, view.say("firmKept", { kept: kept.join(", ") })));
    })),
    el("input", { type: "file", id, multiple: true, ...described(id, hint, lack), onchange: (event: Event) => {
      const files = [...((event.target as HTMLInputElement).files ?? [])];
      if (files.length > 0) view.changed({ kind: "attach", slot: slot?.id ?? null, files });
    } }));
}
