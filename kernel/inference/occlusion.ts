/** Which words spoke for what a model says of some texts, by leaving each of them out and asking again. */
import type { WhyRow } from "../display/scores/why.js";
import { does } from "../host/load-implementation.js";
import type { Asked } from "../data/encoding/encoded.js";
import { answersOf, type Asking } from "./input-texts.js";
import { answerOf } from "./fitted-calibration.js";
import { segmentsOf } from "./token-predictions.js";

/** Words of a text that are left out, the first ones. */
const MOST = 100;
const READ = /[\p{L}\p{N}]/u;

export async function withoutWords(
  asked: readonly Asked[],
  asking: Asking,
  name: string,
  signal?: AbortSignal,
): Promise<readonly WhyRow[]> {
  const one = (await does(asking.plan.recipe.model.task, "task")).oneLabel === true;
  const before = (await answersOf(asked, asking, name)).numbers;
  const rows: WhyRow[] = [];
  for (const [row, text] of asked.entries()) {
    signal?.throwIfAborted();
    const texts = typeof text === "string" ? [text] : text;
    const parts = texts.map((own) => segmentsOf(own).map((segment) => segment.text));
    const places = parts
      .flatMap((own, of) => own.flatMap((part, at) => (READ.test(part) ? [{ of, at }] : [])))
      .slice(0, MOST);
    const variants = places.map(({ of, at }): Asked => {
      const left = parts.map((own, i) => own.filter((_, k) => i !== of || k !== at).join(""));
      return typeof text === "string" ? left.join("") : [left[0] ?? "", left[1] ?? ""];
    });
    const after = variants.length > 0 ? (await answersOf(variants, asking, name)).numbers : [];
    const answer = answerOf(before[row]!, { ...asking, one });
    const sure = oddsOf(before[row]!, answer, one);
    const values = new Map(places.map(({ of, at }, i) => [`${String(of)} ${String(at)}`, i]));
    const label = asking.labels[answer];
    rows.push({
      answer: label === undefined ? "the number" : `“${label}”`,
      special: 0,
      parts: parts.flatMap((own, of) => [
        ...(of > 0 ? [{ text: " | ", value: null }] : []),
        ...own.map((part, at) => {
          const i = values.get(`${String(of)} ${String(at)}`);
          return { text: part, value: i === undefined ? null : sure - oddsOf(after[i]!, answer, one) };
        }),
      ]),
    });
  }
  return rows;
}

/** Of one label out of several the logarithm of its odds; else what the model says. */
function oddsOf(logits: Float32Array, answer: number, one: boolean): number {
  if (!one || logits.length < 2) return logits[answer]!;
  const others = Array.from(logits).filter((_, at) => at !== answer);
  const most = others.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return logits[answer]! - most - Math.log(others.reduce((sum, x) => sum + Math.exp(x - most), 0));
}
