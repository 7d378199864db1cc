/** Where the definitions that a sweep varies lie in its space: what they say, their defaults among it, is what the vocabulary thinks good. */
import { isNested, isSpace } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { NestedCall, Space, SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { isCall, valueAt } from "#dsl/compiler/plan/value.js";
import { plain } from "#dsl/language/types/numeric.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { byName, isActive } from "#stdlib/searches/shared/active-dimensions.js";
import { isValue } from "#stdlib/searches/shared/dimension-values.js";
import type { Dimension, Point } from "#stdlib/searches/kind.js";
import { dimensionsOf } from "./points.js";
import { holds } from "./relations.js";

type Swept = Pick<SweepPlan, "vary" | "plan" | "where">;

/** Null: what one of the paths has isn't among what is tried, or such values may not stand together. */
export function ownPoint(sweep: SweepPlan): Point | null {
  const point = ownValues(sweep);
  const dimensions = dimensionsOf(sweep.vary);
  const named = byName(dimensions);
  const whole = dimensions.every((d) => !isActive(d, point, named) || point[d.name] !== undefined);
  return whole && holds(sweep, point) ? point : null;
}

/** Of each dimension that has one: the value that the definitions have there. */
export function ownValues({ vary, plan }: Swept): Point {
  const dimensions = byName(dimensionsOf(vary));
  return Object.fromEntries(
    Object.entries(vary).flatMap(([path, space]) => {
      const owner = (["training", "model", "data"] as const).find(
        (one) => valueAt(plan.recipe, `${one}.${path}`) !== undefined,
      );
      const value = owner && valueAt(plan.recipe, `${owner}.${path}`);
      return value === undefined
        ? []
        : (placed(space, { name: path, path: `${owner}.${path}`, value, plan, dimensions }) ?? []);
    }),
  );
}

interface At {
  /** The dimension's. */
  readonly name: string;
  /** In the recipe. */
  readonly path: string;
  readonly value: Value;
  readonly plan: Plan;
  readonly dimensions: ReadonlyMap<string, Dimension>;
}
type Placed = readonly (readonly [string, number])[];

function placed(space: Space, at: At): Placed | null {
  if (space.space !== "choice") {
    const number = plain(at.value);
    const dimension = at.dimensions.get(at.name);
    return number !== undefined && dimension && isValue(dimension, number) ? [[at.name, number]] : null;
  }
  for (const [i, option] of space.of.entries()) {
    const inner = withinOption(option, i, at);
    if (inner) return [[at.name, i], ...inner];
  }
  return null;
}

/** Null: it isn't that option. */
function withinOption(option: Value | Space | NestedCall, i: number, at: At): Placed | null {
  if (isSpace(option)) return placed(option, { ...at, name: `${at.name}/${String(i)}` });
  if (!isNested(option)) return isSame(option, at, []) ? [] : null;
  if (!isSame(option.nested, at, Object.keys(option.spaces)) || !isCall(at.value)) return null;
  const found: (readonly [string, number])[] = [];
  for (const [argument, space] of Object.entries(option.spaces)) {
    const value = at.value.arguments[argument];
    const name = `${at.name}/${String(i)}.${argument}`;
    const inner = value === undefined ? null : placed(space, { ...at, name, path: `${at.path}.${argument}`, value });
    if (!inner) return null;
    found.push(...inner);
  }
  return found;
}

/** An option's call says what is written of it: of the rest it has the defaults, and so must the definition's. */
function isSame(option: Value, { value, path, plan }: At, drawn: readonly string[]): boolean {
  if (!isCall(option) || !isCall(value)) return hashOf(option) === hashOf(value);
  if (option.word !== value.word) return false;
  const { arguments: said }: Call = option;
  return Object.entries(value.arguments).every(([name, has]) => {
    if (drawn.includes(name)) return true;
    const own = said[name];
    if (own !== undefined) return hashOf(own) === hashOf(has);
    const from = plan.origins[`${path}.${name}`]?.from ?? "default";
    return from === "default" || from === "derived";
  });
}
