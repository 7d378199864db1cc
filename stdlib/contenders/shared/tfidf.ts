/** The tf-idf baseline: a linear model over the tf-idf of a row's texts, or the cosine similarity of two texts. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { BaselineContext, BaselineRows, FittedBaseline } from "../kind.js";
import { Vocabulary } from "./tfidf/vocabulary.js";
import { tfidfSimilarityModel } from "./tfidf-alike.js";
import { sampleRows, valuesOfRows } from "./training-rows.js";
import { chooseSetting, settingText, defaultSetting } from "./chosen-setting.js";
import { fitLinearModel } from "./linear-model.js";

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
  const values = valuesOfRows(train, picked.rows);
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
      ? await chooseSetting({ learning: given, task: task.call, learnt, values, choosing: chooses, evaluated })
      : null;
  const setting = chosen?.setting ?? defaultSetting(task.call, values);
  const model = await fitLinearModel({ ...given, setting }, learnt, values);
  const words = `${vocabulary.size.toLocaleString("en-US")} words and pairs of neighbouring words`;
  return {
    learntIn: (performance.now() - begun) / 1000,
    bytes: vocabulary.bytes + model.bytes,
    notes: [
      `tf-idf of ${words}, ${model.what} with ${chosen?.what ?? settingText(setting, values("score") !== null)}${picked.description}`,
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
