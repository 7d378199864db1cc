/**
 * A sweep's dimensions as parameters for other programs, with a name and, for a choice, its options as texts; and the
 * conversion of named values back to a point. A dimension within an option is named like `technique.lora.rank`.
 */
import {
  isNestedCall,
  isSearchSpace,
  type NestedCall,
  type SettingSearchSpace,
  type SweepPlan,
} from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Value } from "#dsl/language/types/value.js";
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";
import { dimensionsOf, settingTextsAtPoint } from "./points.js";
import { parseTypedNumber } from "./typed-number.js";

export type SweepParameter = {
  /** Name for other programs. */
  readonly name: string;
  readonly dimension: SearchDimension;
  /** Options of a choice as Tune text; all are different. */
  readonly choices?: readonly string[];
  /** Its numbers are shares, which users write in percent. */
  readonly share?: true;
};
/** A parameter value from another program. */
export type ParameterValue = string | number | boolean | null;

export function parametersOf(vary: SweepPlan["vary"]): readonly SweepParameter[] {
  const named = new Map<string, Omit<SweepParameter, "dimension">>();
  const visit = (key: string, path: string, name: string, space: SettingSearchSpace): void => {
    if (space.space !== "choice") return void named.set(key, { name, ...(space.share && { share: true }) });
    const texts = space.of.map((option) => optionText(path, option));
    named.set(key, { name, choices: apart(texts) });
    space.of.forEach((option, i) => {
      if (isSearchSpace(option)) visit(`${key}/${i}`, path, `${name}.${option.space}`, option);
      else if (isNestedCall(option))
        for (const [argument, inner] of Object.entries(option.spaces))
          visit(`${key}/${i}.${argument}`, `${path}.${argument}`, `${name}.${option.nested.word}.${argument}`, inner);
    });
  };
  for (const [path, space] of Object.entries(vary)) visit(path, path, path, space);
  const names = [...named.values()].map(({ name }) => name);
  return dimensionsOf(vary).map((dimension): SweepParameter => {
    const { name, ...more } = named.get(dimension.name) ?? { name: dimension.name };
    const alone = names.indexOf(name) === names.lastIndexOf(name);
    return { ...more, name: alone ? name : dimension.name, dimension };
  });
}

/**
 * Returns the point with these values, or why there is none. Values of dimensions that are inactive at this point are
 * ignored.
 */
export function pointOfValues(
  parameters: readonly SweepParameter[],
  values: ReadonlyMap<string, ParameterValue>,
): { readonly point: SearchPoint } | { readonly why: string } {
  const given = new Map<SweepParameter, ParameterValue>();
  for (const [name, value] of values) {
    const found = findParameter(parameters, name);
    if (!found) return { why: `it has ${name}, which the sweep doesn't vary` };
    given.set(found, value);
  }
  const point: Record<string, number> = {};
  for (const parameter of parameters) {
    const { name, dimension } = parameter;
    if (dimension.when && point[dimension.when.dimension] !== dimension.when.option) continue;
    const value = given.get(parameter);
    if (value === undefined) return { why: `it has no ${name}` };
    const placed = dimensionValueOf(parameter, value);
    if (placed === null) return { why: `${name} cannot be ${String(value)} in the sweep` };
    point[dimension.name] = placed;
  }
  return { point };
}

/** Finds a parameter by its name in the search, or by the last part of its path if that is unique. */
export function findParameter(parameters: readonly SweepParameter[], name: string): SweepParameter | undefined {
  const exact = parameters.find((one) => one.name === name || one.dimension.name === name);
  if (exact) return exact;
  const [like, another] = parameters.filter((one) => one.name.endsWith(`.${name}`));
  return another ? undefined : like;
}

/** Returns null if the value is not among the choices or is out of range. */
export function dimensionValueOf({ dimension, choices = [] }: SweepParameter, value: ParameterValue): number | null {
  if (dimension.kind === "choice") {
    const text = value === null ? "none" : String(value);
    const index = choices.findIndex((one) => one === text || unquoted(one) === text || sameNumber(one, value));
    return index < 0 ? null : index;
  }
  const number = typeof value === "string" ? parseTypedNumber(value) : value;
  if (typeof number !== "number" || !(number >= dimension.from && number <= dimension.to)) return null;
  if (dimension.integer && !Number.isInteger(number)) return null;
  const steps = dimension.step === undefined ? 0 : (number - dimension.from) / dimension.step;
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? null : number;
}
function unquoted(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
function sameNumber(text: string, value: ParameterValue): boolean {
  const [, share, percent] = /^([^%]+)(%?)$/.exec(text) ?? [];
  return typeof value === "number" && share !== undefined && Number(share) === value * (percent ? 100 : 1);
}

/** Shows `lora(rank: choice(4, 8))` as `lora`, because its varied arguments are separate parameters. */
function optionText(path: string, option: Value | SettingSearchSpace | NestedCall): string {
  if (isSearchSpace(option))
    return option.space === "choice"
      ? `choice(${option.of.map((one) => optionText(path, one)).join(", ")})`
      : `${option.space}(${option.from}..${option.to})`;
  const fixed = isNestedCall(option) ? { ...option, spaces: {} } : option;
  return (settingTextsAtPoint({ [path]: { space: "choice", of: [fixed] } }, { [path]: 0 })[path] ?? "").replace(
    /\(\)$/,
    "",
  );
}
/** Numbers the repetitions of equal texts, so that all differ. */
function apart(texts: readonly string[]): readonly string[] {
  return texts.map((text, i) => {
    const before = texts.slice(0, i).filter((one) => one === text).length;
    return before === 0 ? text : `${text} #${before + 1}`;
  });
}
