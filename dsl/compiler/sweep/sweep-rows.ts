/** The rows that the trials of a sweep are scored on: whether there are some, and enough of them. */
import type { Span } from "../../language/diagnostics/span.js";
import type { Plan } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import { splitNames } from "../checks/world.js";
import { isFailed } from "../../language/types/facts.js";
import { dataReaderOf } from "../../language/types/subject.js";

/** Rows that validate, below which one score is known too badly to choose by. */
const FEW = 50;

/** Warns where the rows that trials are scored on are too few to tell settings apart. */
export function checkFewValidationRows(program: Program, { recipe: { data, model } }: Plan, here: Span): void {
  const rows = validatingRows(program, data, model);
  const decides = program.registry.find("task", model.task.word)?.capabilities?.decides;
  if (rows === null || rows === 0 || rows >= FEW || decides === undefined) return;
  // Half of the interval of 95 % of a share of a half, in points.
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
