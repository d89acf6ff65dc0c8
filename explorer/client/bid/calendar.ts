// The deadline as a calendar file (RFC 5545).

/** `deadline` and `made` in seconds since 1970; the summary in the reader's language. Reminds a day and an hour before. */
export function calendarOf(uid: string, deadline: number, made: number, summary: string, address: string): string {
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Vergabesiegel//Bid page//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "BEGIN:VEVENT",
    `UID:${escaped(uid)}`, `DTSTAMP:${moment(made)}`, `DTSTART:${moment(deadline)}`, `DTEND:${moment(deadline)}`,
    `SUMMARY:${escaped(summary)}`, `URL:${address}`, "TRANSP:TRANSPARENT",
    ...["-P1D", "-PT1H"].flatMap((before) =>
      ["BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${escaped(summary)}`, `TRIGGER:${before}`, "END:VALARM"]),
    "END:VEVENT", "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replaceAll(/[-:]|\.000/g, "");
}

/** Section 3.3.11. */
function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, (character) => `\\${character}`).replaceAll(/\r\n|\r|\n/g, "\\n");
}

/** Section 3.1: no line has more than 75 octets; a character is not cut. */
function folded(line: string): string {
  const lines: string[] = [];
  let current = "";
  let octets = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (octets + size > 75) {
      lines.push(current);
      current = " ";
      octets = 1;
    }
    current += character;
    octets += size;
  }
  return [...lines, current].join("\r\n");
}
