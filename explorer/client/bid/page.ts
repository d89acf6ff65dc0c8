// The page begins: it loads the round, and hears what happens around it.

import { chooseLanguage, send } from "./actions.js";
import { emptyForm } from "./bid_form.js";
import { hasUnsavedReceipt } from "./hand_in_course.js";
import { draw } from "./drawing.js";
import { byId, drawnBy, say, state } from "./page_state.js";
import { readPins } from "./pins.js";
import { PageRefusal } from "./refusal.js";
import { loadRound, takesBids } from "./round.js";
import { leftOf } from "./view_terms.js";
import type { Language } from "./words.js";

const SECOND = 1_000;

drawnBy(draw);
for (const each of document.querySelectorAll<HTMLElement>("[data-language]")) {
  each.addEventListener("click", () => chooseLanguage(each.dataset.language as Language));
}
// Who was cut off goes on when the network is back.
addEventListener("online", () => {
  if (state.course.at === "failed" && state.round !== undefined) void send(state.round);
});
addEventListener("beforeunload", (event) => {
  const { isTouched, course } = state;
  if (isTouched || course.at === "sealing" || course.at === "sending" || hasUnsavedReceipt(course)) event.preventDefault();
});
// The answer to a letter has an address of its own; who goes back from there finds the page as it begins.
addEventListener("popstate", () => location.reload());
setInterval(() => {
  const left = document.getElementById("left");
  if (left !== null && state.round !== undefined) left.textContent = leftOf({ ...state.round, say, language: state.language });
}, SECOND);
draw();
try {
  if (!isSecureContext) throw new PageRefusal("PageInsecure");
  state.pins = readPins(byId("pins").textContent);
  state.round = await loadRound(new URL(location.href), state.pins);
  state.form = emptyForm(state.round.criteria ?? null);
  if (!takesBids(state.round.terms)) {
    state.isUnfolded = false;
    state.opening = { ...state.opening, isOpen: true };
  }
} catch (error) {
  state.refusal = error;
}
draw();
