/** A model's outputs for golden inputs, in the notebook or another runtime: text, and the numbers behind it. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { MetricOutcome } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import { registry } from "#stdlib/registry.js";
import { loadImplementation } from "../host/load-implementation.js";
import { toFloats } from "../engines/feeds.js";
import { predictInputTexts, type OpenModelForPrediction } from "../inference/input-texts.js";
import { writeTexts } from "../inference/write.js";
import { bytesOfArray } from "../tensors/numbers.js";
import { argmaxWithMargin } from "./arrays.js";
import type { GoldenInputs } from "./golden.js";
import type { GraphSession } from "./graph-session.js";

export interface RuntimeAnswers {
  /** Prediction for each input, as text. */
  readonly says: readonly string[];
  /**
   * Logits of each fed row, or vectors; for generated text, the logits of the first token. Absent: the runtime returns
   * none.
   */
  readonly numbers?: readonly Float32Array[];
  /** Predictions are numbers, which are compared with a tolerance. */
  readonly numeric?: true;
  /**
   * Set for generated text if each token is the most probable one after the notebook's own tokens (teacher forcing).
   */
  readonly forced?: true;
  readonly tokens?: readonly (readonly number[])[];
  /**
   * Each token's lead over the next most probable one, including the end token's. Absent: the runtime doesn't return
   * it.
   */
  readonly leads?: readonly Float32Array[];
}

const NUMBERS: ReadonlySet<string> = new Set<MetricOutcome>(["number", "similarity"]);

export interface RuntimeAnswerOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * The notebook's outputs: each token is predicted after the notebook's own tokens, so that all positions are
   * comparable and not only those before the first difference.
   */
  readonly expected?: RuntimeAnswers;
}

export async function runtimeAnswersOf(
  model: OpenModelForPrediction,
  golden: GoldenInputs,
  name: string,
  by: RuntimeAnswerOptions,
): Promise<RuntimeAnswers> {
  if (golden.is === "prompts") return written(model, golden, by);
  const { task } = model.plan.recipe.model;
  const answers = mustExist((await loadImplementation(task, "task")).answers, `the predictions of ${task.word}`);
  const { predictions, numbers } = await predictInputTexts(golden.inputs, model, name);
  const pairs = answers.ofPairs && golden.inputs.every((text) => typeof text !== "string") ? answers.ofPairs : answers;
  const { answer } = answers;
  // A mask to fill has no text answer: the most probable token is used.
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
  model: OpenModelForPrediction,
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
    // Other runtimes don't return the end token.
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

/** Removes the end token at the position where the notebook's text ended. */
function withoutEnd(tokens: readonly number[], wrote: number, ends: ReadonlySet<number>): readonly number[] {
  return tokens.length > wrote && ends.has(tokens[wrote]!) ? tokens.slice(0, wrote) : tokens;
}

/** Adds the most probable token and its lead to an engine's session: both are computed from the logits. */
function telling(session: OpenModelForPrediction["session"]): GraphSession {
  return {
    expect: () => undefined,
    async run(program, feeds, wanted) {
      if (!wanted?.includes("likeliest")) return session.run(program, feeds, wanted);
      const { logits } = await session.run(program, feeds, ["logits"]);
      return { likeliest: argmaxWithMargin(mustExist(logits, "logits of a program")) };
    },
  };
}

interface Kept {
  /** Logits of each prompt's first token. */
  readonly first: Float32Array[];
  readonly leads: number[][];
  /** The most probable tokens. */
  readonly chosenTokens: number[][];
  readonly ends: Set<number>;
}

/**
 * Records the most probable token at each step. The first token's logits are stored completely, the others' leads only.
 */
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
