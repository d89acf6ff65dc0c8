// Characters of foreign text that one cannot see, made visible, as the explorer does (`ledger/ocds/odd_characters.py`): one that
// turns the direction of writing lets `gnp.exe` read `exe.png`, one without width makes two different names look alike.

const ODD = new RegExp("[" +
  "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f" + // controls but tab and line ends
  "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069" + // marks, embeddings, overrides and isolates of direction
  "\\u180e\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\ufeff\\u3164\\u115f\\u1160\\uffa0" + // without width, or blank
  "\\u2028\\u2029\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}" + // line and paragraph separators, annotations, tags
  "\\ud800-\\udfff" + // halves of surrogate pairs
  "]", "gu");

/** The text with each of those characters as `[U+202E]`. */
export function visible(text: string): string {
  return text.replaceAll(ODD, (found) => `[U+${(found.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}]`);
}
