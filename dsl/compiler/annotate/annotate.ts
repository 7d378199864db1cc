/**
 * `annotate`: data whose labels are decided by people. Their decisions are stored in a file next to the source; the
 * source is not changed.
 */
import type { ActionSubject, AnnotationOrder } from "../plan/action.js";
import { fillDefaults } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import { isLoadedModelDraft } from "../plan/bases/loaded-base.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { readKeys } from "../../language/types/keys.js";
import type { Annotations, Call, DataPlan, Value } from "../../language/types/value.js";
import type { Registry } from "../../language/types/registry.js";
import type { StatementHeader } from "../../language/types/header.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Operand } from "../../language/syntax/tree.js";
import { addAction, operandName } from "../statement/run-action.js";
import type {} from "./annotate-codes.js";
import { isStreamed } from "../plan/streaming.js";
import { resolveOperandName, resolveDataSubject } from "../drafts/names.js";
import { nameWithCurrentWeights } from "../drafts/trained-names.js";

export function compileAnnotate(program: Program, header: StatementHeader): void {
  const { clauses, statement, operands } = header;
  const ownKeys = readKeys(program, statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const here = statement.verb.span;
  const { values } = fillDefaults(program, header.verb.parameters, ownKeys.given, "", { here });
  const [operand] = operands;
  const subject = operand && header.sound ? resolveDataSubject(program, operand, false, "annotate") : undefined;
  const on = subject && dataOf(subject.subject);
  const annotations =
    operand && subject && on ? annotationsOf(program, subject.draft, on.data, operand.span) : undefined;
  const as = operandName(clauses.get("as")?.operands[0]);
  if (as) keep(program, as, subject?.draft, annotations);
  const modelOperand = clauses.get("with")?.operands[0];
  const order = values["order"] as AnnotationOrder | null | undefined;
  const model =
    modelOperand && annotations && on ? modelOf(program, modelOperand, order, { on: on.data, annotations }) : null;
  const placeOf = (key: string): Span => ownKeys.given.get(key)?.span ?? here;
  const wrong =
    subject &&
    annotations &&
    orderAstray(program, order, modelOperand !== undefined, subject.draft.name, placeOf("order"));
  const annotator = values["annotator"];
  if (typeof annotator === "string" && annotator.trim() === "") {
    program.report("no-annotator", {}, placeOf("annotator"));
    return;
  }
  if (!as || !header.sound || ownKeys.broken || !subject?.sound || !on || !annotations || model === undefined || wrong)
    return;
  addAction(program, header, "annotate", {
    name: as.text,
    data: { ...withLabels(on.data, annotations), name: as.text, annotations },
    from: on.data,
    split: on.split,
    model: model?.name ?? null,
    order: order ?? (model?.trained ? "uncertainty" : "random"),
    annotator: typeof annotator === "string" ? annotator.trim() : null,
    rows: typeof values["rows"] === "number" ? values["rows"] : null,
  });
}

function dataOf(subject: ActionSubject): { readonly data: DataPlan; readonly split: string | null } | undefined {
  return "data" in subject ? subject : undefined;
}

/** Binds the name to the annotated data; marks it broken if the annotated data are unknown. */
function keep(
  program: Program,
  { text, span }: { readonly text: string; readonly span: Span },
  definition: DefinitionDraft | undefined,
  annotations: Annotations | undefined,
): void {
  const draft: DefinitionDraft = {
    is: "data",
    given: new Map(),
    broken: true,
    needs: [],
    allowances: [],
    ...(definition && { ...definition, broken: definition.broken || !annotations }),
    ...(annotations && { annotations }),
    name: text,
    span,
    source: program.source,
  };
  program.define(text, span, { is: "data", draft });
  program.runs.delete(text);
}

/** Returns what is to be annotated. Undefined if nothing can be (reported). */
function annotationsOf(program: Program, draft: DefinitionDraft, data: DataPlan, span: Span): Annotations | undefined {
  if (draft.annotations) return draft.annotations;
  const { columns } = data;
  const role = (["label", "labels"] as const).find((one) => columns[one] !== undefined);
  const holds = Object.entries(others).find(([other]) => columns[other] !== undefined)?.[1];
  if (role === undefined && (holds !== undefined || columns["text"] === undefined || data.labels === null)) {
    program.report("nothing-to-annotate", { data: draft.name, ...(holds !== undefined && { holds }) }, span);
    return undefined;
  }
  if (isStreamed(data)) {
    program.report("nothing-to-annotate", { data: draft.name, streamed: true }, span);
    return undefined;
  }
  return { file: fileOf(program, data), role: role ?? "label", ...(role === undefined && { adds: true }) };
}
/** Contents of other training roles, as named in messages. */
const others: Readonly<Record<string, string>> = {
  tags: "tags of words",
  score: "scores",
  target: "texts that a model is to write",
  messages: "conversations",
  answer: "answers",
  negative: "negative texts",
};

function withLabels(data: DataPlan, { adds, role }: Annotations): DataPlan {
  return adds ? { ...data, columns: { ...data.columns, [role]: role } } : data;
}

/**
 * Returns the decisions file: next to the rows' file, or for other sources next to the program, named after the data.
 */
function fileOf({ registry }: Program, { source, name }: DataPlan): string {
  const path = isCall(source as Value) ? pathOf(registry, source as Call) : undefined;
  const plain = path === undefined || /[*?[\]{}]|^[a-z][a-z\d+.-]*:\/\//i.test(path) ? name : path;
  const stem = plain.replace(/[\\/]+$/, "").replace(/(?<=[^\\/])\.[a-z]\w{0,9}(\.(gz|zst|zip))?$/i, "");
  return `${stem}.annotations.jsonl`;
}
/** Returns the path of a source that reads files of its kind; undefined for folders and remote data. */
function pathOf(registry: Registry, { kind, word, arguments: given }: Call): string | undefined {
  const parameter = registry
    .find(kind, word)
    ?.parameters.find(({ suggests }) => suggests?.from === "files" && suggests.endings.length > 0);
  const path = parameter && given[parameter.name];
  return typeof path === "string" ? path : undefined;
}

/** Reports an annotation order that needs a model when none is given. */
function orderAstray(
  program: Program,
  order: AnnotationOrder | null | undefined,
  hasModel: boolean,
  data: string,
  span: Span,
): boolean {
  if (hasModel || !order || order === "random") return false;
  program.report("order-needs-model", { order, data }, span);
  return true;
}

/**
 * Returns the model after `with`. Undefined if it cannot predict these labels (reported). A training older than the
 * annotations is accepted.
 */
function modelOf(
  program: Program,
  operand: Operand,
  order: AnnotationOrder | null | undefined,
  annotated: { readonly on: DataPlan; readonly annotations: Annotations },
): { readonly name: string; readonly trained: boolean } | undefined {
  const found = resolveOperandName(program, operand, ["model", "run"], "model", "with");
  if (!found) return undefined;
  const draft = program.runs.get(found.name)?.model ?? found.entry.draft;
  const task = draft?.given.get("task")?.value;
  const { role } = annotated.annotations;
  if (isCall(task)) {
    const fitting = program.registry.ofKind("task").filter(({ capabilities }) => capabilities?.roles.includes(role));
    if (!fitting.some(({ name }) => name === task.word)) {
      const wanted = fitting.map(({ name }) => name);
      const details = { model: found.name, task: task.word, data: annotated.on.name, role, wanted };
      program.report("model-labels-otherwise", details, operand.span);
      return undefined;
    }
  }
  const trained =
    program.runs.get(found.name)?.here === true ||
    program.outside.trained[found.name] !== undefined ||
    (draft !== undefined && isLoadedModelDraft(draft));
  if (!trained && order === "uncertainty" && nameWithCurrentWeights(program, found) === undefined) return undefined;
  return { name: found.name, trained };
}
