// The step releases: what was published is here, as it was anchored (docs/bundle-1.md, step 8).

import { ZERO, type Hex } from "./bytes.js";
import { readList, type Act } from "./act.js";
import type { Contents } from "./contents.js";
import type { Policy } from "./policy.js";
import type { Proven } from "./proven.js";
import { NotProvable, Refusal, shown, type Note } from "./refusal.js";
import { act, processDetail, termsOf } from "./statute_table.js";
import { missing, unexpected } from "./step_chain.js";

export function checkReleases(contents: Contents, _policy: Policy, proven: Proven): Note[] {
  const named = new Set<Hex>();
  const documents = new Set<Hex>();
  const absent: Note[] = [];
  const redacted: Note[] = [];
  for (const process of proven.processes.values()) {
    const erased = erasedIn(process.acts);
    for (const each of process.acts) {
      documents.add(each.ground).add(each.subject);
      if (each.release === ZERO) continue;
      named.add(each.release);
      const release = contents.releases.get(each.release);
      if (release === undefined) {
        absent.push(whyAbsent(each, erased));
        continue;
      }
      if (release.problem !== null) {
        throw new Refusal("EntryInvalid", { entry: `releases/${each.release}`, reason: release.problem });
      }
      if (release.ocid !== process.ocid) {
        const values = { release: shown(each.release), got: release.ocid || "none", expected: process.ocid };
        throw new Refusal("ReleaseForeign", values);
      }
      for (const document of release.documents) documents.add(document);
      if (release.concealed > 0) {
        const values = { release: shown(each.release), act: each.sequence, places: release.concealed };
        redacted.push({ note: "redacted", values });
      }
    }
  }
  for (const [id, data] of contents.lists) {
    // What an organisation-wide act is about, a pull's observation for example, is a document.
    for (const item of readList(id, data)) if (typeof item !== "string") documents.add(item.ground).add(item.subject);
  }
  for (const release of contents.releases.keys()) if (!named.has(release)) throw unexpected(`releases/${release}`);
  for (const release of contents.disclosures.keys()) {
    if (!contents.releases.has(release)) throw unexpected(`disclosures/${release}`);
  }
  for (const document of contents.documents) {
    if (!documents.has(document)) throw unexpected(`documents/${document}`);
  }
  documents.delete(ZERO);
  const here = [contents.documents, contents.criteria, contents.evaluations];
  const elsewhere = [...documents].filter((document) => !here.some((entries) => entries.has(document))).length;
  if (absent.length + redacted.length > 0) throw new NotProvable([...absent, ...redacted]);
  return elsewhere > 0 ? [{ note: "documentsElsewhere", values: { number: elsewhere } }] : [];
}

/** Releases of which an act says that all was erased, each with that act's number. */
function erasedIn(acts: readonly Act[]): Map<Hex, number> {
  const published = new Map(acts.map((each) => [each.sequence, each.release]));
  const erasing = acts.filter((each) => each.act === act("FieldsErased") && published.get(each.ref) === each.subject);
  return new Map(erasing.map((each) => [each.subject, each.sequence]));
}

/** Why a release may be missing. Throws EntryMissing if no act says that it may. */
function whyAbsent(each: Act, erased: ReadonlyMap<Hex, number>): Note {
  const values = { release: shown(each.release), act: each.sequence };
  const by = erased.get(each.release);
  if (by !== undefined) return { note: "erased", values: { ...values, by } };
  if (each.act === act("NoticePublished")) {
    const kind = Number(processDetail(each).kind);
    if (termsOf("NoticeKind")[kind] === "embargoed") return { note: "embargoed", values };
  }
  throw missing(`releases/${each.release}`);
}
