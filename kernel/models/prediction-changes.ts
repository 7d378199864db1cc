/**
 * Summarizes in one line what a training changed. A few rows are run before the first step, when the model is its base
 * with its own head or a new one, and again with the final weights. Only the predictions are compared, not their
 * probabilities. For a generative model these are a few tokens at the first trained position; for fill-in tasks, the
 * filled gaps.
 */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { CodedError, lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { BaseModel } from "../bases/base.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { collateBatch } from "../data/rows/batches.js";
import { splitNamesOf, type PreparedData } from "../data/prepared.js";
import { StreamedRows } from "../data/rows/streamed-rows.js";
import type { EngineSession } from "../engines/engine.js";
import {
  encodePredictionInputs,
  type PredictionInput,
  type EncodedRows,
  type RowEncodingOptions,
} from "../data/encoding/encoded.js";
import { toFloats } from "../engines/feeds.js";
import { generateTexts } from "../inference/generate.js";
import type { OpenModel } from "./open-model.js";
import { computeRowLogits } from "../inference/score.js";
import { loadImplementation } from "../host/load-implementation.js";
import { tokensAt } from "../data/sequences/token-rows.js";

export const MAX_COMPARED_ROWS = 20;
/** Number of prompt tokens before the generated part, and number of generated tokens. */
const READ = 32;
const WRITTEN = 4;

interface Which {
  /** `validation`, `test`, or `train` if there are no others. */
  readonly split: string;
  /** Rows of the split; the probed ones are evenly spaced. */
  readonly rows: number;
  /** The part of the model that began at random. */
  readonly untrained: OpenModel["untrained"];
}
export interface PredictionProbe extends Which {
  ask(signal?: AbortSignal): Promise<readonly string[]>;
}
export interface PredictionChanges extends Which {
  readonly comparedCount: number;
  readonly changed: number;
}

export function comparePredictions(
  { split, rows, untrained }: Which,
  before: readonly string[],
  after: readonly string[],
): PredictionChanges {
  return {
    split,
    rows,
    untrained,
    comparedCount: before.length,
    changed: before.filter((answer, i) => answer !== after[i]).length,
  };
}

/** Returns null if predictions cannot be compared (its engine cannot generate). */
export async function predictionProbeOf(options: {
  readonly plan: Plan;
  readonly open: OpenModel;
  readonly prepared: PreparedData;
  readonly encoding: RowEncodingOptions;
  readonly tokenizer: Tokenizer;
  /** Rows of the validation split, else of the training split. */
  readonly rows: EncodedRows;
  readonly validates: boolean;
  readonly base: BaseModel;
}): Promise<PredictionProbe | null> {
  const { open, encoding, rows } = options;
  const { untrained } = open;
  const { answers } = encoding.task.implementation;
  const comparedSplit = options.validates
    ? "validation"
    : splitNamesOf(options.prepared).includes("train")
      ? "train"
      : "all";
  const { answer } = answers ?? {};
  if (answers && answer) {
    const split = options.validates || !splitNamesOf(options.prepared).includes("test") ? comparedSplit : "test";
    const { texts, total } = textsOf(options.prepared, split);
    const encoded = await encodePredictionInputs(texts, encoding);
    const ask = async (signal?: AbortSignal): Promise<readonly string[]> => {
      const outputs = await computeRowLogits(open.session, encoded, answers, {
        batchSize: MAX_COMPARED_ROWS,
        padId: options.tokenizer.padId,
        ...(signal && { signal }),
      });
      const firsts = texts.map((text) => (typeof text === "string" ? text : text[0]));
      return (await answers.predictions(outputs, firsts, encoded.taskInputs)).map((made) => answer(made));
    };
    return { split, rows: total, untrained, ask };
  }
  const which = { split: comparedSplit, rows: rows.lengths.length, untrained };
  if (answers) return { ...which, ask: () => filled(open.session, rows, options) };
  if (open.mute !== null) return null;
  const greedy = { word: "greedy", kind: "decoder", arguments: {} };
  const decoder = { call: greedy, implementation: await loadImplementation(greedy, "decoder") };
  const pairs = encoding.pairs;
  const { model } = options.plan.recipe;
  const family = await implementationOf(registry, "model", options.base.facts.family);
  const sizes = family.sizes(family.config(options.base.facts.config));
  const positions =
    sizes.positions -
    ((await loadImplementation(model.technique, "technique")).virtual?.(model.technique).positions ?? 0);
  if (positions <= WRITTEN) return null;
  const room = Math.min(READ, positions - WRITTEN);
  const prompts = some(rows.lengths.length).map((row) => (pairs ? tokensAt(rows.ids, row) : promptOf(rows, row, room)));
  const ask = async (signal?: AbortSignal): Promise<readonly string[]> => {
    const written: string[] = prompts.map(() => "");
    const how = {
      decoder,
      vocabulary: sizes.vocabulary,
      positions,
      ends: new Set<number>(),
      padId: options.tokenizer.padId,
      maxTokens: WRITTEN,
    };
    for await (const grown of generateTexts(open.session, prompts, {
      ...how,
      ...(pairs && { start: pairs.start }),
      ...(signal && { signal }),
    }))
      for (const { prompt, text } of grown) written[prompt] = text.tokens.join(" ");
    return written;
  };
  return { ...which, ask };
}

/** Returns indices of evenly spaced rows, because data may be sorted. */
function some(count: number): readonly number[] {
  const most = Math.min(MAX_COMPARED_ROWS, count);
  return Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
}

/** `total`: number of rows. */
function textsOf(
  prepared: PreparedData,
  name: string,
): { readonly texts: readonly PredictionInput[]; readonly total: number } {
  const split = prepared.streamed?.[name] ?? prepared.splits[name];
  if (!split) throw new CodedError("internal", { what: `there is no split ${name}` });
  const streams = split instanceof StreamedRows;
  const has = (role: string): boolean => (streams ? split.has(role) : split.columnNames().includes(role));
  const columns = new Map<string, ArrayLike<unknown>>();
  const value = (role: string, row: number): unknown => {
    if (streams) return split.values(role, row, row + 1)[0];
    let column = columns.get(role);
    if (!column) columns.set(role, (column = split.array(role) as ArrayLike<unknown>));
    return column[row];
  };
  const both = has("question") ? ["question", "context"] : has("text_pair") ? ["text", "text_pair"] : null;
  const total = streams ? split.rows : split.numRows();
  const texts = some(total).map((row): PredictionInput => {
    if (both) return [String(value(both[0]!, row)), String(value(both[1]!, row))];
    const textValue = value(has("tokens") ? "tokens" : "text", row);
    return Array.isArray(textValue) ? textValue.join(" ") : String(textValue);
  });
  return { texts, total };
}

/** Returns the tokens before the first trained one; if all are trained, the first half. */
function promptOf(rows: EncodedRows, row: number, most: number): Int32Array {
  const ids = tokensAt(rows.ids, row);
  const trained = rows.trained?.maskAt(row);
  const first = trained
    ? trained.findIndex((learnt, position) => position > 0 && learnt === 1)
    : Math.ceil(ids.length / 2);
  const end = Math.max(1, first < 0 ? ids.length - 1 : first);
  return ids.slice(Math.max(0, end - most), end);
}

/** Returns the likeliest token of each gap of each row. */
async function filled(
  session: EngineSession,
  rows: EncodedRows,
  { tokenizer, plan }: { readonly tokenizer: Pick<Tokenizer, "padId">; readonly plan: Plan },
): Promise<readonly string[]> {
  const members = Uint32Array.from(some(rows.lengths.length));
  const feeds = collateBatch(rows.ids, members, tokenizer.padId);
  const input = mustExist(feeds["input_ids"], "input_ids");
  const width = input.shape[1]!;
  const ids = new Int32Array(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength / 4);
  const taught = mustExist(rows.taught, "the targets of the rows");
  const fed = taught.feeds({ rows: members, width, seed: plan.recipe.training.seed, epoch: 0 }, ids);
  const targets = mustExist(fed["targets"], "targets");
  const logits = mustExist((await session.run("evaluate", { ...feeds, targets }, ["logits"]))["logits"], "logits");
  const [scores, size] = [toFloats(logits), lastOf(logits.shape)];
  const places = new Int32Array(targets.bytes.slice().buffer);
  const answers: string[] = Array.from(members, () => "");
  places.forEach((place, i) => {
    const rowScores = scores.subarray(i * size, (i + 1) * size);
    answers[Math.floor(place / width)] += ` ${rowScores.indexOf(rowScores.reduce((a, b) => Math.max(a, b)))}`;
  });
  return answers;
}
