/**
 * Converts predictions and true values of any origin to outcomes that metrics measure. The kind follows from the first
 * row and the metrics: strings are labels or texts; lists are label sets, tags or rankings.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { LabelMetricInput, FoundRank } from "#stdlib/metrics/kind.js";
import type { ScoredOutcome } from "#stdlib/tasks/kind.js";
import { labelCounts, labelCountsOfSets, type LabelCounts } from "#stdlib/metrics/shared/counts.js";
import {
  answersResampler,
  labelsResampler,
  numbersResampler,
  labelSetsResampler,
  tagsResampler,
  textsResampler,
  resamplingOf,
  metricResampleScorer,
} from "#stdlib/metrics/shared/resampled-outcomes.js";
import {
  throwInvalidAnswerField,
  answerLabelValue,
  answerListValue,
  answerProbabilities,
  valueExcerpt,
  answerFieldText,
} from "./values.js";

/** A row as read from the file. */
export interface RawPredictionRow {
  readonly truth: unknown;
  readonly predicted: unknown;
  readonly probabilities: unknown;
}
export interface AnswersFile {
  readonly file: string;
  /** Whether strings are texts rather than labels, if nothing else decides it. */
  readonly texts: boolean;
  readonly rows: readonly RawPredictionRow[];
}
export type AnswerOutcomes = Pick<ScoredOutcome, "measure" | "resampling" | "byLabel"> & {
  /** Label names; empty for other kinds. */
  readonly labels: readonly string[];
};
/** What a metric measures, as named by `of` in its record. */
export type MeasuredOutcomeKind = "label" | "label_set" | "tags" | "number" | "written" | "answer" | "ranking";

/** Returns the kinds that the first row may have, the likeliest first. */
export function possibleOutcomeKinds(
  { truth, predicted, probabilities }: RawPredictionRow,
  texts: boolean,
): readonly MeasuredOutcomeKind[] {
  if (Array.isArray(truth)) {
    if (!Array.isArray(predicted)) return ["answer"];
    const tags = truth.length === predicted.length && truth.every((one) => /^(?:O|[BI]-.+)$/.test(String(one)));
    return tags ? ["tags", "label_set", "ranking"] : ["label_set", "tags", "ranking"];
  }
  if (isRecord(probabilities)) return ["label"];
  // A JSON object with fields to extract.
  if (isRecord(truth)) return ["written"];
  if (typeof truth === "number" && typeof predicted === "number") return ["number", "label"];
  const strings = texts ? (["written", "answer", "label"] as const) : (["label", "written", "answer"] as const);
  // Text tables have no number type: a number counts as a label unless a numeric metric is requested.
  return [truth, predicted].every((one) => parseNumber(one) !== null) ? [...strings, "number"] : strings;
}

/** Parses a number or a numeric string; null if it is neither. */
export function parseNumber(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

export const outcomeKindPlurals: Readonly<Record<MeasuredOutcomeKind, string>> = {
  label: "labels",
  label_set: "sets of labels",
  tags: "tags of words",
  number: "numbers",
  written: "texts",
  answer: "answers to questions",
  ranking: "rankings",
};

/** Throws the coded errors `broken-answer` and `no-probabilities` (once a metric needs missing probabilities). */
export function outcomesOf(sort: MeasuredOutcomeKind, answers: AnswersFile): AnswerOutcomes {
  return makers[sort](answers);
}

const makers: Readonly<Record<MeasuredOutcomeKind, (answers: AnswersFile) => AnswerOutcomes>> = {
  label: ofLabels,
  label_set: ofSets,
  tags: ofTags,
  number: ofNumbers,
  written: ofTexts,
  answer: ofAnswers,
  ranking: ofRankings,
};

function ofLabels(answers: AnswersFile): AnswerOutcomes {
  const { rows } = answers;
  const given = rows.map(({ probabilities }, row) =>
    probabilities === undefined || probabilities === null ? null : answerProbabilities(answers, row, probabilities),
  );
  const missing = given.indexOf(null);
  const all = given.filter((one) => one !== null);
  if (all.length > 0 && missing >= 0)
    throwInvalidAnswerField(answers, missing, "probabilities", "are missing, and other rows have them");
  const truth = rows.map((row, i) => answerLabelValue(answers, i, "truth", row.truth));
  const likeliest = (i: number): string => [...all[i]!].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
  const predicted = rows.map((row, i) =>
    row.predicted === undefined && all.length > 0
      ? likeliest(i)
      : answerLabelValue(answers, i, "predicted", row.predicted),
  );
  const labels = inOrder(new Set([...truth, ...predicted, ...all.flatMap((one) => [...one.keys()])]));
  const number = new Map(labels.map((name, i) => [name, i]));
  const numbers = (names: readonly string[]): Int32Array => Int32Array.from(names, (name) => number.get(name) ?? 0);
  const n = labels.length;
  const probabilities = new Float64Array(all.length * n);
  all.forEach((one, row) => one.forEach((share, name) => (probabilities[row * n + (number.get(name) ?? 0)] = share)));
  const plain = { labels, truth: numbers(truth), predicted: numbers(predicted) };
  return {
    labels,
    byLabel: byLabel(labels, labelCounts(plain)),
    measure: (metric, call) => metric.compute?.(call, input(call.word)) ?? Number.NaN,
    resampling(metric, call) {
      const metricInput = input(call.word);
      return resamplingOf(
        rows.length,
        metricResampleScorer(metric, call, "compute", metricInput, labelsResampler(metricInput)),
        {
          single: true,
        },
      );
    },
  };
  function input(metric: string): LabelMetricInput {
    return {
      ...plain,
      get probabilities(): Float64Array {
        if (all.length === 0) throw new CodedError("no-probabilities", { metric });
        return probabilities;
      },
    };
  }
}

function byLabel(labels: readonly string[], all: readonly LabelCounts[]): NonNullable<AnswerOutcomes["byLabel"]> {
  return { of: ["row", "rows"], head: "label", rows: all.map((own, l) => ({ label: labels[l]!, ...own })) };
}

/** Sorts numeric labels by value, others alphabetically. */
function inOrder(labels: ReadonlySet<string>): readonly string[] {
  const sorted = [...labels].sort((a, b) => (a < b ? -1 : 1));
  return sorted.every((one) => one.trim() !== "" && Number.isFinite(Number(one)))
    ? sorted.sort((a, b) => Number(a) - Number(b))
    : sorted;
}

/** Maximum of rows × labels for label sets, one byte each: more would take minutes and gigabytes. */
const MOST_CELLS = 100_000_000;

function ofSets(answers: AnswersFile): AnswerOutcomes {
  const { rows } = answers;
  const sets = (field: "truth" | "predicted"): readonly (readonly string[])[] =>
    rows.map((row, i) => answerListValue(answers, i, field, row[field]));
  const [truth, predicted] = [sets("truth"), sets("predicted")];
  const given = rows.map(({ probabilities }, i) =>
    isRecord(probabilities) ? answerProbabilities(answers, i, probabilities, false) : null,
  );
  const labels = inOrder(
    new Set([...truth.flat(), ...predicted.flat(), ...given.flatMap((one) => [...(one?.keys() ?? [])])]),
  );
  const n = labels.length;
  if (rows.length * n > MOST_CELLS)
    throw new CodedError("too-many-labels", { file: answers.file, rows: rows.length, labels: n, most: MOST_CELLS });
  const number = new Map(labels.map((name, i) => [name, i]));
  const bits = (labelSets: readonly (readonly string[])[]): Uint8Array => {
    const set = new Uint8Array(labelSets.length * n);
    labelSets.forEach((labelSet, row) => labelSet.forEach((name) => (set[row * n + (number.get(name) ?? 0)] = 1)));
    return set;
  };
  let scores: Float64Array | undefined;
  const probabilities = (): Float64Array => {
    const all = new Float64Array(rows.length * n);
    given.forEach((one, row) => one?.forEach((share, name) => (all[row * n + (number.get(name) ?? 0)] = share)));
    return all;
  };
  const plain = { labels, truth: bits(truth), predicted: bits(predicted) };
  const input = (metric: string) => ({
    ...plain,
    get probabilities(): Float64Array {
      if (given.includes(null)) throw new CodedError("no-probabilities", { metric });
      return (scores ??= probabilities());
    },
  });
  return {
    labels,
    byLabel: byLabel(labels, labelCountsOfSets(plain)),
    measure: (metric, call) => metric.ofLabelSets?.(call, input(call.word)) ?? Number.NaN,
    resampling(metric, call) {
      const metricInput = input(call.word);
      return resamplingOf(
        rows.length,
        metricResampleScorer(metric, call, "ofLabelSets", metricInput, labelSetsResampler(metricInput)),
        { single: true },
      );
    },
  };
}

function ofTags(answers: AnswersFile): AnswerOutcomes {
  const tags = (field: "truth" | "predicted"): readonly (readonly string[])[] =>
    answers.rows.map((row, i) => answerListValue(answers, i, field, row[field]));
  const [truth, predicted] = [tags("truth"), tags("predicted")];
  truth.forEach((own, i) => {
    if (own.length !== predicted[i]?.length)
      throwInvalidAnswerField(
        answers,
        i,
        "predicted",
        `has ${String(predicted[i]?.length)} tags, and truth ${String(own.length)}`,
      );
  });
  const input = { scheme: "bio" as const, truth, predicted };
  return {
    labels: [],
    measure: (metric, call) => metric.ofTags?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resamplingOf(truth.length, metricResampleScorer(metric, call, "ofTags", input, tagsResampler(input)), {
        unit: "text",
      }),
  };
}

function ofNumbers(answers: AnswersFile): AnswerOutcomes {
  const numbers = (field: "truth" | "predicted"): Float64Array =>
    Float64Array.from(answers.rows, (row, i) => {
      return (
        parseNumber(row[field]) ??
        throwInvalidAnswerField(answers, i, field, `is ${valueExcerpt(row[field])}, no number`)
      );
    });
  const input = { truth: numbers("truth"), predicted: numbers("predicted") };
  return {
    labels: [],
    measure: (metric, call) => metric.ofNumbers?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resamplingOf(input.truth.length, metricResampleScorer(metric, call, "ofNumbers", input, numbersResampler(input))),
  };
}

function ofTexts(answers: AnswersFile): AnswerOutcomes {
  const texts = (field: "truth" | "predicted"): readonly string[] =>
    answers.rows.map((row, i) => answerFieldText(answers, i, field, row[field]));
  const input = { written: texts("predicted"), targets: texts("truth") };
  return {
    labels: [],
    measure: (metric, call) => metric.ofWritten?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resamplingOf(
        input.written.length,
        metricResampleScorer(metric, call, "ofWritten", input, textsResampler(input)),
        {
          single: true,
        },
      ),
  };
}

function ofAnswers(answers: AnswersFile): AnswerOutcomes {
  const input = {
    answers: answers.rows.map((row, i) => answerFieldText(answers, i, "predicted", row.predicted)),
    gold: answers.rows.map((row, i) =>
      Array.isArray(row.truth)
        ? answerListValue(answers, i, "truth", row.truth)
        : [answerFieldText(answers, i, "truth", row.truth)],
    ),
    loss: Number.NaN,
  };
  const draw = answersResampler(input, () => Number.NaN);
  return {
    labels: [],
    measure: (metric, call) => metric.ofAnswers?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resamplingOf(input.answers.length, metricResampleScorer(metric, call, "ofAnswers", input, draw), {
        unit: "question",
        single: true,
      }),
  };
}

/** `truth`: relevant items. `predicted`: the ranking, best first. Items that are not ranked count as last. */
function ofRankings(answers: AnswersFile): AnswerOutcomes {
  const searches = answers.rows.map((row, i): readonly FoundRank[] => {
    const found = answerListValue(answers, i, "predicted", row.predicted);
    const wanted = answerListValue(answers, i, "truth", row.truth);
    if (wanted.length === 0) throwInvalidAnswerField(answers, i, "truth", "is empty: there is nothing to find");
    return wanted.map((one) => {
      const rank = found.indexOf(one);
      return { above: rank < 0 ? Number.POSITIVE_INFINITY : rank, level: 1 };
    });
  });
  const input = { searches };
  const draw = (drawn: Uint32Array) => ({ searches: Array.from(drawn, (index) => searches[index] ?? []) });
  return {
    labels: [],
    measure: (metric, call) => metric.ofRankings?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resamplingOf(searches.length, metricResampleScorer(metric, call, "ofRankings", input, draw), { unit: "search" }),
  };
}
