/** Which words spoke for what a model says of some texts: of a label the likeliest, of a number the number. */
import type { NDArray } from "#dsl/tensor/program.js";
import { whole } from "#stdlib/tasks/shared/feeds.js";
import { collate } from "../data/rows/batches.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import type { WhyRow } from "../display/scores/why.js";
import { does } from "../host/load-implementation.js";
import { typesOf } from "../bases/token-types.js";
import { encodeTexts, type Asked } from "../data/encoding/encoded.js";
import { floats } from "../engines/feeds.js";
import { answerOf } from "./fitted-calibration.js";
import type { Asking, Said } from "./input-texts.js";
import { bySpokenWords } from "./token-predictions.js";

/** The program of stdlib/programs/why.ts, by name. */
export const WHY = "why";
const BATCH = 8;

/** `said`: what the model says of those texts, of which the logits name the answer. */
export async function whyOf(
  texts: readonly Asked[],
  { plan, labels, session, tokenizer, base, fitted }: Asking,
  said: Said,
  signal?: AbortSignal,
): Promise<readonly WhyRow[]> {
  const { model } = plan.recipe;
  const task = { call: model.task, implementation: await does(model.task, "task") };
  const encoding = { tokenizer, maxLength: model.max_length, task, labels, types: await typesOf(plan, base) };
  const rows = await encodeTexts(texts, encoding);
  const made: WhyRow[] = [];
  const by = { labels, one: task.implementation.oneLabel === true, ...(fitted && { fitted }) };
  for (let from = 0; from < texts.length; from += BATCH) {
    signal?.throwIfAborted();
    const members = Uint32Array.from({ length: Math.min(BATCH, texts.length - from) }, (_, i) => from + i);
    const feeds = collate(rows.ids, members, tokenizer.padId, { types: rows.types });
    const answers = Array.from(members, (row) => answerOf(said.numbers[row]!, by));
    const outputs = said.numbers[from]!.length;
    const flat = Int32Array.from(answers, (answer, i) => i * outputs + answer);
    const chosen: NDArray = whole(flat, [flat.length]);
    const why = floats((await session.run(WHY, { ...feeds, chosen }, [WHY]))[WHY]!);
    const width = why.length / members.length;
    for (const [i, row] of members.entries()) {
      const ids = tokensAt(rows.ids, row);
      const own = why.subarray(i * width, i * width + ids.length);
      const asked = texts[row]!;
      const spoken = await bySpokenWords(typeof asked === "string" ? [asked] : asked, ids, own, tokenizer);
      const label = labels[answers[i]!];
      made.push({ ...spoken, answer: label === undefined ? "the number" : `“${label}”` });
    }
  }
  return made;
}
