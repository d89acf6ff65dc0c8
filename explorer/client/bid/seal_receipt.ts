// From what was entered to an envelope with its receipt: what must be done before anything is sent.

import type { Hex } from "../verifier/bytes.js";
import { sealSecret, writeReceipt } from "../receipt/receipt.js";
import { accountOf } from "../verifier/signature.js";
import { newKey } from "./account.js";
import type { NamedValue } from "./bid_fields.js";
import { requireBundleOf } from "./bundle_of_bid.js";
import type { FiledBid } from "./hand_in_course.js";
import { sealBid, type SealingTask } from "./sealing_task.js";
import type { Terms } from "./terms.js";

export interface SealReceiptTask {
  readonly terms: Terms;
  readonly fields: readonly NamedValue[];
  readonly documents: SealingTask["documents"];
  readonly passphrase: string;
  readonly supersedes: Hex;
  /** Of the account that has the earlier bid; null: a new one. */
  readonly key: Uint8Array | null;
}

/** Throws a Refusal of sealing. */
export async function sealWithReceipt(task: SealReceiptTask, progress: (share: number) => void): Promise<Omit<FiledBid, "terms">> {
  const { terms, fields, documents, passphrase, supersedes } = task;
  const key = task.key ?? newKey();
  const author = accountOf(key);
  const { chainId, ledger, processId, round, keySet } = terms;
  const context = { chainId, ledger, processId, round, author, keySet: terms.keySetId, notBefore: terms.deadline };
  const { seed, ...sealed } = await sealBid({ context, keySet, fields, documents }, progress);
  const secret = await sealSecret(seed, key, passphrase);
  const bid = { ...sealed, author, key, supersedes, secret, promise: null, transaction: null, proof: null };
  return { ...bid, receipt: await keptReceipt({ ...bid, terms }) };
}

export interface KeepTask extends Omit<FiledBid, "receipt"> {
  /** To be its proof from now on. */
  readonly bundle?: Blob;
}

/** The receipt with all that there is. Throws what `requireBundleOf` throws of a new proof. */
export async function keptReceipt(task: KeepTask): Promise<Blob> {
  const { terms, envelope, author, commitment, supersedes, secret, promise, transaction, bundle } = task;
  if (bundle !== undefined) await requireBundleOf(task, bundle);
  const { chainId, ledger, organisationId, ocid, processId, round, keySetCode } = terms;
  return await writeReceipt({
    chainId, ledger, organisationId, ocid, processId, round: Number(round), author, commitment, supersedes, envelope, secret,
    keySetDetail: keySetCode, promise: promise ?? undefined, transaction: transaction ?? undefined, proof: bundle ?? task.proof ?? undefined,
  });
}
