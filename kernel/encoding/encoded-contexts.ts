/** Questions beside their contexts as the model sees them: every window is a row that is fed, every question one that is answered. */
import type { ColumnTable } from "arquero";
import type { AskedRows } from "#stdlib/kinds/task.js";
import type { EncodedWindow } from "#stdlib/kinds/tokenizer.js";
import { contextsOf, type ContextCut } from "../core/data/tokens.js";
import type { Encoding, Unseen } from "./encoded.js";

type Cut = Pick<Encoding, "tokenizer" | "maxLength" | "task" | "types" | "labels">;

export async function encodeContexts(
  questions: readonly string[],
  contexts: readonly string[],
  e: Cut,
): Promise<Unseen> {
  const names = questions.map((_, i) => i + 1);
  return fedAs(await e.tokenizer.encodeContexts(questions, contexts, { ...cutOf(e), names }), e);
}

export async function contextsIn(table: ColumnTable, e: Cut): Promise<Unseen> {
  return fedAs(await contextsOf(table, e.tokenizer, cutOf(e)), e);
}

function cutOf({ maxLength, task }: Cut): ContextCut {
  return { length: maxLength, overlap: task.implementation.supervision.overlap?.(task.call) ?? 0 };
}

function fedAs(windows: readonly EncodedWindow[], { labels, tokenizer, task, types }: Cut): Unseen {
  const ids = windows.map((window) => window.ids);
  const asked: AskedRows = {
    count: windows.length,
    ids: (row) => ids[row]!,
    window: (row) => windows[row]!,
    labels,
    tokenizer,
    call: task.call,
  };
  const lengths = Int32Array.from(ids, (row) => row.length);
  return { ids, lengths, asked, ...(types && { types: windows.map((window) => window.types) }) };
}
