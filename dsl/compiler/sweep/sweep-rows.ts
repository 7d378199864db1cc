/** The rows of a sweep: whether they suffice to score its trials; for `sweep auto`, the data and their task. */
import type { Span } from "../../language/diagnostics/span.js";
import type { Plan } from "../plan/plan.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { checkData, requestDataFacts, splitNames, checkTables } from "../checks/world.js";
import { isFailedFact } from "../../language/types/facts.js";
import { type Call, type DataPlan, dataReadingSettingsOf, type GivenValue } from "../../language/types/value.js";
import { isCall, resolveData } from "../plan/definitions.js";
import { taskOfRoles } from "../plan/task-of-roles.js";
import { splitOrigin } from "../drafts/split-origin.js";
import { checkNotInFolds } from "../drafts/training-definitions.js";

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
  const facts = program.facts.get({ about: "data", data, base: dataReadingSettingsOf(model) });
  return facts && !isFailedFact(facts) ? (facts.splits["validation"]?.rows ?? 0) : null;
}

export function hasValidation(program: Program, { recipe: { data, model } }: Plan): boolean {
  const rows = validatingRows(program, data, model);
  if (rows !== null) return rows > 0;
  return splitNames(program, data, undefined)?.includes("validation") === true;
}

/** Returns the data, which must have training and validation rows. */
export function sweptDataOf(program: Program, draft: DefinitionDraft, span: Span): DataPlan | undefined {
  const data = resolveData(program, draft, span);
  if (!data || !checkNotInFolds(program, data.plan, span) || !checkTables(program, draft, data.plan, span))
    return undefined;
  const facts = requestDataFacts(program, draft, data.plan, null, span);
  const splits = splitNames(program, data.plan, facts);
  const validates = facts && !facts.sampled ? (facts.splits["validation"]?.rows ?? 0) > 0 : undefined;
  if (validates === false || (!facts && splits && !splits.includes("validation"))) {
    const details = { what: "sweep", data: draft.name, ...splitOrigin(program, data.plan, facts) };
    program.report("needs-validation", details, span);
    return undefined;
  }
  const trains = facts && !facts.sampled ? (facts.splits["train"]?.rows ?? 0) > 0 : splits?.includes("train");
  if (trains === false) {
    program.report("no-train-split", { data: draft.name, has: splits ?? [], random: false }, span);
    return undefined;
  }
  if (!facts || !checkData(program, draft, data.plan, facts, span)) return undefined;
  return data.plan;
}

export function sweptTaskOf(
  program: Program,
  data: DataPlan,
  given: ReadonlyMap<string, GivenValue>,
  span: Span,
): Call | undefined {
  const { registry } = program;
  const written = given.get("task")?.value;
  if (isCall(written)) return written;
  const found = taskOfRoles(registry, data);
  if ("task" in found) return found.task;
  const example = registry
    .ofKind("task")
    .find(({ planned, capabilities }) => !planned && capabilities?.roles.every((role) => data.columns[role]));
  if (found.tasks.length > 1) program.report("several-tasks-for-roles", { data: data.name, tasks: found.tasks }, span);
  else
    program.report(
      "no-task-for-roles",
      { data: data.name, roles: Object.keys(data.columns), ...(example && { example: example.name }) },
      span,
    );
  return undefined;
}
