/**
 * Locates the definitions that a sweep varies in its search space. Their values, including defaults, are what the
 * vocabulary recommends.
 */
import { isNestedCall, isSearchSpace } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { NestedCall, SettingSearchSpace, SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { isCall, recipeValueAt } from "#dsl/compiler/plan/value.js";
import { numberOrShare } from "#dsl/language/types/numeric.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { dimensionsByName, isActiveDimension } from "#stdlib/searches/shared/active-dimensions.js";
import { isAllowedValue } from "#stdlib/searches/shared/dimension-values.js";
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";
import { dimensionsOf } from "./points.js";
import { satisfiesRelations } from "./relations.js";

type Swept = Pick<SweepPlan, "vary" | "plan" | "where">;

/** Returns null if a value is not in the search space, or if the values violate the sweep's relations. */
export function definitionPoint(sweep: SweepPlan): SearchPoint | null {
  const point = definedDimensionValues(sweep);
  const dimensions = dimensionsOf(sweep.vary);
  const named = dimensionsByName(dimensions);
  const whole = dimensions.every((d) => !isActiveDimension(d, point, named) || point[d.name] !== undefined);
  return whole && satisfiesRelations(sweep, point) ? point : null;
}

/** Returns the definitions' values for each dimension that contains them. */
export function definedDimensionValues({ vary, plan }: Swept): SearchPoint {
  const dimensions = dimensionsByName(dimensionsOf(vary));
  return Object.fromEntries(
    Object.entries(vary).flatMap(([path, space]) => {
      const owner = (["training", "model", "data"] as const).find(
        (one) => recipeValueAt(plan.recipe, `${one}.${path}`) !== undefined,
      );
      const value = owner && recipeValueAt(plan.recipe, `${owner}.${path}`);
      return value === undefined
        ? []
        : (placed(space, { name: path, path: `${owner}.${path}`, value, plan, dimensions }) ?? []);
    }),
  );
}

interface At {
  /** Name of the dimension. */
  readonly name: string;
  /** Path in the recipe. */
  readonly path: string;
  readonly value: Value;
  readonly plan: Plan;
  readonly dimensions: ReadonlyMap<string, SearchDimension>;
}
type Placed = readonly (readonly [string, number])[];

function placed(space: SettingSearchSpace, place: At): Placed | null {
  if (space.space !== "choice") {
    const number = numberOrShare(place.value);
    const dimension = place.dimensions.get(place.name);
    return number !== undefined && dimension && isAllowedValue(dimension, number) ? [[place.name, number]] : null;
  }
  for (const [i, option] of space.of.entries()) {
    const inner = withinOption(option, i, place);
    if (inner) return [[place.name, i], ...inner];
  }
  return null;
}

/** Returns null if the value is not this option. */
function withinOption(option: Value | SettingSearchSpace | NestedCall, i: number, place: At): Placed | null {
  if (isSearchSpace(option)) return placed(option, { ...place, name: `${place.name}/${String(i)}` });
  if (!isNestedCall(option)) return isSame(option, place, []) ? [] : null;
  if (!isSame(option.nested, place, Object.keys(option.spaces)) || !isCall(place.value)) return null;
  const found: (readonly [string, number])[] = [];
  for (const [argument, space] of Object.entries(option.spaces)) {
    const value = place.value.arguments[argument];
    const name = `${place.name}/${String(i)}.${argument}`;
    const inner =
      value === undefined ? null : placed(space, { ...place, name, path: `${place.path}.${argument}`, value });
    if (!inner) return null;
    found.push(...inner);
  }
  return found;
}

/** An option's call may leave arguments at their defaults; the definition's call must then have the defaults too. */
function isSame(option: Value, { value, path, plan }: At, drawn: readonly string[]): boolean {
  if (!isCall(option) || !isCall(value)) return hashOf(option) === hashOf(value);
  if (option.word !== value.word) return false;
  const { arguments: optionArguments }: Call = option;
  return Object.entries(value.arguments).every(([name, has]) => {
    if (drawn.includes(name)) return true;
    const optionValue = optionArguments[name];
    if (optionValue !== undefined) return hashOf(optionValue) === hashOf(has);
    const from = plan.origins[`${path}.${name}`]?.from ?? "default";
    return from === "default" || from === "derived";
  });
}
