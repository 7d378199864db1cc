/** Word importance by occlusion: each word of a text is left out and the prediction is computed again. */
import type { AttributionRow } from "../display/scores/why.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import { predictInputTexts, type OpenModelForPrediction } from "./input-texts.js";
import { predictedLabelIndex } from "./fitted-calibration.js";
import { wordSegmentsOf } from "./token-predictions.js";

/** Maximum number of words per text that are left out, from the beginning. */
const MOST = 100;
const READ = /[\p{L}\p{N}]/u;

export async function occlusionExplanations(
  inputs: readonly PredictionInput[],
  asking: OpenModelForPrediction,
  name: string,
  signal?: AbortSignal,
): Promise<readonly AttributionRow[]> {
  const one = (await loadImplementation(asking.plan.recipe.model.task, "task")).oneLabel === true;
  const before = (await predictInputTexts(inputs, asking, name)).numbers;
  const rows: AttributionRow[] = [];
  for (const [row, text] of inputs.entries()) {
    signal?.throwIfAborted();
    const texts = typeof text === "string" ? [text] : text;
    const parts = texts.map((own) => wordSegmentsOf(own).map((segment) => segment.text));
    const places = parts
      .flatMap((textParts, textIndex) =>
        textParts.flatMap((part, partIndex) => (READ.test(part) ? [{ of: textIndex, at: partIndex }] : [])),
      )
      .slice(0, MOST);
    const variants = places.map(({ of: textIndex, at: partIndex }): PredictionInput => {
      const left = parts.map((textParts, i) => textParts.filter((_, k) => i !== textIndex || k !== partIndex).join(""));
      return typeof text === "string" ? left.join("") : [left[0] ?? "", left[1] ?? ""];
    });
    const after = variants.length > 0 ? (await predictInputTexts(variants, asking, name)).numbers : [];
    const answer = predictedLabelIndex(before[row]!, { ...asking, one });
    const sure = oddsOf(before[row]!, answer, one);
    const values = new Map(
      places.map(({ of: textIndex, at: partIndex }, i) => [`${String(textIndex)} ${String(partIndex)}`, i]),
    );
    const label = asking.labels[answer];
    rows.push({
      answer: label === undefined ? "the number" : `“${label}”`,
      special: 0,
      parts: parts.flatMap((textParts, textIndex) => [
        ...(textIndex > 0 ? [{ text: " | ", value: null }] : []),
        ...textParts.map((part, partIndex) => {
          const i = values.get(`${String(textIndex)} ${String(partIndex)}`);
          return { text: part, value: i === undefined ? null : sure - oddsOf(after[i]!, answer, one) };
        }),
      ]),
    });
  }
  return rows;
}

/** With one label out of several, the log-odds of the label; otherwise the raw output. */
function oddsOf(logits: Float32Array, answer: number, one: boolean): number {
  if (!one || logits.length < 2) return logits[answer]!;
  const others = Array.from(logits).filter((_, index) => index !== answer);
  const most = others.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return logits[answer]! - most - Math.log(others.reduce((sum, x) => sum + Math.exp(x - most), 0));
}
