// A process as people read it: its title, and the number by which it is found again elsewhere.

import { el } from "./element.js";
import type { Terms } from "./terms.js";

/** The number can be copied by eye: no line ends at its hyphens. What the buyer wrote keeps its own direction. */
export function processName({ title, ocid }: Pick<Terms, "title" | "ocid">): HTMLElement {
  return el("span", {}, el("bdi", {}, title), " ", el("span", { class: "ocid" }, `(${ocid})`));
}
