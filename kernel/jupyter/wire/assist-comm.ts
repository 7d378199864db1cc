/**
 * The comm target `tunebook.assist`: the lab extension asks about a cell that is typed, about the plan and the runs,
 * `{ id, method, ... }` with the parameters of that method, and gets `{ id, result }` or `{ id, error }` back, while cells
 * run too. `watchRuns` is answered again and again, `{ watch: id, result }`, whenever the runs have changed, until
 * `unwatchRuns`, the next `watchRuns`, or the comm's end: a front end that asked by itself would make the kernel look busy.
 * `watchCompared` and `unwatchCompared` are the same for runs side by side.
 */
import type { Compare } from "../../history/compared-runs.js";
import { sorts, type RunView } from "../../history/run-listing.js";
import type { AssistantClient } from "./assistant-client.js";
import type { AssistantMethods } from "../../core/assist/assistant-port.js";
import type { Comm, CommOpened } from "./comms.js";
import type { Json } from "./message.js";

export const assistTarget = "tunebook.assist";

type Reader<P> = (data: Json) => P | undefined;
const code: Reader<{ code: string }> = ({ code }) => (typeof code === "string" ? { code } : undefined);
const place: Reader<{ code: string; offset: number }> = ({ code, offset }) =>
  typeof code === "string" && typeof offset === "number" && offset >= 0 && offset <= code.length
    ? { code, offset }
    : undefined;
const notebook: Reader<AssistantMethods["plan"]["params"]> = ({ cells, at, measure }) => {
  if (!Array.isArray(cells) || !cells.every(isCell)) return undefined;
  return { cells, at: isPlace(at) ? at : null, measure: measure === true };
};
const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
const query: Reader<RunView> = (data) => {
  const { filter, limit, sort, reverse, score, on, fold, open } = data;
  if (typeof filter !== "string" || typeof limit !== "number" || !(limit >= 0)) return undefined;
  return {
    ...{ filter, limit, reverse: reverse === true, fold: fold === true, open: texts(open) ?? [] },
    sort: sorts.find((one) => one === sort) ?? "started",
    score: typeof score === "string" ? score : null,
    on: typeof on === "string" ? on : null,
  };
};
const compare: Reader<Compare> = ({ runs, along, smooth }) => {
  if (!Array.isArray(runs) || !runs.every(isChosen)) return undefined;
  return { runs, along: along === "seconds" || along === "tokens" ? along : "step", smooth: smooth !== false };
};
/** What may be asked from outside; undefined: the message lacks something. */
const methods: { readonly [M in keyof AssistantMethods]?: Reader<AssistantMethods[M]["params"]> } = {
  check: code,
  format: code,
  complete: place,
  inspect: (data) => {
    const at = place(data);
    return at && { ...at, detail: 0 };
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
};

/** Milliseconds that a look at the runs waits for a change; a watch that nobody wants any more ends so late at most. */
const patience = 5000;

export function assistComm(assistant: AssistantClient): CommOpened {
  return (comm) => {
    /** Of the watches that go on; each has an object of its own. */
    const watches = new Map<Watched, object>();
    return {
      message: ({ data }) => {
        const { id, method } = data;
        const answer = (reply: Json): void => comm.send({ id, ...reply });
        const [, un, what] = /^(un)?watch(Runs|Compared)$/.exec(String(method)) ?? [];
        if (what === "Runs" || what === "Compared") {
          const ask = un ? undefined : askerOf(assistant, what, data);
          const mine = {};
          watches.delete(what);
          if (ask) {
            watches.set(what, mine);
            void watch(comm, id, ask, () => watches.get(what) === mine);
          }
          return answer(ask || un ? { result: null } : { error: `${String(method)} lacks a parameter` });
        }
        const known = typeof method === "string" && Object.hasOwn(methods, method);
        const params = known ? methods[method as keyof AssistantMethods]?.(data) : undefined;
        if (!params) return answer({ error: known ? `${method} lacks a parameter` : "there is no such method" });
        assistant.ask(method as keyof AssistantMethods, params as never).then(
          (result) => answer({ result }),
          (error: unknown) => answer({ error: String(error) }),
        );
      },
      closed: () => watches.clear(),
    };
  };
}

type Watched = "Runs" | "Compared";
/** Asks for what is new since an earlier answer; waits so long for it. */
type Asker = (since: unknown, wait: number) => Promise<{ readonly revision: unknown }>;

/** Undefined: the message lacks something. */
function askerOf(assistant: AssistantClient, what: Watched, data: Json): Asker | undefined {
  if (what === "Runs") {
    const view = query(data);
    return view && ((since, wait) => assistant.ask("runs", { ...view, since: (since ?? 0) as number, wait }));
  }
  const asked = compare(data);
  return asked && ((since, wait) => assistant.ask("compareRuns", { ...asked, since: (since ?? "") as string, wait }));
}

async function watch(comm: Comm, id: unknown, ask: Asker, wanted: () => boolean): Promise<void> {
  let since: unknown;
  let wait = 0;
  try {
    while (wanted()) {
      const result = await ask(since, wait);
      if (!wanted()) return;
      if (result.revision !== since || wait === 0) comm.send({ watch: id, result: result as unknown as Json });
      since = result.revision;
      wait = patience;
    }
  } catch (error) {
    if (wanted()) comm.send({ watch: id, error: String(error) });
  }
}

function isChosen(value: unknown): value is Compare["runs"][number] {
  const { id, slot } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === "string" && typeof slot === "number" && Number.isInteger(slot) && slot >= 0 && slot < 1000;
}
function isCell(cell: unknown): cell is { id: string; code: string } {
  const { id, code } = (cell ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === "string" && typeof code === "string";
}
function isPlace(at: unknown): at is { cell: string; offset: number } {
  const { cell, offset } = (at ?? {}) as Readonly<Record<string, unknown>>;
  return typeof cell === "string" && typeof offset === "number";
}
