/** Completes values: words, choices, known columns, labels and layers, and names of the host language. */
import { fillDefaults } from "../compiler/plan/defaults.js";
import { isCall, verbParametersOf } from "../compiler/plan/definitions.js";
import { metricsOfTask } from "../compiler/plan/metrics.js";
import type { Program } from "../compiler/plan/program.js";
import { isFailedFact } from "../language/types/facts.js";
import type { Parameter, ValueType } from "../language/types/registry.js";
import type { Call, Value } from "../language/types/value.js";
import { acceptsLiveValue } from "../language/types/values.js";
import { baseAtCursor, modelAtCursor, type CompletionRequest } from "./completion-request.js";
import { wordHoverText } from "./hover.js";
import { oneLineGlossOfDoc, glossAsParameterValue, type CompletionItem } from "./items.js";
import type { CursorContext } from "./situation.js";

type ValueSituation = Extract<CursorContext, { kind: "value" | "argument" }>;

export function valueItems(type: ValueType, cursor: ValueSituation, request: CompletionRequest): CompletionItem[] {
  switch (type.is) {
    case "word":
      return wordItems(type.kind, request);
    case "text":
      return texts(cursor, request);
    case "choice":
      return type.of.map((text) => ({ text, type: "value", gloss: glossAsParameterValue(text, takerOf(cursor)) }));
    case "boolean":
      return [
        { text: "true", type: "value", gloss: "yes" },
        { text: "false", type: "value", gloss: "no" },
      ];
    case "column":
      return columns(request).map((text) => ({
        text: nameOrQuoted(text),
        type: "column",
        gloss: "a column of the data",
      }));
    case "list":
    case "record":
      return valueItems(type.of, cursor, request);
    case "either":
      return type.of.flatMap((one) => valueItems(one, cursor, request));
    default:
      return [];
  }
}

/** Returns the parameter that takes the value. */
function takerOf(cursor: ValueSituation): Parameter | undefined {
  return cursor.kind === "value" ? cursor.parameter : cursor.word.parameters.find((p) => p.positional !== undefined);
}

/** Lists the words of a kind; for metrics, only those of the model's task. */
export function wordItems(kind: string, request: CompletionRequest): CompletionItem[] {
  const { registry } = request;
  const open = registry.ofKind(kind).filter((w) => !w.planned);
  const model = kind === "metric" ? modelAtCursor(request) : undefined;
  const fitting = model && metricsOfTask(registry, model.plan.task, undefined, { timed: true });
  return open
    .filter((w) => fitting === undefined || fitting.includes(w.name))
    .map((w) => ({
      text: w.name,
      type: "word",
      gloss: oneLineGlossOfDoc(w.doc),
      detail: w.kind,
      doc: wordHoverText(w, w.parameters),
    }));
}

/** Lists known strings where one is expected: labels of the data, linear layers of the base. */
function texts(cursor: ValueSituation, request: CompletionRequest): CompletionItem[] {
  const parameter = cursor.kind === "value" ? cursor.parameter : undefined;
  const { suggests } = parameter ?? {};
  if (!suggests || suggests.from === "files") return [];
  const also = (suggests.also ?? []).map((text) => ({
    text,
    type: "value",
    gloss: glossAsParameterValue(text, parameter),
  }));
  if (suggests.from === "labels")
    return [...also, ...[...request.program().facts.about("data")].flatMap(([, facts]) => facts.labels.map(labelItem))];
  const base = baseAtCursor(request);
  const layers = Object.entries(base?.shapes ?? {}).filter(
    ([path, shape]) => shape.length === 2 && path.endsWith(".weight") && !/embed/i.test(path),
  );
  return [
    ...also,
    ...layers.map(([path, shape]) => ({
      text: path.split(".").at(-2) ?? path,
      type: "layer",
      gloss: "a linear layer of the base",
      detail: shape.join(" × "),
    })),
  ];
}
function labelItem(label: string): CompletionItem {
  return { text: nameOrQuoted(label), type: "label", gloss: "a label of the data" };
}
function nameOrQuoted(text: string): string {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(text) ? text : JSON.stringify(text);
}
/** Lists the columns of the surrounding data definition, if its header is known. */
function columns({ program: read, offset }: CompletionRequest): string[] {
  const program = read();
  const drafts = [...program.names.values()].flatMap((n) =>
    n.draft?.is === "data" && n.source === program.source.id && n.span.start <= offset ? [n.draft] : [],
  );
  const draft = drafts.sort((a, b) => b.span.start - a.span.start)[0];
  if (!draft) return [];
  const parameter = verbParametersOf(program, "data").filter((p) => p.name === "source");
  const source: Value | undefined = fillDefaults(program, parameter, draft.given, "", { here: draft.span }).values[
    "source"
  ];
  const calls: Call[] = isCall(source)
    ? [source]
    : source !== null && typeof source === "object" && "record" in source
      ? Object.values(source.record).filter(isCall)
      : [];
  const folder = program.folderAt(draft.given.get("source")?.span);
  return calls.flatMap((call) => {
    const fact = program.ask({ about: "table", source: call, folder });
    return fact && !isFailedFact(fact) ? [...fact.columns] : [];
  });
}

/** Lists parameters everywhere. Lists TypeScript values only where a table, number or string is accepted. */
export function referenceItemsFor(type: ValueType | undefined, program: Program): CompletionItem[] {
  const all = referenceItems(program);
  const takes = type !== undefined && (acceptsLiveValue(type) || isPlain(type));
  return takes ? all : all.filter((item) => program.parameters.has(item.text.slice(1)));
}
function isPlain({ is }: ValueType): boolean {
  return is === "number" || is === "string";
}
export function referenceItems(program: Program): CompletionItem[] {
  const { typescript, types = {} } = program.outside;
  return [
    ...[...program.parameters].map(([name, { value }]) => ({
      text: `$${name}`,
      type: "name",
      gloss: "a parameter of the notebook",
      detail: parameterText(value),
    })),
    ...typescript.map((name) => ({
      text: `$${name}`,
      type: "name",
      gloss: "a value of TypeScript",
      ...(Object.hasOwn(types, name) && { detail: types[name] as string }),
    })),
  ];
}
/** Shows a list only as "a list", because it may be long. */
function parameterText(value: Value): string {
  return value !== null && typeof value === "object" && "share" in value
    ? `parameter, ${String(100 * value.share)}%`
    : `parameter, ${typeof value === "object" ? "a list" : String(value)}`;
}
