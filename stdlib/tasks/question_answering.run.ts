/**
 * Two logits per token (`qa_outputs`): for the start and the end of the answer. The loss is transformers': the mean of
 * both cross-entropies over the padded tokens of a row. The target of a window without the answer is `[CLS]`.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LocatedAnswer } from "../data/answers.js";
import type {
  AnswerDecoder,
  PredictedRows,
  RowColumn,
  AnswerFrequency,
  QuestionContextWindow,
  SupervisionRows,
  ScoredOutcome,
  TaskImplementation,
  TrainingTargets,
} from "./kind.js";
import { extractiveQa } from "../row-formats/extractive-qa.js";
import type { AnswerMetricInput } from "../metrics/kind.js";
import { exactMatch } from "../metrics/exact_match.js";
import { rowSumsSampler, rowSumsOf, scoreOfAllRows as wholeOf, type RowSums } from "../metrics/shared/row-sums.js";
import { tokenF1 } from "../metrics/token_f1.js";
import {
  findBestAnswerSpan,
  NO_SPAN,
  tokenSpanIn,
  type AnswerSelectionOptions,
  type FoundAnswer,
  type WindowLogits,
  type TokenSpan,
} from "./shared/answer-spans.js";
import { answersResampler, resamplingOf, metricResampleScorer } from "../metrics/shared/resampled-outcomes.js";
import { int32NDArray } from "./shared/feeds.js";
import { percentText } from "../statistics/probabilities.js";

/** `text` is the question. */
export interface AnswerPrediction extends FoundAnswer {
  readonly text: string;
  readonly context: string;
}
interface TaughtAnswers extends TrainingTargets {
  /** Target span of a window. */
  span(row: number): TokenSpan;
  /** Correct answers of a question. */
  gold(question: number): readonly string[];
}

const matched = mustExist(exactMatch.ofAnswers, "exact_match of answers");
const overlapping = mustExist(tokenF1.ofAnswers, "token_f1 of answers");

const answers: AnswerDecoder<TaughtAnswers, AnswerPrediction> = {
  places: (rows, row) => Int32Array.from(rows.ids(row), (_, place) => place),
  score(outputs, { span, gold: goldOf }, rows) {
    const found = byQuestion(outputs, rows).map((windows) => findBestAnswerSpan(windows, choiceOf(rows.call)));
    const gold = found.map((_, question) => goldOf(question));
    const windows = windowsOf(rows, found.length);
    // A question with many windows has the same weight in the loss.
    const losses = rowSumsOf(
      found.length,
      2,
      (i) => [windows[i]!.reduce((sum, row) => sum + lossOf(outputs[row]!, span(row)), 0), windows[i]!.length],
      (sums) => sums[0]! / sums[1]!,
    );
    const notes = outputs.length > found.length ? [`${outputs.length} windows of ${found.length} contexts`] : [];
    return { ...scoredAnswers(found, gold, rows.call, losses), notes };
  },
  scoreWritten(written, { gold }, { call }) {
    const found = written.map((answer) => ({ answer, probability: Number.NaN }));
    const right = written.map((_, question) => gold(question));
    return scoredAnswers(found, right, call, null);
  },
  constant({ call }) {
    if (call.arguments["unanswerable"] !== true) return null;
    // The first token means no answer.
    const predict = (rows: PredictedRows, row: number): Float32Array =>
      Float32Array.from({ length: 2 * rows.ids(row).length }, (_, i) => (i < 2 ? 30 : 0));
    return { name: "never an answer", predict, likelihood: false };
  },
  predictions: (outputs, texts, rows) =>
    byQuestion(outputs, rows).map((windows, i) => {
      const { context } = windows[0]!.window;
      return { text: texts[i]!, context, ...findBestAnswerSpan(windows, choiceOf(rows.call)) };
    }),
  answer: ({ answer }) => answer,
  columns: ["answer", "probability", "in the context"],
  cells: (found) => [found.answer || "no answer", percentText(found.probability), excerpt(found)],
};

/** `losses` is null if the probabilities of other answers are unknown. */
function scoredAnswers(
  found: readonly Pick<FoundAnswer, "answer" | "probability">[],
  gold: readonly (readonly string[])[],
  call: Call,
  losses: RowSums | null,
): ScoredOutcome {
  const loss = losses ? wholeOf(losses) : Number.NaN;
  const input: AnswerMetricInput = { answers: found.map(({ answer }) => answer), gold, loss };
  const draw = answersResampler(input, losses ? rowSumsSampler(losses) : () => Number.NaN);
  const right = found.map(({ answer }, i) => matched(call, { answers: [answer], gold: [gold[i]!], loss }));
  return {
    metrics: {
      loss,
      exact_match: right.reduce((a, b) => a + b, 0) / right.length,
      token_f1: overlapping(call, input),
    },
    measure: (metric, metricCall) => metric.ofAnswers?.(metricCall, input) ?? Number.NaN,
    resampling: (metric, metricCall) =>
      resamplingOf(found.length, metricResampleScorer(metric, metricCall, "ofAnswers", input, draw), {
        unit: "question",
        single: true,
      }),
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

/** Returns the answer with the text before and after it. */
function excerpt({ context, start, end }: AnswerPrediction): string {
  if (start === end) return "";
  const [from, to] = [Math.max(0, start - 40), Math.min(context.length, end + 40)];
  const parts = [context.slice(from, start), "⟦", context.slice(start, end), "⟧", context.slice(end, to)];
  return [from > 0 ? "…" : "", ...parts, to < context.length ? "…" : ""].join("").replace(/\p{Surrogate}/gu, "");
}

const windowOf = (rows: Pick<PredictedRows, "window">, row: number): QuestionContextWindow =>
  mustExist(rows.window, "the windows of contexts")(row);

/** Returns the window indices of each question. */
function windowsOf(rows: PredictedRows, questions: number): readonly (readonly number[])[] {
  const windows: number[][] = Array.from({ length: questions }, () => []);
  for (let row = 0; row < rows.count; row++) windows[windowOf(rows, row).questionIndex]!.push(row);
  return windows;
}

function commonestAnswer({ answers: given, gold }: AnswerMetricInput): AnswerFrequency {
  const times = new Map<string, number>();
  for (const answer of given) times.set(answer, (times.get(answer) ?? 0) + 1);
  const [answer, most] = [...times].reduce((a, b) => (b[1] > a[1] ? b : a));
  const right = gold.filter((all) => (answer === "" ? all.every((text) => text === "") : all.includes(answer))).length;
  return { answer: answer ? `“${answer}”` : "no answer", given: most / given.length, right: right / given.length };
}

/** Groups the logits of the windows by question. */
function byQuestion(outputs: readonly Float32Array[], rows: PredictedRows): readonly (readonly WindowLogits[])[] {
  const questions: WindowLogits[][] = [];
  outputs.forEach((logits, row) => {
    const window = windowOf(rows, row);
    (questions[window.questionIndex] ??= []).push({ window, logits });
  });
  return questions;
}

function choiceOf({ arguments: given }: Call): AnswerSelectionOptions {
  const none = given["unanswerable"] === true ? Number(given["threshold"] ?? 0) : null;
  return { candidates: Number(given["candidates"] ?? 20), longest: Number(given["max_answer"] ?? 30), none };
}

/** Mean of both cross-entropies, in nats. */
function lossOf(logits: Float32Array, span: TokenSpan): number {
  const lossOfKind = (kind: 0 | 1): number => {
    const kindLogits = logits.filter((_, i) => i % 2 === kind);
    const greatest = kindLogits.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = kindLogits.reduce((total, x) => total + Math.exp(x - greatest), 0);
    return greatest + Math.log(sum) - kindLogits[span[kind]]!;
  };
  return (lossOfKind(0) + lossOfKind(1)) / 2;
}

/**
 * Returns the first and last token of the answer, alternating, for each window. Coded errors `no-answer` and
 * `answer-cut` for questions without a target.
 */
function spansOf(rows: SupervisionRows, given: RowColumn): Int32Array {
  const spans = new Int32Array(2 * rows.count);
  let row = 0;
  let rowIndex = 0;
  for (const rowAnswers of given as Iterable<readonly LocatedAnswer[]>) {
    const answer = placedIn(rowAnswers);
    const name = rows.names[rowIndex]!;
    if (!answer && rows.call.arguments["unanswerable"] !== true) throw new CodedError("no-answer", { row: name });
    let isFound = false;
    // The windows of a question are consecutive.
    for (let window; row < rows.count && (window = windowOf(rows, row)).questionIndex === rowIndex; row++) {
      const span = answer ? spanOf(answer, window) : NO_SPAN;
      isFound ||= span !== NO_SPAN;
      spans.set(span, 2 * row);
    }
    if (answer && !isFound) throw new CodedError("answer-cut", { row: name, answer: answer.text.slice(0, 80) });
    rowIndex++;
  }
  return spans;
}

function spanOf(
  { text, start }: { readonly text: string; readonly start: number },
  window: QuestionContextWindow,
): TokenSpan {
  // Whitespace at its ends belongs to no token.
  return tokenSpanIn(window, start + text.length - text.trimStart().length, start + text.trimEnd().length);
}

/** Returns the answer to train on: the first that is in the context. */
function placedIn(given: readonly LocatedAnswer[]): { readonly text: string; readonly start: number } | null {
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
      const span = (row: number): TokenSpan => [spans[2 * row]!, spans[2 * row + 1]!];
      const taught: TaughtAnswers = {
        span,
        gold: (question) => (given.at(question) as readonly LocatedAnswer[]).map(({ text }) => text),
        counts: (batch) => batch.rows.length,
        marked(row) {
          const [first, last] = span(row);
          return Uint8Array.from(rows.ids(row), (_, place) => (place > 0 && place >= first && place <= last ? 1 : 0));
        },
        feeds: ({ rows: members }) => ({
          labels: int32NDArray(Int32Array.from(Array.from(members).flatMap(span)), [members.length, 2]),
        }),
      };
      return taught;
    },
  },
  headPaths: ["qa_outputs"],
  pooled: false,
  outputs: () => 2,
  head(layers, body, options) {
    const logits: ReturnType<TaskImplementation["head"]>["logits"] = (targets) => {
      const x = layers.dropout("qa_dropout", body.last_hidden_state, options.answerDropout);
      return layers.linear("qa_outputs", targets ? x.takeRows(targets) : x, { in: options.hidden, out: 2 });
    };
    return {
      logits,
      named(both) {
        const parts = both.split(2, [1, 1]).map((one) => one.reshape(both.shape.slice(0, 2)));
        return { start_logits: parts[0]!, end_logits: parts[1]! };
      },
      loss({ labels, each }, reduction) {
        // The start and the end both have the row's weight.
        const both = each && each.reshape([labels.shape[0]!, 1]).multiply(labels.cast("f32").filled(1));
        const loss = logits().transpose([0, 2, 1]).crossEntropy(labels, { reduction, each: both });
        return reduction === "mean" ? loss : loss.multiply(0.5);
      },
    };
  },
  answers: answers as AnswerDecoder,
};
