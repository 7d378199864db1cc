/** The tf-idf baseline: a linear model over the tf-idf of a row's texts, or the cosine similarity of two texts. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { BaselineContext, BaselineRows, FittedBaseline } from "../kind.js";
import { Vocabulary } from "./tfidf/vocabulary.js";
import { sampleRows, roleValuesLookupForRows } from "./training-rows.js";
import { chooseLinearModelSetting, linearModelSettingText, defaultLinearModelSetting } from "./chosen-setting.js";
import { fitLinearModel } from "./linear-model.js";
import type { SparseRows } from "./tfidf/sparse.js";

// Similarity of texts by their words, as vectors whose cosines are those of their tf-idf. For pairs, two numbers per
// text represent the cosine exactly. For comparing each text with all others, vectors over all words would be too long;
// feature hashing adds or subtracts each word in one of a fixed number of positions (Weinberger et al. 2009).

/** Maximum of numbers in all vectors together, and in one vector. */
const HELD = 2 ** 26;
const LONGEST = 8192;

export interface TfidfSimilarity {
  readonly bytes: number;
  readonly what: string;
  /**
   * Returns the vectors of all first texts, then of all second ones. `truth`: true values of the pairs, if the rows
   * have them.
   */
  predict(rows: Iterable<readonly string[]>, truth: unknown): Promise<readonly Float32Array[]>;
}

export async function tfidfSimilarityModel(
  roles: readonly string[],
  rows: Iterable<readonly string[]>,
  signal?: AbortSignal,
): Promise<TfidfSimilarity> {
  const vocabulary = new Vocabulary(1);
  await vocabulary.learn(apart(rows), signal);
  return {
    bytes: vocabulary.bytes,
    what: `${vocabulary.size.toLocaleString("en-US")} words and pairs of neighbouring words`,
    async predict(rowTexts, truth) {
      const texts = await vocabulary.read(apart(rowTexts), signal);
      const pairs = truth !== undefined && truth !== null && roles.length === 2;
      return bySides(pairs ? inPairs(texts) : hashedOf(texts), roles.length);
    },
  };
}

function* apart(rows: Iterable<readonly string[]>): Generator<readonly string[]> {
  for (const texts of rows) for (const text of texts) yield [text];
}

/** Reorders vectors from row by row to side by side. */
function bySides(vectors: readonly Float32Array[], sides: number): readonly Float32Array[] {
  return Array.from({ length: sides }, (_, side) => vectors.filter((__, i) => i % sides === side)).flat();
}

/** Represents each pair by two unit vectors in the plane whose cosine is that of the texts. */
function inPairs(texts: SparseRows): readonly Float32Array[] {
  return Array.from({ length: texts.count / 2 }, (_, pair) => {
    const cosine = Math.min(1, cosineOf(texts, 2 * pair, 2 * pair + 1));
    return [Float32Array.of(1, 0), Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine))];
  }).flat();
}

function cosineOf({ starts, columnIndexes, values }: SparseRows, first: number, second: number): number {
  const firstValues = new Map<number, number>();
  for (let i = starts[first]!; i < starts[first + 1]!; i++) firstValues.set(columnIndexes[i]!, values[i]!);
  let sum = 0;
  for (let i = starts[second]!; i < starts[second + 1]!; i++)
    sum += values[i]! * (firstValues.get(columnIndexes[i]!) ?? 0);
  return sum;
}

function hashedOf(texts: SparseRows): readonly Float32Array[] {
  const width = Math.max(256, Math.min(LONGEST, Math.floor(HELD / Math.max(1, texts.count))));
  return Array.from({ length: texts.count }, (_, text) => {
    const vector = new Float32Array(width);
    for (let i = texts.starts[text]!; i < texts.starts[text + 1]!; i++) {
      const place = mixed(texts.columnIndexes[i]!);
      vector[(place >>> 1) % width]! += place & 1 ? texts.values[i]! : -texts.values[i]!;
    }
    return vector;
  });
}
function mixed(column: number): number {
  let state = Math.imul(column + 1, 0x9e3779b1);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
}

/** Maximum number of training rows; of more rows, every n-th is taken. */
const MOST = 200_000;
const TEXTS = ["text", "text_pair", "negative"] as const;

export async function fitTfidfBaseline(given: BaselineContext): Promise<FittedBaseline> {
  const begun = performance.now();
  const { train, signal, task, rows } = given;
  if (!train || train.count === 0)
    throw new CodedError("no-answer-for-all", { contender: "baseline(tfidf)", task: task.call.word });
  const picked = sampleRows(train, MOST);
  const roles = TEXTS.filter((role) => train.values(role) !== undefined);
  const read = (from: BaselineRows, which: ArrayLike<number>) => textsIn(from, roles, which);
  if (task.implementation.supervision.rowFormat.separateTexts) {
    const words = await tfidfSimilarityModel(roles, read(train, picked.rows), signal);
    return {
      learntIn: (performance.now() - begun) / 1000,
      bytes: words.bytes,
      notes: [`cosine of tf-idf of ${words.what}${picked.description}`],
      ask: async (rowNumbers) => ({
        outputs: await words.predict(read(rows, rowNumbers), rows.values("label") ?? rows.values("score")),
      }),
    };
  }
  const vocabulary = new Vocabulary(roles.length);
  const learnt = await vocabulary.learn(read(train, picked.rows), signal);
  const values = roleValuesLookupForRows(train, picked.rows);
  const { choosing } = given;
  // Cross-validation needs every row among the training rows.
  const chooses =
    choosing && (choosing.from === "validation" || learnt.count === choosing.rows.count) ? choosing : null;
  const evaluated =
    chooses &&
    (chooses.from === "train"
      ? learnt
      : await vocabulary.read(
          read(
            chooses.rows,
            Array.from({ length: chooses.rows.count }, (_, i) => i),
          ),
          signal,
        ));
  const chosen =
    chooses && evaluated
      ? await chooseLinearModelSetting({
          learning: given,
          task: task.call,
          learnt,
          values,
          choosing: chooses,
          evaluated,
        })
      : null;
  const setting = chosen?.setting ?? defaultLinearModelSetting(task.call, values);
  const model = await fitLinearModel({ ...given, setting }, learnt, values);
  const words = `${vocabulary.size.toLocaleString("en-US")} words and pairs of neighbouring words`;
  return {
    learntIn: (performance.now() - begun) / 1000,
    bytes: vocabulary.bytes + model.bytes,
    notes: [
      `tf-idf of ${words}, ${model.what} with ${chosen?.what ?? linearModelSettingText(setting, values("score") !== null)}${picked.description}`,
    ],
    async ask(rowNumbers) {
      const numbers = await vocabulary.read(read(rows, rowNumbers), signal);
      return { outputs: Array.from(rowNumbers, (_, i) => model.predict(numbers, i)) };
    },
  };
}

function* textsIn(
  rows: BaselineRows,
  roles: readonly string[],
  which: ArrayLike<number>,
): Generator<readonly string[]> {
  const columns = roles.map((role) => rows.values(role));
  for (const row of Array.from(which)) yield columns.map((column) => String(column?.at(row) ?? ""));
}
