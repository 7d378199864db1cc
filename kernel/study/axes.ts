/** The dimensions of a sweep for display: an axis for each dimension, with its options as written. */
import {
  isNestedCall,
  isSearchSpace,
  type NestedCall,
  type SettingSearchSpace,
  type SweepPlan,
} from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { tuneText } from "#dsl/compiler/plan/text.js";
import type { Value } from "#dsl/language/types/value.js";
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";
import { dimensionsOf } from "./points.js";

export interface SweepAxis {
  /** Name of the dimension. */
  readonly name: string;
  /**
   * For example `optimizer.learning_rate`; for a dimension within a choice, with its option: `technique lora.rank`.
   */
  readonly label: string;
  readonly dimension: SearchDimension;
  /** Options of a choice, in their order; empty for numbers. */
  readonly options: readonly string[];
}

export function axesOf(vary: SweepPlan["vary"]): readonly SweepAxis[] {
  const axesByName = new Map<string, Pick<SweepAxis, "label" | "options">>();
  const visit = (name: string, label: string, space: SettingSearchSpace): void => {
    axesByName.set(name, { label, options: space.space === "choice" ? optionTexts(space.of) : [] });
    if (space.space !== "choice") return;
    space.of.forEach((option, i) => {
      if (isSearchSpace(option)) visit(`${name}/${i}`, `${label} ${optionText(option)}`, option);
      else if (isNestedCall(option))
        for (const [argument, inner] of Object.entries(option.spaces))
          visit(`${name}/${i}.${argument}`, `${label} ${option.nested.word}.${argument}`, inner);
    });
  };
  for (const [path, space] of Object.entries(vary)) visit(path, path, space);
  return dimensionsOf(vary).map((dimension) => ({
    name: dimension.name,
    dimension,
    ...(axesByName.get(dimension.name) ?? { label: dimension.name, options: [] }),
  }));
}

/**
 * Infers axes and points from the values of trials whose sweep is unknown: numbers, or texts as the options of a
 * choice.
 */
export function axesOfTrialValues(trials: readonly { readonly values: Readonly<Record<string, unknown>> }[]): {
  readonly axes: readonly SweepAxis[];
  readonly points: readonly SearchPoint[];
} {
  const paths = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))];
  const axes = paths.map((path) =>
    axisOfValues(
      path,
      trials.flatMap(({ values }) => textOf(values[path]) ?? []),
    ),
  );
  const points = trials.map(({ values }) =>
    Object.fromEntries(
      axes.flatMap(({ name, dimension, options }) => {
        const text = textOf(values[name]);
        if (text === undefined) return [];
        return [[name, dimension.kind === "choice" ? options.indexOf(text) : Number(text)]];
      }),
    ),
  );
  return { axes, points };
}

/** An axis is logarithmic if its greatest value exceeds its least by this factor. */
const WIDE = 20;

function axisOfValues(name: string, texts: readonly string[]): SweepAxis {
  if (!texts.every(isNumber)) {
    const options = [...new Set(texts)].sort();
    return { name, label: name, options, dimension: { name, kind: "choice", size: options.length } };
  }
  const numbers = texts.map(Number);
  const [from, to] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  const scale = from > 0 && to / from >= WIDE ? "log" : "linear";
  const integer = numbers.every(Number.isInteger);
  return { name, label: name, options: [], dimension: { name, kind: "number", scale, from, to, integer } };
}

/** Excludes `.` and `1e999`, which cannot be drawn as numbers. */
function isNumber(text: string): boolean {
  return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
}
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

/** Calls are shown by their word alone if these words differ. */
function optionTexts(options: readonly (Value | SettingSearchSpace | NestedCall)[]): readonly string[] {
  const texts = options.map(optionText);
  const words = texts.map((text) => /^\p{ID_Start}\p{ID_Continue}*(?=\()/u.exec(text)?.[0] ?? text);
  return new Set(words).size === words.length ? words : texts;
}
function optionText(option: Value | SettingSearchSpace | NestedCall): string {
  if (isSearchSpace(option))
    return option.space === "choice" ? option.of.map(optionText).join(" or ") : `${option.from}..${option.to}`;
  if (!isNestedCall(option)) return tuneText(option);
  const { word, arguments: given } = option.nested;
  // Arguments that vary have their own axis.
  const written = Object.entries(given).flatMap(([name, value]) =>
    value === null || name in option.spaces ? [] : [`${name}: ${tuneText(value)}`],
  );
  return written.length === 0 ? word : `${word}(${written.join(", ")})`;
}
