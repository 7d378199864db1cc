/** Points and texts as MLflow takes them. */
import type { Told } from "../kind.js";
import { keyName } from "./names.js";

/** MLflow's bounds on one request, and on texts (older servers take no more). */
export const MOST = { metrics: 1000, params: 100, param: 500, tag: 5000 } as const;

/** Those of steps that were not told; `steps` grows with them. */
export function metricsOf(told: Told, steps: Record<string, number>): readonly object[] {
  if (told.is === "resumed") return [];
  const { group, step, at, values } = told;
  if (repeats(group) && step <= (steps[group] ?? -1)) return [];
  steps[group] = step;
  return Object.entries(values).flatMap(([name, value]) =>
    Number.isFinite(value) ? [{ key: keyName(`${group}/${name}`), value, timestamp: at, step }] : [],
  );
}
/** What a resumed run tells again. Weights may be scored again by whoever likes. */
const repeats = (group: string): boolean => group === "train" || group === "validation";

export function tagged(
  all: Readonly<Record<string, string>>,
): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(all).flatMap(([key, value]) =>
    value === "" ? [] : [{ key, value: clipped(value, MOST.tag) }],
  );
}
export function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
