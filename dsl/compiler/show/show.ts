/** `show`: displays a definition, or a part of its result. */
import type { StatementHeader } from "../../language/types/header.js";
import type { Program } from "../plan/program.js";
import type { NameKind } from "../plan/known-names.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import { printSyntaxTree } from "../../language/syntax/print.js";
import { fillDefaults } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import type { PredictionBudget } from "../plan/actions/show-actions.js";
import { readKeys } from "../../language/types/keys.js";
import { checkRoles } from "../checks/world.js";
import type { Operand } from "../../language/syntax/tree.js";
import type { Span } from "../../language/diagnostics/span.js";
import { addAction } from "../statement/run-action.js";
import { emitDefinitionOfUsedFile } from "../statement/used-files.js";
import type { ActionSubject } from "../plan/action.js";
import { resolveOperandName, resolveDataSubject } from "../drafts/names.js";
import { nameWithCurrentWeights } from "../drafts/trained-names.js";
import { compileShowPlan, isPlanReference } from "./show-plan.js";

/** Short descriptions of the topics. */
export const topicDocs = {
  tree: "the statement as it was read",
  plan: "the plan: settings, sizes, time",
  history: "its steps, one by one",
  graph: "the training graph, layer by layer",
  passes: "what each pass does to the graph",
  program: "every operation that is left",
  emitted: "the graph given to the engine",
  mask: "which tokens are trained",
  label_issues: "rows whose label is probably wrong",
  learning_curve: "the expected effect of more rows",
  edge: "size, memory and time of an answer on phones and boards",
  agreement: "how far annotators agree, and on which rows they don't",
  best: "the best trial as a program",
  trials: "every trial with its score, its intermediate scores and why it ended",
  curves: "scores of the trials on their way",
  coordinates: "every trial as a line over all that varied",
  slices: "the score by each value",
  contour: "the score over the two settings that decide most",
  importances: "which settings decide",
  timeline: "when each trial ran",
  front: "the trials that none beats in all goals",
  distribution: "which share of the trials scores at most so much",
} as const;
type Topic = keyof typeof topicDocs;

const trained = [
  "tree",
  "plan",
  "history",
  "graph",
  "passes",
  "program",
  "emitted",
  "mask",
  "label_issues",
  "learning_curve",
  "edge",
] as const satisfies readonly Topic[];
/** Topics of a name, by what it stands for. */
export const topicsByKind: Readonly<Record<NameKind, readonly Topic[]>> = {
  model: trained,
  run: trained,
  data: ["tree", "plan", "agreement"],
  recipe: ["tree", "plan"],
  sweep: [
    "tree",
    "history",
    "best",
    "trials",
    "curves",
    "coordinates",
    "slices",
    "contour",
    "importances",
    "timeline",
    "front",
    "distribution",
    "learning_curve",
  ],
  prediction: ["tree"],
  server: ["tree"],
  parameters: [],
};

/** Aliases from Optuna's plots. */
const elsewhere: Readonly<Record<string, Topic>> = {
  pareto: "front",
  pareto_front: "front",
  optimization_history: "history",
  parallel_coordinate: "coordinates",
  param_importances: "importances",
  intermediate_values: "curves",
  edf: "distribution",
};
function topicMeant(topic: string, has: readonly string[]): string | undefined {
  const called = Object.hasOwn(elsewhere, topic) ? elsewhere[topic] : undefined;
  return called !== undefined && has.includes(called) ? called : nearestWord(topic, has);
}

export function compileShow(program: Program, header: StatementHeader): void {
  const { block } = header.statement;
  const budgeted = header.operands.length > 0 && header.operands.every((one) => topicIn(one) === BUDGETED);
  if (block && !budgeted) program.report("statement-takes-no-block", { verb: "show" }, block.span);
  const budget = budgeted ? budgetIn(program, header) : undefined;
  if (budget === null) return;
  if (header.clauses.has("on") && header.operands.length > 0 && header.operands.every(isPlanReference))
    return compileShowPlan(program, header);
  if (!withoutRecipe(program, header)) return;
  const on = dataShownOn(program, header);
  if (!header.sound || on === null) return;
  for (const operand of header.operands) {
    const found = resolveOperandName(program, operand, Object.keys(topicsByKind) as NameKind[], "name", "show");
    if (!found) continue;
    const [, topic] = found.node.path;
    const has: readonly string[] = topicsByKind[found.entry.is];
    if (topic && !has.includes(topic.text)) {
      const near = topicMeant(topic.text, has);
      program.report(
        "unknown-topic",
        { name: found.name, topic: topic.text, has, ...(near !== undefined && { nearest: near }) },
        topic.span,
        near === undefined ? {} : { fix: replacementFix(topic.span, near) },
      );
      continue;
    }
    const ofRun = found.entry.is === "model" && topic !== undefined && topic.text !== "tree";
    if (topic?.text !== "tree" && program.runs.get(found.name)?.folds && (found.entry.is === "run" || topic)) {
      nameWithCurrentWeights(program, found);
      continue;
    }
    // The training mask is known before the training if the data are given.
    if (ofRun && !on && !budget && nameWithCurrentWeights(program, found) === undefined) continue;
    emitDefinitionOfUsedFile(program, found);
    const source = program.sources.get(found.entry.source);
    const verbs = program.registry.verbs().map((verb) => verb.name);
    const tree = topic?.text === "tree" && source ? { tree: printSyntaxTree(source, verbs, found.name) } : {};
    const topicPath = found.node.path.map((n) => n.text);
    addAction(program, header, "show", { topic: topicPath, ...tree, ...(on && { on }), ...(budget && { budget }) });
  }
}

/** The topic that takes a budget, also for untrained models. */
const BUDGETED = "edge" satisfies Topic;
const topicIn = (operand: Operand): string | undefined => (operand.is === "word" ? operand.path[1]?.text : undefined);

/** Null: an error was reported. */
function budgetIn(program: Program, { statement, verb }: StatementHeader): PredictionBudget | null {
  const { given, broken } = readKeys(program, statement.block?.entries ?? [], verb, verb.parameters);
  const { values } = fillDefaults(program, verb.parameters, given, "", { here: statement.verb.span });
  const { time, memory, length } = values;
  if (broken || typeof time !== "number") return null;
  return {
    time: time / 1000,
    ...(typeof memory === "number" && { memory }),
    ...(typeof length === "number" && { length }),
  };
}

/** Checks that the data have what the model's task reads (`missing-role`). */
function readable(program: Program, operand: Operand, on: ActionSubject, here: Span): boolean {
  const name = operand.is === "word" ? operand.path[0]?.text : undefined;
  const named = name === undefined ? undefined : program.names.get(name);
  const task = named?.draft?.given.get("task")?.value;
  return !isCall(task) || !("data" in on) || checkRoles(program, on.data, task, here);
}

/** Reports a recipe in a `show` without a plan on data. */
function withoutRecipe(program: Program, { clauses }: StatementHeader): boolean {
  const recipe = clauses.get("with")?.operands[0];
  if (recipe)
    program.report(
      "wrong-operand",
      { after: "show", wanted: "`NAME.plan on DATA with RECIPE`", found: "a recipe without a plan on data" },
      recipe.span,
    );
  return recipe === undefined;
}

/** Topics that display rows. */
const OF_ROWS: readonly string[] = ["mask", "label_issues", "learning_curve"] satisfies readonly Topic[];

/** Returns the data of `on`, which only those topics take. Undefined: none is given. Null: an error was reported. */
function dataShownOn(program: Program, { clauses, operands }: StatementHeader): ActionSubject | undefined | null {
  const clause = clauses.get("on");
  if (!clause) return undefined;
  const astray = operands.find((operand) => {
    if (operand.is !== "word") return true;
    const [name, topic] = operand.path;
    // A sweep's learning curve uses its own trials.
    return !OF_ROWS.includes(topic?.text ?? "") || program.sweeps.has(name?.text ?? "");
  });
  if (astray) {
    const found = `\`${astray.is === "word" ? astray.text : "…"}\``;
    program.report(
      "wrong-operand",
      {
        after: "show",
        wanted:
          "`NAME.plan`, `NAME.mask`, `NAME.label_issues` or `NAME.learning_curve` (only these can be shown on data, and plans only alone)",
        found,
      },
      astray.span,
    );
    return null;
  }
  const [operand] = clause.operands;
  const subject = operand && resolveDataSubject(program, operand, false, "on")?.subject;
  if (!subject) return null;
  return operands.every((of) => readable(program, of, subject, operand.span)) ? subject : null;
}
