/**
 * A sweep's dimensions as parameters that other programs read: by a name and, of a choice, the texts of its options; and named
 * values of anybody back as a point. A dimension within an option is called `technique.lora.rank`.
 */
import { isNested, isSpace, type NestedCall, type Space, type SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Value } from "#dsl/language/types/value.js";
import type { Dimension, Point } from "#stdlib/searches/kind.js";
import { dimensionsOf, valuesAt } from "./points.js";
import { numberIn } from "./typed-number.js";

export type Parameter = {
  /** As others see it. */
  readonly name: string;
  readonly of: Dimension;
  /** Of a choice: its options as Tune text, no two alike. */
  readonly choices?: readonly string[];
  /** Its numbers are shares, which people write in percent. */
  readonly share?: true;
};
/** A value as others name it. */
export type Named = string | number | boolean | null;

export function parametersOf(vary: SweepPlan["vary"]): readonly Parameter[] {
  const told = new Map<string, Omit<Parameter, "of">>();
  const visit = (key: string, path: string, name: string, space: Space): void => {
    if (space.space !== "choice") return void told.set(key, { name, ...(space.share && { share: true }) });
    const texts = space.of.map((option) => optionText(path, option));
    told.set(key, { name, choices: apart(texts) });
    space.of.forEach((option, i) => {
      if (isSpace(option)) visit(`${key}/${i}`, path, `${name}.${option.space}`, option);
      else if (isNested(option))
        for (const [argument, inner] of Object.entries(option.spaces))
          visit(`${key}/${i}.${argument}`, `${path}.${argument}`, `${name}.${option.nested.word}.${argument}`, inner);
    });
  };
  for (const [path, space] of Object.entries(vary)) visit(path, path, path, space);
  const names = [...told.values()].map(({ name }) => name);
  return dimensionsOf(vary).map((of): Parameter => {
    const { name, ...more } = told.get(of.name) ?? { name: of.name };
    const alone = names.indexOf(name) === names.lastIndexOf(name);
    return { ...more, name: alone ? name : of.name, of };
  });
}

/** The point that has these values, or why there is none. What the sweep doesn't ask for at this point says nothing. */
export function pointOf(
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, Named>,
): { readonly point: Point } | { readonly why: string } {
  const given = new Map<Parameter, Named>();
  for (const [name, value] of values) {
    const found = parameterNamed(parameters, name);
    if (!found) return { why: `it has ${name}, which the sweep doesn't vary` };
    given.set(found, value);
  }
  const point: Record<string, number> = {};
  for (const parameter of parameters) {
    const { name, of } = parameter;
    if (of.when && point[of.when.dimension] !== of.when.option) continue;
    const value = given.get(parameter);
    if (value === undefined) return { why: `it has no ${name}` };
    const at = placeOf(parameter, value);
    if (at === null) return { why: `${name} can't be ${String(value)} in the sweep` };
    point[of.name] = at;
  }
  return { point };
}

/** By its name, as the search has it, or by the last part of its path where no other ends like it. */
export function parameterNamed(parameters: readonly Parameter[], name: string): Parameter | undefined {
  const exact = parameters.find((one) => one.name === name || one.of.name === name);
  if (exact) return exact;
  const [like, another] = parameters.filter((one) => one.name.endsWith(`.${name}`));
  return another ? undefined : like;
}

/** Null: it is not among the choices, or outside. */
export function placeOf({ of, choices = [] }: Parameter, value: Named): number | null {
  if (of.kind === "choice") {
    const text = value === null ? "none" : String(value);
    const at = choices.findIndex((one) => one === text || unquoted(one) === text || sameNumber(one, value));
    return at < 0 ? null : at;
  }
  const number = typeof value === "string" ? numberIn(value) : value;
  if (typeof number !== "number" || !(number >= of.from && number <= of.to)) return null;
  if (of.integer && !Number.isInteger(number)) return null;
  const steps = of.step === undefined ? 0 : (number - of.from) / of.step;
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? null : number;
}
function unquoted(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
function sameNumber(text: string, value: Named): boolean {
  const [, share, percent] = /^([^%]+)(%?)$/.exec(text) ?? [];
  return typeof value === "number" && share !== undefined && Number(share) === value * (percent ? 100 : 1);
}

/** `lora(rank: choice(4, 8))` is told as `lora`: what varies in it are parameters of their own. */
function optionText(path: string, option: Value | Space | NestedCall): string {
  if (isSpace(option))
    return option.space === "choice"
      ? `choice(${option.of.map((one) => optionText(path, one)).join(", ")})`
      : `${option.space}(${option.from}..${option.to})`;
  const fixed = isNested(option) ? { ...option, spaces: {} } : option;
  return (valuesAt({ [path]: { space: "choice", of: [fixed] } }, { [path]: 0 })[path] ?? "").replace(/\(\)$/, "");
}
/** Of texts that are alike the later ones are numbered. */
function apart(texts: readonly string[]): readonly string[] {
  return texts.map((text, i) => {
    const before = texts.slice(0, i).filter((one) => one === text).length;
    return before === 0 ? text : `${text} #${before + 1}`;
  });
}
