/**
 * The kernel's end of the comm `tunebook.assist` (protocol in assist-contract.ts): answers the lab extension about a
 * cell being typed, the plan and the runs, also while cells run. The runs are watched on this side: a front end that
 * polled would make the kernel look busy.
 */
import type { RunComparisonRequest } from "../../../../runs/history/run-comparison.js";
import { RUN_SORT_KEYS, type RunView } from "../../../../runs/history/run-view.js";
import type { AssistantClient } from "./assistant-client.js";
import type {
  AssistQuestionName,
  AssistQuestions,
  AssistReply,
  AssistWatch,
  AssistWatches,
  UncheckedParams,
} from "./assist-contract.js";
import type { AssistantMethods } from "../../cells/assistant-port.js";
import type { Comm, CommOpened } from "../../ports/comms.js";
import type { Json } from "../message.js";

export const assistTarget = "tunebook.assist";

/** Converts a message's parameters to the assistant's; undefined if the message is incomplete. */
type Reader<Asked, Wanted> = (data: UncheckedParams<Asked>) => Wanted | undefined;
type Asked<Q extends AssistQuestionName> = AssistQuestions[Q]["params"];
type Watched<W extends AssistWatch> = AssistWatches[W]["params"];

const code: Reader<Asked<"check">, AssistantMethods["check"]["params"]> = ({ code }) =>
  typeof code === "string" ? { code } : undefined;
const place: Reader<Asked<"complete">, AssistantMethods["complete"]["params"]> = ({ code, offset }) =>
  typeof code === "string" && typeof offset === "number" && offset >= 0 && offset <= code.length
    ? { code, offset }
    : undefined;
const notebook: Reader<Asked<"plan">, AssistantMethods["plan"]["params"]> = ({ cells, at: cursor, measure }) => {
  if (!Array.isArray(cells) || !cells.every(isCell)) return undefined;
  return { cells, at: isPlace(cursor) ? cursor : null, measure: measure === true };
};
const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
const query: Reader<Watched<"Runs">, RunView> = (data) => {
  const { filter, limit, sort, reverse, score, on, fold, open } = data;
  if (typeof filter !== "string" || typeof limit !== "number" || !(limit >= 0)) return undefined;
  return {
    filter,
    limit,
    reverse: reverse === true,
    fold: fold === true,
    open: texts(open) ?? [],
    sort: RUN_SORT_KEYS.find((one) => one === sort) ?? "started",
    score: typeof score === "string" ? score : null,
    on: typeof on === "string" ? on : null,
  };
};
const compare: Reader<Watched<"Compared">, RunComparisonRequest> = ({ runs, along, smooth }) => {
  if (!Array.isArray(runs) || !runs.every(isChosen)) return undefined;
  return { runs, along: along === "seconds" || along === "tokens" ? along : "step", smooth: smooth !== false };
};
/** Requests allowed from outside. */
const questions: { readonly [Q in AssistQuestionName]: Reader<Asked<Q>, AssistantMethods[Q]["params"]> } = {
  check: code,
  format: code,
  complete: place,
  inspect: (data) => {
    const position = place(data);
    return position && { ...position, detail: 0 };
  },
  plan: notebook,
  run: ({ run, against }) =>
    typeof run === "string" ? { id: run, against: typeof against === "string" ? against : null } : undefined,
  loadRun: ({ run, cells }) => (typeof run === "string" ? { id: run, cells: texts(cells) ?? [] } : undefined),
  noteRun: ({ run, tags, note }) => {
    const all = texts(tags);
    return typeof run === "string" && all && typeof note === "string"
      ? { id: run, notes: { tags: all, note } }
      : undefined;
  },
  deleteRun: ({ run }) => (typeof run === "string" ? { id: run } : undefined),
  stopRun: ({ run }) => (typeof run === "string" ? { id: run } : undefined),
};
const isQuestion = (method: unknown): method is AssistQuestionName =>
  typeof method === "string" && Object.hasOwn(questions, method);

/** Milliseconds that a request for runs waits for a change; a cancelled watch ends at most this much later. */
const patience = 5000;

export function assistComm(assistant: AssistantClient): CommOpened {
  return (comm) => {
    /** Active watches, each with its own token object. */
    const watches = new Map<AssistWatch, object>();
    const watch = (id: unknown, what: AssistWatch, data: Json): boolean => {
      const mine = {};
      watches.delete(what);
      const begin = watchers[what](assistant, data);
      if (!begin) return false;
      watches.set(what, mine);
      void begin(comm, id, () => watches.get(what) === mine);
      return true;
    };
    return {
      message: ({ data }) => {
        const { id, method } = data;
        const answer = (reply: { readonly result: unknown } | { readonly error: string }): void =>
          tell(comm, { id, ...reply });
        const [, un, what] = /^(un)?watch(Runs|Compared)$/.exec(String(method)) ?? [];
        if (what === "Runs" || what === "Compared") {
          if (un) watches.delete(what);
          else if (!watch(id, what, data)) return answer({ error: `${String(method)} lacks a parameter` });
          return answer({ result: null });
        }
        if (!isQuestion(method)) return answer({ error: "there is no such method" });
        const pendingAnswer = ask(assistant, method, data);
        if (!pendingAnswer) return answer({ error: `${method} lacks a parameter` });
        pendingAnswer.then(
          (result) => answer({ result }),
          (error: unknown) => answer({ error: String(error) }),
        );
      },
      closed: () => watches.clear(),
    };
  };
}

/** Undefined: the message is incomplete. */
function ask<Q extends AssistQuestionName>(
  assistant: AssistantClient,
  question: Q,
  data: UncheckedParams<Asked<Q>>,
): Promise<AssistQuestions[Q]["result"]> | undefined {
  const params = questions[question](data);
  return params && assistant.ask(question, params);
}

function tell(comm: Comm, reply: AssistReply<unknown>): void {
  comm.send(reply);
}

/** Continues while `wanted` returns true. */
type Watch = (comm: Comm, id: unknown, wanted: () => boolean) => Promise<void>;

/** Starts each watch; undefined if the message is incomplete. */
const watchers: { readonly [W in AssistWatch]: (assistant: AssistantClient, data: Json) => Watch | undefined } = {
  Runs: (assistant, data) => {
    const view = query(data);
    return (
      view &&
      watching<AssistWatches["Runs"]["result"]>(0, (since, wait) => assistant.ask("runs", { ...view, since, wait }))
    );
  },
  Compared: (assistant, data) => {
    const comparison = compare(data);
    return (
      comparison &&
      watching<AssistWatches["Compared"]["result"]>("", (since, wait) =>
        assistant.ask("compareRuns", { ...comparison, since, wait }),
      )
    );
  },
};

/** `look` requests changes since an earlier answer and waits for them; without `since` there was no answer yet. */
function watching<Found extends { readonly revision: unknown }>(
  since: Found["revision"],
  look: (since: Found["revision"], wait: number) => Promise<Found>,
): Watch {
  return async (comm, id, wanted) => {
    let wait = 0;
    try {
      while (wanted()) {
        const result = await look(since, wait);
        if (!wanted()) return;
        if (result.revision !== since || wait === 0) tell(comm, { watch: id, result });
        since = result.revision;
        wait = patience;
      }
    } catch (error) {
      if (wanted()) tell(comm, { watch: id, error: String(error) });
    }
  };
}

function isChosen(value: unknown): value is RunComparisonRequest["runs"][number] {
  const { id, slot } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === "string" && typeof slot === "number" && Number.isInteger(slot) && slot >= 0 && slot < 1000;
}
function isCell(cell: unknown): cell is { id: string; code: string } {
  const { id, code } = (cell ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === "string" && typeof code === "string";
}
function isPlace(candidate: unknown): candidate is { cell: string; offset: number } {
  const { cell, offset } = (candidate ?? {}) as Readonly<Record<string, unknown>>;
  return typeof cell === "string" && typeof offset === "number";
}
