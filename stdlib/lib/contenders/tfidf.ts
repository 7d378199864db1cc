/** The baseline of words: tf-idf of a row's texts and a linear model over it, or how alike two texts are by it. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { ContenderGiven, ContenderRows, ReadyContender } from "../../kinds/contender.js";
import { Vocabulary } from "../tfidf/vocabulary.js";
import { alikeBy } from "./tfidf-alike.js";
import { pickedOf, valuesAt } from "./rows-learnt.js";
import { modelOf } from "./linear-model.js";
import "./codes.js";

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
  if (task.implementation.supervision.rows === "apart") {
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
  const model = await modelOf(given, learnt, valuesAt(train, picked.rows));
  const words = `${vocabulary.size.toLocaleString("en-US")} words and pairs of neighbouring words`;
  return {
    learntIn: (performance.now() - begun) / 1000,
    bytes: vocabulary.bytes + model.bytes,
    notes: [`tf-idf of ${words}, ${model.what}${picked.of}`],
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
