// The first step of an answer to a letter: to which bid it belongs, from that bid's receipt or typed.

import { el, type Child } from "./element.js";
import { fieldIds } from "./missing.js";
import { textField, type View } from "./view.js";

export interface MainBidView extends View {
  /** From which receipt the bid was taken, or why it was not. */
  readonly told: string;
  take(file: File): void;
  mainBidTyped(text: string): void;
}

export function mainBidStep(view: MainBidView): Child[] {
  const id = fieldIds.mainReceipt;
  return [
    el("p", {}, view.say("mainBidLead")),
    el("div", { class: "field" },
      el("label", { for: id }, view.say("mainReceipt")),
      el("p", { class: "hint", id: `${id}-hint` }, view.say("mainReceiptHint")),
      el("input", { type: "file", id, accept: ".zip,application/zip", "aria-describedby": `${id}-hint`, onchange: (event: Event) => {
        const [file] = (event.target as HTMLInputElement).files ?? [];
        if (file !== undefined) view.take(file);
      } })),
    el("p", { id: "main-bid-told", class: "state" }, view.told),
    textField(view, {
      id: fieldIds.mainBid, label: view.say("mainBid"), hint: view.say("mainBidHint"), required: true, value: view.form.mainBid,
      lines: 3, hear: (text) => view.mainBidTyped(text.replaceAll(/\s/g, "")),
    }),
  ];
}
