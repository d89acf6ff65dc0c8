// What a file seems to be, to say so to whoever confused two. It decides nothing: the verification reads both files.

import { isOfKind } from "./archive.js";
import { RECEIPT } from "./receipt_file.js";

/** A receipt takes the place of a bundle. */
export type Kind = "bundle" | "policy";

/** By the name of its first entry; a file that cannot be read is none. */
export async function isReceipt(file: File): Promise<boolean> {
  const start = await file.slice(0, 64).arrayBuffer().catch(() => new ArrayBuffer(0));
  return isOfKind(new Uint8Array(start), RECEIPT);
}

/** By how it begins (a ZIP with PK, a policy with a brace), else by its name; undefined for what is neither. */
export async function kindOf(file: File): Promise<Kind | undefined> {
  // A file that cannot be read still has a name; whoever reads it next says that it cannot be read.
  const start = await file.slice(0, 1024).text().catch(() => "");
  if (start.startsWith("PK")) return "bundle";
  if (start.trimStart().startsWith("{")) return "policy";
  if (/\.zip$/i.test(file.name)) return "bundle";
  return /\.json$/i.test(file.name) ? "policy" : undefined;
}
