/** Checks that there are enough rows to score the trials of a sweep. */
import type { Span } from "../../language/diagnostics/span.js";
import type { Plan } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import { splitNames } from "../checks/world.js";
import { isFailed } from "../../language/types/facts.js";
import { dataReaderOf } from "../../language/types/value.js";

/** Validation rows below which a score is too imprecise for selection. */
const FEW = 50;

/** Warns if the validation rows are too few to distinguish settings. */
export function checkFewValidationRows(program: Program, { recipe: { data, model } }: Plan, here: Span): void {
  const rows = validatingRows(program, data, model);
  const decides = program.registry.find("task", model.task.word)?.capabilities?.decides;
  if (rows === null || rows === 0 || rows >= FEW || decides === undefined) return;
  // Half-width of the 95 % interval of a share of one half, in points.
  const points = Math.round(98 / Math.sqrt(rows));
  program.report("few-rows-choose", { rows, points, data: data.name }, here);
}
function validatingRows(program: Program, data: Plan["recipe"]["data"], model: Plan["recipe"]["model"]): number | null {
  const facts = program.facts.get({ about: "data", data, base: dataReaderOf(model) });
  return facts && !isFailed(facts) ? (facts.splits["validation"]?.rows ?? 0) : null;
}

export function hasValidation(program: Program, { recipe: { data, model } }: Plan): boolean {
  const rows = validatingRows(program, data, model);
  if (rows !== null) return rows > 0;
  return splitNames(program, data, undefined)?.includes("validation") === true;
}
