/**
 * Encodes a model's texts as rows and decodes its outputs into the task's predictions. Created once per model, whoever
 * runs the rows (`input-texts.ts` for the notebook, `gathering` for requests).
 */
import { CodedError, mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { AnswerDecoder, TaskImplementation } from "#stdlib/tasks/kind.js";
import type { BaseModel } from "../bases/base.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { hasTextPairs, type ModelAndDataPlan, usesTokenTypes } from "../bases/token-types.js";
import { loadImplementation } from "../host/load-implementation.js";
import { encodePredictionInputs, type PredictionInput, type EncodedInputs } from "../data/encoding/encoded.js";
import { type TextTaskPrediction, parseQuestions, readsContexts } from "./prompts.js";
import { applyCalibration } from "./fitted-calibration.js";
import { modelInputRow, type ModelInputRow } from "./fed-rows.js";
import { tokenizerForRequest } from "./gathering/merged-encoding.js";

export interface PredictorContext {
  readonly plan: ModelAndDataPlan;
  readonly labels: readonly string[];
  readonly base: Pick<BaseModel, "facts">;
  readonly tokenizer: Tokenizer;
  /** Calibration fitted after training. Defaults to none. */
  readonly fitted?: FittedCalibration | null;
}
export interface Predictor {
  readonly answers: AnswerDecoder;
  readonly padId: number;
  /** Throws the coded errors `pairs-expected` and those of questions and of encoding. */
  read(texts: readonly PredictionInput[], options?: ReadTextsOptions): Promise<EncodedInputTexts>;
}
export interface ReadTextsOptions {
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal | undefined;
}
/** Texts encoded as model input rows. */
export interface EncodedInputTexts {
  readonly rows: EncodedInputs;
  /** Returns the rows as model inputs; computed on demand. */
  fed(): readonly ModelInputRow[];
  /**
   * Per text: number of tokens encoded, and number of tokens it has. For an oversized text, the second is only a lower
   * bound.
   */
  readonly counts: readonly { readonly tokens: number; readonly whole: number }[];
  /** Returns one prediction per text, in order, from the logits of each row. */
  answer(outputs: readonly Float32Array[]): Promise<readonly TextTaskPrediction[]>;
}

/** `name` is the model's name in errors. */
export async function predictorOf(
  { plan, labels, tokenizer, base, fitted }: PredictorContext,
  name: string,
): Promise<Predictor> {
  const { model } = plan.recipe;
  const task = { call: model.task, implementation: await loadImplementation(model.task, "task") };
  const answers = answersIn(task);
  const maxLength = model.max_length;
  const encoding = { tokenizer, maxLength, task, labels };
  const made = (rows: EncodedInputs) => ({
    rows,
    fed: () => Array.from(rows.lengths, (_, row) => modelInputRow(rows, answers, row)),
  });
  const shared = { answers, padId: tokenizer.padId };
  if (task.implementation.supervision.rowFormat.separateTexts)
    return {
      ...shared,
      async read(inputs, options) {
        // Each distinct text is encoded once.
        const texts = [...new Set(inputs.flatMap((text) => (typeof text === "string" ? [text] : text)))];
        const rows = await encodePredictionInputs(texts, {
          ...encoding,
          ...readBy(tokenizer, maxLength, options),
          types: false,
        });
        const places = new Map(texts.map((text, row) => [text, row]));
        const rowsOf = (text: PredictionInput) =>
          (typeof text === "string" ? [text] : text).map((one) => mustGet(places, one, "row of"));
        return {
          ...made(rows),
          counts: inputs.map((text) => counted(rows, rowsOf(text))),
          answer: (outputs) =>
            apartAnswers(answers, inputs, { rows, vectorOf: (text) => outputs[mustGet(places, text, "row of")]! }),
        };
      },
    };
  const [pairs, contexts, types] = [hasTextPairs(plan), readsContexts(model.task), await usesTokenTypes(plan, base)];
  return {
    ...shared,
    async read(texts, options) {
      if (contexts) parseQuestions(texts, name);
      else if (texts.some((text) => (typeof text === "string") === pairs))
        throw new CodedError("pairs-expected", { model: name, pairs });
      const rows = await encodePredictionInputs(texts, {
        ...encoding,
        ...readBy(tokenizer, maxLength, options, pairs),
        types,
      });
      const firsts = texts.map((text) => (typeof text === "string" ? text : text[0]));
      return {
        ...made(rows),
        counts: contexts ? countedWindows(rows, texts.length) : texts.map((_, row) => counted(rows, [row])),
        async answer(outputs) {
          const by = applyCalibration(outputs, rows.taskInputs, fitted);
          const predictions = await answers.predictions(by.outputs, firsts, by.taskInputs);
          return pairs ? predictions.map((one, i) => ({ ...one, text_pair: texts[i]![1] })) : predictions;
        },
      };
    },
  };
}

/**
 * Pair truncation depends on which of two long texts is longer, so more characters of each are encoded than of a single
 * text.
 */
const CHARACTERS_OF_PAIRS = 65_536;
function readBy(
  tokenizer: Tokenizer,
  tokens: number,
  { signal }: ReadTextsOptions = {},
  pairs = false,
): { readonly tokenizer: Tokenizer } {
  return {
    tokenizer: tokenizerForRequest(tokenizer, {
      tokens,
      from: "start",
      signal,
      ...(pairs && { characters: CHARACTERS_OF_PAIRS }),
    }),
  };
}

function answersIn(task: { readonly call: Call; readonly implementation: TaskImplementation }): AnswerDecoder {
  const { answers, supervision } = task.implementation;
  if (!answers) throw new CodedError("internal", { what: `${task.call.word} has no predictions` });
  if (supervision.rowFormat.separateTexts && !answers.ofPairs)
    throw new CodedError("internal", { what: `${task.call.word} has no predictions of pairs` });
  return answers;
}

/** Returns predictions from vectors: for single texts, or for pairs that are compared by their vectors. */
async function apartAnswers(
  answers: AnswerDecoder,
  inputs: readonly PredictionInput[],
  { rows, vectorOf }: { readonly rows: EncodedInputs; readonly vectorOf: (text: string) => Float32Array },
): Promise<readonly TextTaskPrediction[]> {
  const alone = inputs.filter((text) => typeof text === "string");
  const pairs = inputs.filter((text) => typeof text !== "string");
  const ofAlone = await answers.predictions(alone.map(vectorOf), alone, rows.taskInputs);
  const ofTwo = mustExist(answers.ofPairs, "the pairs' predictions").predictions(
    pairs.map(([a, b]) => [vectorOf(a), vectorOf(b)]),
    pairs,
  );
  let [nextAlone, nextPair] = [0, 0];
  return inputs.map((text) => (typeof text === "string" ? ofAlone[nextAlone++]! : ofTwo[nextPair++]!));
}

function counted(
  { lengths, whole = lengths }: EncodedInputs,
  rows: readonly number[],
): EncodedInputTexts["counts"][number] {
  const sum = (counts: Int32Array): number => rows.reduce((all, row) => all + counts[row]!, 0);
  return { tokens: sum(lengths), whole: sum(whole) };
}

/** A question's tokens are those of all windows of its context; none are truncated. */
function countedWindows({ lengths, taskInputs }: EncodedInputs, questions: number): EncodedInputTexts["counts"] {
  const tokens = new Array<number>(questions).fill(0);
  lengths.forEach((length, row) => {
    tokens[taskInputs.window?.(row).questionIndex ?? row]! += length;
  });
  return tokens.map((all) => ({ tokens: all, whole: all }));
}
