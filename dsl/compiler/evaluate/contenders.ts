/** Baselines in `evaluate`: words with arguments, and bases as they were before a training. */
import { mustExist } from "../../language/diagnostics/codes.js";
import type { Span } from "../../language/diagnostics/span.js";
import { fillDefaults } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import { isFromScratch } from "../plan/bases/scratch.js";
import { canServeUntrainedModel, canServeWithoutHead } from "../plan/bases/untrained.js";
import { briefCallText, shortCallText } from "../plan/short-call.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { ActionSubject, Baseline } from "../plan/action.js";
import { areSplitsNamedByData, splitNames } from "../checks/world.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import type { Parameter, WordKind } from "../../language/types/registry.js";
import type { Call, Value } from "../../language/types/value.js";
import { typedValue } from "../../language/types/values.js";
import { resolveOperandName } from "../drafts/names.js";

const KIND = "contender" satisfies WordKind;
const BASE = "base";

/** Whether an operand is a baseline rather than a model: `baseline(tfidf)` or `router.base`. */
export function isBaseline(program: Program, operand: Operand): operand is WordNode {
  if (operand.is !== "word") return false;
  const [first, second, more] = operand.path;
  if (second) return second.text === BASE && !more && !operand.arguments;
  const word = first && program.registry.find(KIND, first.text);
  return operand.arguments !== undefined || (word !== undefined && !program.names.has(word.name));
}

/** The model that baselines are compared with, and the data on which all are scored. */
export interface BaselineContext {
  readonly model: string;
  readonly task: Call;
  readonly subjects: readonly { readonly subject: ActionSubject; readonly draft: DefinitionDraft }[];
  readonly here: Span;
}
export interface NamedBaseline {
  readonly name: string;
  /** The name, shortened; unset if it is already short. */
  readonly brief?: string;
  readonly contender: Baseline;
}

/** Reads a baseline operand; returns undefined if an error was reported. */
export function readBaseline(program: Program, operand: WordNode, beside: BaselineContext): NamedBaseline | undefined {
  return operand.path.length > 1 ? baseOf(program, operand, beside) : called(program, operand, beside);
}

/** Returns the base of a model, with a linear head if it has none for the task. */
function baseOf(program: Program, operand: WordNode, beside: BaselineContext): NamedBaseline | undefined {
  const found = resolveOperandName(program, operand, ["model", "run"], "model", "evaluate");
  if (!found) return undefined;
  const draft = program.runs.get(found.name)?.model ?? found.entry.draft;
  const task = draft?.given.get("task")?.value;
  if (!draft || task === undefined || !isCall(task)) return undefined;
  const details = { contender: operand.text, task: task.word };
  if (isFromScratch(draft)) {
    program.report("contender-refused", { ...details, why: "the model has no pretrained base" }, operand.span);
    return undefined;
  }
  const contender = { baseOf: found.name, folder: program.folderAt(operand.span) };
  if (canServeWithoutHead(program.registry, task)) return { name: operand.text, contender };
  const probe = mustExist(probeIn(program), "a contender that puts a head on a base");
  const able =
    canServeUntrainedModel(program, task, draft) ||
    isAble(program, { call: probe, contender: operand.text, span: operand.span }, beside);
  return able ? { name: operand.text, contender: { ...contender, probe } } : undefined;
}

function called(program: Program, node: WordNode, beside: BaselineContext): NamedBaseline | undefined {
  const places = new Map<string, Span>();
  const parameter: Parameter = {
    name: KIND,
    type: { is: "word", kind: KIND },
    doc: "A method to compare models with.",
    why: "",
    impact: "high",
  };
  const value = typedValue(node, parameter.type, { path: KIND, key: "evaluate" }, program.typing(places));
  if (value === undefined) return undefined;
  const errors = program.reporter.diagnostics.length;
  const given = new Map([[KIND, { value, span: node.span, from: "written" as const, places }]]);
  const { values } = fillDefaults(program, [parameter], given, "", { here: node.span, ...settingOf(beside) });
  const call = values[KIND];
  const wrong = program.reporter.diagnostics.slice(errors).some(({ severity }) => severity === "error");
  if (wrong || call === undefined || !isCall(call)) return undefined;
  // The call as written, without the values derived from task and data.
  const actualCall = isCall(value) ? value : call;
  const [name, brief] = [shortCallText(actualCall, program.registry), briefCallText(actualCall, program.registry)];
  if (!isAble(program, { call, contender: name, span: node.span }, beside)) return undefined;
  return { name, brief, contender: { call, folder: program.folderAt(node.span) } };
}

/** Returns the call that puts a linear head on a base. */
function probeIn({ registry }: Program): Call | undefined {
  for (const { name, capabilities } of registry.ofKind(KIND))
    if (capabilities?.probeArguments) return { kind: KIND, word: name, arguments: capabilities.probeArguments };
  return undefined;
}

/** Checks that the baseline supports the task and has training rows if it trains; else reports it. */
function isAble(
  program: Program,
  { call, contender, span }: { readonly call: Call; readonly contender: string; readonly span: Span },
  beside: BaselineContext,
): boolean {
  const { task, subjects } = beside;
  const has = mustExist(program.registry.find(KIND, call.word)?.capabilities, `the description of ${call.word}`);
  const able = program.registry.find("task", task.word)?.capabilities;
  const refusal = has.refusal(call, { task, taskCapabilities: able, roles: rolesOf(beside) });
  if (refusal) program.report("contender-refused", { contender, task: task.word, ...refusal }, span);
  if (refusal) return false;
  return !has.trainsOnData(call) || subjects.every(({ subject }) => learnsFrom(program, subject, contender, span));
}

/** Returns what a baseline's own check may read: its task and the data. */
function settingOf({ task, subjects: [first] }: BaselineContext): Readonly<
  Record<"model", Readonly<Record<string, Value>>>
> & {
  readonly data?: Readonly<Record<string, Value>>;
} {
  if (!first || !("data" in first.subject)) return { model: { task } };
  const { columns, labels } = first.subject.data;
  return { model: { task }, data: { columns: { record: columns }, ...(labels && { labels }) } };
}
function rolesOf({ subjects: [first] }: BaselineContext): readonly string[] {
  return first && "data" in first.subject ? Object.keys(first.subject.data.columns) : [];
}

/** Checks that the data have training rows, as far as known before they are read; else reports it. */
function learnsFrom(program: Program, subject: ActionSubject, contender: string, span: Span): boolean {
  if (!("data" in subject)) return true;
  const { data } = subject;
  const has = areSplitsNamedByData(program, data) ? null : splitNames(program, data, undefined);
  // With folds, each row is scored by the model trained on the other folds.
  if (has === null || has.includes("train") || foldsIn(program, data.split)) return true;
  program.report("no-rows-to-learn", { contender, data: data.name, has }, span);
  return false;
}
function foldsIn(program: Program, split: Call | null): boolean {
  return split !== null && program.registry.find("split", split.word)?.capabilities?.foldCount !== undefined;
}

/** Reports the coded error `named-twice` for repeated names; returns false then. */
export function checkContendersNamedOnce(
  program: Program,
  names: readonly { readonly name: string; readonly span: Span }[],
): boolean {
  const twice = names.find(({ name }, i) => names.findIndex((other) => other.name === name) < i);
  if (twice) program.report("named-twice", { name: twice.name, after: "evaluate" }, twice.span);
  return twice === undefined;
}

/** Reports an evaluation that contains only baselines. */
export function reportOnlyBaselines(program: Program, operands: readonly Operand[]): void {
  const [first] = operands;
  const contenders = operands.map((operand) => program.textOf(operand.span) ?? "it");
  program.report("contenders-alone", { contenders }, mustExist(first, "an operand").span);
}

/** Resolves all baselines; undefined if an error was reported for one of them or for the model. */
export function resolveBaselines(
  program: Program,
  operands: readonly WordNode[],
  {
    model,
    task,
    subjects,
    here,
  }: Pick<BaselineContext, "here"> & {
    readonly model: string | undefined;
    readonly task: Call | undefined;
    readonly subjects: readonly (BaselineContext["subjects"][number] | undefined)[];
  },
): readonly NamedBaseline[] | undefined {
  if (operands.length === 0) return [];
  if (model === undefined || !task) return undefined;
  const sound = subjects.filter((subject) => subject !== undefined);
  const read = operands.map((operand) => readBaseline(program, operand, { model, task, subjects: sound, here }));
  const named = read.flatMap((one, i) => (one ? [{ ...one, span: operands[i]!.span }] : []));
  if (named.length < read.length || !checkContendersNamedOnce(program, named)) return undefined;
  const brief = named.map((one) => ({ ...one, name: one.brief ?? one.name }));
  return new Set(brief.map(({ name }) => name)).size === brief.length ? brief : named;
}
