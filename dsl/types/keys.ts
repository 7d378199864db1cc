/** The keys of a block: known to the verb, given once, typed; dotted keys change a part of what is there. */
import type { Call, Value } from "./value.js";
import { isOldSpelling, type Parameter, type ValueType, type Verb, type Word } from "./registry.js";
import type { Entry, Expression, Key } from "../syntax/tree.js";
import { adviceOf, advised, writes, written, type Place } from "./advised.js";
import { presentPart } from "./deprecated.js";
import { nearest } from "../diagnostics/nearest.js";
import type { Given } from "./given.js";
import type { Scope } from "./scope.js";
import { replace, type More } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import { typed } from "./values.js";

export interface Keys {
  readonly given: ReadonlyMap<string, Given>;
  readonly broken: boolean;
}

/** Reads a block's entries against `parameters`; `base` is what dotted keys may change (the definition after `like`). */
export function keysOf(
  scope: Scope,
  entries: readonly Entry[],
  verb: Verb,
  parameters: readonly Parameter[],
  base: ReadonlyMap<string, Given> = new Map(),
  baseKnown = true,
): Keys {
  const given = new Map(base);
  const seen = new Map<string, Span>();
  let broken = false;
  for (const entry of entries) {
    const { key } = entry;
    const first = seen.get(key.text) ?? partBefore(seen, key);
    if (first) {
      scope.report("duplicate-key", { key: key.text }, key.span, { labels: [{ span: first, text: "first here" }] });
      continue;
    }
    seen.set(key.text, key.span);
    const root = key.path[0] ?? key.text;
    const parameter = parameters.find((p) => p.name === root);
    if (!parameter) {
      unknownKey(scope, entry, { verb, parameters, entries, alone: base.size === 0 && baseKnown });
      broken = true;
      continue;
    }
    if (parameter.planned) {
      scope.report("not-built-yet", { word: root, meanwhile: parameter.planned.meanwhile }, key.span);
      broken = true;
      continue;
    }
    if (!entry.value || (key.path.length > 1 && !baseKnown)) {
      broken = true;
      continue;
    }
    const places = new Map<string, Span>();
    const value =
      key.path.length > 1
        ? changed(scope, key, entry.value, parameter, given.get(root), places)
        : typed(entry.value, parameter.type, { path: root, key: root, parameter }, scope.typing(places));
    if (value === undefined) {
      broken = true;
      continue;
    }
    const from =
      entry.value.is !== "reference" ? "written" : scope.parameters.has(entry.value.text) ? "parameter" : "reference";
    given.set(root, {
      value,
      span: entry.value.span,
      from,
      places: key.path.length > 1 ? new Map([...(given.get(root)?.places ?? []), ...places]) : places,
    });
  }
  return { given, broken };
}

/** Where a part of a key was given before the whole of it, which would undo it. */
function partBefore(seen: ReadonlyMap<string, Span>, key: Key): Span | undefined {
  if (key.path.length > 1) return undefined;
  for (const [text, span] of seen) if (text.startsWith(`${key.text}.`)) return span;
  return undefined;
}

/** The value of `root` with the part at `key` replaced. */
function changed(
  scope: Scope,
  key: Key,
  node: Expression,
  parameter: Parameter,
  before: Given | undefined,
  places: Map<string, Span>,
): Value | undefined {
  const standing = before?.value ?? defaultCall(parameter);
  const target = standing === undefined ? undefined : partOf(scope, standing, key.path.slice(1), parameter.type);
  if (!target) {
    const [root = "", part, ...deeper] = key.path;
    const taking = kindsIn(parameter.type)
      .flatMap((kind) => scope.registry.ofKind(kind))
      .find((word) => !word.planned && word.parameters.some((p) => p.name === part && !p.open));
    const instead = taking && deeper.length === 0 ? `${root}: ${taking.name}(${part ?? ""}: …)` : undefined;
    scope.report(
      "path-into-nothing",
      { path: key.text, root: parameter.name, ...(standing === undefined && instead !== undefined ? { instead } : {}) },
      key.span,
    );
    return undefined;
  }
  if ("unknown" in target) {
    const has = target.unknown.parameters.map((p) => p.name);
    const name = target.name;
    const elsewhere = target.unknown.elsewhere?.[name];
    const near = elsewhere ?? nearest(name, has, scope.reporter);
    scope.report(
      "unknown-argument",
      { word: target.unknown.name, name, has, ...(near ? { nearest: near } : {}), ...(elsewhere ? { elsewhere } : {}) },
      key.span,
      near && has.includes(near) && key.text.endsWith(name)
        ? { fix: replace({ ...key.span, start: key.span.end - name.length }, near) }
        : {},
    );
    return undefined;
  }
  const now = presentPart(scope, key, node, target.parameter, key.path.at(-2) ?? key.text);
  if (!now || standing === undefined) return undefined;
  const path = [...key.path.slice(1, -1), now.name];
  const present = now.name === target.parameter.name ? target : partOf(scope, standing, path, parameter.type);
  if (!present || "unknown" in present) throw new Error(`\`${now.name}\` is no parameter of what has \`${key.text}\``);
  const value = typed(
    now.value,
    present.parameter.type,
    { path: [key.path[0], ...path].join("."), key: present.parameter.name, parameter: present.parameter },
    scope.typing(places),
  );
  return value === undefined ? undefined : withPart(standing, path, value);
}

export type Part = { readonly parameter: Parameter } | { readonly unknown: Word; readonly name: string };
/** Which parameter a path inside a value names. */
export function partOf(scope: Scope, value: Value, path: readonly string[], type: ValueType): Part | undefined {
  const [name, ...rest] = path;
  if (name === undefined || value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  if ("record" in value) {
    const record = type.is === "either" ? type.of.find((one) => one.is === "record") : type;
    if (record?.is !== "record") return undefined;
    const inner = value.record[name];
    if (rest.length > 0) return inner === undefined ? undefined : partOf(scope, inner, rest, record.of);
    return record.keys && !record.keys.includes(name)
      ? undefined
      : { parameter: { name, type: record.of, doc: "", why: "", impact: "low" } };
  }
  if (!("word" in value)) return undefined;
  const word = scope.registry.find(value.kind, value.word);
  const parameter = word?.parameters.find((p) => p.name === name && !p.open) ?? word?.parameters.find((p) => p.open);
  if (!word) return undefined;
  if (!parameter) return { unknown: word, name };
  if (rest.length === 0) return { parameter };
  const inner = value.arguments[name] ?? defaultCall(parameter);
  return inner === undefined ? undefined : partOf(scope, inner, rest, parameter.type);
}
function withPart(value: Value, path: readonly string[], part: Value): Value {
  const [name, ...rest] = path;
  if (name === undefined || value === null || typeof value !== "object" || Array.isArray(value)) return part;
  if ("record" in value)
    return { record: { ...value.record, [name]: withPart(value.record[name] ?? null, rest, part) } };
  const call = value as Call;
  return {
    ...call,
    arguments: {
      ...call.arguments,
      [name]: rest.length === 0 ? part : withPart(call.arguments[name] ?? null, rest, part),
    },
  };
}
export function defaultCall(parameter: Parameter): Value | undefined {
  const standing = parameter.default && "value" in parameter.default ? parameter.default.value : undefined;
  return standing !== null && typeof standing === "object" && "word" in standing ? standing : undefined;
}

/** An unknown key: where it belongs, what it is called here, or the nearest one. */
function unknownKey(scope: Scope, entry: Entry, block: Block): void {
  const { key } = entry;
  const { verb, parameters } = block;
  const name = key.path[0] ?? key.text;
  const { registry } = scope;
  if (scope.reporter.crowded) {
    scope.report("unknown-key", { key: key.text, verb: verb.name }, key.span);
    return;
  }
  const names = parameters.filter((p) => !p.planned && !isOldSpelling(p)).map((p) => p.name);
  const root = key.path.length > 1 ? { ...key.span, end: key.span.start + name.length } : key.span;
  const owners = [verb, ...registry.verbs().filter((v) => v !== verb)];
  const whole = verb.keysOf === undefined ? undefined : registry.find("verb", verb.keysOf);
  const advice = adviceOf(verb, name) ?? (whole && adviceOf(whole, name));
  if (advice !== undefined && !names.includes(name)) {
    const idle = [verb, ...(whole ? [whole] : [])].some((one) => one.idle?.includes(name));
    const fix = advised(advice, placeIn(scope, entry, block), idle);
    scope.report("unknown-key", { key: key.text, verb: verb.name, advice }, key.span, fix ? { fix } : {});
    return;
  }
  for (const owner of owners) {
    const foreign = owner.elsewhere?.[name] ?? (owner === verb ? whole?.elsewhere?.[name] : undefined);
    if (
      foreign !== undefined &&
      (owner === verb ? names.includes(foreign) : owner.parameters.some((p) => p.name === foreign))
    ) {
      if (owner === verb)
        scope.report("unknown-key", { key: key.text, verb: verb.name, nearest: foreign, elsewhere: true }, key.span, {
          fix: replace(root, foreign),
        });
      else
        scope.report(
          "unknown-key",
          { key: key.text, verb: verb.name, nearest: foreign, belongs: `\`${owner.name}\`, as \`${foreign}\`` },
          key.span,
        );
      return;
    }
  }
  const homes = owners
    .filter((v) => v !== verb && !v.planned && v.parameters.some((p) => p.name === name && !p.planned))
    .map((v) => v.name);
  if (homes.length > 0) {
    scope.report(
      "unknown-key",
      { key: key.text, verb: verb.name, belongs: homes.map((h) => `\`${h}\``).join(" or ") },
      key.span,
    );
    return;
  }
  const near = nearest(name, names);
  if (near === undefined || name.length <= 2) {
    for (const owner of owners.filter((v) => !v.planned)) {
      const inner = insideWord(
        scope,
        name,
        owner === verb ? ((whole as Verb | undefined) ?? verb) : owner,
        owner === verb ? parameters : owner.parameters,
      );
      if (inner === undefined) continue;
      scope.report(
        "unknown-key",
        { key: key.text, verb: verb.name, belongs: owner === verb ? inner : `\`${owner.name}\`: ${inner}` },
        key.span,
        owner === verb ? movedInto(scope, entry, block) : {},
      );
      return;
    }
  }
  if (near === undefined) {
    const elsewhere = owners
      .filter((v) => v !== verb && !v.planned)
      .flatMap((v) => v.parameters.filter((p) => !p.planned).map((p) => ({ verb: v.name, name: p.name })));
    const other = nearest(name, new Set(elsewhere.map((e) => e.name)));
    const home = elsewhere.find((e) => e.name === other);
    scope.report(
      "unknown-key",
      {
        key: key.text,
        verb: verb.name,
        ...(home ? { nearest: home.name, belongs: `\`${home.verb}\`, as \`${home.name}\`` } : {}),
        ...(home ? {} : { has: names }),
      },
      key.span,
    );
    return;
  }
  scope.report("unknown-key", { key: key.text, verb: verb.name, nearest: near }, key.span, {
    fix: replace(root, near),
  });
}

/** The block that an unknown key stands in. */
interface Block {
  readonly verb: Verb;
  readonly parameters: readonly Parameter[];
  readonly entries: readonly Entry[];
  /** Whether nothing but the block says what its statement makes. */
  readonly alone: boolean;
}
function placeIn(scope: Scope, entry: Entry, { verb, parameters, entries }: Block): Place {
  const whole = verb.keysOf === undefined ? undefined : scope.registry.find("verb", verb.keysOf);
  const becomes = (name: string): string | undefined => {
    const advice = adviceOf(verb, name) ?? (whole && adviceOf(whole, name));
    if (advice !== undefined || parameters.some((p) => p.name === name)) return writes(advice);
    const part = partNamed(scope, name, whole ?? verb, parameters);
    return part && `${part.key}: ${part.word.name}(${part.inner}: …)`;
  };
  return { text: scope.source.text, all: entries, one: entry, becomes };
}
/** `rank: 8` in a model as `technique: lora(rank: 8)`; where more than the block says what the word is, as a part of it. */
function movedInto(scope: Scope, entry: Entry, block: Block): More {
  const place = placeIn(scope, entry, block);
  const meant = entry.key.path.length === 1 ? place.becomes(entry.key.text) : undefined;
  const whole = meant === undefined ? undefined : /^(\w+): \w+\((\w+): …\)$/.exec(meant);
  if (!whole || meant === undefined) return {};
  const [, key = "", inner = ""] = whole;
  const there = block.entries.some((one) => one.key.text === key);
  const fix = block.alone || there ? written(meant, place) : replace(entry.key.span, `${key}.${inner}`);
  return fix ? { fix } : {};
}

/** `rank: 8` in a model: the key and word whose parameter it is (`technique: lora(rank: …)`). */
function insideWord(scope: Scope, name: string, owner: Verb, parameters: readonly Parameter[]): string | undefined {
  const found = partNamed(scope, name, owner, parameters);
  return found && `\`${found.key}: ${found.word.name}(${found.inner}: …)\``;
}
/** A parameter inside a word that a key takes; the key's default and words of the verb's own example come first. */
export function partNamed(
  scope: Scope,
  name: string,
  owner: Verb,
  parameters: readonly Parameter[],
): { readonly key: string; readonly word: Word; readonly inner: string } | undefined {
  for (const parameter of parameters) {
    const standing = defaultCall(parameter);
    const first = (word: Word): number =>
      standing !== undefined && (standing as Call).word === word.name
        ? 0
        : owner.example.includes(`${parameter.name}: ${word.name}`)
          ? 1
          : 2;
    for (const kind of kindsIn(parameter.type)) {
      for (const word of scope.registry.ofKind(kind).toSorted((a, b) => first(a) - first(b))) {
        if (word.planned) continue;
        const inner = word.parameters.some((p) => p.name === name && !p.open) ? name : word.elsewhere?.[name];
        if (inner !== undefined && word.parameters.some((p) => p.name === inner))
          return { key: parameter.name, word, inner };
      }
    }
  }
  return undefined;
}
export function kindsIn(type: ValueType): string[] {
  switch (type.is) {
    case "word":
      return [type.kind];
    case "list":
    case "record":
    case "range":
      return kindsIn(type.of);
    case "either":
      return type.of.flatMap(kindsIn);
    default:
      return [];
  }
}
