/**
 * How a model's texts become rows, and what its rows say in its task's words: found out once for a model, whoever feeds the rows
 * (`texts-asked.ts` for the notebook, `gathering` for requests).
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must, mustGet } from "#dsl/language/diagnostics/must.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Fitted } from "#stdlib/calibrations/kind.js";
import type { Answers, TaskImplementation } from "#stdlib/tasks/kind.js";
import type { Base } from "../bases/base.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { pairsIn, type Reading, typesOf } from "../bases/token-types.js";
import { does } from "../host/load-implementation.js";
import { encodeTexts, type Asked, type Unseen } from "../data/encoding/encoded.js";
import type { Predicted } from "./prediction.js";
import { asFitted } from "./fitted-calibration.js";
import { fedRow, type FedRow } from "./fed-rows.js";
import { within } from "./gathering/merged-encoding.js";
import { questionsOf, readsContexts } from "./questions.js";

/** What a model's rows are read by. */
export interface AskedBy {
  readonly plan: Reading;
  readonly labels: readonly string[];
  readonly base: Pick<Base, "facts">;
  readonly tokenizer: Tokenizer;
  /** What was fitted once it was trained; absent: nothing. */
  readonly fitted?: Fitted | null;
}
export interface Asker {
  readonly answers: Answers;
  readonly padId: number;
  /** Coded errors: `pairs-expected`, and those of questions and of encoding. */
  read(texts: readonly Asked[], o?: ReadOptions): Promise<ReadTexts>;
}
export interface ReadOptions {
  /** Whoever asked went away. */
  readonly signal?: AbortSignal | undefined;
}
/** Texts as rows that can be fed. */
export interface ReadTexts {
  readonly rows: Unseen;
  /** As they are fed, made when asked for. */
  fed(): readonly FedRow[];
  /** Tokens that were read of each text, and how many it has; of one that is far too long that it has more. */
  readonly counts: readonly { readonly tokens: number; readonly whole: number }[];
  /** In the order of the texts, from the logits of each row. */
  answer(said: readonly Float32Array[]): Promise<readonly Predicted[]>;
}

/** `name`: the model's, for errors. */
export async function askerOf({ plan, labels, tokenizer, base, fitted }: AskedBy, name: string): Promise<Asker> {
  const { model } = plan.recipe;
  const task = { call: model.task, implementation: await does(model.task, "task") };
  const answers = answersIn(task);
  const maxLength = model.max_length;
  const encoding = { tokenizer, maxLength, task, labels };
  const made = (rows: Unseen) => ({
    rows,
    fed: () => Array.from(rows.lengths, (_, row) => fedRow(rows, answers, row)),
  });
  const of = { answers, padId: tokenizer.padId };
  if (task.implementation.supervision.rowFormat.separateTexts)
    return {
      ...of,
      async read(asked, o) {
        // Each text is read once.
        const texts = [...new Set(asked.flatMap((text) => (typeof text === "string" ? [text] : text)))];
        const rows = await encodeTexts(texts, { ...encoding, ...readBy(tokenizer, maxLength, o), types: false });
        const places = new Map(texts.map((text, row) => [text, row]));
        const rowsOf = (text: Asked) =>
          (typeof text === "string" ? [text] : text).map((one) => mustGet(places, one, "row of"));
        return {
          ...made(rows),
          counts: asked.map((text) => counted(rows, rowsOf(text))),
          answer: (said) =>
            apartAnswers(answers, asked, { rows, vectorOf: (text) => said[mustGet(places, text, "row of")]! }),
        };
      },
    };
  const [pairs, contexts, types] = [pairsIn(plan), readsContexts(model.task), await typesOf(plan, base)];
  return {
    ...of,
    async read(texts, o) {
      if (contexts) questionsOf(texts, name);
      else if (texts.some((text) => (typeof text === "string") === pairs))
        throw new CodedError("pairs-expected", { model: name, pairs });
      const rows = await encodeTexts(texts, { ...encoding, ...readBy(tokenizer, maxLength, o, pairs), types });
      const firsts = texts.map((text) => (typeof text === "string" ? text : text[0]));
      return {
        ...made(rows),
        counts: contexts ? countedWindows(rows, texts.length) : texts.map((_, row) => counted(rows, [row])),
        async answer(said) {
          const by = asFitted(said, rows.asked, fitted);
          const predictions = await answers.predictions(by.said, firsts, by.asked);
          return pairs ? predictions.map((one, i) => ({ ...one, text_pair: texts[i]![1] })) : predictions;
        },
      };
    },
  };
}

/** Which of two long texts is the longer decides about a token of each: more of them is read than of one alone. */
const CHARACTERS_OF_PAIRS = 65_536;
function readBy(
  tokenizer: Tokenizer,
  tokens: number,
  { signal }: ReadOptions = {},
  pairs = false,
): { readonly tokenizer: Tokenizer } {
  return {
    tokenizer: within(tokenizer, { tokens, from: "start", signal, ...(pairs && { characters: CHARACTERS_OF_PAIRS }) }),
  };
}

function answersIn(task: { readonly call: Call; readonly implementation: TaskImplementation }): Answers {
  const { answers, supervision } = task.implementation;
  if (!answers) throw new CodedError("internal", { what: `${task.call.word} answers nothing` });
  if (supervision.rowFormat.separateTexts && !answers.ofPairs)
    throw new CodedError("internal", { what: `${task.call.word} says nothing of pairs` });
  return answers;
}

/** What is said of texts alone, and of two that are held beside each other, of the vectors of all. */
async function apartAnswers(
  answers: Answers,
  asked: readonly Asked[],
  { rows, vectorOf }: { readonly rows: Unseen; readonly vectorOf: (text: string) => Float32Array },
): Promise<readonly Predicted[]> {
  const alone = asked.filter((text) => typeof text === "string");
  const pairs = asked.filter((text) => typeof text !== "string");
  const ofAlone = await answers.predictions(alone.map(vectorOf), alone, rows.asked);
  const ofTwo = must(answers.ofPairs, "what is said of pairs").predictions(
    pairs.map(([a, b]) => [vectorOf(a), vectorOf(b)]),
    pairs,
  );
  let [nextAlone, nextPair] = [0, 0];
  return asked.map((text) => (typeof text === "string" ? ofAlone[nextAlone++]! : ofTwo[nextPair++]!));
}

function counted({ lengths, whole = lengths }: Unseen, rows: readonly number[]): ReadTexts["counts"][number] {
  const sum = (of: Int32Array): number => rows.reduce((all, row) => all + of[row]!, 0);
  return { tokens: sum(lengths), whole: sum(whole) };
}

/** A question's are those of all windows of its context, of which nothing is cut. */
function countedWindows({ lengths, asked }: Unseen, questions: number): ReadTexts["counts"] {
  const tokens = new Array<number>(questions).fill(0);
  lengths.forEach((length, row) => {
    tokens[asked.window?.(row).of ?? row]! += length;
  });
  return tokens.map((all) => ({ tokens: all, whole: all }));
}
