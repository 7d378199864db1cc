/** What a model says of golden inputs, here or in another runtime: words, and the numbers that they follow from. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { MetricOutcome } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import { registry } from "#stdlib/registry.js";
import { loadImplementation } from "../host/load-implementation.js";
import { toFloats } from "../engines/feeds.js";
import { predictInputTexts, type OpenPredictor } from "../inference/input-texts.js";
import { writeTexts } from "../inference/write.js";
import { bytesOfArray } from "../tensors/numbers.js";
import { argmaxWithMargin } from "./arrays.js";
import type { GoldenInputs } from "./golden.js";
import type { GraphSession } from "./graph-session.js";

export interface RuntimeAnswers {
  /** What it says of each input. */
  readonly says: readonly string[];
  /** Logits of each row that was fed, or vectors; of what is written those of the first token. Absent: the runtime gives none. */
  readonly numbers?: readonly Float32Array[];
  /** What it says are numbers: two are the same where they are near. */
  readonly numeric?: true;
  /** Of what is written; `told`: the likeliest token at each place after what the notebook wrote before it. */
  readonly forced?: true;
  readonly tokens?: readonly (readonly number[])[];
  /** How far each of them lies before the next likely one, and the token that ends a text. Absent: the runtime doesn't tell. */
  readonly leads?: readonly Float32Array[];
}

const NUMBERS: ReadonlySet<string> = new Set<MetricOutcome>(["number", "similarity"]);

export interface RuntimeAnswerOptions {
  readonly signal?: AbortSignal | undefined;
  /** What the notebook said: each token is asked for after the notebook's own, so that all places tell, and not the first that parts. */
  readonly expected?: RuntimeAnswers;
}

export async function runtimeAnswersOf(
  model: OpenPredictor,
  golden: GoldenInputs,
  name: string,
  by: RuntimeAnswerOptions,
): Promise<RuntimeAnswers> {
  if (golden.is === "prompts") return written(model, golden, by);
  const { task } = model.plan.recipe.model;
  const answers = must((await loadImplementation(task, "task")).answers, `what ${task.word} answers`);
  const { predictions, numbers } = await predictInputTexts(golden.inputs, model, name);
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
  const numeric =
    registry.find("task", task.word)?.capabilities?.measures.some((measure) => NUMBERS.has(measure)) === true;
  return { says, numbers, ...(numeric && { numeric }) };
}

async function written(
  model: OpenPredictor,
  { inputs: prompts, most }: Extract<GoldenInputs, { is: "prompts" }>,
  { signal, expected }: RuntimeAnswerOptions,
): Promise<RuntimeAnswers> {
  const greedy: Call = { word: "greedy", kind: "decoder", arguments: {} };
  const session = "expect" in model.session ? (model.session as GraphSession) : telling(model.session);
  const recording: Kept = {
    first: [],
    leads: prompts.map(() => []),
    chosenTokens: prompts.map(() => []),
    ends: new Set(),
  };
  const implementation = recorded(await loadImplementation(greedy, "decoder"), recording, session, expected?.tokens);
  const says = prompts.map(() => "");
  const tokens = prompts.map((): number[] => []);
  const writer = { ...model, session, model: model.plan.recipe.model };
  const options = { decoder: { call: greedy, implementation }, max_tokens: most, stop: [], batch_size: 4 };
  for await (const piece of writeTexts(writer, prompts, options, signal)) {
    says[piece.row] += piece.text;
    // The token that ends a text is no part of what others say.
    tokens[piece.row]!.push(
      ...(piece.ended === "end" ? piece.tokens.filter((id) => !recording.ends.has(id)) : piece.tokens),
    );
  }
  const numbers = { numbers: recording.first, leads: recording.leads.map((row) => Float32Array.from(row)) };
  if (!expected?.tokens) return { says, tokens, ...numbers };
  const wrote = expected.tokens;
  return {
    says,
    tokens: recording.chosenTokens.map((chosenTokens, row) =>
      withoutEnd(chosenTokens, wrote[row]!.length, recording.ends),
    ),
    forced: true,
    ...numbers,
  };
}

/** After all that the notebook wrote, the token that ends a text is what should come. */
function withoutEnd(tokens: readonly number[], wrote: number, ends: ReadonlySet<number>): readonly number[] {
  return tokens.length > wrote && ends.has(tokens[wrote]!) ? tokens.slice(0, wrote) : tokens;
}

/** A session of an engine that tells the likeliest token and its lead too: both are found here. */
function telling(session: OpenPredictor["session"]): GraphSession {
  return {
    expect: () => undefined,
    async run(program, feeds, wanted) {
      if (!wanted?.includes("likeliest")) return session.run(program, feeds, wanted);
      const { logits } = await session.run(program, feeds, ["logits"]);
      return { likeliest: argmaxWithMargin(must(logits, "logits of a program")) };
    },
  };
}

interface Kept {
  /** Logits of each prompt's first token. */
  readonly first: Float32Array[];
  readonly leads: number[][];
  /** The likeliest tokens. */
  readonly chosenTokens: number[][];
  readonly ends: Set<number>;
}

/** The likeliest token each time: the first of each text from all logits, which are kept, the others with their leads alone. */
function recorded(
  greedy: DecoderImplementation,
  recording: Kept,
  session: GraphSession,
  expected: RuntimeAnswers["tokens"],
): DecoderImplementation {
  return {
    begin(call, start) {
      const inner = greedy.begin(call, start);
      const { vocabulary, prompts } = start;
      const numbers = prompts.map((_, row) => start.numbers?.[row] ?? row);
      for (const end of start.ends) recording.ends.add(end);
      if (expected) session.expect(numbers.map((number) => expected[number] ?? []));
      let step = 0;
      return {
        get reads() {
          return step === 0 ? ("logits" as const) : ("likeliest" as const);
        },
        width: inner.width,
        get done() {
          return inner.done;
        },
        get texts() {
          return inner.texts;
        },
        stop: (prompt, keep) => inner.stop(prompt, keep),
        step(outputs) {
          const scores = outputs as Float32Array;
          if (step === 0)
            numbers.forEach((number, row) => {
              recording.first[number] = scores.slice(row * vocabulary, (row + 1) * vocabulary);
            });
          const leads = step === 0 ? leadsOf(scores, vocabulary) : scores;
          inner.texts.forEach(({ ended }, row) => {
            if (ended !== null) return;
            recording.leads[numbers[row]!]!.push(leads[2 * row + 1]!);
            recording.chosenTokens[numbers[row]!]!.push(leads[2 * row]!);
          });
          const next = inner.step(
            Int32Array.from(numbers, (number, row) => expected?.[number]?.[step] ?? leads[2 * row]!),
          );
          if (expected)
            inner.texts.forEach(({ ended }, row) => {
              if (ended === null && step >= (expected[numbers[row]!]?.length ?? 0)) inner.stop(row, step + 1);
            });
          step++;
          return next;
        },
      };
    },
  };
}

function leadsOf(scores: Float32Array, width: number): Float32Array {
  return toFloats(
    argmaxWithMargin({ dtype: "f32", shape: [scores.length / width, width], bytes: bytesOfArray(scores) }),
  );
}

function likeliest(scores: Float32Array): number {
  return leadsOf(scores, scores.length)[0]!;
}
