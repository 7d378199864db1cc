/**
 * Completion: lists what may be written at a position, from the vocabulary, the defined names and the known columns.
 */
import type { Program } from "../compiler/plan/program.js";
import { splitNames } from "../compiler/checks/world.js";
import type { NameKind } from "../compiler/plan/known-names.js";
import { isCall, verbParametersOf, resolveData } from "../compiler/plan/definitions.js";
import { isFailedFact, type Need } from "../language/types/facts.js";
import { wordKindsIn } from "../language/types/parts.js";
import { describeType } from "../language/types/shapes.js";
import { topicDocs, topicsByKind } from "../compiler/show/show.js";
import type { Parameter, Registry, Verb } from "../language/types/registry.js";
import { LANGUAGE_VERSION } from "../compiler/plan/version-line.js";
import {
  completionRequestAt,
  firstOperandAtCursor,
  programAfterCells,
  TYPED_SOURCE_ID,
  type CompletionRequest,
} from "./completion-request.js";
import { connectorDocs, defaultText } from "./hover.js";
import { parse } from "../language/syntax/parse.js";
import { diagnosticCodeItems } from "./codes.js";
import { pathTypedAt, pathItems, unclosedStringAt, type PathAtCursor } from "./files.js";
import {
  oneLineGlossOfDoc,
  glossAsParameterValue,
  type AssistContext,
  type Completions,
  type CompletionItem,
} from "./items.js";
import { verbParameters } from "./frames.js";
import { cursorContextAt, type CursorContext } from "./situation.js";
import { referenceItems, referenceItemsFor, valueItems, wordItems } from "./value-items.js";

export function complete(text: string, offset: number, context: AssistContext): Completions {
  const { registry } = context;
  const path = pathTypedAt(text, offset, registry);
  if (path) return pathsAt(text, offset, path, context);
  if (unclosedStringAt(text, offset)) return { items: [], start: offset, end: offset, needs: [] };
  const { typed, start, situation } = typedAt(text, offset, registry);
  const request = completionRequestAt(text, offset, start, context);
  const items = typed.startsWith("$") ? referenceItems(request.program()) : itemsFor(situation, request, context);
  return { items: fitting(items, typed), start, end: offset, needs: [] };
}

/** Returns the items that start with the typed text; if there are none, those that contain it. */
function fitting(items: readonly CompletionItem[], typed: string): readonly CompletionItem[] {
  const going = items.filter((item) => item.text.startsWith(typed));
  const chosen =
    going.length > 0 || typed === ""
      ? going
      : items.filter((item) => item.text.toLowerCase().includes(typed.toLowerCase()));
  return unique(chosen.filter((item) => item.text !== typed || chosen.length === 1));
}

function itemsFor(situation: CursorContext, request: CompletionRequest, context: AssistContext): CompletionItem[] {
  switch (situation.kind) {
    case "statement":
      return statements(request);
    case "header":
      return headerItems(situation, request);
    case "member":
      return [...members(request.program(), situation.nameParts, situation.verb), ...partsOf(situation, request)];
    case "key":
      return keys(unused(situation.parameters, situation.used), ": ");
    case "record-key":
      return recordKeys(situation);
    case "argument": {
      const open = unused(situation.word.parameters, situation.used).filter((p) => !p.open && !p.planned);
      return [
        ...keys(open, ": "),
        ...(situation.type ? valueItems(situation.type, situation, request) : []),
        ...referenceItemsFor(situation.type, request.program()),
      ];
    }
    case "value":
      return [
        ...valueItems(situation.type, situation, request),
        ...referenceItemsFor(situation.type, request.program()),
      ];
    case "code":
      return diagnosticCodeItems(request.text, request.offset, situation.used, context);
  }
}

/** Completes verbs, and the version line while it may still open the text. */
function statements({ text, start, registry }: CompletionRequest): CompletionItem[] {
  const verbs = registry.verbs().map((v) => v.name);
  const first = parse({ id: TYPED_SOURCE_ID, title: TYPED_SOURCE_ID, text }, verbs).tree.statements[0];
  const opens = first === undefined || start <= first.span.start;
  return registry
    .verbs()
    .filter((v) => !v.planned)
    .flatMap((v): CompletionItem[] => {
      if (v.operands.what !== "version")
        return [{ text: v.name, type: "verb", gloss: oneLineGlossOfDoc(v.doc), doc: v.doc }];
      return opens ? [versionItem(`${v.name} ${String(LANGUAGE_VERSION)}`, v.doc)] : [];
    });
}

function headerItems(
  { verb, connector, operands, used }: Extract<CursorContext, { kind: "header" }>,
  request: CompletionRequest,
): CompletionItem[] {
  const { program } = request;
  const takes = connector === null ? verb.operands.what : verb.connectors[connector]?.takes;
  if (takes === "version" && operands === 0) return [versionItem(String(LANGUAGE_VERSION))];
  if (takes === "target" && operands === 0) return wordItems(takes, request);
  const { calls } = verb.operands;
  if (operands === 0 && connector === null && calls) return [...names(program(), takes), ...wordItems(calls, request)];
  const { ownSubject: subject } = verb.operands;
  const itself =
    subject && connector === null ? [{ text: subject.name, type: "name", gloss: subject.doc } as const] : [];
  if (operands === 0) return [...names(program(), takes), ...itself];
  const rest = Object.keys(verb.connectors).filter((c) => !used.includes(c));
  return rest.map((text) => ({ text, type: "connector", gloss: connectorDocs[text] ?? `for ${verb.name}` }));
}

function recordKeys({
  settings,
  keys,
  used,
  parameter,
}: Extract<CursorContext, { kind: "record-key" }>): CompletionItem[] {
  if (settings)
    return unused(settings, used).map((p) => ({
      text: `${p.name}: `,
      type: "key",
      gloss: oneLineGlossOfDoc(p.doc),
      doc: p.doc,
    }));
  return keys
    .filter((k) => !used.includes(k))
    .map((k) => ({ text: `${k}: `, type: "key", gloss: glossAsParameterValue(k, parameter) }));
}

function unused(parameters: readonly Parameter[], used: readonly string[]): readonly Parameter[] {
  return parameters.filter((p) => !used.includes(p.name));
}

/**
 * Finds where the name being typed begins and what is expected at that position. Diagnostic codes may contain dashes.
 */
function typedAt(
  text: string,
  offset: number,
  registry: Registry,
): { readonly typed: string; readonly start: number; readonly situation: CursorContext } {
  // Names are shorter than 200 characters, and an unbounded search would take quadratic time.
  const before = text.slice(Math.max(0, offset - 200), offset);
  const dashed = /[\p{ID_Start}_][\p{ID_Continue}-]*$/u.exec(before)?.[0] ?? "";
  if (dashed.includes("-")) {
    const situation = cursorContextAt(text, offset - dashed.length, registry);
    if (situation.kind === "code") return { typed: dashed, start: offset - dashed.length, situation };
  }
  const typed = /[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.exec(before)?.[0] ?? "";
  return { typed, start: offset - typed.length, situation: cursorContextAt(text, offset - typed.length, registry) };
}

/** Completes files of the folder being typed, once the host has listed it. */
function pathsAt(text: string, offset: number, path: PathAtCursor, context: AssistContext): Completions {
  const folder = programAfterCells(text, context).folderAt({ source: TYPED_SOURCE_ID, start: offset, end: offset });
  const need: Need & { about: "files" } = { about: "files", path: path.folder, folder };
  const fact = context.facts.get(need);
  const place = { start: path.start, end: offset };
  if (fact === undefined) return { ...place, items: [], needs: [need] };
  if (isFailedFact(fact)) return { ...place, items: [], needs: [] };
  const begun = path.typed.slice(path.folder.length).toLowerCase();
  return {
    ...place,
    items: pathItems(fact, path.endings).filter((item) => item.text.toLowerCase().startsWith(begun)),
    needs: [],
  };
}

/** Completes `technique.`: parameters of the word given for that key, or of all words that the key accepts. */
function partsOf(
  { nameParts, verb }: Extract<CursorContext, { kind: "member" }>,
  request: CompletionRequest,
): CompletionItem[] {
  const program = request.program();
  const [root = "", ...inner] = nameParts;
  const settings = verb && [
    ...verbParameters(verb, program.registry),
    ...verbParametersOf(program, "model"),
    ...verbParametersOf(program, "recipe"),
  ];
  const parameter = settings?.find((p) => p.name === root);
  if (!verb || !parameter || inner.length > 0 || program.names.has(root)) return [];
  const name = firstOperandAtCursor(request);
  const standing = name === undefined ? undefined : program.names.get(name)?.draft?.given.get(root)?.value;
  const words = wordKindsIn(parameter.type).flatMap((kind) => program.registry.ofKind(kind).filter((w) => !w.planned));
  const candidates = isCall(standing) ? words.filter((w) => w.name === standing.word) : words;
  return unique(
    keys(
      candidates.flatMap((w) => w.parameters.filter((p) => !p.open && !p.planned)),
      ": ",
    ),
  );
}

function versionItem(text: string, doc?: string): CompletionItem {
  return { text, type: "value", gloss: "the version line", ...(doc !== undefined && { doc }) };
}

/** Sorts required keys first. */
function keys(parameters: readonly Parameter[], after: string): CompletionItem[] {
  const first = (p: Parameter): boolean => p.required === true;
  return [...parameters.filter(first), ...parameters.filter((p) => !first(p))].map((p) => ({
    text: `${p.name}${after}`,
    type: "key",
    gloss: oneLineGlossOfDoc(p.doc),
    detail: p.required
      ? `required: ${plain(describeType(p.type))}`
      : plain(`${describeType(p.type)}, else ${defaultText(p)}`),
    doc: [p.doc, ...(p.why === undefined ? [] : [p.why])].join("\n\n"),
  }));
}
const plain = (text: string): string => text.replaceAll("`", "");

const nameKinds: Readonly<Record<NameKind, string>> = {
  data: "data",
  model: "a model",
  recipe: "a recipe",
  run: "a training",
  sweep: "a sweep",
  prediction: "a prediction",
  server: "a server",
  parameters: "parameters",
};

function names(program: Program, takes: string | undefined): CompletionItem[] {
  const kinds: Readonly<Record<string, readonly NameKind[]>> = {
    model: ["model", "run"],
    data: ["data"],
    recipe: ["recipe", "sweep"],
    subject: ["data"],
    any: ["data"],
    training: ["run"],
    topic: ["data", "model", "recipe", "run", "sweep"],
  };
  const wantedKinds = (takes !== undefined && kinds[takes]) || [];
  return program.namesOf(...wantedKinds).map((text) => {
    const is = program.names.get(text)?.is;
    return { text, type: "name", gloss: is ? `${nameKinds[is]} defined before` : "a training's run", doc: is ?? "" };
  });
}
function members(program: Program, path: readonly string[], verb: Verb | undefined): CompletionItem[] {
  const named = program.names.get(path[0] ?? "");
  if (named && verb?.operands.what === "topic")
    return topicsByKind[named.is].map((text) => ({ text, type: "value", gloss: topicDocs[text] }));
  if (named?.is === "data" && named.draft) {
    const data = resolveData(program, named.draft, named.span);
    return data
      ? (splitNames(program, data.plan, undefined) ?? ["train", "validation", "test"]).map((text) => ({
          text,
          type: "split",
          gloss: `a split of ${path[0] ?? "the data"}`,
        }))
      : [];
  }
  return named?.is === "sweep" ? [{ text: "best", type: "value", gloss: "the model of the best trial" }] : [];
}
function unique(items: readonly CompletionItem[]): CompletionItem[] {
  return [...new Map(items.map((item) => [item.text, item])).values()];
}
