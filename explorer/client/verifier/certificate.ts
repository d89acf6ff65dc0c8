// Certificates (RFC 5280, section 4.1), as far as a time-stamping authority's path needs them.

import { equal, toHex, toLatin, type Hex } from "./bytes.js";
import { encode, integer, items, itemsOf, oid, TAG, within, type Item } from "./der.js";
import { readPublicKey, verifies, type PublicKey } from "./public_key.js";
import { Refusal } from "./refusal.js";

const KEY_USAGE = oid("2.5.29.15");
const ALTERNATIVE_NAMES = oid("2.5.29.17");
const BASIC_CONSTRAINTS = oid("2.5.29.19");
const NAME_CONSTRAINTS = oid("2.5.29.30");
const EXTENDED_KEY_USAGE = oid("2.5.29.37");
// With the identifiers of keys (14, 35) and where to ask for more: what may be critical.
const KNOWN = new Set([
  KEY_USAGE, ALTERNATIVE_NAMES, BASIC_CONSTRAINTS, NAME_CONSTRAINTS, EXTENDED_KEY_USAGE,
  oid("2.5.29.14"), oid("2.5.29.35"), oid("1.3.6.1.5.5.7.1.1"),
]);
const TIME_STAMPING = oid("1.3.6.1.5.5.7.3.8");
const ANY_PURPOSE = oid("2.5.29.37.0");
const SHORT = new Map([
  ["2.5.4.3", "CN"], ["2.5.4.7", "L"], ["2.5.4.8", "ST"], ["2.5.4.10", "O"], ["2.5.4.11", "OU"], ["2.5.4.6", "C"],
  ["2.5.4.9", "STREET"], ["0.9.2342.19200300.100.1.25", "DC"], ["0.9.2342.19200300.100.1.1", "UID"],
].map(([dotted, short]) => [oid(dotted as string), short as string]));

interface Extension {
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

function invalid(reason: string): Refusal {
  return new Refusal("TimestampInvalid", { reason });
}

export class Certificate {
  readonly serial: Item;
  readonly issuer: Item;
  readonly subject: Item;
  readonly key: PublicKey | undefined;
  private readonly signed: Item;
  private readonly algorithm: Item;
  private readonly signature: Uint8Array;
  private readonly from: bigint;
  private readonly to: bigint;
  private readonly extensions = new Map<Hex, Extension>();
  /** How many may stand between it and the last; undefined where it certifies none. */
  private readonly mostBetween: bigint | undefined;
  private readonly purposes: readonly Hex[] | undefined;
  /** The first eight bits: digital signature 0x80, content commitment 0x40, certificates 0x04. */
  private readonly keyUsage: number | undefined;

  /** Throws TimestampInvalid, MalformedDer. */
  constructor(readonly der: Uint8Array) {
    const whole = within(der);
    if (tags(whole) !== tags([TAG.sequence, TAG.sequence, TAG.bits]) || whole[2]?.content[0] !== 0) {
      throw invalid("a certificate that is not signed");
    }
    const [signed, algorithm, signature] = whole as [Item, Item, Item];
    const parts = items(signed.content);
    const expected = [TAG.context0, TAG.integer, ...Array<number>(5).fill(TAG.sequence)];
    if (tags(parts.slice(0, 7)) !== tags(expected)) throw invalid("a certificate that is not of version 3");
    const following = parts.slice(7);
    if (following.length > 1 || following.some(({ tag }) => tag !== TAG.context3)) {
      throw invalid("a certificate with other fields than extensions behind its key");
    }
    const [version, serial, inner, issuer, validity, subject, key] = parts as [Item, Item, Item, Item, Item, Item, Item];
    if (toHex(version.content) !== "020102") throw invalid("a certificate that is not of version 3");
    if (!equal(inner.encoded, algorithm.encoded)) throw invalid("a certificate with two algorithms for its signature");
    if (integer(serial) === 0n) throw invalid("a certificate without a serial number");
    this.serial = serial;
    this.issuer = issuer;
    this.subject = subject;
    readName(subject);
    this.key = readPublicKey(key.encoded);
    this.signed = signed;
    this.algorithm = algorithm;
    this.signature = signature.content.subarray(1);
    const times = items(validity.content).map(moment);
    if (times.length !== 2) throw invalid("a certificate without a validity");
    [this.from, this.to] = times as [bigint, bigint];
    this.readExtensions(following[0]);
    // Read now: a certificate that says of itself what cannot be read is none.
    const value = (id: Hex) => this.extensions.get(id)?.value;
    const [constraints, purposes, usage] = [value(BASIC_CONSTRAINTS), value(EXTENDED_KEY_USAGE), value(KEY_USAGE)];
    this.mostBetween = constraints && readConstraints(constraints);
    this.purposes = purposes && readPurposes(purposes);
    this.keyUsage = usage && readUsage(usage);
  }

  /** How a signer is named (RFC 5652, section 10.2.4). */
  get issuerAndSerial(): Uint8Array {
    return encode(TAG.sequence, this.issuer.encoded, this.serial.encoded);
  }

  /** The subject as people write it (RFC 4514). */
  get name(): string {
    const names = readName(this.subject).map((part) => part.map(([kind, value]) => {
      const id = toHex(kind.content);
      return `${SHORT.get(id) ?? id}=${new TextDecoder().decode(value.content)}`;
    }).join("+"));
    return names.reverse().join(",");
  }

  isValidAt(time: bigint): boolean {
    return this.from <= time && time <= this.to;
  }

  isSignedBy(issuer: Certificate): boolean {
    return issuer.key !== undefined && verifies(issuer.key, this.algorithm.encoded, this.signed.encoded, this.signature);
  }

  /** Time stamps must be all that the key is for, and critically so; and it must be one for signatures. */
  requireTimeStamping(): void {
    const purpose = this.extensions.get(EXTENDED_KEY_USAGE);
    if (purpose === undefined) throw invalid("the certificate is not one for time stamps");
    if (!purpose.isCritical || this.purposes?.join() !== TIME_STAMPING) {
      throw invalid("the certificate is not one for time stamps alone, critically");
    }
    const usage = this.keyUsage;
    if (usage !== undefined && (usage & 0xc0) === 0) throw invalid("the certificate's key is not one for signatures");
  }

  /** Why it may not certify the last of a path with so many between; undefined if it may. */
  whyNotCertifying(between: number): string | undefined {
    if (this.mostBetween === undefined) return "it is no authority for certificates";
    if (this.mostBetween < BigInt(between)) return "its path is longer than its constraint";
    return this.whyUnfit;
  }

  /** It may say what its key is for: then it must be for certificates, also those of authorities of time. */
  get isForCertificates(): boolean {
    const purposes = this.purposes;
    const usage = this.keyUsage;
    const isAllowed = purposes === undefined || purposes.includes(TIME_STAMPING) || purposes.includes(ANY_PURPOSE);
    return isAllowed && (usage === undefined || (usage & 0x04) !== 0);
  }

  /** Whether names are among the permitted ones readers judge differently: none may be constrained. */
  get whyUnfit(): string | undefined {
    const unknown = [...this.extensions].find(([id, { isCritical }]) => isCritical && !KNOWN.has(id));
    if (unknown !== undefined) return "certificate contains unaccounted-for critical extensions";
    return this.extensions.has(NAME_CONSTRAINTS) ? "names are constrained" : undefined;
  }

  private readExtensions(explicit: Item | undefined): void {
    for (const { content } of explicit ? within(explicit.content) : []) {
      const [id, ...rest] = items(content) as [Item, ...Item[]];
      const value = rest.at(-1);
      const isCritical = rest.length === 2;
      if (id?.tag !== TAG.oid || value?.tag !== TAG.octets || rest.length > 2) throw invalid("an extension that is none");
      if (isCritical && toHex((rest[0] as Item).encoded) !== "0101ff") throw invalid("an extension that is none");
      if (this.extensions.has(toHex(id.content))) throw invalid("an extension that is there twice");
      this.extensions.set(toHex(id.content), { isCritical, value: value.content });
    }
  }
}

function tags(found: readonly (Item | number)[]): string {
  return found.map((each) => (typeof each === "number" ? each : each.tag)).join();
}

/** The parts of a name, each of attributes: kind and value. */
function readName({ content }: Item): readonly (readonly (readonly [Item, Item])[])[] {
  return items(content).map((part) => {
    const attributes = items(part.content).map((attribute) => items(attribute.content));
    const isOne = (each: Item[]) => each.length === 2 && each[0]?.tag === TAG.oid;
    if (part.tag !== TAG.set || !attributes.every(isOne)) throw invalid("a certificate for nobody");
    return attributes as [Item, Item][];
  });
}

/** How many may stand between it and the last: undefined where it certifies none, as many as there are where it does not say. */
function readConstraints(value: Uint8Array): bigint | undefined {
  const parts = within(value);
  const [isAuthority, most] = parts;
  if (isAuthority === undefined) return undefined;
  if (toHex(isAuthority.encoded) !== "0101ff" || parts.length > 2) {
    throw invalid("a certificate whose basic constraints are none");
  }
  return most === undefined ? 255n : integer(most);
}

function readPurposes(value: Uint8Array): readonly Hex[] {
  return within(value).map(({ tag, content }) => {
    if (tag !== TAG.oid) throw invalid("a certificate whose key has a purpose that is none");
    return toHex(content);
  });
}

/** Bits that are unused are zero, and fewer than eight (X.690, section 11.2). */
function readUsage(value: Uint8Array): number {
  const [unused = 8, ...octets] = itemsOf(value, TAG.bits)[0].content;
  const last = octets.at(-1) ?? (unused === 0 ? 0 : 0xff);
  if (unused > 7 || last % (1 << unused) !== 0) throw invalid("a certificate whose key usage is none");
  return octets[0] ?? 0;
}

/** Seconds since 1970 of a UTCTime before 2050, or a GeneralizedTime from then on (RFC 5280, section 4.1.2.5). */
function moment({ tag, content }: Item): bigint {
  const text = toLatin(content);
  const isShort = tag === TAG.utcTime;
  const found = secondsOf(isShort ? (text < "50" ? "20" : "19") + text : text);
  const isLong = tag === TAG.time && text >= "2050";
  if (found === undefined || !(isShort ? text.length === 13 : isLong)) throw invalid("a certificate without a validity");
  return found;
}

/** Seconds since 1970 of YYYYMMDDhhmmssZ; undefined for what is no such moment. */
export function secondsOf(text: string): bigint | undefined {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text) ?? [];
  if (parts.length === 0) return undefined;
  const [year, month, day, hour, minute, second] = parts;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const milliseconds = Date.parse(written + "Z");
  const isMoment = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(written);
  return isMoment ? BigInt(milliseconds / 1000) : undefined;
}
