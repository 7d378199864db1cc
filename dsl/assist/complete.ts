/** Completion: what may stand at a place, from the vocabulary, the names defined and the columns known. */
import type { Program } from "../plan/program.js";
import { splitNames } from "../rules/world.js";
import { programOf } from "../compile/compile.js";
import type { NameKind } from "../plan/outside.js";
import type { Source } from "../diagnostics/span.js";
import { fill } from "../plan/defaults.js";
import { isCall, parametersOf, resolveData, resolveModel } from "../plan/definitions.js";
import type { ResolvedModel } from "../plan/resolved.js";
import { failed, type BaseFacts, type Need } from "../types/facts.js";
import type { Call, Value } from "../types/value.js";
import { kindsIn } from "../types/keys.js";
import { describe } from "../types/shapes.js";
import { acceptsLive } from "../types/values.js";
import { topics } from "../compile/show.js";
import { metricsOf } from "../plan/metrics.js";
import type { Parameter, Registry, ValueType, Verb, Word } from "../types/registry.js";
import { openExperiments } from "../types/experiments.js";
import { LANGUAGE } from "../types/versions.js";
import { defaultOf, wordPage } from "./hover.js";
import { lifecycleOf, offered, oldItem } from "./lifecycle.js";
import { parse } from "../syntax/parse.js";
import { firstName, statementAt } from "./place.js";
import { codeItems } from "./codes.js";
import { pathAt, pathItems, stringAt, type PathHere } from "./files.js";
import type { AssistContext, Completions, Item } from "./items.js";
import { keysOf } from "./frames.js";
import { situationAt, type Situation } from "./situation.js";

export function complete(text: string, offset: number, context: AssistContext): Completions {
  const { registry } = context;
  const path = pathAt(text, offset, registry);
  if (path) return pathsAt(text, offset, path, context);
  if (stringAt(text, offset)) return { items: [], start: offset, end: offset, needs: [] };
  const { typed, start, situation } = typedAt(text, offset, registry);
  const source: Source = { id: "assist", title: "assist", text };
  let read: Program | undefined;
  const program = (): Program =>
    (read ??= programOf([...context.earlier, source], registry, context.facts, "assist", context.outside, true));
  const items = itemsAt();
  const fitting = items.filter((item) => item.text.startsWith(typed));
  const chosen =
    fitting.length > 0 || typed === ""
      ? fitting
      : items.filter((item) => item.text.toLowerCase().includes(typed.toLowerCase()));
  const told = unique(chosen.filter((item) => item.text !== typed || chosen.length === 1));
  return { items: told, start, end: offset, needs: [] };

  function itemsAt(): Item[] {
    if (typed.startsWith("$")) return references(program());
    switch (situation.at) {
      case "statement":
        return statements();
      case "header": {
        const takes =
          situation.connector === null
            ? situation.verb.operands.what
            : situation.verb.connectors[situation.connector]?.takes;
        if (takes === "version" && situation.operands === 0) return [versionItem(String(LANGUAGE))];
        if (takes === "experiment") return experiments(situation.written);
        if (situation.operands === 0) return names(program(), takes);
        const rest = Object.keys(situation.verb.connectors).filter((c) => !situation.used.includes(c));
        return rest.map((text) => ({ text, type: "connector" }));
      }
      case "member":
        return [...members(program(), situation.of, situation.verb), ...partsOf(program(), situation, text, start)];
      case "key":
        return keys(here(situation.parameters.filter((p) => !situation.used.includes(p.name))), ": ", registry);
      case "record-key":
        return situation.settings
          ? situation.settings
              .filter((p) => !situation.used.includes(p.name))
              .map((p) => ({ text: `${p.name}: `, type: "key", doc: p.doc }))
          : situation.keys.filter((k) => !situation.used.includes(k)).map((k) => ({ text: `${k}: `, type: "key" }));
      case "argument":
        return [
          ...keys(
            here(situation.word.parameters.filter((p) => !p.open && !p.planned && !situation.used.includes(p.name))),
            ": ",
            registry,
          ),
          ...(situation.type ? values(situation.type, situation) : []),
          ...referencesFor(situation.type),
        ];
      case "value":
        return [...values(situation.type, situation), ...referencesFor(situation.type)];
      case "code":
        return codeItems(text, offset, situation.used, context);
    }
  }
  /** Parameters anywhere; values of TypeScript where a table may stand, or where there is nothing else to offer. */
  function referencesFor(type: ValueType | undefined): Item[] {
    const all = references(program());
    const takes = type !== undefined && (acceptsLive(type) || isPlain(type));
    return takes ? all : all.filter((item) => program().parameters.has(item.text.slice(1)));
  }
  /** What can be written here, by versions and experiments. */
  function here<T extends Word | Parameter>(all: readonly T[]): readonly T[] {
    return offered(all, registry, () => program().experiments);
  }
  function statements(): Item[] {
    const verbs = registry.verbs().map((v) => v.name);
    const first = parse(source, verbs).tree.statements[0];
    const opens = first === undefined || start <= first.span.start;
    return here(registry.verbs().filter((v) => !v.planned)).flatMap((v): Item[] => {
      if (v.operands.what !== "version") return [{ text: v.name, type: "verb", doc: v.doc, ...oldItem(v, registry) }];
      return opens ? [versionItem(`${v.name} ${String(LANGUAGE)}`, v.doc)] : [];
    });
  }
  function experiments(used: readonly string[]): Item[] {
    return openExperiments(registry)
      .filter((name) => !used.includes(name))
      .map((name) => {
        const doc = registry.find("experiment", name)?.doc;
        return { text: name, type: "value", detail: "experiment", ...(doc !== undefined && { doc }) };
      });
  }
  function values(type: ValueType, at: Extract<Situation, { at: "value" | "argument" }>): Item[] {
    switch (type.is) {
      case "word": {
        const words = here(registry.ofKind(type.kind).filter((w) => !w.planned));
        const fitting = type.kind === "metric" ? metricsHere(program(), text, start) : undefined;
        return words
          .filter((w) => fitting === undefined || fitting.includes(w.name))
          .map((w) => ({
            ...{ text: w.name, type: "word", detail: w.kind, doc: wordPage(w, w.parameters) },
            ...oldItem(w, registry),
          }));
      }
      case "text":
        return texts(program(), at, text, start);
      case "choice":
        return type.of.map((text) => ({ text, type: "value" }));
      case "boolean":
        return ["true", "false"].map((text) => ({ text, type: "value" }));
      case "column":
        return columns(program(), offset).map((text) => ({
          text: /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(text) ? text : JSON.stringify(text),
          type: "column",
        }));
      case "list":
      case "record":
        return values(type.of, at);
      case "either":
        return type.of.flatMap((one) => values(one, at));
      default:
        return [];
    }
  }
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

function isPlain({ is }: ValueType): boolean {
  return is === "number" || is === "string";
}

/** Files of the folder that is typed, once the host has told what lies there. */
function pathsAt(text: string, offset: number, path: PathHere, context: AssistContext): Completions {
  const { registry, facts, outside, earlier } = context;
  const source: Source = { id: "assist", title: "assist", text };
  const program = programOf([...earlier, source], registry, facts, "assist", outside, true);
  const folder = program.folderAt({ source: source.id, start: offset, end: offset });
  const need: Need & { about: "files" } = { about: "files", path: path.folder, folder };
  const fact = facts.get(need);
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
function partsOf(
  program: Program,
  { of, verb }: Extract<Situation, { at: "member" }>,
  text: string,
  offset: number,
): Item[] {
  const [root = "", ...inner] = of;
  const settings = verb && [
    ...keysOf(verb, program.registry),
    ...parametersOf(program, "model"),
    ...parametersOf(program, "recipe"),
  ];
  const parameter = settings?.find((p) => p.name === root);
  if (!verb || !parameter || inner.length > 0 || program.names.has(root)) return [];
  const statement = statementAt(
    text,
    offset,
    program.registry.verbs().map((v) => v.name),
  );
  const name = firstName(statement);
  const standing = name === undefined ? undefined : program.names.get(name)?.draft?.given.get(root)?.value;
  const words = kindsIn(parameter.type).flatMap((kind) => program.registry.ofKind(kind).filter((w) => !w.planned));
  const own = isCall(standing) ? words.filter((w) => w.name === standing.word) : words;
  return unique(
    keys(
      own.flatMap((w) => w.parameters.filter((p) => !p.open && !p.planned)),
      ": ",
      program.registry,
    ),
  );
}

function versionItem(text: string, doc?: string): Item {
  return { text, type: "value", detail: "the version line", ...(doc !== undefined && { doc }) };
}

/** Those that must be given first, the deprecated ones last. */
function keys(parameters: readonly Parameter[], after: string, registry: Registry): Item[] {
  const first = (p: Parameter): boolean => p.required === true && !p.deprecated;
  return [...parameters.filter(first), ...parameters.filter((p) => !first(p))].map((p) => ({
    text: `${p.name}${after}`,
    type: "key",
    detail: p.required ? `required: ${plain(describe(p.type))}` : plain(`${describe(p.type)}, else ${defaultOf(p)}`),
    doc: [p.doc, p.why, ...lifecycleOf(p)].join("\n\n"),
    ...oldItem(p, registry),
  }));
}
const plain = (text: string): string => text.replaceAll("`", "");

/** The model that the statement works on: trained, or evaluated. */
function modelHere(program: Program, text: string, offset: number): ResolvedModel | undefined {
  const statement = statementAt(
    text,
    offset,
    program.registry.verbs().map((v) => v.name),
  );
  const name = firstName(statement);
  const named = name === undefined ? undefined : program.names.get(name);
  const draft = named?.draft ?? (name === undefined ? undefined : program.runs.get(name)?.model);
  return draft?.is === "model" ? resolveModel(program, draft, draft.span) : undefined;
}
/** The base of the model at hand, though its definition may not be finished. */
function baseHere(program: Program, text: string, offset: number): BaseFacts | undefined {
  const whole = modelHere(program, text, offset)?.base;
  if (whole) return whole;
  const name = firstName(
    statementAt(
      text,
      offset,
      program.registry.verbs().map((v) => v.name),
    ),
  );
  const given = (name === undefined ? undefined : program.names.get(name)?.draft)?.given.get("base");
  const written = typeof given?.value === "string" ? given.value : undefined;
  const folder = program.folderAt(given?.span);
  const fact = written === undefined ? undefined : program.facts.get({ about: "base", name: written, folder });
  return fact && !failed(fact) ? fact : undefined;
}
function metricsHere(program: Program, text: string, offset: number): readonly string[] | undefined {
  const model = modelHere(program, text, offset);
  return model && metricsOf(program.registry, model.plan.task);
}
/** Texts that are known where one is asked for: labels of the data, linear layers of the base. */
function texts(
  program: Program,
  at: Extract<Situation, { at: "value" | "argument" }>,
  text: string,
  offset: number,
): Item[] {
  const { suggests } = (at.at === "value" ? at.parameter : undefined) ?? {};
  if (!suggests || suggests.from === "files") return [];
  const also = (suggests.also ?? []).map((name) => ({ text: name, type: "value" }));
  if (suggests.from === "labels")
    return [...also, ...[...program.facts.about("data")].flatMap(([, facts]) => facts.labels.map(labelItem))];
  const base = baseHere(program, text, offset);
  const layers = Object.entries(base?.shapes ?? {}).filter(
    ([path, shape]) => shape.length === 2 && path.endsWith(".weight") && !/embed/i.test(path),
  );
  return [
    ...also,
    ...layers.map(([path, shape]) => ({
      text: path.split(".").at(-2) ?? path,
      type: "layer",
      detail: shape.join(" × "),
    })),
  ];
}
function labelItem(label: string): Item {
  return { text: /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(label) ? label : JSON.stringify(label), type: "label" };
}
function names(program: Program, takes: string | undefined): Item[] {
  const kinds: Readonly<Record<string, readonly NameKind[]>> = {
    model: ["model", "run"],
    data: ["data"],
    recipe: ["recipe", "sweep"],
    subject: ["data"],
    any: ["data"],
    topic: ["data", "model", "recipe", "run", "sweep"],
  };
  const of = (takes !== undefined && kinds[takes]) || [];
  return program.namesOf(...of).map((text) => ({ text, type: "name", doc: program.names.get(text)?.is ?? "" }));
}
function references(program: Program): Item[] {
  const { typescript, types = {} } = program.outside;
  return [
    ...[...program.parameters].map(([name, { value }]) => ({ text: `$${name}`, type: "name", detail: written(value) })),
    ...typescript.map((name) => ({
      ...{ text: `$${name}`, type: "name" },
      ...(Object.hasOwn(types, name) && { detail: types[name] as string }),
    })),
  ];
}
function written(value: Value): string {
  return value !== null && typeof value === "object" && "share" in value
    ? `parameter, ${String(100 * value.share)}%`
    : `parameter, ${typeof value === "object" ? "a list" : String(value)}`;
}
function members(program: Program, of: readonly string[], verb: Verb | undefined): Item[] {
  const named = program.names.get(of[0] ?? "");
  if (named && verb?.operands.what === "topic") return topics[named.is].map((text) => ({ text, type: "value" }));
  if (named?.is === "data" && named.draft) {
    const data = resolveData(program, named.draft, named.span);
    return data
      ? (splitNames(program, data.plan, undefined) ?? ["train", "validation", "test"]).map((text) => ({
          text,
          type: "split",
        }))
      : [];
  }
  return named?.is === "sweep" ? [{ text: "best", type: "value" }] : [];
}
/** Columns of the data definition that the place stands in, if its header is known. */
function columns(program: Program, offset: number): string[] {
  const drafts = [...program.names.values()].flatMap((n) =>
    n.draft?.is === "data" && n.source === program.source.id && n.span.start <= offset ? [n.draft] : [],
  );
  const draft = drafts.sort((a, b) => b.span.start - a.span.start)[0];
  if (!draft) return [];
  const parameter = parametersOf(program, "data").filter((p) => p.name === "source");
  const source: Value | undefined = fill(program, parameter, draft.given, "", { here: draft.span }).values["source"];
  const calls: Call[] = isCall(source)
    ? [source]
    : source !== null && typeof source === "object" && "record" in source
      ? Object.values(source.record).filter(isCall)
      : [];
  const folder = program.folderAt(draft.given.get("source")?.span);
  return calls.flatMap((call) => {
    const fact = program.ask({ about: "table", source: call, folder });
    return fact && !failed(fact) ? [...fact.columns] : [];
  });
}
function unique(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.text, item])).values()];
}
