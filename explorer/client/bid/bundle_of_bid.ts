// Whether an evidence bundle can stand as the proof in a bid's receipt: it is whole, of the bid's process, and has the act that
// committed the bid. What it proves, whoever verifies the receipt finds out.

import { readActs } from "../verifier/act.js";
import { Archive, BUNDLE, sourceOf } from "../verifier/archive.js";
import { joined } from "../verifier/bytes.js";
import { Refusal, shown } from "../verifier/refusal.js";
import { act } from "../verifier/statute_table.js";
import type { ReadyBid } from "./hand_in.js";

/** Throws BundleMalformed, ManifestInvalid, EntryAltered, EntryInvalid; ProofForeign, BidUnproven. */
export async function requireBundleOf({ terms, commitment, author }: ReadyBid, bundle: Blob): Promise<void> {
  const { chainId, ledger, processId, round } = terms;
  const [{ block, subject, entries, ...manifest }, , archive] = await Archive.open(sourceOf(bundle), BUNDLE);
  for (const [field, expected, got] of [
    ["chainId", chainId, manifest.chainId], ["ledger", shown(ledger), shown(manifest.ledger)],
    ["processId", `process ${shown(processId)}`, `${subject.kind} ${shown(subject.id)}`],
  ] as const) {
    if (got !== expected) throw new Refusal("ProofForeign", { field, expected, got });
  }
  const name = `acts/process-${processId}`;
  const pieces: Uint8Array[] = [];
  for (const entry of entries) {
    await archive.entry(entry, (piece) => {
      if (entry.name === name) pieces.push(piece);
    });
  }
  await archive.end();
  const isThere = readActs(name, joined(pieces)).some((each) => each.act === act("BidCommitted")
    && BigInt(each.round) === round && each.subject === commitment && each.first === author);
  if (!isThere) throw new Refusal("BidUnproven", { block, commitment: shown(commitment), author: shown(author) });
}
