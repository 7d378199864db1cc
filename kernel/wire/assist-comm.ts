/**
 * The comm target `tunebook.assist`: the lab extension asks about a cell that is typed, about the plan and the runs,
 * `{ id, method, ... }` with the parameters of that method, and gets `{ id, result }` or `{ id, error }` back, while cells
 * run too. `watchRuns` is answered again and again, `{ watch: id, result }`, whenever the runs have changed, until
 * `unwatchRuns`, the next `watchRuns`, or the comm's end: a front end that asked by itself would make the kernel look busy.
 */
import type { AssistantClient } from "./assistant-client.js";
import type { AssistantMethods } from "./assistant-port.js";
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
const query: Reader<{ filter: string; limit: number }> = ({ filter, limit }) =>
  typeof filter === "string" && typeof limit === "number" && limit >= 0 ? { filter, limit } : undefined;
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
  deleteRun: ({ run }) => (typeof run === "string" ? { id: run } : undefined),
};

/** Milliseconds that a look at the runs waits for a change; a watch that nobody wants any more ends so late at most. */
const patience = 5000;

export function assistComm(assistant: AssistantClient): CommOpened {
  return (comm) => {
    /** Of the watch that goes on; each has an object of its own. */
    let watch: object | undefined;
    return {
      message: ({ data }) => {
        const { id, method } = data;
        const answer = (reply: Json): void => comm.send({ id, ...reply });
        if (method === "watchRuns" || method === "unwatchRuns") {
          const wanted = method === "watchRuns" ? query(data) : undefined;
          watch = wanted && {};
          const mine = watch;
          if (wanted) void watchRuns(comm, assistant, { ...wanted, id }, () => watch === mine);
          return answer(
            wanted || method === "unwatchRuns" ? { result: null } : { error: `${method} lacks a parameter` },
          );
        }
        const known = typeof method === "string" && Object.hasOwn(methods, method);
        const params = known ? methods[method as keyof AssistantMethods]?.(data) : undefined;
        if (!params) return answer({ error: known ? `${method} lacks a parameter` : "there is no such method" });
        assistant.ask(method as keyof AssistantMethods, params as never).then(
          (result) => answer({ result }),
          (error: unknown) => answer({ error: String(error) }),
        );
      },
      closed: () => (watch = undefined),
    };
  };
}

async function watchRuns(
  comm: Comm,
  assistant: AssistantClient,
  { id, filter, limit }: { readonly id: unknown; readonly filter: string; readonly limit: number },
  wanted: () => boolean,
): Promise<void> {
  let since = 0;
  let wait = 0;
  try {
    while (wanted()) {
      const result = await assistant.ask("runs", { filter, limit, since, wait });
      if (!wanted()) return;
      if (result.revision !== since || wait === 0) comm.send({ watch: id, result });
      since = result.revision;
      wait = patience;
    }
  } catch (error) {
    if (wanted()) comm.send({ watch: id, error: String(error) });
  }
}

function isCell(cell: unknown): cell is { id: string; code: string } {
  const { id, code } = (cell ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === "string" && typeof code === "string";
}
function isPlace(at: unknown): at is { cell: string; offset: number } {
  const { cell, offset } = (at ?? {}) as Readonly<Record<string, unknown>>;
  return typeof cell === "string" && typeof offset === "number";
}
