/** Converts what a sweep varies to search dimensions, and a point of the search to Tune text. */
import { wordKindsIn } from "#dsl/language/types/parts.js";
import {
  isNestedCall,
  isSearchSpace,
  type NestedCall,
  type SettingSearchSpace,
  type SweepPlan,
} from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Value } from "#dsl/language/types/value.js";
import { tuneText, type ValueTextContext } from "#dsl/compiler/plan/text.js";
import type { ValueType } from "#dsl/language/types/registry.js";
import { registry } from "#stdlib/registry.js";
import type { DimensionCondition, SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";

/**
 * Returns one dimension per space; nested ones are named `path/option.argument` and are active only if that option is
 * chosen.
 */
export function dimensionsOf(vary: SweepPlan["vary"]): readonly SearchDimension[] {
  const found: SearchDimension[] = [];
  const visit = (name: string, space: SettingSearchSpace, when?: DimensionCondition) => {
    const common = { name, ...(when && { when }) };
    if (space.space !== "choice") {
      const { from, to, integer, step } = space;
      const scale = space.space === "log" ? "log" : "linear";
      found.push({ ...common, kind: "number", scale, from, to, integer, ...(step !== undefined && { step }) });
      return;
    }
    found.push({ ...common, kind: "choice", size: space.of.length });
    space.of.forEach((option, i) => {
      const taken = { dimension: name, option: i };
      if (isSearchSpace(option)) visit(`${name}/${i}`, option, taken);
      else if (isNestedCall(option))
        for (const [argument, inner] of Object.entries(option.spaces)) visit(`${name}/${i}.${argument}`, inner, taken);
    });
  };
  for (const [path, space] of Object.entries(vary)) visit(path, space);
  return found;
}

/** Returns the values of a point as Tune text, by path. */
export function settingTextsAtPoint(vary: SweepPlan["vary"], point: SearchPoint): Readonly<Record<string, string>> {
  const textAt = (path: string, name: string, space: SettingSearchSpace): string => {
    if (space.space !== "choice") return drawnNumberText(Number(point[name]), space);
    const index = Number(point[name]);
    const option = space.of[index] as Value | SettingSearchSpace | NestedCall;
    if (isSearchSpace(option)) return textAt(path, `${name}/${index}`, option);
    if (isNestedCall(option)) {
      const fixedArguments = Object.entries(option.nested.arguments).map(
        ([k, v]) => `${k}: ${tuneText(v, parameterType(`${path}.${k}`))}`,
      );
      const drawn = Object.entries(option.spaces).map(
        ([k, inner]) => `${k}: ${textAt(`${path}.${k}`, `${name}/${index}.${k}`, inner)}`,
      );
      return `${option.nested.word}(${[...fixedArguments, ...drawn].join(", ")})`;
    }
    return tuneText(option, parameterType(path));
  };
  return Object.fromEntries(Object.entries(vary).map(([path, space]) => [path, textAt(path, path, space)]));
}

/**
 * Formats a drawn number as it is run and shown: four significant digits, and more where the space is so narrow that
 * rounding would leave it or shift the value by more than a thousandth of it. Integers, steps and written values are
 * unchanged.
 */
export function drawnNumberText(value: number, { from, to, integer, step, share }: Drawn): string {
  const text = (x: number): string => (share ? `${Number((x * 100).toPrecision(12))}%` : String(x));
  if (integer) return text(value);
  if (step !== undefined) return text(Number((from + Math.round((value - from) / step) * step).toPrecision(12)));
  for (let digits = 4; digits < 17; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (rounded >= from && rounded <= to && Math.abs(rounded - value) <= (to - from) / 1000) return text(rounded);
  }
  return text(value);
}
/** Returns a function from dimension and value to the number that `drawnNumberText` writes. */
export function numberRounder(vary: SweepPlan["vary"]): (dimension: string, value: number) => number {
  const spaces = new Map(dimensionsOf(vary).flatMap((d) => (d.kind === "number" ? [[d.name, d] as const] : [])));
  return (dimension, value) => {
    const space = spaces.get(dimension);
    return space ? Number(drawnNumberText(value, space)) : value;
  };
}
type Drawn = Pick<Exclude<SettingSearchSpace, { space: "choice" }>, "from" | "to" | "integer" | "step" | "share">;

/** Returns the type of the setting at a path of data, model or recipe, which decides whether texts are quoted. */
function parameterType(path: string): ValueTextContext {
  const [root, ...rest] = path.split(".");
  const all = ["data", "model", "recipe"].flatMap((verb) => registry.find("verb", verb)?.parameters ?? []);
  const named = all.find((p) => p.variedAs === path);
  if (named) return { registry, type: named.type };
  const rootParameter = all.find((p) => p.name === root);
  const inner = (type: ValueType | undefined, name: string): ValueType | undefined =>
    type &&
    wordKindsIn(type)
      .flatMap((kind) => registry.ofKind(kind))
      .flatMap((w) => w.parameters)
      .find((p) => p.name === name)?.type;
  return { registry, type: rest.reduce(inner, rootParameter?.type) };
}
