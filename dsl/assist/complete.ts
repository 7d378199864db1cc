/** Completion: what may stand at a place, from the vocabulary, the names defined and the columns known. */
import type { Program } from "../compiler/plan/program.js";
import { splitNames } from "../compiler/checks/world.js";
import type { NameKind } from "../compiler/plan/known-names.js";
import { isCall, parametersOf, resolveData } from "../compiler/plan/definitions.js";
import { failed, type Need } from "../language/types/facts.js";
import { kindsIn } from "../language/types/parts.js";
import { describe } from "../language/types/shapes.js";
import { topicDocs, topics } from "../compiler/show/show.js";
import type { Parameter, Registry, Verb } from "../language/types/registry.js";
import { LANGUAGE } from "../compiler/plan/version.js";
import { askedAt, nameHere, programAfter, TYPED, type Asked } from "./completion-request.js";
import { connectors, defaultOf } from "./hover.js";
import { parse } from "../language/syntax/parse.js";
import { codeItems } from "./codes.js";
import { pathAt, pathItems, stringAt, type PathHere } from "./files.js";
import { glossOf, meaningOf, type AssistContext, type Completions, type Item } from "./items.js";
import { keysOf } from "./frames.js";
import { situationAt, type Situation } from "./situation.js";
import { references, referencesFor, values, words } from "./value-items.js";

export function complete(text: string, offset: number, context: AssistContext): Completions {
  const { registry } = context;
  const path = pathAt(text, offset, registry);
  if (path) return pathsAt(text, offset, path, context);
  if (stringAt(text, offset)) return { items: [], start: offset, end: offset, needs: [] };
  const { typed, start, situation } = typedAt(text, offset, registry);
  const asked = askedAt(text, offset, start, context);
  const items = typed.startsWith("$") ? references(asked.program()) : itemsFor(situation, asked, context);
  return { items: fitting(items, typed), start, end: offset, needs: [] };
}

/** The items that go on what is typed; where none does, those that have it within. */
function fitting(items: readonly Item[], typed: string): readonly Item[] {
  const going = items.filter((item) => item.text.startsWith(typed));
  const chosen =
    going.length > 0 || typed === ""
      ? going
      : items.filter((item) => item.text.toLowerCase().includes(typed.toLowerCase()));
  return unique(chosen.filter((item) => item.text !== typed || chosen.length === 1));
}

function itemsFor(situation: Situation, asked: Asked, context: AssistContext): Item[] {
  switch (situation.at) {
    case "statement":
      return statements(asked);
    case "header":
      return headerItems(situation, asked);
    case "member":
      return [...members(asked.program(), situation.of, situation.verb), ...partsOf(situation, asked)];
    case "key":
      return keys(unused(situation.parameters, situation.used), ": ");
    case "record-key":
      return recordKeys(situation);
    case "argument": {
      const open = unused(situation.word.parameters, situation.used).filter((p) => !p.open && !p.planned);
      return [
        ...keys(open, ": "),
        ...(situation.type ? values(situation.type, situation, asked) : []),
        ...referencesFor(situation.type, asked.program()),
      ];
    }
    case "value":
      return [...values(situation.type, situation, asked), ...referencesFor(situation.type, asked.program())];
    case "code":
      return codeItems(asked.text, asked.offset, situation.used, context);
  }
}

/** The verbs; the version line, where it may still open the text. */
function statements({ text, start, registry }: Asked): Item[] {
  const verbs = registry.verbs().map((v) => v.name);
  const first = parse({ id: TYPED, title: TYPED, text }, verbs).tree.statements[0];
  const opens = first === undefined || start <= first.span.start;
  return registry
    .verbs()
    .filter((v) => !v.planned)
    .flatMap((v): Item[] => {
      if (v.operands.what !== "version") return [{ text: v.name, type: "verb", gloss: glossOf(v.doc), doc: v.doc }];
      return opens ? [versionItem(`${v.name} ${String(LANGUAGE)}`, v.doc)] : [];
    });
}

function headerItems({ verb, connector, operands, used }: Extract<Situation, { at: "header" }>, asked: Asked): Item[] {
  const { program } = asked;
  const takes = connector === null ? verb.operands.what : verb.connectors[connector]?.takes;
  if (takes === "version" && operands === 0) return [versionItem(String(LANGUAGE))];
  if (takes === "target" && operands === 0) return words(takes, asked);
  const { calls } = verb.operands;
  if (operands === 0 && connector === null && calls) return [...names(program(), takes), ...words(calls, asked)];
  const { own } = verb.operands;
  const itself = own && connector === null ? [{ text: own.name, type: "name", gloss: own.doc } as const] : [];
  if (operands === 0) return [...names(program(), takes), ...itself];
  const rest = Object.keys(verb.connectors).filter((c) => !used.includes(c));
  return rest.map((text) => ({ text, type: "connector", gloss: connectors[text] ?? `for ${verb.name}` }));
}

function recordKeys({ settings, keys, used, parameter }: Extract<Situation, { at: "record-key" }>): Item[] {
  if (settings)
    return unused(settings, used).map((p) => ({
      text: `${p.name}: `,
      type: "key",
      gloss: glossOf(p.doc),
      doc: p.doc,
    }));
  return keys
    .filter((k) => !used.includes(k))
    .map((k) => ({ text: `${k}: `, type: "key", gloss: meaningOf(k, parameter) }));
}

function unused(parameters: readonly Parameter[], used: readonly string[]): readonly Parameter[] {
  return parameters.filter((p) => !used.includes(p.name));
}

/** The name that is being typed, where it begins, and what is asked there. Codes hold dashes. */
function typedAt(
  text: string,
  offset: number,
  registry: Registry,
): { readonly typed: string; readonly start: number; readonly situation: Situation } {
  // no name is longer, and a search from each of its letters takes their square
  const before = text.slice(Math.max(0, offset - 200), offset);
  const dashed = /[\p{ID_Start}_][\p{ID_Continue}-]*$/u.exec(before)?.[0] ?? "";
  if (dashed.includes("-")) {
    const situation = situationAt(text, offset - dashed.length, registry);
    if (situation.at === "code") return { typed: dashed, start: offset - dashed.length, situation };
  }
  const typed = /[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.exec(before)?.[0] ?? "";
  return { typed, start: offset - typed.length, situation: situationAt(text, offset - typed.length, registry) };
}

/** Files of the folder that is typed, once the host has told what lies there. */
function pathsAt(text: string, offset: number, path: PathHere, context: AssistContext): Completions {
  const folder = programAfter(text, context).folderAt({ source: TYPED, start: offset, end: offset });
  const need: Need & { about: "files" } = { about: "files", path: path.folder, folder };
  const fact = context.facts.get(need);
  const place = { start: path.start, end: offset };
  if (fact === undefined) return { ...place, items: [], needs: [need] };
  if (failed(fact)) return { ...place, items: [], needs: [] };
  const begun = path.typed.slice(path.folder.length).toLowerCase();
  return {
    ...place,
    items: pathItems(fact, path.endings).filter((item) => item.text.toLowerCase().startsWith(begun)),
    needs: [],
  };
}

/** `technique.`: parameters of the word that stands there, else of all words that may. */
function partsOf({ of, verb }: Extract<Situation, { at: "member" }>, asked: Asked): Item[] {
  const program = asked.program();
  const [root = "", ...inner] = of;
  const settings = verb && [
    ...keysOf(verb, program.registry),
    ...parametersOf(program, "model"),
    ...parametersOf(program, "recipe"),
  ];
  const parameter = settings?.find((p) => p.name === root);
  if (!verb || !parameter || inner.length > 0 || program.names.has(root)) return [];
  const name = nameHere(asked);
  const standing = name === undefined ? undefined : program.names.get(name)?.draft?.given.get(root)?.value;
  const words = kindsIn(parameter.type).flatMap((kind) => program.registry.ofKind(kind).filter((w) => !w.planned));
  const own = isCall(standing) ? words.filter((w) => w.name === standing.word) : words;
  return unique(
    keys(
      own.flatMap((w) => w.parameters.filter((p) => !p.open && !p.planned)),
      ": ",
    ),
  );
}

function versionItem(text: string, doc?: string): Item {
  return { text, type: "value", gloss: "the version line", ...(doc !== undefined && { doc }) };
}

/** Required keys come first. */
function keys(parameters: readonly Parameter[], after: string): Item[] {
  const first = (p: Parameter): boolean => p.required === true;
  return [...parameters.filter(first), ...parameters.filter((p) => !first(p))].map((p) => ({
    text: `${p.name}${after}`,
    type: "key",
    gloss: glossOf(p.doc),
    detail: p.required ? `required: ${plain(describe(p.type))}` : plain(`${describe(p.type)}, else ${defaultOf(p)}`),
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

function names(program: Program, takes: string | undefined): Item[] {
  const kinds: Readonly<Record<string, readonly NameKind[]>> = {
    model: ["model", "run"],
    data: ["data"],
    recipe: ["recipe", "sweep"],
    subject: ["data"],
    any: ["data"],
    training: ["run"],
    topic: ["data", "model", "recipe", "run", "sweep"],
  };
  const of = (takes !== undefined && kinds[takes]) || [];
  return program.namesOf(...of).map((text) => {
    const is = program.names.get(text)?.is;
    return { text, type: "name", gloss: is ? `${nameKinds[is]} defined before` : "a training's run", doc: is ?? "" };
  });
}
function members(program: Program, of: readonly string[], verb: Verb | undefined): Item[] {
  const named = program.names.get(of[0] ?? "");
  if (named && verb?.operands.what === "topic")
    return topics[named.is].map((text) => ({ text, type: "value", gloss: topicDocs[text] }));
  if (named?.is === "data" && named.draft) {
    const data = resolveData(program, named.draft, named.span);
    return data
      ? (splitNames(program, data.plan, undefined) ?? ["train", "validation", "test"]).map((text) => ({
          text,
          type: "split",
          gloss: `a split of ${of[0] ?? "the data"}`,
        }))
      : [];
  }
  return named?.is === "sweep" ? [{ text: "best", type: "value", gloss: "the model of the best trial" }] : [];
}
function unique(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.text, item])).values()];
}
