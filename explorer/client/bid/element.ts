// Elements of the page, made without markup as text: what a tenderer or a server writes stays text, and nothing in it is unseen.

import { visible } from "./visible.js";

type Attribute = string | number | boolean | undefined | null | ((event: Event) => void);
export type Child = Node | string | undefined | null | false;

/** Attributes by their names; `value` and `checked` are properties, what begins with `on` is heard. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Readonly<Record<string, Attribute>> = {}, ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") Object.assign(made, { [name]: value });
    else if (value === true) made.setAttribute(name, "");
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, visible(String(value)));
  }
  const shown = children.filter((child) => child !== undefined && child !== null && child !== false);
  made.append(...shown.map((child) => (typeof child === "string" ? visible(child) : child)));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture of squares, row by row, with its name for those who do not see it. */
export function squares(rows: readonly (readonly boolean[])[], name: string): SVGSVGElement {
  const size = rows.length;
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", name);
  picture.setAttribute("class", "squares");
  const path = document.createElementNS(SVG, "path");
  const drawn = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
  path.setAttribute("d", drawn.join(""));
  picture.append(path);
  return picture;
}
