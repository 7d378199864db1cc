/** Rows that are judged by a cheap probe, and the vectors that the base as it was before training makes of their texts. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Registry } from "#dsl/types/registry.js";
import { wordOf } from "#dsl/types/loaded.js";
import type { RowName } from "#dsl/types/row-name.js";
import type { ModelPlan } from "#dsl/types/subject.js";
import type { Call } from "#dsl/types/value.js";
import { splitNamesOf, type Prepared } from "../../core/data/prepared.js";
import { rowNamesOf } from "../../core/data/row-names.js";
import type { ModelHandle } from "../model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";

/** Texts that are asked of the base at a time. */
const CHUNK = 256;

export interface JudgedRow {
  readonly split: string;
  readonly row: RowName;
  readonly text: string;
  /** Its label, or its score. */
  readonly value: string;
}

/** Of one split, or of all. `column`: the role that is judged. */
export function judgedIn(
  { splits, ...prepared }: Prepared,
  split: string | null,
  column: "label" | "score",
): readonly JudgedRow[] {
  const names = split === null ? splitNamesOf({ ...prepared, splits }) : [split];
  return names.flatMap((name) => {
    const table = splits[name]!;
    const numbers = rowNamesOf(table, table.array("$row") as ArrayLike<number>);
    const [texts, values] = [table.array("text"), table.array(column)] as [ArrayLike<unknown>, ArrayLike<unknown>];
    const pairs = table.columnNames().includes("text_pair") ? (table.array("text_pair") as ArrayLike<unknown>) : null;
    return Array.from({ length: table.numRows() }, (_, i) => ({
      ...{ split: name, row: numbers[i]!, value: String(values[i]) },
      text: pairs ? `${String(texts[i])} ${String(pairs[i])}` : String(texts[i]),
    }));
  });
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
