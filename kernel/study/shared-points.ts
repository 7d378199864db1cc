/**
 * Converts a trial of an earlier sweep to a point of another sweep. Shared dimensions are copied. Dimensions that the
 * earlier sweep did not vary take the definitions' values (or random values, if those are not in the space). Its other
 * dimensions are dropped.
 */
import type { SearchPoint } from "#stdlib/searches/kind.js";
import { valueAtShare } from "#stdlib/searches/shared/dimension-values.js";
import { findParameter, dimensionValueOf, type ParameterValue, type SweepParameter } from "./parameters.js";

export interface TransferredSearchPoint {
  readonly point: SearchPoint;
  /** Names of the dimensions that both sweeps vary. */
  readonly shared: readonly string[];
  /** Names of the dimensions that were filled from the definitions or at random. */
  readonly filled: readonly string[];
  /** Names of the dimensions that only the earlier sweep varied. */
  readonly aside: readonly string[];
}

/**
 * Returns the point, or why there is none.
 * @param own values of the definitions
 * @param share source of random numbers
 */
export function transferSearchPoint(
  parameters: readonly SweepParameter[],
  values: ReadonlyMap<string, ParameterValue>,
  { definitions, share }: { readonly definitions: SearchPoint; readonly share: () => number },
): TransferredSearchPoint | { readonly why: string } {
  const given = new Map<SweepParameter, ParameterValue>();
  const aside: string[] = [];
  for (const [name, value] of values) {
    const found = findParameter(parameters, name);
    if (found) given.set(found, value);
    else aside.push(name);
  }
  const point: Record<string, number> = {};
  const [shared, filled]: [string[], string[]] = [[], []];
  for (const parameter of parameters) {
    const { name, dimension } = parameter;
    const chance = share();
    if (dimension.when && point[dimension.when.dimension] !== dimension.when.option) continue;
    const value = given.get(parameter);
    if (value === undefined) {
      point[dimension.name] = definitions[dimension.name] ?? valueAtShare(dimension, chance);
      filled.push(name);
      continue;
    }
    const placed = dimensionValueOf(parameter, value);
    if (placed === null) return { why: `${name} cannot be ${String(value)} in the sweep` };
    point[dimension.name] = placed;
    shared.push(name);
  }
  return shared.length === 0 ? { why: "it has nothing that the sweep varies" } : { point, shared, filled, aside };
}
