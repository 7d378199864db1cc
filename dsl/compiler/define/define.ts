/** `data`, `model`, `recipe` and `parameters`: statements that name something without training it. */
import { markCheckedAllowances } from "../../language/types/allow.js";
import { checkColumnRoles } from "../checks/data-warnings.js";
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { Reporter } from "../../language/diagnostics/reporter.js";
import type { GivenValue, Value } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import { typedValue } from "../../language/types/values.js";
import { checkData, checkModelAgainstBase, requestDataFacts, checkTables } from "../checks/world.js";
import type { Parameter } from "../../language/types/registry.js";
import type { Operand, Statement } from "../../language/syntax/tree.js";
import { addAction, operandName } from "../statement/run-action.js";
import { bestTrialOf } from "../plan/sweep/best.js";
import { isSweepBest, bestModelNamed } from "../plan/sweep/best-model.js";
import { isCall, partialRecipe, recordOrEmpty, resolveData, resolveModel } from "../plan/definitions.js";
import { rejectKeysBesideLoad, loadedRunSettings } from "../plan/bases/loaded-base.js";
import { draftOf } from "../drafts/names.js";
import { checkEpochsOrSteps } from "../drafts/settings.js";

/** Keys that replace others when a definition varies another one. */
const INSTEAD: Partial<Record<DefinitionDraft["is"], readonly (readonly [string, ...string[]])[]>> = {
  recipe: [
    ["steps", "epochs"],
    ["epochs", "steps"],
  ],
  model: [
    ["base", "architecture", "tokenizer"],
    ["architecture", "base"],
    ["load", "base", "architecture", "tokenizer", "task", "technique", "max_length", "template", "freeze", "storage"],
  ],
};
/** Whether a required key is missing. */
const lacks =
  (given: ReadonlyMap<string, GivenValue>) =>
  ({ name, required, unless }: Parameter): boolean =>
    required === true && !given.has(name) && ![unless ?? []].flat().some((other) => given.has(other));

/** Defines `data`, `model` or `recipe`: binds a draft to a name, then runs its own checks. */
export function compileDefinition(program: Program, header: StatementHeader): void {
  const { verb, statement, clauses } = header;
  const is = verb.name as DefinitionDraft["is"];
  const name = operandName(header.operands[0]);
  const like = clauses.get("like");
  const base = like ? likened(program, like.operands[0], is) : undefined;
  const keys = readKeys(
    program,
    statement.block?.entries ?? [],
    verb,
    verb.parameters,
    base?.given,
    !like || base !== undefined,
  );
  const unread = statement.block?.broken === true;
  const broken = keys.broken || unread || !header.sound || (like !== undefined && (!base || base.broken));
  if (!name) return;
  if (is === "recipe")
    checkEpochsOrSteps(program, keys.given, statement.block?.entries.map((e) => e.key.text) ?? [], name.span);
  const given = new Map(keys.given);
  const isOwnKey = (key: string): boolean =>
    statement.block?.entries.some((e) => (e.key.path[0] ?? e.key.text) === key) === true;
  for (const [one, ...others] of INSTEAD[is] ?? [])
    if (isOwnKey(one)) for (const other of others) if (base?.given.has(other) && !isOwnKey(other)) given.delete(other);
  const missing = verb.parameters.filter(lacks(given));
  if (missing.length > 0 && !broken && (!like || base))
    program.report(
      "missing-key",
      { verb: verb.name, keys: missing.map((p) => p.name), example: verb.example },
      name.span,
    );
  const settled = is !== "model" || rejectKeysBesideLoad(program, given, isOwnKey);
  for (const [key, setting] of loadedRunSettings(program, is, given)) given.set(key, setting);
  const needs = [...program.noted];
  const draft: DefinitionDraft = {
    is,
    name: name.text,
    span: name.span,
    source: program.source,
    given,
    broken: broken || missing.length > 0 || !settled,
    needs: [...needs, ...(base?.needs ?? [])],
    allowances: program.allowing,
    // Annotations belong to the rows of the old source.
    ...(base?.annotations && !isOwnKey("source") && { annotations: base.annotations }),
    ...(statement.block && { block: statement.block.span }),
  };
  program.define(name.text, name.span, { is, draft });
  program.runs.delete(name.text);
  if (program.silent) return;
  if (draft.broken) {
    if (is === "data" && !unread && header.sound && base?.broken !== true) checkBeside(program, draft, name.span);
    return;
  }
  if (is === "data") defineData(program, header, draft, name.span);
  else if (is === "model") defineModel(program, header, draft, name.span);
  else
    addAction(program, header, "recipe", {
      name: draft.name,
      recipe: partialRecipe(program, draft, name.span),
    });
}

/** Returns the definition that another one varies: by its name, or from a sweep's best. */
function likened(
  program: Program,
  operand: Operand | undefined,
  is: DefinitionDraft["is"],
): DefinitionDraft | undefined {
  if (operand?.is !== "word" || !isSweepBest(program, operand)) return draftOf(program, operand, is, "like");
  const best = bestTrialOf(program, operand);
  if (!best) return undefined;
  // In the editor the best is not looked up; the sweep's own settings are used instead.
  const given = program.purpose === "assist" ? program.sweeps.get(operand.path[0]?.text ?? "")?.[is] : best[is];
  return {
    is,
    name: operand.text,
    span: operand.span,
    source: program.source,
    given: given ?? new Map(),
    broken: false,
    needs: [],
    allowances: [],
  };
}

function defineData(program: Program, header: StatementHeader, draft: DefinitionDraft, here: Span): void {
  const data = resolveData(program, draft, here);
  if (!data) return;
  const before = program.reporter.diagnostics.length;
  checkColumnRoles(program, draft, data.plan.columns);
  if (!isCall(data.plan.source as Value) && data.plan.split)
    program.report("split-twice", { data: draft.name }, draft.given.get("split")?.span ?? here);
  else if (checkTables(program, draft, data.plan, here)) {
    const facts = requestDataFacts(program, draft, data.plan, null, here);
    if (facts) checkData(program, draft, data.plan, facts, here, "defined");
  }
  const newDiagnostics = program.reporter.diagnostics.slice(before);
  const reportedCodes = [...new Set([...newDiagnostics, ...draft.allowances].map(({ code }) => code))];
  addAction(program, header, "data", {
    name: draft.name,
    data: data.plan,
    ...(reportedCodes.length > 0 && { told: reportedCodes }),
  });
}

/** Checks the columns against the source even if something else in the definition is wrong. */
function checkBeside(program: Program, draft: DefinitionDraft, here: Span): void {
  const { reporter } = program;
  program.reporter = new Reporter();
  const data = resolveData(program, { ...draft, broken: false }, here);
  program.reporter = reporter;
  if (data) checkTables(program, draft, data.plan, here);
}

function defineModel(program: Program, header: StatementHeader, draft: DefinitionDraft, here: Span): void {
  const base = draft.given.get("base");
  const best = recordOrEmpty(base?.value)["model"];
  if (base && typeof best === "string" && program.isBest(best)) bestModelNamed(program, best, base.span);
  const model = resolveModel(program, draft, here);
  if (!model) return;
  checkModelAgainstBase(program, draft, model, here);
  if (model.base) markCheckedAllowances(draft.allowances, "model");
  addAction(program, header, "model", { name: draft.name, model: model.plan });
}

export function compileParameters(program: Program, header: StatementHeader): void {
  const { block } = header.statement;
  if (block?.broken) program.lost.kinds.add("parameters");
  for (const entry of block?.entries ?? []) if (!entry.value) program.lost.names.add(entry.key.text);
  const values: Record<string, Value> = {};
  const seen = new Map<string, Span>();
  for (const { key, value: node } of header.statement.block?.entries ?? []) {
    const first = seen.get(key.text);
    if (first)
      program.report("duplicate-key", { key: key.text }, key.span, { labels: [{ span: first, text: "first here" }] });
    seen.set(key.text, key.span);
    if (!node || first) continue;
    const over = Object.hasOwn(program.outside.parameters, key.text) ? program.outside.parameters[key.text] : undefined;
    const value = over ?? plainValue(program, node, key.text);
    if (value === undefined) continue;
    values[key.text] = value;
    program.parameters.set(key.text, { value, span: key.span });
    const before = program.names.get(key.text);
    if (!before || before.is === "parameters")
      program.names.set(key.text, { is: "parameters", span: key.span, source: program.source.id });
  }
  addAction(program, header, "parameters", { values });
}

function plainValue(
  program: Program,
  node: NonNullable<Statement["block"]>["entries"][number]["value"] & object,
  key: string,
): Value | undefined {
  if (node.is === "number" && node.unit === "%") return { share: Number((node.value / 100).toPrecision(12)) };
  if (node.is === "number" && node.unit !== "") return node.raw;
  if (node.is === "number") return node.value;
  if (node.is === "word" && !node.arguments)
    return node.text === "true" ? true : node.text === "false" ? false : node.text;
  if (node.is === "list") {
    const items = node.items.map((item) => plainValue(program, item, key));
    return items.every((i) => i !== undefined) ? items : undefined;
  }
  return typedValue(node, { is: "string" }, { path: key, key }, program.typing(new Map()));
}
