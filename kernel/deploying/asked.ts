/** What a model says of golden inputs, here or in another runtime: words, and the numbers that they follow from. */
import { must } from "#dsl/diagnostics/must.js";
import type { Outcome } from "#dsl/types/capabilities.js";
import type { Call } from "#dsl/types/value.js";
import type { DecoderImplementation } from "#stdlib/kinds/decoding.js";
import { registry } from "#stdlib/registry.js";
import { does } from "../core/session/words.js";
import { answersOf, type Asking } from "../inference/texts-asked.js";
import { writeTexts } from "../inference/write.js";
import type { Golden } from "./golden.js";

export interface Answers {
  /** What it says of each input. */
  readonly says: readonly string[];
  /** Logits of each row that was fed, or vectors; of what is written those of the first token. Absent: the runtime gives none. */
  readonly numbers?: readonly Float32Array[];
  /** What it says are numbers: two are the same where they are near. */
  readonly numeric?: true;
  /** Of what is written. */
  readonly tokens?: readonly (readonly number[])[];
}

const NUMBERS: ReadonlySet<string> = new Set<Outcome>(["number", "similarity"]);

export async function asked(model: Asking, golden: Golden, name: string, signal?: AbortSignal): Promise<Answers> {
  if (golden.is === "prompts") return written(model, golden, signal);
  const { task } = model.plan.recipe.model;
  const answers = must((await does(task, "task")).answers, `what ${task.word} answers`);
  const { predictions, numbers } = await answersOf(golden.inputs, model, name);
  const pairs = answers.ofPairs && golden.inputs.every((text) => typeof text !== "string") ? answers.ofPairs : answers;
  const { answer } = answers;
  // What has no answer in words is a gap to be filled: the likeliest token tells.
  const says = predictions.map((one, i) =>
    answer && pairs === answers
      ? answer(one)
      : pairs === answers
        ? String(likeliest(numbers[i] ?? new Float32Array()))
        : pairs.cells(one).join(" "),
  );
  const numeric = registry.find("task", task.word)?.capabilities?.measures.some((of) => NUMBERS.has(of)) === true;
  return { says, numbers, ...(numeric && { numeric }) };
}

async function written(
  model: Asking,
  { inputs: prompts, most }: Extract<Golden, { is: "prompts" }>,
  signal?: AbortSignal,
): Promise<Answers> {
  const greedy: Call = { word: "greedy", kind: "decoder", arguments: {} };
  const first: Float32Array[] = [];
  const ends = new Set<number>();
  const decoder = { call: greedy, implementation: recorded(await does(greedy, "decoder"), { first, ends }) };
  const says = prompts.map(() => "");
  const tokens = prompts.map((): number[] => []);
  const writer = { ...model, model: model.plan.recipe.model };
  const o = { decoder, max_tokens: most, stop: [], batch_size: 4 };
  for await (const piece of writeTexts(writer, prompts, o, signal)) {
    says[piece.row] += piece.text;
    // The token that ends a text is no part of what others say.
    tokens[piece.row]!.push(...(piece.ended === "end" ? piece.tokens.filter((id) => !ends.has(id)) : piece.tokens));
  }
  return { says, tokens, numbers: first };
}

/** The likeliest token each time, chosen here of all scores; those of each prompt's first token are kept. */
function recorded(
  greedy: DecoderImplementation,
  kept: { readonly first: Float32Array[]; readonly ends: Set<number> },
): DecoderImplementation {
  return {
    begin(call, start) {
      const inner = greedy.begin(call, start);
      for (const end of start.ends) kept.ends.add(end);
      let begun = false;
      return {
        reads: "logits",
        width: inner.width,
        get done() {
          return inner.done;
        },
        get texts() {
          return inner.texts;
        },
        stop: (prompt, keep) => inner.stop(prompt, keep),
        step(said) {
          const { vocabulary } = start;
          const rows = said.length / vocabulary;
          const row = (i: number): Float32Array =>
            (said as Float32Array).subarray(i * vocabulary, (i + 1) * vocabulary);
          if (!begun) for (let i = 0; i < rows; i++) kept.first[start.numbers?.[i] ?? i] = row(i).slice();
          begun = true;
          return inner.step(Int32Array.from({ length: rows }, (_, i) => likeliest(row(i))));
        },
      };
    },
  };
}

function likeliest(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}
