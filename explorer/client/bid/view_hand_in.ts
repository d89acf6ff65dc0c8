// The step that hands in: save the receipt, send, and what came of it.

import { hasUnsavedReceipt, maySend, type Course, type Intent, type KeptBid } from "./hand_in_course.js";
import { el, type Child } from "./element.js";
import type { Recorded, Stage } from "./hand_in.js";
import { shownSize } from "./missing.js";
import type { Server } from "./servers.js";
import { failureSentence } from "./failure_sentence.js";
import { button, facts } from "./view.js";
import { shownMoment, type Language, type Word, type WordValues } from "./words.js";

export interface HandInView {
  readonly language: Language;
  readonly course: Course;
  readonly deadline: bigint;
  /** Whether what failed was recorded, and whether a receiver took it. */
  readonly incident: "none" | "saved" | "taken";
  say(name: Word, values?: WordValues): string;
  save(): void;
  send(): void;
  report(): void;
  print(): void;
  back(): void;
}

const STAGES_OF: Readonly<Record<Intent, readonly Stage[]>> = {
  handIn: ["compare", "upload", "promise", "commit", "wait"],
  rehearse: ["compare", "upload"],
  withdraw: ["compare", "commit", "wait"],
};

export function handInStep(view: HandInView): Child[] {
  const { course } = view;
  switch (course.at) {
    case "form":
      return [];
    case "sealing":
      return [
        el("p", { id: "told" }, view.say("sealing")),
        el("progress", { max: 100, value: Math.floor(100 * course.share), "aria-label": view.say("sealing") }),
      ];
    case "sealed":
      return [...aboutBid(view, course), ...saving(view, course)];
    case "sending":
      return [...aboutBid(view, course), ...sending(view, course)];
    case "failed":
      return [...aboutBid(view, course), ...failed(view, course)];
    case "done":
      return done(view, course);
  }
}

type With<At extends Course["at"]> = Extract<Course, { at: At }>;

function aboutBid(view: HandInView, { bid, intent }: With<"sealed" | "sending" | "failed">): Child[] {
  return [
    el("p", {}, view.say(intent === "withdraw" ? "toWithdraw" : intent === "rehearse" ? "toRehearse" : "sealedLead")),
    facts(
      [view.say("commitment"), el("code", {}, `0x${bid.commitment}`)],
      [view.say("account"), el("code", {}, `0x${bid.author}`)],
      [view.say("envelopeSize"), shownSize(bid.envelope.size, view.language)],
      besideFact(view, bid),
      /^0*$/.test(bid.supersedes) ? null : [view.say("supersedes"), el("code", {}, `0x${bid.supersedes}`)],
    ),
  ];
}

function besideFact(view: HandInView, { beside }: KeptBid): readonly [string, Child] | null {
  return beside === null ? null : [view.say("besideOf"), el("code", {}, `0x${beside}`)];
}

function saving(view: HandInView, course: With<"sealed">): Child[] {
  const { intent, saved } = course;
  const send = view.say(intent === "withdraw" ? "withdrawNow" : intent === "rehearse" ? "rehearseNow" : "handInNow");
  const mayNow = maySend(course);
  return [
    intent === "handIn" && el("div", { class: "step" },
      el("h3", {}, view.say("saveTitle")),
      el("p", {}, view.say("saveLead")),
      el("p", { class: saved ? "state good" : "state open" }, view.say(saved ? "saved" : "notSaved")),
      button(view.say("saveReceipt"), () => view.save(), { id: "save", class: saved ? undefined : "primary" })),
    el("div", { class: "step" },
      el("h3", {}, intent === "handIn" ? view.say("sendTitle") : send),
      !mayNow && el("p", { id: "send-hint" }, view.say("saveFirst")),
      el("div", { class: "buttons" },
        button(send, () => view.send(), {
          id: "send", class: mayNow ? "primary" : undefined, "aria-disabled": mayNow ? undefined : "true",
          "aria-describedby": mayNow ? undefined : "send-hint",
        }),
        button(view.say("backToForm"), () => view.back(), { id: "back" }))),
  ];
}

function sending(view: HandInView, { stage, server, sent, total, intent }: With<"sending">): Child[] {
  const stages = STAGES_OF[intent];
  const at = stages.indexOf(stage);
  const isNow = (place: number): Word => (place < at ? "stageDone" : place === at ? "stageNow" : "stageLater");
  return [
    el("ol", { class: "stages" }, ...stages.map((each, place) => el("li", { "aria-current": place === at ? "step" : undefined },
      view.say(`stage_${each}`), " ", el("span", { class: place < at ? "good" : "hint" }, view.say(isNow(place)))))),
    server && el("p", { class: "hint" }, view.say("withServer", { server: server.name })),
    stage === "upload" && el("progress", { id: "progress", max: total, value: sent, "aria-label": view.say("stage_upload") }),
    stage === "upload" && el("p", { id: "sent" },
      view.say("sent", { sent: shownSize(sent, view.language), total: shownSize(total, view.language) })),
    el("p", {}, view.say("stayOpen")),
  ];
}

function failed(view: HandInView, course: With<"failed">): Child[] {
  const { failures, intent, recorded } = course;
  const isOlder = hasUnsavedReceipt(course);
  return [
    el("div", { class: "whole bad", id: "failure", tabindex: -1, role: "group", "aria-labelledby": "failure-title" },
      el("h3", { id: "failure-title" }, view.say(recorded === null ? "failedTitle" : "envelopeTitle")),
      ...(recorded === null ? [] : withoutEnvelope(view, recorded)),
      el("ul", {}, ...failures.map(({ server, error }) => el("li", {},
        `${shownMoment(error.at / 1000, view.language)}, ${server.name}: ${failureSentence(error, view.language)}`))),
      el("p", {}, view.say(intent === "rehearse" ? "failedRehearsal" : "failedLead"))),
    recorded !== null && el("p", { id: "save-again" }, view.say("saveWithTransaction")),
    isOlder && el("p", { class: "state open", id: "save-state" }, view.say("receiptOlder")),
    el("div", { class: "buttons" },
      button(view.say(recorded === null ? "again" : "envelopeAgain"), () => view.send(), { id: "send", class: "primary" }),
      intent === "handIn" && button(view.say("saveReceipt"), () => view.save(), { id: "save" }),
      intent !== "rehearse" && button(view.say("report"), () => view.report(), { id: "report" }),
      button(view.say("backToForm"), () => view.back(), { id: "back" })),
    intent !== "rehearse" && el("p", { class: "hint", id: "incident" },
      view.say(view.incident === "taken" ? "reportTaken" : view.incident === "saved" ? "reportSaved" : "reportHint")),
  ];
}

/** What a node says, what that means, and what lacks. */
function withoutEnvelope(view: HandInView, { node, block, time }: Recorded): Child[] {
  const isLate = BigInt(time) > view.deadline;
  const said = { server: node?.name ?? "", block, time: shownMoment(time, view.language) };
  return [
    el("p", {}, view.say("envelopeCommitted", said), " ", view.say(isLate ? "envelopeLate" : "envelopeInTime")),
    el("p", {}, view.say("envelopeLacks")),
    el("p", {}, view.say("envelopeWhy")),
  ];
}

function done(view: HandInView, course: With<"done">): Child[] {
  const { intent, bid, recorded, saved } = course;
  if (intent === "rehearse") {
    return [
      el("div", { class: "whole open", id: "outcome", tabindex: -1 },
        el("h3", {}, view.say("rehearsedTitle")), el("p", {}, view.say("rehearsedLead"))),
      el("div", { class: "buttons" }, button(view.say("backToForm"), () => view.back(), { id: "back", class: "primary" })),
    ];
  }
  const arrivedAt = countedArrival(recorded);
  const isLate = intent === "handIn" && arrivedAt !== null && arrivedAt > view.deadline;
  const node = recorded?.node ?? null;
  return [
    el("div", { class: `whole ${isLate || node !== null ? "open" : "good"}`, id: "outcome", tabindex: -1 },
      ...(node !== null ? saidByNode(view, node, intent, isLate) : [
        el("h3", {}, view.say(intent === "withdraw" ? "withdrawnTitle" : isLate ? "lateTitle" : "doneTitle")),
        el("p", {}, view.say(intent === "withdraw" ? "withdrawnLead" : isLate ? "lateLead" : "doneLead"))])),
    facts(
      [view.say("commitment"), el("code", {}, `0x${bid.commitment}`)],
      besideFact(view, bid),
      arrivedAt === null || intent === "withdraw" ? null : [view.say("arrived"), shownMoment(Number(arrivedAt), view.language)],
      recorded && [
        view.say("recorded"),
        view.say("inBlock", { block: recorded.block, time: shownMoment(recorded.time, view.language) }),
      ],
      recorded && [view.say("transaction"), el("code", {}, `0x${recorded.hash}`)],
    ),
    intent === "handIn" && !saved && el("p", { id: "save-again" }, view.say(bid.proof === null ? "saveAgain" : "saveWithProof")),
    intent === "handIn" && el("p", { class: saved ? "state good" : "state open", id: "save-state" },
      view.say(saved ? "saved" : "receiptOlder")),
    el("div", { class: "buttons" },
      intent === "handIn" && button(view.say("saveReceipt"), () => view.save(), { id: "save", class: saved ? undefined : "primary" }),
      intent === "handIn" && button(view.say("print"), () => view.print(), { id: "print" }),
      button(view.say("newBid"), () => view.back(), { id: "back" })),
  ];
}

/** No more than was seen: nobody but the node says that the ledger has it. */
function saidByNode(view: HandInView, { name }: Server, intent: Intent, isLate: boolean): Child[] {
  const said = { server: name };
  return [
    el("h3", {}, view.say(intent === "withdraw" ? "withdrawnByNode" : isLate ? "lateByNode" : "doneByNode", said)),
    el("p", {}, view.say("toldByNode", said)),
    isLate && el("p", {}, view.say("lateLead")),
  ];
}

/** The second that counts: promised, or else the block's. */
function countedArrival(recorded: Recorded | null): bigint | null {
  return recorded === null ? null : (recorded.promised ?? BigInt(recorded.time));
}
