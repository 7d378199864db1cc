/** What a model writes for every row of a split, beside what it should have written: for scores of text. */
import type { Writing } from "#dsl/plan/plan.js";
import type { WrittenMetricInput } from "#stdlib/kinds/metric.js";
import type { Prepared } from "../data/prepare.js";
import { Gathered, type ModelHandle } from "./model-handle.js";
import type { Stage, TuneSession } from "./tune-session.js";

export async function writtenTexts(
  session: TuneSession,
  handle: ModelHandle,
  rows: { readonly prepared: Prepared; readonly split: string },
  o: Writing & { readonly batch_size: number },
  stage: Stage,
): Promise<WrittenMetricInput> {
  const inputs = textsOf(rows.prepared, rows.split, "input");
  const gathered = inputs.map((text) => new Gathered(text));
  for await (const piece of session.models.write(handle, inputs, o, stage.surroundings, stage.signal)) gathered[piece.row]!.add(piece);
  return {
    written: gathered.map((text) => text.written().continuation),
    targets: textsOf(rows.prepared, rows.split, "target"),
  };
}

function textsOf(prepared: Prepared, split: string, role: string): readonly string[] {
  const streamed = prepared.streamed?.[split];
  if (streamed) return streamed.values(role, 0, streamed.rows).map(String);
  return Array.from(prepared.splits[split]!.array(role) as Iterable<unknown>, String);
}
