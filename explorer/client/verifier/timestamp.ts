// Time stamps of outside authorities (RFC 3161) in the one form of docs/bundle-1.md, against the roots of a policy.

import { compare, equal, toHex, toLatin, type Hex } from "./bytes.js";
import { Certificate, secondsOf } from "./certificate.js";
import { readRoots, trustedPath } from "./certificate_path.js";
import { encode, integer, items, itemsOf, oid, TAG, within, type Item } from "./der.js";
import { HASHES, sha256, type DigestName } from "./digests.js";
import { DIGEST_OIDS, digestNamed, identifier, signatureAlgorithm, signed, type PublicKey } from "./public_key.js";
import { Refusal, shown, thrown } from "./refusal.js";

const MOST_BYTES = 64 * 2 ** 10;
// The authority's, at most eight between it and its root, and the root, which authorities may send.
const MOST_CERTIFICATES = 10;
const SIGNED_DATA = oid("1.2.840.113549.1.7.2");
const TST_INFO = oid("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2 = oid("1.2.840.113549.1.9.16.2.47");
// What may follow in the content, in this order: accuracy, ordering, nonce, name, extensions.
const OPTIONAL: readonly number[] = [TAG.sequence, TAG.boolean, TAG.integer, TAG.context0, TAG.context1];

/** `time` in seconds since 1970, rounded down; of certificate and root the SHA-256. */
export interface Timestamp {
  readonly time: bigint;
  readonly certificate: Hex;
  readonly root: Hex;
}

interface Token {
  readonly content: Uint8Array;
  readonly certificates: readonly Certificate[];
  readonly signer: Certificate;
  readonly key: PublicKey;
  readonly digest: DigestName;
  readonly attributes: Uint8Array;
  readonly signature: Uint8Array;
}

interface Info {
  readonly digest: DigestName;
  readonly imprint: Uint8Array;
  readonly time: bigint;
}

function invalid(reason: string): Refusal {
  return new Refusal("TimestampInvalid", { reason });
}

/** Throws TimestampImprint (other bytes), TimestampForeign (no root), TimestampInvalid, MalformedDer, PolicyInvalid. */
export function verifyTimestamp(
  response: Uint8Array, stamped: Uint8Array, rootBytes: readonly Uint8Array[],
): Timestamp {
  const token = readToken(response);
  const info = readInfo(token.content);
  const expected = HASHES[info.digest](stamped);
  if (!equal(info.imprint, expected)) {
    const values = { expected: shown(toHex(expected)), got: shown(toHex(info.imprint)) };
    throw new Refusal("TimestampImprint", values);
  }
  checkSignature(token);
  const others = token.certificates.filter((each) => each !== token.signer).sort((one, other) => compare(one.der, other.der));
  const path = trustedPath(token.signer, others, readRoots(rootBytes), info.time);
  if (!equal(written(token, path), response)) {
    throw invalid("it holds bytes that nobody signed, or others than the one form has");
  }
  const root = path.at(-1) as Certificate;
  return { time: info.time, certificate: toHex(sha256(token.signer.der)), root: toHex(sha256(root.der)) };
}

/** The one form: with the certificates below the root, or the authority's own where that is the root. */
function written(token: Token, path: readonly Certificate[]): Uint8Array {
  const digest = identifier(DIGEST_OIDS[token.digest]);
  const below = path.slice(0, Math.max(path.length - 1, 1)).map(({ der }) => der).sort(compare);
  const signer = encode(
    TAG.sequence, number(1), token.signer.issuerAndSerial, digest, encode(TAG.context0, token.attributes),
    signatureAlgorithm(token.key, token.digest), encode(TAG.octets, token.signature),
  );
  const content = encode(TAG.sequence, named(TST_INFO), encode(TAG.context0, encode(TAG.octets, token.content)));
  const data = encode(
    TAG.sequence, number(3), encode(TAG.set, digest), content, encode(TAG.context0, ...below), encode(TAG.set, signer),
  );
  const info = encode(TAG.sequence, named(SIGNED_DATA), encode(TAG.context0, data));
  return encode(TAG.sequence, encode(TAG.sequence, number(0)), info);
}

function number(value: number): Uint8Array {
  return encode(TAG.integer, Uint8Array.of(value));
}

function named(content: Hex): Uint8Array {
  return (items(identifier(content))[0] as Item).content;
}

function readToken(response: Uint8Array): Token {
  if (response.length > MOST_BYTES) throw invalid(`it has more than ${MOST_BYTES} bytes`);
  const [status, token, ...more] = within(response);
  if (status === undefined || integer(first(status.encoded)) !== 0n) throw invalid("the authority did not grant it");
  if (token === undefined || more.length > 0) throw invalid("a response without a token");
  const [kind, wrapped] = itemsOf(token.content, TAG.oid, TAG.context0);
  if (token.tag !== TAG.sequence || toHex(kind.content) !== SIGNED_DATA) throw invalid("the token is no signed data");
  const parts = within(wrapped.content);
  const expected = [TAG.integer, TAG.set, TAG.sequence, TAG.context0, TAG.set].join();
  if (parts.map(({ tag }) => tag).filter((tag) => tag !== TAG.context1).join() !== expected) {
    throw invalid("the token is no signed data with certificates");
  }
  const [, , content, certificates, signers] = parts.filter(({ tag }) => tag !== TAG.context1) as Item[] as
    [Item, Item, Item, Item, Item];
  const [contentType, explicit] = itemsOf(content.content, TAG.oid, TAG.context0);
  if (toHex(contentType.content) !== TST_INFO) throw invalid("the token says something else than a time");
  const infos = items(signers.content);
  if (infos.length !== 1) throw invalid(`${infos.length} signers instead of one`);
  const fields = items((infos[0] as Item).content);
  if (fields.at(-1)?.tag === TAG.context1) fields.pop();
  const form = [TAG.integer, TAG.sequence, TAG.sequence, TAG.context0, TAG.sequence, TAG.octets].join();
  if (fields.map(({ tag }) => tag).join() !== form) {
    throw invalid("a signer without issuer and serial number, or without signed attributes");
  }
  const [, name, digest, attributes, , signature] = fields as [Item, Item, Item, Item, Item, Item];
  const digestName = digestNamed(items(digest.content)[0]?.content ?? digest.content);
  if (digestName === undefined) throw invalid("the signature's digest is not SHA-256, SHA-384 or SHA-512");
  const given = items(certificates.content);
  if (given.length > MOST_CERTIFICATES) throw invalid(`${given.length} certificates, more than ${MOST_CERTIFICATES}`);
  const read = given.flatMap(certificateOrNone);
  const [signer, ...namesakes] = read.filter((each) => equal(each.issuerAndSerial, name.encoded));
  if (signer === undefined || namesakes.length > 0) throw invalid("not one certificate of the signer");
  const { key } = signer;
  if (key === undefined) throw invalid("the key is neither RSA nor P-256, P-384 or P-521");
  return {
    content: itemsOf(explicit.content, TAG.octets)[0].content,
    certificates: read,
    signer,
    key,
    digest: digestName,
    attributes: attributes.content,
    signature: signature.content,
  };
}

function certificateOrNone({ encoded }: Item): Certificate[] {
  try {
    return [new Certificate(encoded)];
  } catch (error) {
    thrown(error, Refusal);
    return [];
  }
}

/** TSTInfo (RFC 3161, section 2.4.2). */
function readInfo(content: Uint8Array): Info {
  const parts = within(content);
  const form = [TAG.integer, TAG.oid, TAG.sequence, TAG.integer, TAG.time].join();
  if (parts.slice(0, 5).map(({ tag }) => tag).join() !== form) throw invalid("its content is not of version 1");
  const [version, , imprint, , time, ...rest] = parts as [Item, Item, Item, Item, Item, ...Item[]];
  if (integer(version) !== 1n) throw invalid("its content is not of version 1");
  const [algorithm, hash] = itemsOf(imprint.content, TAG.sequence, TAG.octets);
  const [named] = items(algorithm.content);
  const digest = named?.tag === TAG.oid ? digestNamed(named.content) : undefined;
  if (digest === undefined) throw invalid("the stamped digest is not SHA-256, SHA-384 or SHA-512");
  if (rest.map(({ tag }) => tag).join() !== OPTIONAL.filter((tag) => rest.some((each) => each.tag === tag)).join()) {
    throw invalid("its content has fields that RFC 3161 does not know");
  }
  for (const field of rest) {
    if (field.tag === TAG.integer) integer(field);
    const isCritical = ({ content: parts }: Item) => items(parts).some(({ tag }) => tag === TAG.boolean);
    if (field.tag === TAG.context1 && items(field.content).some(isCritical)) {
      throw invalid("its content has a critical extension");
    }
  }
  const [, whole] = /^(\d{14})(?:\.\d*[1-9])?Z$/.exec(toLatin(time.content)) ?? [];
  const seconds = secondsOf(`${whole}Z`);
  if (seconds === undefined) throw invalid("its time is no moment of UTC");
  return { digest, imprint: hash.content, time: seconds };
}

/** Signed are the attributes: they must be of this content and of this certificate (RFC 5652, section 5.4; RFC 5816). */
function checkSignature({ attributes, content, digest, signer, key, signature }: Token): void {
  const found = readAttributes(attributes);
  const is = (kind: Hex, value: Uint8Array) => equal(found.get(kind) ?? new Uint8Array(), value);
  if (!is(CONTENT_TYPE, named(TST_INFO))) throw invalid("the signature is for another kind of content");
  if (!is(MESSAGE_DIGEST, encode(TAG.octets, HASHES[digest](content)))) {
    throw invalid("the signature is for another content");
  }
  checkCertificateNamed(found, signer.der);
  if (!signed(key, digest, encode(TAG.set, attributes), signature)) throw invalid("the signature does not verify");
}

function readAttributes(content: Uint8Array): ReadonlyMap<Hex, Uint8Array> {
  const attributes = new Map<Hex, Uint8Array>();
  for (const attribute of items(content)) {
    const [kind, values] = itemsOf(attribute.content, TAG.oid, TAG.set);
    if (attributes.has(toHex(kind.content))) throw invalid("a signed attribute stands there twice");
    const [value, ...more] = items(values.content);
    if (value === undefined || more.length > 0) throw invalid("a signed attribute without one value");
    attributes.set(toHex(kind.content), value.encoded);
  }
  return attributes;
}

/** SigningCertificate (RFC 2634, SHA-1) and SigningCertificateV2 (RFC 5035): each that is there names the signer first. */
function checkCertificateNamed(attributes: ReadonlyMap<Hex, Uint8Array>, certificate: Uint8Array): void {
  const old = attributes.get(SIGNING_CERTIFICATE);
  const current = attributes.get(SIGNING_CERTIFICATE_V2);
  if (old === undefined && current === undefined) throw invalid("the signature names no certificate");
  const another = invalid("the signature names another certificate");
  if (old !== undefined) {
    const value = first(first(first(old).encoded).encoded);
    if (!equal(value.encoded, encode(TAG.octets, HASHES.sha1(certificate)))) throw another;
  }
  if (current !== undefined) {
    const parts = within(first(first(current).encoded).encoded);
    let [value] = parts;
    let digest: DigestName | undefined = "sha256";
    if (value?.tag === TAG.sequence) {
      digest = digestNamed(first(value.encoded).content);
      value = parts[1];
    }
    if (!value || !digest || !equal(value.encoded, encode(TAG.octets, HASHES[digest](certificate)))) throw another;
  }
}

function first(encoded: Uint8Array): Item {
  const [found] = within(encoded);
  if (found === undefined) throw new Refusal("MalformedDer", { offset: 0, reason: "a value was expected" });
  return found;
}
