/**
 * Values of an earlier sweep's trial as a point of another: what both vary is taken, what the earlier one didn't vary is as
 * the definitions have it (or by chance, where they have none that is tried here), and what only it varied is left aside.
 */
import type { SearchPoint } from "#stdlib/searches/kind.js";
import { valueAtShare } from "#stdlib/searches/shared/dimension-values.js";
import { findParameter, dimensionValueOf, type ParameterValue, type SweepParameter } from "./parameters.js";

export interface SharedPoint {
  readonly point: SearchPoint;
  /** Names of what both vary. */
  readonly shared: readonly string[];
  /** Of what the definitions, or chance, stood in for. */
  readonly filled: readonly string[];
  /** Of what varied there alone. */
  readonly aside: readonly string[];
}

/** Or why nothing can be said of it here. `own`: of the definitions. `share`: chance. */
export function sharedPoint(
  parameters: readonly SweepParameter[],
  values: ReadonlyMap<string, ParameterValue>,
  { definitions, share }: { readonly definitions: SearchPoint; readonly share: () => number },
): SharedPoint | { readonly why: string } {
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
    if (placed === null) return { why: `${name} can't be ${String(value)} in the sweep` };
    point[dimension.name] = placed;
    shared.push(name);
  }
  return shared.length === 0 ? { why: "it has nothing that the sweep varies" } : { point, shared, filled, aside };
}
