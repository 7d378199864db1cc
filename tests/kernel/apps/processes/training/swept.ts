/** A small sweep, and the results of its trials: points, scores and losses. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { hasStoppedFor } from "#kernel/runs/history/runs-by-recipe.js";
import { definitions } from "../../../session/small-training.js";

const recipe =
  "recipe r { steps: 6, batch_size: 8, log: every(steps: 1), checkpoint: every(steps: 1), validate: every(steps: 3), seed: 3 }\n";

export function swept(
  name: string,
  { trials, more = "" }: { readonly trials: number; readonly more?: string },
): string {
  return `${definitions}${recipe}sweep m on d with r as ${name} { vary: { optimizer.learning_rate: log(1e-4 .. 1e-2) }, trials: ${String(trials)}, maximize: accuracy${more} }`;
}

export interface Came {
  readonly number: number;
  readonly losses: readonly number[];
}

/** Returns the finished trials ordered by number, each with its losses in order. */
export function trialsOf(runs: string, sweep: string): readonly Came[] {
  return readdirSync(runs)
    .map((id) => RunFolder.open(join(runs, id)))
    .flatMap((run): Came[] => {
      const trial = run.lock()?.trial;
      // A trial killed before its first checkpoint was started again in a new run.
      if (trial?.sweep !== sweep || trial.seeds || !hasStoppedFor(run, ["done", "early"])) return [];
      const byStep = new Map<number, number>();
      for (const event of run.events()) if (event.kind === "step") byStep.set(event.step, event.loss);
      return [{ number: trial.number, losses: [...byStep].sort(([a], [b]) => a - b).map(([, loss]) => loss) }];
    })
    .sort((a, b) => a.number - b.number);
}
