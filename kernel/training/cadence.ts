/** When something is due: `every(steps: n)` or `every(epochs: n)`; the last step always is. */
import type { Call } from "#dsl/types/value.js";
import type { DataLoader } from "../core/data/loader.js";

export interface Steps {
  readonly total: number;
  readonly loader: Pick<DataLoader, "epochsDone">;
}

export function isDue(every: Call | null, step: number, { total, loader }: Steps): boolean {
  if (every === null || step < 1) return false;
  if (step === total) return true;
  const { steps, epochs } = every.arguments;
  if (typeof steps === "number") return steps > 0 && step % Math.max(1, Math.round(steps)) === 0;
  if (typeof epochs !== "number" || epochs <= 0) return false;
  const periods = (n: number) => Math.floor(loader.epochsDone(n) / epochs + 1e-9);
  return periods(step) > periods(step - 1);
}
