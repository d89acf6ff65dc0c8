// Opens a receipt with its passphrase, to go on with the bid, to replace or to withdraw it, or to seal a variant beside it.

import { NamedParts } from "../sealing/blob_parts.js";
import { commitment, readHeader } from "../sealing/header.js";
import { openEnvelope, readBid } from "../sealing/open.js";
import { Fields } from "../verifier/json.js";
import type { DocumentField } from "../sealing/bid.js";
import type { Field } from "../sealing/field.js";
import { NOBODY } from "../verifier/bytes.js";
import { accountOf } from "../verifier/signature.js";
import { openSecret, readReceipt } from "../receipt/receipt.js";
import { earlierField, type EarlierField } from "./bid_fields.js";
import type { FiledBid } from "./hand_in_course.js";
import { signerOfPromise } from "./promise.js";
import { PageRefusal } from "./refusal.js";
import { digestOf } from "./sealing_task.js";
import type { Terms } from "./terms.js";

export interface OpenTask {
  readonly receipt: Blob;
  readonly passphrase: string;
  readonly terms: Terms;
  /** Whether fields and documents are wanted, too. */
  readonly withContent: boolean;
}

export interface OpenedDocument {
  readonly title: string;
  readonly slot: string | null;
  readonly format: string;
  /** Its field but for size and digest. */
  readonly earlier: EarlierField;
  readonly blob: Blob;
}

export interface OpenReceipt {
  readonly bid: Omit<FiledBid, "terms">;
  readonly fields: readonly EarlierField[];
  readonly documents: readonly OpenedDocument[];
}

/**
 * The bid of a receipt of this round. Its envelope is checked, its account's key is its author's. Throws what `readReceipt` and
 * `openSecret` throw, ReceiptOfOtherRound, ReceiptUnreadable, and with the content what opening an envelope throws.
 */
export async function openReceipt({ receipt, passphrase, terms, withContent }: OpenTask): Promise<OpenReceipt> {
  const parts = await readReceipt(receipt);
  const { chainId, ledger, processId, author, envelope, secret } = parts;
  const round = BigInt(parts.round);
  if (chainId !== terms.chainId || ledger !== terms.ledger || processId !== terms.processId || round !== terms.round) {
    throw new PageRefusal("ReceiptOfOtherRound");
  }
  const { seed, accountKey: key } = await openSecret(secret, passphrase);
  if (accountOf(key) !== author) damaged("the key is not the account's");
  const context = { chainId, ledger, processId, round, author, keySet: terms.keySetId, notBefore: terms.deadline };
  const found = await openEnvelope(envelope, context, terms.keySet);
  if (commitment(readHeader(found.header.bytes)) !== parts.commitment) damaged("the envelope is not the commitment's");
  const { promise = null, transaction = null, proof = null } = parts;
  if (promise !== null && signerOfPromise(promise, terms, parts) === NOBODY) {
    throw new PageRefusal("PromiseWrong", { what: "signature" });
  }
  const bid = {
    envelope, secret, key, promise, transaction, proof, receipt, author,
    digest: await digestOf(envelope, () => {}), commitment: parts.commitment, supersedes: parts.supersedes,
  };
  if (!withContent) return { bid, fields: [], documents: [] };
  const kept = new NamedParts();
  const content = await readBid(found, terms.keySet, seed, ({ name }, piece) => kept.add(name, piece));
  const fields = content.fields.filter(({ name }) => !name.startsWith("documents/"));
  return {
    bid,
    fields: fields.map(({ name, value }) => earlierField(name, value)),
    documents: content.documents.map((each) => documentOf(each, content.fields, kept.whole(each.name))),
  };
}

function damaged(reason: string): never {
  throw new PageRefusal("ReceiptUnreadable", { reason });
}

function documentOf({ name, title }: DocumentField, fields: readonly Field[], blob: Blob): OpenedDocument {
  const value = fields.find((field) => field.name === name)?.value;
  const members = new Fields(value instanceof Fields ? value : []);
  members.delete("size");
  members.delete("digest");
  const textOf = (member: string): string | null => {
    const found = members.get(member);
    return typeof found === "string" ? found : null;
  };
  return { title, slot: textOf("requirement"), format: textOf("format") ?? "", earlier: earlierField(name, members), blob };
}
