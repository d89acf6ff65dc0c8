// The part for those who come back with a receipt: go on, replace, withdraw, add a variant, while the round takes bids; read what
// came of it.

import type { Purpose } from "./hand_in_course.js";
import { el } from "./element.js";
import { button } from "./view.js";
import type { Word, WordValues } from "./words.js";

interface OpeningView {
  readonly told: string;
  readonly isOpen: boolean;
  /** Whether the round still takes bids. */
  readonly takesBids: boolean;
  /** Whether some lot of the round admits them. */
  readonly admitsVariants: boolean;
  /** What was chosen before the page was drawn anew. */
  readonly fileName: string;
  readonly passphrase: string;
  say(name: Word, values?: WordValues): string;
  toggled(isOpen: boolean): void;
  chosen(file: File | null): void;
  typed(passphrase: string): void;
  open(what: Purpose): void;
  read(): void;
}

export function openingPart(view: OpeningView): HTMLElement {
  const { say, told, isOpen, takesBids, admitsVariants, fileName, passphrase, toggled, chosen, typed, open, read } = view;
  const noted = (event: Event): void => toggled((event.target as HTMLDetailsElement).open);
  return el("details", { class: "opening no-print", open: isOpen, ontoggle: noted },
    el("summary", { id: "opening" }, say("receiptTitle")),
    el("p", {}, say("receiptLead")),
    el("div", { class: "field" },
      el("label", { for: "receipt" }, say("receiptFile")),
      fileName !== "" && el("p", { class: "hint" }, fileName),
      el("input", { type: "file", id: "receipt", accept: ".zip,application/zip", onchange: (event: Event) =>
        chosen((event.target as HTMLInputElement).files?.[0] ?? null) })),
    el("div", { class: "field" },
      el("label", { for: "receipt-passphrase" }, say("receiptPassphrase")),
      el("input", { type: "password", id: "receipt-passphrase", value: passphrase, autocomplete: "off", oninput: (event: Event) =>
        typed((event.target as HTMLInputElement).value) })),
    el("p", { id: "receipt-told", role: "status" }, told),
    el("div", { class: "buttons" },
      takesBids && button(say("goOn"), () => open("handIn"), { id: "go-on" }),
      takesBids && button(say("replace"), () => open("replace"), { id: "replace" }),
      takesBids && admitsVariants && button(say("beside"), () => open("beside"), { id: "beside", "aria-describedby": "beside-hint" }),
      takesBids && button(say("withdraw"), () => open("withdraw"), { id: "withdraw" }),
      button(say("readPost"), () => read(), { id: "read-post", class: takesBids ? undefined : "primary" })),
    takesBids && admitsVariants && el("p", { class: "hint", id: "beside-hint" }, say("besideHint")));
}
