/**
 * Was it worth it? One sentence comparing a model with its baselines by the first metric: paired differences and
 * response time. Nothing is claimed if the interval of a difference includes 0 or is missing.
 */
import type { MetricCapabilities, RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import "#stdlib/metrics/kind.js";
import type { ScoreDifference } from "./comparison.js";

export interface ScoredSide {
  readonly name: string;
  readonly value: number;
  /** Time per prediction. */
  readonly seconds: number;
}
export interface RivalScore extends ScoredSide {
  /** Rival's score minus the model's. */
  readonly difference: ScoreDifference;
  /** Another model, a baseline that uses the rows, or a constant prediction. */
  readonly is: "model" | "contender" | "constant";
  /** A ranking metric (such as ROC AUC) by which the rival is better. */
  readonly ranksBetter?: { readonly metric: string } | undefined;
}
export interface VerdictInput {
  readonly metric: {
    readonly name: string;
    readonly better: RankingDirection;
    /** The metric's perfect value, from its record. */
    readonly perfect?: MetricCapabilities["perfect"] | undefined;
  };
  readonly model: ScoredSide;
  /** If there are several models, why the verdict is about this one: `the best of a, b by accuracy on validation`. */
  readonly chosen?: string | undefined;
  readonly rivals: readonly RivalScore[];
}

/** Minimum ratio of response times that is mentioned. */
const TELLING = 3;

/** Returns null if there is nothing to compare the model with. */
export function modelVerdictText({ metric, model, rivals, chosen }: VerdictInput): string | null {
  const [scoredRivals, unscored] = [
    rivals.filter(isScored),
    rivals.filter((one) => !isScored(one) && one.is !== "model"),
  ];
  if (scoredRivals.length === 0 || Number.isNaN(model.value)) return null;
  const unit = unitOf(metric);
  const withVerdict = (which: ScoreDifference["verdict"]): readonly RivalScore[] =>
    scoredRivals.filter(({ difference }) => difference.verdict === which);
  // Response times of trained models differ by less than the noise of the machine.
  const time = (rival: RivalScore): string | null =>
    rival.is === "model" ? null : timeOf(rival.seconds / model.seconds);
  const beaten = withVerdict("worse").map((one) => {
    const takes = time(one);
    return `${one.name} by ${unit.gain(one.difference, 1)}${takes === null ? "" : `, which takes ${takes}`}`;
  });
  const parts = [
    ...(beaten.length > 0
      ? [
          `${model.name} beats ${inWords(
            beaten,
            beaten.some((one) => one.includes(", ")),
          )}`,
        ]
      : []),
    ...withVerdict("better").map((one) => {
      const takes = time(one);
      const end = takes === null ? "" : `, and takes ${takes}`;
      return `${one.name} beats ${model.name} by ${unit.gain(one.difference, -1)}${end}`;
    }),
    ...withVerdict("no difference shown").map((one) => {
      const takes = time(one);
      const end = takes === null ? "" : `, and ${one.name} takes ${takes}`;
      return `no difference shown between ${model.name} and ${one.name}: ${unit.gain(one.difference, 1)}${end}`;
    }),
    ...withVerdict(null).map(
      (one) =>
        `${model.name} has ${unit.value(model.value)} and ${one.name} ${unit.value(one.value)}, with too few rows to exclude chance`,
    ),
  ];
  const ranks = scoredRivals.flatMap(({ name, ranksBetter }) =>
    ranksBetter ? [`${name} is better by ${ranksBetter.metric}, whatever the threshold`] : [],
  );
  const without = unscored.map(({ name }) => `${name} has no ${metric.name}`);
  const about = chosen === undefined ? "" : ` (${model.name}: ${chosen})`;
  return `${leadOf(scoredRivals, unscored.length === 0)} by ${metric.name}${about}: ${[...parts, ...ranks, ...without].join("; ")}`;
}
const isScored = ({ value }: RivalScore): boolean => !Number.isNaN(value);

/**
 * Chooses the lead of the verdict. Other models do not show whether a training is worth it, and a constant baseline
 * alone is too little. `all`: every baseline has a score; one without a score may be better.
 */
function leadOf(rivals: readonly RivalScore[], all: boolean): string {
  const contenders = rivals.filter(({ is }) => is !== "model");
  const has = (verdict: ScoreDifference["verdict"]): boolean =>
    contenders.some(({ difference }) => difference.verdict === verdict);
  if (contenders.length === 0) return "compared";
  if (has("better")) return "not worth it";
  if (!all || has("no difference shown") || has(null) || contenders.some(({ ranksBetter }) => ranksBetter))
    return "not shown to be worth it";
  return contenders.every(({ is }) => is === "constant") ? "better than nothing" : "worth it";
}

interface Unit {
  value(value: number): string;
  /** What the model gains over the rival (`sign` 1), or the rival over the model (−1), with its interval. */
  gain(difference: ScoreDifference, sign: 1 | -1): string;
}

/** Rounding error between equal scores. */
const NOTHING = 1e-12;

/** Points are hundredths of the distance from 0 to the perfect value. */
function unitOf({ better, perfect }: VerdictInput["metric"]): Unit {
  const points = perfect !== undefined;
  const number = (value: number): string =>
    (points ? inPoints((100 * value) / perfect) : String(Number(value.toPrecision(3))))
      .replace(/^-(?=[0.]*$)/, "")
      .replace("-", "−");
  return {
    value: (value) => `${number(value)}${points ? " points" : ""}`,
    gain({ value, interval }, sign) {
      const turned = better === "greater" ? -sign : sign;
      const ends = interval && [turned * interval.low, turned * interval.high].sort((a, b) => a - b).map(number);
      return `${number(turned * value)}${points ? " points" : ""}${ends ? ` (${ends.join(" … ")})` : ""}`;
    },
  };
}

/** Rounds to a tenth of a point; smaller non-zero values get two significant digits. */
function inPoints(value: number): string {
  const short = value.toFixed(1);
  return Number(short) !== 0 || Math.abs(value) < NOTHING ? short : String(Number(value.toPrecision(2)));
}

const PARTS: Readonly<Record<number, string>> = {
  3: "a third",
  4: "a quarter",
  5: "a fifth",
  10: "a tenth",
  100: "a hundredth",
  1000: "a thousandth",
};

/** `30 × the time`, `a hundredth of the time`; null if it is about the same, or unknown. */
function timeOf(ratio: number): string | null {
  const times = Math.max(ratio, 1 / ratio);
  if (!Number.isFinite(times) || times < TELLING) return null;
  const rounded = Number(times.toPrecision(times < 10 ? 1 : 2));
  if (ratio > 1) return `${rounded.toLocaleString("en-US")} × the time`;
  const least = Math.min(1000, Number(times.toPrecision(1)));
  const part = PARTS[least] ?? `1/${String(least)}`;
  return `${times >= 1500 ? "less than " : ""}${part} of the time`;
}

/** `a`, `a and b`, `a, b and c`; with `apart`, items that contain commas get stronger separators. */
function inWords(names: readonly string[], apart: boolean): string {
  if (names.length < 2) return names.join("");
  const [between, before] = apart ? ["; ", "; and "] : [", ", " and "];
  return `${names.slice(0, -1).join(between)}${before}${names.at(-1) ?? ""}`;
}
