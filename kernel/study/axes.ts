/** What a sweep varies, as people read it: an axis for each dimension, its options as they are written. */
import {
  isNestedCall,
  isSearchSpace,
  type NestedCall,
  type SearchSpace,
  type SweepPlan,
} from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { tuneText } from "#dsl/compiler/plan/text.js";
import type { Value } from "#dsl/language/types/value.js";
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";
import { dimensionsOf } from "./points.js";

export interface SweepAxis {
  /** Of its dimension. */
  readonly name: string;
  /** `optimizer.learning_rate`; of what a choice brings with it, the option too: `technique lora.rank`. */
  readonly label: string;
  readonly dimension: SearchDimension;
  /** Of a choice, in their order; else there are none. */
  readonly options: readonly string[];
}

export function axesOf(vary: SweepPlan["vary"]): readonly SweepAxis[] {
  const axesByName = new Map<string, Pick<SweepAxis, "label" | "options">>();
  const visit = (name: string, label: string, space: SearchSpace): void => {
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

/** Axes and points of trials whose sweep isn't known, by the values that they had: numbers, or words as the options of a choice. */
export function axesOfValues(trials: readonly { readonly values: Readonly<Record<string, unknown>> }[]): {
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

/** Over so many times its least value a number is read by its powers. */
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

/** Not `.` nor `1e999`, which are no numbers that can be drawn. */
function isNumber(text: string): boolean {
  return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
}
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

/** Calls are told by their words alone where these differ. */
function optionTexts(options: readonly (Value | SearchSpace | NestedCall)[]): readonly string[] {
  const texts = options.map(optionText);
  const words = texts.map((text) => /^\p{ID_Start}\p{ID_Continue}*(?=\()/u.exec(text)?.[0] ?? text);
  return new Set(words).size === words.length ? words : texts;
}
function optionText(option: Value | SearchSpace | NestedCall): string {
  if (isSearchSpace(option))
    return option.space === "choice" ? option.of.map(optionText).join(" or ") : `${option.from}..${option.to}`;
  if (!isNestedCall(option)) return tuneText(option);
  const { word, arguments: given } = option.nested;
  // What varies within has an axis of its own.
  const written = Object.entries(given).flatMap(([name, value]) =>
    value === null || name in option.spaces ? [] : [`${name}: ${tuneText(value)}`],
  );
  return written.length === 0 ? word : `${word}(${written.join(", ")})`;
}
