/** Word importance of predictions: for labels, of the likeliest one; for numbers, of the value. */
import type { NDArray } from "#dsl/tensor/program.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { collateBatch } from "../data/rows/batches.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import type { AttributionRow } from "../display/scores/why.js";
import { loadImplementation } from "../host/load-implementation.js";
import { usesTokenTypes } from "../bases/token-types.js";
import { encodePredictionInputs, type PredictionInput } from "../data/encoding/encoded.js";
import { toFloats } from "../engines/feeds.js";
import { predictedLabelIndex } from "./fitted-calibration.js";
import type { OpenModelForPrediction, TextPredictions } from "./input-texts.js";
import { wordLevelPredictions } from "./token-predictions.js";

/** Name of the program in stdlib/programs/why.ts. */
export const ATTRIBUTION_PROGRAM = "why";
const BATCH = 8;

/** `said`: the model's outputs for these texts; the logits determine the predicted label. */
export async function explainPredictions(
  texts: readonly PredictionInput[],
  { plan, labels, session, tokenizer, base, fitted }: OpenModelForPrediction,
  answered: TextPredictions,
  signal?: AbortSignal,
): Promise<readonly AttributionRow[]> {
  const { model } = plan.recipe;
  const task = { call: model.task, implementation: await loadImplementation(model.task, "task") };
  const encoding = { tokenizer, maxLength: model.max_length, task, labels, types: await usesTokenTypes(plan, base) };
  const rows = await encodePredictionInputs(texts, encoding);
  const made: AttributionRow[] = [];
  const by = { labels, one: task.implementation.oneLabel === true, ...(fitted && { fitted }) };
  for (let from = 0; from < texts.length; from += BATCH) {
    signal?.throwIfAborted();
    const members = Uint32Array.from({ length: Math.min(BATCH, texts.length - from) }, (_, i) => from + i);
    const feeds = collateBatch(rows.ids, members, tokenizer.padId, { types: rows.types });
    const answers = Array.from(members, (row) => predictedLabelIndex(answered.numbers[row]!, by));
    const outputs = answered.numbers[from]!.length;
    const flat = Int32Array.from(answers, (answer, i) => i * outputs + answer);
    const chosen: NDArray = int32NDArray(flat, [flat.length]);
    const why = toFloats(
      (await session.run(ATTRIBUTION_PROGRAM, { ...feeds, chosen }, [ATTRIBUTION_PROGRAM]))[ATTRIBUTION_PROGRAM]!,
    );
    const width = why.length / members.length;
    for (const [i, row] of members.entries()) {
      const ids = tokensAt(rows.ids, row);
      const tokenValues = why.subarray(i * width, i * width + ids.length);
      const rowInput = texts[row]!;
      const spoken = await wordLevelPredictions(
        typeof rowInput === "string" ? [rowInput] : rowInput,
        ids,
        tokenValues,
        tokenizer,
      );
      const label = labels[answers[i]!];
      made.push({ ...spoken, answer: label === undefined ? "the number" : `“${label}”` });
    }
  }
  return made;
}
