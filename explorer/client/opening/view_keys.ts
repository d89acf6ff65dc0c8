// The part in which somebody opens the own keys.

import { el } from "../bid/element.js";
import type { PublicKeys } from "./keys.js";
import { button, shownAccount, type View } from "./view.js";

export interface ChosenFiles {
  readonly keystore: File | null;
  readonly sealing: File | null;
  readonly passphrase: string;
}

export interface Officer extends PublicKeys {
  /** In the key set, counted from 1. */
  readonly index: number;
}

export interface KeysView extends View {
  readonly chosen: ChosenFiles;
  readonly officer: Officer | undefined;
  readonly count: number;
  choose(change: Partial<ChosenFiles>): void;
  unlock(): void;
  forget(): void;
}

export function keysPart(view: KeysView): HTMLElement {
  const { say, officer, chosen, count } = view;
  if (officer !== undefined) {
    const values = { account: shownAccount(officer.account), index: officer.index, count };
    return el("section", { "aria-labelledby": "keys-title" }, el("h2", { id: "keys-title", tabindex: -1 }, say("keysTitle")),
      el("p", { class: "good state", id: "open-as" }, say("openAs", values)),
      el("div", { class: "buttons" }, button(view, "forget", say("forget"), () => view.forget())));
  }
  const file = (id: "keystore" | "sealing", label: string, accept: string): HTMLElement => el("div", { class: "field" },
    el("label", { for: id }, label),
    chosen[id] && el("p", { class: "hint", id: `${id}-hint` }, say("chosen", { name: (chosen[id] as File).name })),
    el("input", {
      id, type: "file", accept, "aria-describedby": chosen[id] ? `${id}-hint` : undefined,
      onchange: (event: Event) => view.choose({ [id]: (event.target as HTMLInputElement).files?.[0] ?? null }),
    }));
  return el("section", { "aria-labelledby": "keys-title" }, el("h2", { id: "keys-title", tabindex: -1 }, say("keysTitle")),
    el("p", {}, say("keysLead")),
    el("form", { novalidate: true, onsubmit: (event: Event) => {
      event.preventDefault();
      if (!view.isBusy) view.unlock();
    } },
    file("keystore", say("keystore"), ".json,application/json"), file("sealing", say("sealingKey"), ".pem"),
    el("div", { class: "field" }, el("label", { for: "passphrase" }, say("passphrase")), el("input", {
      id: "passphrase", type: "password", autocomplete: "off", value: chosen.passphrase,
      oninput: (event: Event) => view.choose({ passphrase: (event.target as HTMLInputElement).value }),
    })),
    el("div", { class: "buttons" }, el("button", { type: "submit", id: "unlock", class: "primary" }, say("unlock")))));
}
