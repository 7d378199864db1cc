/**
 * Anybody's answers beside what is right, as outcomes that metrics measure. What sort they are of follows from the first row
 * and from what the metrics measure: strings are labels or texts, lists are sets of labels, tags or places in a ranking.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { MetricInput, Rank } from "#stdlib/metrics/kind.js";
import type { Scored } from "#stdlib/tasks/kind.js";
import { counts, countsOfSets, type Counts } from "#stdlib/metrics/shared/counts.js";
import {
  drawnAnswers,
  drawnLabels,
  drawnNumbers,
  drawnSets,
  drawnTags,
  drawnTexts,
  resampling,
  samplerOf,
} from "#stdlib/metrics/shared/resampled-outcomes.js";
import { broken, label, list, shares, shown, text } from "./values.js";

/** A row as it was read. */
export interface Answer {
  readonly truth: unknown;
  readonly predicted: unknown;
  readonly probabilities: unknown;
}
export interface Answers {
  readonly file: string;
  /** Whether strings are texts rather than labels, if nothing else tells. */
  readonly texts: boolean;
  readonly rows: readonly Answer[];
}
export type Outcomes = Pick<Scored, "measure" | "resampling" | "byLabel"> & {
  /** Of labels; else empty. */
  readonly labels: readonly string[];
};
/** What a metric may be of, as its record's `of` names it. */
export type Sort = "label" | "label_set" | "tags" | "number" | "written" | "answer" | "ranking";

/** Sorts that the first row may be of, the likeliest first. */
export function sortsOf({ truth, predicted, probabilities }: Answer, texts: boolean): readonly Sort[] {
  if (Array.isArray(truth)) {
    if (!Array.isArray(predicted)) return ["answer"];
    const tags = truth.length === predicted.length && truth.every((one) => /^(?:O|[BI]-.+)$/.test(String(one)));
    return tags ? ["tags", "label_set", "ranking"] : ["label_set", "tags", "ranking"];
  }
  if (isRecord(probabilities)) return ["label"];
  // Fields that are to be found in JSON.
  if (isRecord(truth)) return ["written"];
  if (typeof truth === "number" && typeof predicted === "number") return ["number", "label"];
  const strings = texts ? (["written", "answer", "label"] as const) : (["label", "written", "answer"] as const);
  // Tables in text have no numbers: what looks like one is a name, unless a metric of numbers is asked for.
  return [truth, predicted].every((one) => numberIn(one) !== null) ? [...strings, "number"] : strings;
}

/** The number that a value is, or that a text of it writes; null: it is none. */
export function numberIn(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** In words, for errors. */
export const told: Readonly<Record<Sort, string>> = {
  label: "labels",
  label_set: "sets of labels",
  tags: "tags of words",
  number: "numbers",
  written: "texts",
  answer: "answers to questions",
  ranking: "rankings",
};

/** Coded errors `broken-answer`, `no-probabilities` (once a metric looks at what is not there). */
export function outcomesOf(sort: Sort, answers: Answers): Outcomes {
  return makers[sort](answers);
}

const makers: Readonly<Record<Sort, (answers: Answers) => Outcomes>> = {
  label: ofLabels,
  label_set: ofSets,
  tags: ofTags,
  number: ofNumbers,
  written: ofTexts,
  answer: ofAnswers,
  ranking: ofRankings,
};

function ofLabels(answers: Answers): Outcomes {
  const { rows } = answers;
  const given = rows.map(({ probabilities }, row) =>
    probabilities === undefined || probabilities === null ? null : shares(answers, row, probabilities),
  );
  const missing = given.indexOf(null);
  const all = given.filter((one) => one !== null);
  if (all.length > 0 && missing >= 0)
    broken(answers, missing, "probabilities", "are missing, and other rows have them");
  const truth = rows.map((row, i) => label(answers, i, "truth", row.truth));
  const likeliest = (i: number): string => [...all[i]!].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
  const predicted = rows.map((row, i) =>
    row.predicted === undefined && all.length > 0 ? likeliest(i) : label(answers, i, "predicted", row.predicted),
  );
  const labels = inOrder(new Set([...truth, ...predicted, ...all.flatMap((one) => [...one.keys()])]));
  const number = new Map(labels.map((name, i) => [name, i]));
  const numbers = (of: readonly string[]): Int32Array => Int32Array.from(of, (name) => number.get(name) ?? 0);
  const n = labels.length;
  const probabilities = new Float64Array(all.length * n);
  all.forEach((one, row) => one.forEach((share, name) => (probabilities[row * n + (number.get(name) ?? 0)] = share)));
  const plain = { labels, truth: numbers(truth), predicted: numbers(predicted) };
  return {
    labels,
    byLabel: byLabel(labels, counts(plain)),
    measure: (metric, call) => metric.compute?.(call, input(call.word)) ?? Number.NaN,
    resampling(metric, call) {
      const own = input(call.word);
      return resampling(rows.length, samplerOf(metric, call, "compute", own, drawnLabels(own)), { single: true });
    },
  };
  function input(metric: string): MetricInput {
    return {
      ...plain,
      get probabilities(): Float64Array {
        if (all.length === 0) throw new CodedError("no-probabilities", { metric });
        return probabilities;
      },
    };
  }
}

function byLabel(labels: readonly string[], all: readonly Counts[]): NonNullable<Outcomes["byLabel"]> {
  return { of: ["row", "rows"], head: "label", rows: all.map((own, l) => ({ label: labels[l]!, ...own })) };
}

/** Labels that are numbers stand by their size, others as letters do. */
function inOrder(labels: ReadonlySet<string>): readonly string[] {
  const sorted = [...labels].sort((a, b) => (a < b ? -1 : 1));
  return sorted.every((one) => one.trim() !== "" && Number.isFinite(Number(one)))
    ? sorted.sort((a, b) => Number(a) - Number(b))
    : sorted;
}

/** Rows times labels of sets, each of which is a byte: what is more takes minutes and gigabytes. */
const MOST_CELLS = 100_000_000;

function ofSets(answers: Answers): Outcomes {
  const { rows } = answers;
  const sets = (field: "truth" | "predicted"): readonly (readonly string[])[] =>
    rows.map((row, i) => list(answers, i, field, row[field]));
  const [truth, predicted] = [sets("truth"), sets("predicted")];
  const given = rows.map(({ probabilities }, i) =>
    isRecord(probabilities) ? shares(answers, i, probabilities, false) : null,
  );
  const labels = inOrder(
    new Set([...truth.flat(), ...predicted.flat(), ...given.flatMap((one) => [...(one?.keys() ?? [])])]),
  );
  const n = labels.length;
  if (rows.length * n > MOST_CELLS)
    throw new CodedError("too-many-labels", { file: answers.file, rows: rows.length, labels: n, most: MOST_CELLS });
  const number = new Map(labels.map((name, i) => [name, i]));
  const bits = (of: readonly (readonly string[])[]): Uint8Array => {
    const set = new Uint8Array(of.length * n);
    of.forEach((own, row) => own.forEach((name) => (set[row * n + (number.get(name) ?? 0)] = 1)));
    return set;
  };
  let said: Float64Array | undefined;
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
      return (said ??= probabilities());
    },
  });
  return {
    labels,
    byLabel: byLabel(labels, countsOfSets(plain)),
    measure: (metric, call) => metric.ofLabelSets?.(call, input(call.word)) ?? Number.NaN,
    resampling(metric, call) {
      const own = input(call.word);
      return resampling(rows.length, samplerOf(metric, call, "ofLabelSets", own, drawnSets(own)), { single: true });
    },
  };
}

function ofTags(answers: Answers): Outcomes {
  const tags = (field: "truth" | "predicted"): readonly (readonly string[])[] =>
    answers.rows.map((row, i) => list(answers, i, field, row[field]));
  const [truth, predicted] = [tags("truth"), tags("predicted")];
  truth.forEach((own, i) => {
    if (own.length !== predicted[i]?.length)
      broken(answers, i, "predicted", `has ${String(predicted[i]?.length)} tags, and truth ${String(own.length)}`);
  });
  const input = { scheme: "bio" as const, truth, predicted };
  return {
    labels: [],
    measure: (metric, call) => metric.ofTags?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resampling(truth.length, samplerOf(metric, call, "ofTags", input, drawnTags(input)), { of: "text" }),
  };
}

function ofNumbers(answers: Answers): Outcomes {
  const numbers = (field: "truth" | "predicted"): Float64Array =>
    Float64Array.from(answers.rows, (row, i) => {
      return numberIn(row[field]) ?? broken(answers, i, field, `is ${shown(row[field])}, no number`);
    });
  const input = { truth: numbers("truth"), predicted: numbers("predicted") };
  return {
    labels: [],
    measure: (metric, call) => metric.ofNumbers?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resampling(input.truth.length, samplerOf(metric, call, "ofNumbers", input, drawnNumbers(input))),
  };
}

function ofTexts(answers: Answers): Outcomes {
  const texts = (field: "truth" | "predicted"): readonly string[] =>
    answers.rows.map((row, i) => text(answers, i, field, row[field]));
  const input = { written: texts("predicted"), targets: texts("truth") };
  return {
    labels: [],
    measure: (metric, call) => metric.ofWritten?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resampling(input.written.length, samplerOf(metric, call, "ofWritten", input, drawnTexts(input)), {
        single: true,
      }),
  };
}

function ofAnswers(answers: Answers): Outcomes {
  const input = {
    answers: answers.rows.map((row, i) => text(answers, i, "predicted", row.predicted)),
    gold: answers.rows.map((row, i) =>
      Array.isArray(row.truth) ? list(answers, i, "truth", row.truth) : [text(answers, i, "truth", row.truth)],
    ),
    loss: Number.NaN,
  };
  const draw = drawnAnswers(input, () => Number.NaN);
  return {
    labels: [],
    measure: (metric, call) => metric.ofAnswers?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resampling(input.answers.length, samplerOf(metric, call, "ofAnswers", input, draw), {
        of: "question",
        single: true,
      }),
  };
}

/** `truth`: what should be found; `predicted`: what was, the first first. What was not put anywhere stands behind all. */
function ofRankings(answers: Answers): Outcomes {
  const searches = answers.rows.map((row, i): readonly Rank[] => {
    const found = list(answers, i, "predicted", row.predicted);
    const wanted = list(answers, i, "truth", row.truth);
    if (wanted.length === 0) broken(answers, i, "truth", "is empty: there is nothing to find");
    return wanted.map((one) => {
      const at = found.indexOf(one);
      return { above: at < 0 ? Number.POSITIVE_INFINITY : at, level: 1 };
    });
  });
  const input = { searches };
  const draw = (drawn: Uint32Array) => ({ searches: Array.from(drawn, (at) => searches[at] ?? []) });
  return {
    labels: [],
    measure: (metric, call) => metric.ofRankings?.(call, input) ?? Number.NaN,
    resampling: (metric, call) =>
      resampling(searches.length, samplerOf(metric, call, "ofRankings", input, draw), { of: "search" }),
  };
}
