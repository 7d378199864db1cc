/** What the run of a model tells whoever meets it elsewhere: when it ended, from how many rows it learnt, how it scored. */
import type { Learnt } from "#stdlib/kinds/target.js";
import { RunFolder } from "../../artifacts/run-folder.js";
import { scoresOf } from "../../history/run-scores.js";
import type { Weights } from "../../artifacts/weights.js";

/** Undefined: the run doesn't say when it ended. */
export function learntOf(weights: Weights): Learnt | undefined {
  const { plan, data, events } = weights;
  const ended = events.findLast(({ kind }) => kind === "stopped") ?? events.at(-1);
  if (!ended) return undefined;
  // Of a private training no count of rows is told: it would tell whether one more was there.
  const rows = plan.recipe.training.privacy ? null : (data.splits["train"]?.rows ?? data.kept);
  return { day: ended.at.slice(0, 10), rows, ...scoredIn(weights) };
}

/** The newest score of these weights on a test, else on anything; what was never evaluated has its validation's. */
function scoredIn({ folder, checkpoint, events }: Weights): Pick<Learnt, "scores" | "on"> {
  const { step } = checkpoint.position;
  const own = scoresOf(RunFolder.open(folder)).filter(
    (one) => one.step === step && Object.keys(one.metrics).length > 0,
  );
  const newest = own.findLast(({ split }) => split === "test") ?? own.at(-1);
  if (newest) {
    const told = Object.entries(newest.metrics).filter(([, { value }]) => !Number.isNaN(value));
    const where = newest.split === null ? newest.data : `${newest.data}.${newest.split}`;
    return { scores: told.map(([name, { value }]) => [name, value]), on: `${String(newest.rows)} rows of ${where}` };
  }
  const validated = events.findLast((e) => e.kind === "evaluated" && e.step === step);
  if (validated?.kind !== "evaluated") return { scores: [], on: "" };
  return { scores: Object.entries(validated.metrics), on: "validation rows" };
}
