/**
 * Two numbers for each token (`qa_outputs`): how likely an answer begins there, and ends. The loss is transformers': the mean
 * of both cross-entropies over the tokens of a row as it is padded. A window that doesn't hold the answer teaches `[CLS]`.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Answer } from "../data/answers.js";
import type {
  Answers,
  AskedRows,
  Column,
  CommonAnswer,
  ContextWindow,
  RowsToTeach,
  Scored,
  TaskImplementation,
  Taught,
} from "./kind.js";
import { extractiveQa } from "../row-formats/extractive-qa.js";
import type { AnswerMetricInput } from "../metrics/kind.js";
import { exactMatch } from "../metrics/exact_match.run.js";
import { drawnFrom, rowSums, whole as wholeOf, type RowSums } from "../metrics/shared/row-sums.js";
import { tokenF1 } from "../metrics/token_f1.run.js";
import {
  answerIn,
  NONE,
  spanIn,
  type Choice,
  type FoundAnswer,
  type SaidWindow,
  type Span,
} from "./shared/answer-spans.js";
import { drawnAnswers, resampling, samplerOf } from "../metrics/shared/resampled-outcomes.js";
import { whole } from "./shared/feeds.js";
import { percent } from "../statistics/probabilities.js";

/** `text` is the question. */
export interface AnswerPrediction extends FoundAnswer {
  readonly text: string;
  readonly context: string;
}
interface TaughtAnswers extends Taught {
  /** Of a window. */
  span(row: number): Span;
  /** Of a question. */
  gold(question: number): readonly string[];
}

const matched = must(exactMatch.ofAnswers, "exact_match of answers");
const overlapping = must(tokenF1.ofAnswers, "token_f1 of answers");

const answers: Answers<TaughtAnswers, AnswerPrediction> = {
  places: (rows, row) => Int32Array.from(rows.ids(row), (_, place) => place),
  score(said, { span, gold: goldOf }, rows) {
    const found = byQuestion(said, rows).map((windows) => answerIn(windows, choiceOf(rows.call)));
    const gold = found.map((_, question) => goldOf(question));
    const windows = windowsOf(rows, found.length);
    // A question with many windows counts as often in the loss.
    const losses = rowSums(
      found.length,
      2,
      (i) => [windows[i]!.reduce((sum, row) => sum + lossOf(said[row]!, span(row)), 0), windows[i]!.length],
      (sums) => sums[0]! / sums[1]!,
    );
    const notes = said.length > found.length ? [`${said.length} windows of ${found.length} contexts`] : [];
    return { ...scoredAnswers(found, gold, rows.call, losses), notes };
  },
  scoreWritten(written, { gold }, { call }) {
    const found = written.map((answer) => ({ answer, probability: Number.NaN }));
    const right = written.map((_, question) => gold(question));
    return scoredAnswers(found, right, call, null);
  },
  constant({ call }) {
    if (call.arguments["unanswerable"] !== true) return null;
    // The first token stands for no answer.
    const said = (rows: AskedRows, row: number): Float32Array =>
      Float32Array.from({ length: 2 * rows.ids(row).length }, (_, i) => (i < 2 ? 30 : 0));
    return { name: "never an answer", said, likelihood: false };
  },
  predictions: (said, texts, rows) =>
    byQuestion(said, rows).map((windows, i) => {
      const { context } = windows[0]!.window;
      return { text: texts[i]!, context, ...answerIn(windows, choiceOf(rows.call)) };
    }),
  answer: ({ answer }) => answer,
  columns: ["answer", "probability", "in the context"],
  cells: (found) => [found.answer || "no answer", percent(found.probability), excerpt(found)],
};

/** `losses` null: nothing says how likely other answers were. */
function scoredAnswers(
  found: readonly Pick<FoundAnswer, "answer" | "probability">[],
  gold: readonly (readonly string[])[],
  call: Call,
  losses: RowSums | null,
): Scored {
  const loss = losses ? wholeOf(losses) : Number.NaN;
  const input: AnswerMetricInput = { answers: found.map(({ answer }) => answer), gold, loss };
  const draw = drawnAnswers(input, losses ? drawnFrom(losses) : () => Number.NaN);
  const right = found.map(({ answer }, i) => matched(call, { answers: [answer], gold: [gold[i]!], loss }));
  return {
    told: {
      loss,
      exact_match: right.reduce((a, b) => a + b, 0) / right.length,
      token_f1: overlapping(call, input),
    },
    measure: (metric, of) => metric.ofAnswers?.(of, input) ?? Number.NaN,
    resampling: (metric, of) =>
      resampling(found.length, samplerOf(metric, of, "ofAnswers", input, draw), { of: "question", single: true }),
    ...(found.length > 0 && { commonest: commonestAnswer(input) }),
    labels: [],
    confusion: [],
    mistakesBy: "probability",
    mistakes: (most) =>
      found
        .map(({ answer, probability }, row) => ({
          row,
          truth: [...new Set(gold[row])].join(" | ") || "no answer",
          predicted: answer || "no answer",
          by: probability,
        }))
        .filter(({ row }) => right[row] === 0)
        .sort((a, b) => b.by - a.by)
        .slice(0, most),
  };
}

/** The answer between what stands around it. */
function excerpt({ context, start, end }: AnswerPrediction): string {
  if (start === end) return "";
  const [from, to] = [Math.max(0, start - 40), Math.min(context.length, end + 40)];
  const parts = [context.slice(from, start), "⟦", context.slice(start, end), "⟧", context.slice(end, to)];
  return [from > 0 ? "…" : "", ...parts, to < context.length ? "…" : ""].join("").replace(/\p{Surrogate}/gu, "");
}

const windowOf = (rows: Pick<AskedRows, "window">, row: number): ContextWindow =>
  must(rows.window, "the windows of contexts")(row);

/** Numbers of the windows of each question. */
function windowsOf(rows: AskedRows, questions: number): readonly (readonly number[])[] {
  const windows: number[][] = Array.from({ length: questions }, () => []);
  for (let row = 0; row < rows.count; row++) windows[windowOf(rows, row).of]!.push(row);
  return windows;
}

function commonestAnswer({ answers: given, gold }: AnswerMetricInput): CommonAnswer {
  const times = new Map<string, number>();
  for (const answer of given) times.set(answer, (times.get(answer) ?? 0) + 1);
  const [answer, most] = [...times].reduce((a, b) => (b[1] > a[1] ? b : a));
  const right = gold.filter((all) => (answer === "" ? all.every((text) => text === "") : all.includes(answer))).length;
  return { answer: answer ? `“${answer}”` : "no answer", given: most / given.length, right: right / given.length };
}

/** What was said of the windows of each question. */
function byQuestion(said: readonly Float32Array[], rows: AskedRows): readonly (readonly SaidWindow[])[] {
  const questions: SaidWindow[][] = [];
  said.forEach((logits, row) => {
    const window = windowOf(rows, row);
    (questions[window.of] ??= []).push({ window, logits });
  });
  return questions;
}

function choiceOf({ arguments: given }: Call): Choice {
  const none = given["unanswerable"] === true ? Number(given["threshold"] ?? 0) : null;
  return { candidates: Number(given["candidates"] ?? 20), longest: Number(given["max_answer"] ?? 30), none };
}

/** Mean of both cross-entropies, in nats. */
function lossOf(logits: Float32Array, span: Span): number {
  const of = (kind: 0 | 1): number => {
    const own = logits.filter((_, i) => i % 2 === kind);
    const greatest = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = own.reduce((total, x) => total + Math.exp(x - greatest), 0);
    return greatest + Math.log(sum) - own[span[kind]]!;
  };
  return (of(0) + of(1)) / 2;
}

/** First and last token of the answer in each window, one after the other; `no-answer` and `answer-cut` for questions that would teach none. */
function spansOf(rows: RowsToTeach, given: Column): Int32Array {
  const spans = new Int32Array(2 * rows.count);
  let row = 0;
  let of = 0;
  for (const own of given as Iterable<readonly Answer[]>) {
    const answer = placedIn(own);
    const name = rows.names[of]!;
    if (!answer && rows.call.arguments["unanswerable"] !== true) throw new CodedError("no-answer", { row: name });
    let held = false;
    // The windows of a question stand one after the other.
    for (let window; row < rows.count && (window = windowOf(rows, row)).of === of; row++) {
      const span = answer ? spanOf(answer, window) : NONE;
      held ||= span !== NONE;
      spans.set(span, 2 * row);
    }
    if (answer && !held) throw new CodedError("answer-cut", { row: name, answer: answer.text.slice(0, 80) });
    of++;
  }
  return spans;
}

function spanOf({ text, start }: { readonly text: string; readonly start: number }, window: ContextWindow): Span {
  // Blanks at its ends are no part of any token.
  return spanIn(window, start + text.length - text.trimStart().length, start + text.trimEnd().length);
}

/** The answer that is learnt: the first that stands in the context. */
function placedIn(given: readonly Answer[]): { readonly text: string; readonly start: number } | null {
  for (const { text, start } of given) if (start !== null && text.trim() !== "") return { text, start };
  return null;
}

export const questionAnswering: TaskImplementation = {
  supervision: {
    rowFormat: extractiveQa,
    overlap: (call) => Number(call.arguments["stride"] ?? 0),
    inputs: () => ({ labels: { dtype: "i32", shape: ["batch", 2] } }),
    teach(rows) {
      const given = rows.values("answer");
      if (!given) return null;
      const spans = spansOf(rows, given);
      const span = (row: number): Span => [spans[2 * row]!, spans[2 * row + 1]!];
      const taught: TaughtAnswers = {
        span,
        gold: (question) => (given.at(question) as readonly Answer[]).map(({ text }) => text),
        counts: (batch) => batch.rows.length,
        marked(row) {
          const [first, last] = span(row);
          return Uint8Array.from(rows.ids(row), (_, place) => (place > 0 && place >= first && place <= last ? 1 : 0));
        },
        feeds: ({ rows: members }) => ({
          labels: whole(Int32Array.from(Array.from(members).flatMap(span)), [members.length, 2]),
        }),
      };
      return taught;
    },
  },
  headPaths: ["qa_outputs"],
  pooled: false,
  outputs: () => 2,
  head(layers, body, o) {
    const logits: ReturnType<TaskImplementation["head"]>["logits"] = (targets) => {
      const x = layers.dropout("qa_dropout", body.last_hidden_state, o.answerDropout);
      return layers.linear("qa_outputs", targets ? x.takeRows(targets) : x, { in: o.hidden, out: 2 });
    };
    return {
      logits,
      named(both) {
        const parts = both.split(2, [1, 1]).map((one) => one.reshape(both.shape.slice(0, 2)));
        return { start_logits: parts[0]!, end_logits: parts[1]! };
      },
      loss({ labels, each }, reduction) {
        // Beginning and end of a row count what the row does.
        const both = each && each.reshape([labels.shape[0]!, 1]).multiply(labels.cast("f32").filled(1));
        const loss = logits().transpose([0, 2, 1]).crossEntropy(labels, { reduction, each: both });
        return reduction === "mean" ? loss : loss.multiply(0.5);
      },
    };
  },
  answers: answers as Answers,
};
