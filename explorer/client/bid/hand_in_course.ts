// How far the handing in is: a pure reducer. Nothing is sent before the receipt was saved, but in a rehearsal.

import type { Hex } from "../verifier/bytes.js";
import type { Failure, ReadyBid, Recorded, Stage } from "./hand_in.js";
import type { Server } from "./servers.js";

export type Intent = "handIn" | "rehearse" | "withdraw";
/** What somebody comes back with a receipt for. */
export type Purpose = Exclude<Intent, "rehearse"> | "replace" | "beside";

/** A bid with its receipt, which grows with what comes to it. */
export interface FiledBid extends ReadyBid {
  readonly receipt: Blob;
  /** The encrypted entry of the receipt. */
  readonly secret: Uint8Array;
  /** An evidence bundle of the process. */
  readonly proof: Blob | null;
}

export interface KeptBid extends FiledBid {
  /** Its receipt was chosen, and may be older than what came of the bid. */
  readonly isOpened: boolean;
  /** The bid that it was sealed beside on this page; no receipt says it, for the account does. */
  readonly beside: Hex | null;
}

interface WithBid {
  readonly intent: Intent;
  readonly bid: KeptBid;
  /** Whether the receipt was saved as it is now. */
  readonly saved: boolean;
}

interface Sending {
  readonly at: "sending";
  readonly stage: Stage;
  readonly server: Server | null;
  /** Bytes of the envelope. */
  readonly sent: number;
  readonly total: number;
}

export type Course =
  | { readonly at: "form" }
  | { readonly at: "sealing"; readonly intent: Intent; readonly share: number }
  | (WithBid & { readonly at: "sealed" })
  | (WithBid & Sending)
  /** `recorded`: the commitment is said to stand in the ledger; the envelope lacks. */
  | (WithBid & { readonly at: "failed"; readonly failures: readonly Failure[]; readonly recorded: Recorded | null })
  | (WithBid & { readonly at: "done"; readonly recorded: Recorded | null });

export type CourseAction =
  | { readonly kind: "seal"; readonly intent: Intent }
  | { readonly kind: "sealProgress"; readonly share: number }
  | { readonly kind: "sealed"; readonly bid: KeptBid }
  /** Of a receipt that somebody chose: it is saved already. */
  | { readonly kind: "opened"; readonly bid: KeptBid; readonly intent: Intent }
  | { readonly kind: "saved" }
  | { readonly kind: "send" }
  | { readonly kind: "stage"; readonly stage: Stage; readonly server: Server }
  | { readonly kind: "progress"; readonly sent: number; readonly total: number }
  /** Something came to the receipt: what is on disk is older now. */
  | { readonly kind: "kept"; readonly bid: KeptBid }
  | { readonly kind: "failed"; readonly failures: readonly Failure[]; readonly recorded: Recorded | null }
  | { readonly kind: "done"; readonly recorded: Recorded | null }
  | { readonly kind: "form" };

/** What does not follow on where the course is changes nothing. */
export function followed(course: Course, action: CourseAction): Course {
  switch (action.kind) {
    case "form":
      return course.at === "sending" ? course : { at: "form" };
    case "seal":
      return course.at === "form" ? { at: "sealing", intent: action.intent, share: 0 } : course;
    case "sealProgress":
      return course.at === "sealing" ? { ...course, share: action.share } : course;
    case "sealed":
      return course.at === "sealing" ? { at: "sealed", intent: course.intent, bid: action.bid, saved: false } : course;
    case "opened":
      return course.at === "form" ? { at: "sealed", intent: action.intent, bid: action.bid, saved: true } : course;
    case "saved":
      return "bid" in course ? { ...course, saved: true } : course;
    case "send":
      return maySend(course) ? begun(course) : course;
    case "stage":
      return course.at === "sending" ? { ...course, stage: action.stage, server: action.server } : course;
    case "progress":
      return course.at === "sending" ? { ...course, sent: action.sent, total: action.total } : course;
    case "kept":
      return isOfBid(course, action.bid) ? { ...course, bid: action.bid, saved: false } : course;
    case "failed":
      return course.at === "sending" ? { ...withBid(course), at: "failed", failures: action.failures, recorded: action.recorded } : course;
    case "done":
      return course.at === "sending" ? { ...withBid(course), at: "done", recorded: action.recorded } : course;
  }
}

/** Meanwhile another receipt may have been opened, or this one to withdraw its bid. */
function isOfBid(course: Course, { commitment }: KeptBid): course is Exclude<Course, { at: "form" | "sealing" }> {
  return "bid" in course && course.intent === "handIn" && course.bid.commitment === commitment;
}

function withBid({ intent, bid, saved }: WithBid): WithBid {
  return { intent, bid, saved };
}

function begun(course: WithBid): Course {
  const { bid } = course;
  return { at: "sending", ...withBid(course), stage: "compare", server: null, sent: 0, total: bid.envelope.size };
}

/** After a failure the receipt is saved, or nothing was to be handed in. */
export function maySend(course: Course): course is Extract<Course, { at: "sealed" | "failed" }> {
  return course.at === "failed" || (course.at === "sealed" && (course.saved || course.intent === "rehearse"));
}

/** Whether it is the bid that was sealed from the form, and not one of a receipt. */
export function isOfForm(course: Course): boolean {
  return "bid" in course && course.intent === "handIn" && !course.bid.isOpened;
}

/** Whether a hand-in failed whose bid may stand in the ledger all the same, or come there yet: it was signed here, or maybe before. */
export function mayArrive(course: Course): boolean {
  return course.at === "failed" && course.intent === "handIn"
    && (course.bid.isOpened || course.bid.transaction !== null || course.recorded !== null);
}

/** Whether the tab would take with it what no receipt on disk has. Of a rehearsal there is nothing to keep. */
export function hasUnsavedReceipt(course: Course): boolean {
  return "bid" in course && course.intent !== "rehearse" && !course.saved;
}
