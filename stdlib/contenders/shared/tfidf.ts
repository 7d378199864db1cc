/** The baseline of words: tf-idf of a row's texts and a linear model over it, or how alike two texts are by it. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ContenderGiven, ContenderRows, ReadyContender } from "../kind.js";
import { Vocabulary } from "./tfidf/vocabulary.js";
import { alikeBy } from "./tfidf-alike.js";
import { pickedOf, valuesAt } from "./training-rows.js";
import { chosenSetting, toldSetting, usualSetting } from "./chosen-setting.js";
import { modelOf } from "./linear-model.js";

/** Rows that are learnt from; of more, so many at equal distances. */
const MOST = 200_000;
const TEXTS = ["text", "text_pair", "negative"] as const;

export async function tfidf(given: ContenderGiven): Promise<ReadyContender> {
  const begun = performance.now();
  const { train, signal, task, rows } = given;
  if (!train || train.count === 0)
    throw new CodedError("no-answer-for-all", { contender: "baseline(tfidf)", task: task.call.word });
  const picked = pickedOf(train, MOST);
  const roles = TEXTS.filter((role) => train.values(role) !== undefined);
  const read = (from: ContenderRows, which: ArrayLike<number>) => textsIn(from, roles, which);
  if (task.implementation.supervision.rowFormat.separateTexts) {
    const words = await alikeBy(roles, read(train, picked.rows), signal);
    return {
      learntIn: (performance.now() - begun) / 1000,
      bytes: words.bytes,
      notes: [`cosine of tf-idf of ${words.what}${picked.of}`],
      ask: async (asked) => ({
        said: await words.said(read(rows, asked), rows.values("label") ?? rows.values("score")),
      }),
    };
  }
  const vocabulary = new Vocabulary(roles.length);
  const learnt = await vocabulary.learn(read(train, picked.rows), signal);
  const values = valuesAt(train, picked.rows);
  const { choosing } = given;
  // By folds only where every row is learnt from.
  const chooses =
    choosing && (choosing.from === "validation" || learnt.count === choosing.rows.count) ? choosing : null;
  const asked =
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
    chooses && asked
      ? await chosenSetting({ learning: given, task: task.call, learnt, values, choosing: chooses, asked })
      : null;
  const setting = chosen?.setting ?? usualSetting(task.call, values);
  const model = await modelOf({ ...given, setting }, learnt, values);
  const words = `${vocabulary.size.toLocaleString("en-US")} words and pairs of neighbouring words`;
  return {
    learntIn: (performance.now() - begun) / 1000,
    bytes: vocabulary.bytes + model.bytes,
    notes: [
      `tf-idf of ${words}, ${model.what} with ${chosen?.what ?? toldSetting(setting, values("score") !== null)}${picked.of}`,
    ],
    async ask(asked) {
      const numbers = await vocabulary.read(read(rows, asked), signal);
      return { said: Array.from(asked, (_, i) => model.said(numbers, i)) };
    },
  };
}

function* textsIn(
  rows: ContenderRows,
  roles: readonly string[],
  which: ArrayLike<number>,
): Generator<readonly string[]> {
  const columns = roles.map((role) => rows.values(role));
  for (const row of Array.from(which)) yield columns.map((column) => String(column?.at(row) ?? ""));
}
