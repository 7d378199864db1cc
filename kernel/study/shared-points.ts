/**
 * Values of an earlier sweep's trial as a point of another: what both vary is taken, what the earlier one didn't vary is as
 * the definitions have it (or by chance, where they have none that is tried here), and what only it varied is left aside.
 */
import type { Point } from "#stdlib/searches/kind.js";
import { valueAt } from "#stdlib/searches/shared/dimension-values.js";
import { parameterNamed, placeOf, type Named, type Parameter } from "./parameters.js";

export interface Shared {
  readonly point: Point;
  /** Names of what both vary. */
  readonly shared: readonly string[];
  /** Of what the definitions, or chance, stood in for. */
  readonly filled: readonly string[];
  /** Of what varied there alone. */
  readonly aside: readonly string[];
}

/** Or why nothing can be said of it here. `own`: of the definitions. `share`: chance. */
export function sharedPoint(
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, Named>,
  { own, share }: { readonly own: Point; readonly share: () => number },
): Shared | { readonly why: string } {
  const given = new Map<Parameter, Named>();
  const aside: string[] = [];
  for (const [name, value] of values) {
    const found = parameterNamed(parameters, name);
    if (found) given.set(found, value);
    else aside.push(name);
  }
  const point: Record<string, number> = {};
  const [shared, filled]: [string[], string[]] = [[], []];
  for (const parameter of parameters) {
    const { name, of } = parameter;
    const chance = share();
    if (of.when && point[of.when.dimension] !== of.when.option) continue;
    const value = given.get(parameter);
    if (value === undefined) {
      point[of.name] = own[of.name] ?? valueAt(of, chance);
      filled.push(name);
      continue;
    }
    const at = placeOf(parameter, value);
    if (at === null) return { why: `${name} can't be ${String(value)} in the sweep` };
    point[of.name] = at;
    shared.push(name);
  }
  return shared.length === 0 ? { why: "it has nothing that the sweep varies" } : { point, shared, filled, aside };
}
