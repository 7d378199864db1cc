/** Rows that are judged by a cheap probe, and the vectors that the base as it was before training makes of their texts. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { must } from "#dsl/diagnostics/must.js";
import type { Registry } from "#dsl/types/registry.js";
import { wordOf } from "#dsl/types/loaded.js";
import type { RowName } from "#dsl/types/row-name.js";
import type { ModelPlan } from "#dsl/types/subject.js";
import type { Call } from "#dsl/types/value.js";
import { valuesOf, type Part } from "../../artifacts/part.js";
import { evenlyPicked } from "../../core/data/measured.js";
import { splitNamesOf, type Prepared } from "../../core/data/prepared.js";
import { rowNamesOf } from "../../core/data/row-names.js";
import { StreamedRows } from "../../core/data/streamed-rows.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";

/** Texts that are asked of the base at a time. */
const CHUNK = 256;

export interface JudgedRow {
  readonly split: string;
  readonly row: RowName;
  /** Its place in the split, from 0. */
  readonly at: number;
  readonly text: string;
  /** Its label, or its score. */
  readonly value: string;
}

/**
 * Of one split, or of all: at most `most` rows, at equal distances where there are more, wherever they lie. `column`: the role
 * that is judged.
 */
export function judgedIn(
  prepared: Prepared,
  split: string | null,
  column: "label" | "score",
  most: number,
): readonly JudgedRow[] {
  const names = split === null ? splitNamesOf(prepared) : [split];
  const all = names.reduce((sum, name) => sum + rowsOf(prepared, name), 0);
  const share = Math.min(1, most / Math.max(1, all));
  return names.flatMap((name) => judgedOf({ prepared, split: name }, column, share));
}

/** `share`: of the split's rows. */
function judgedOf(part: Part, column: "label" | "score", share: number): readonly JudgedRow[] {
  const { prepared, split } = part;
  const rows = rowsOf(prepared, split);
  const picked = share < 1 ? evenlyPicked(rows, Math.max(1, Math.floor(share * rows))) : null;
  const values = (role: string): readonly unknown[] | null => {
    const own = valuesOf(part, role);
    return own ? (picked ? picked.map((row) => own.at(row)) : Array.from(own)) : null;
  };
  const table = must(prepared.streamed?.[split] ?? prepared.splits[split], `the split ${split}`);
  const numbers =
    table instanceof StreamedRows ? table.numbers : Int32Array.from(table.array("$row") as ArrayLike<number>);
  const named = rowNamesOf(table, picked ? Int32Array.from(picked, (row) => must(numbers[row], "a row")) : numbers);
  const [texts, pairs, told] = [values("text"), values("text_pair"), values(column)];
  return Array.from(named, (row, i) => ({
    ...{ split, row, at: picked?.[i] ?? i, value: String(told?.[i]) },
    text: pairs ? `${String(texts?.[i])} ${String(pairs[i])}` : String(texts?.[i]),
  }));
}

/** How many rows a split has. */
export function rowsOf({ streamed, splits }: Prepared, split: string): number {
  return streamed?.[split]?.rows ?? splits[split]?.numRows() ?? 0;
}

/** What rows of data were read as: what is asked of the same rows again is answered at once, as long as they are kept. */
const known = new WeakMap<object, Map<string, Promise<readonly Float32Array[]>>>();

/** Of each row's text, by the base as it is. */
export function vectorsOf(
  session: TuneSession,
  model: ModelPlan,
  rows: readonly JudgedRow[],
  stage: Stage,
): Promise<readonly Float32Array[]> {
  const { registry } = session.vocabulary;
  const plan: ModelPlan = {
    ...(Object.fromEntries(Object.entries(model).filter(([key]) => key !== "template")) as unknown as ModelPlan),
    task: usual(registry, "task", "sentence_similarity"),
    technique: usual(registry, "technique", "full"),
  };
  const kept = known.get(session) ?? new Map<string, Promise<readonly Float32Array[]>>();
  known.set(session, kept);
  const texts = rows.map(({ text }) => text);
  const key = digestOf(canonicalize({ ...plan, name: "" }) ?? "", texts);
  const found = kept.get(key);
  if (found) return found;
  const read = readBy(session.models.unnamed(plan, model.name), texts, stage);
  kept.clear(); // those of one set of rows are enough to hold
  kept.set(key, read);
  read.catch(() => kept.delete(key));
  return read;
}

function digestOf(plan: string, texts: readonly string[]): string {
  const digest = createHash("sha256").update(plan);
  for (const text of texts) digest.update(`${String(text.length)} ${text}`);
  return digest.digest("hex");
}

async function readBy(probe: ModelHandle, texts: readonly string[], stage: Stage): Promise<readonly Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let at = 0; at < texts.length; at += CHUNK) {
    stage.signal?.throwIfAborted();
    const said = await probe.predict<{ text: string; embedding: Float32Array }>(texts.slice(at, at + CHUNK));
    vectors.push(...said.map(({ embedding }) => embedding));
    stage.hostContext.onProgress?.({ label: "texts read by the base", done: vectors.length, total: texts.length });
  }
  return vectors;
}

/** The word with what it is without arguments. */
function usual(registry: Registry, kind: "task" | "technique", word: string): Call {
  const given = wordOf(registry, kind, word).parameters.flatMap(({ name, default: value }) =>
    value && "value" in value ? [[name, value.value] as const] : [],
  );
  return { kind, word, arguments: Object.fromEntries(given) };
}
