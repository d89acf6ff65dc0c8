// Hands a file to whoever sits before the page, to be saved.

import { el } from "./element.js";

const FORGET_AFTER = 60_000;

export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // Browsers read the address after the click.
  setTimeout(() => URL.revokeObjectURL(url), FORGET_AFTER);
}
