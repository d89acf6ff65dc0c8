// Numbers as people type them, into decimal text without an exponent; nothing becomes a float on the way.

/** What is written in a bid: digits, and a point where there is a fraction. */
export type Decimal = string;

const MOST_DIGITS = 18;
/** Of an answer; amounts have two. */
export const MOST_DECIMALS = 9;

/**
 * Reads what was typed in the form of one language: German has the comma as decimal sign and points between thousands, English
 * the other way round; blanks may stand between thousands, too. Undefined for what is no such number, or could be read in two
 * ways: "1.234" is one thousand in German, but "1.23" is nothing.
 */
export function readDecimal(typed: string, language: "de" | "en", mostDecimals = 2): Decimal | undefined {
  const [point, group] = language === "de" ? [",", "."] : [".", ","];
  const text = typed.trim().replaceAll(/[\u00a0\u202f ]/g, " ");
  const [whole, fraction, ...more] = text.split(point);
  if (whole === undefined || more.length > 0) return undefined;
  if (fraction !== undefined && (!/^[0-9]+$/.test(fraction) || fraction.length > mostDecimals)) return undefined;
  const escaped = group === "." ? "\\." : group;
  const isGrouped = new RegExp(`^[0-9]{1,3}(?:${escaped}[0-9]{3})+$|^[0-9]{1,3}(?: [0-9]{3})+$`).test(whole);
  if (!isGrouped && !/^[0-9]+$/.test(whole)) return undefined;
  const digits = whole.replaceAll(/[^0-9]/g, "").replace(/^0+(?=[0-9])/, "");
  if (digits.length > MOST_DIGITS) return undefined;
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

/** As people of the language read it: "1234.5" is "1.234,50" with two decimals at least. */
export function shownDecimal(value: Decimal, language: "de" | "en", leastDecimals = 2): string {
  const [whole = "", fraction = ""] = value.split(".");
  const [point, group] = language === "de" ? [",", "."] : [".", ","];
  const grouped = whole.replaceAll(/\B(?=(?:[0-9]{3})+$)/g, group);
  const decimals = fraction.padEnd(leastDecimals, "0");
  return decimals === "" ? grouped : `${grouped}${point}${decimals}`;
}
