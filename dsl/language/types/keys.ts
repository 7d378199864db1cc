/** Reads the keys of a block: known to the verb, given once, typed. Dotted keys change a part of an existing value. */
import type { Call, Value, GivenValue } from "./value.js";
import type { Parameter, ValueType, Verb, Word } from "./registry.js";
import type { Entry, Expression, Key } from "../syntax/tree.js";
import { nearestWord } from "../diagnostics/nearest-word.js";
import type { StatementScope } from "./scope.js";
import { defaultCall, wordKindsIn } from "./parts.js";
import { replacementFix } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import { reportUnknownKey } from "./unknown-key.js";
import { typedValue } from "./values.js";

export interface BlockKeys {
  readonly given: ReadonlyMap<string, GivenValue>;
  readonly broken: boolean;
}

/**
 * Reads a block's entries against `parameters`; `base` is what dotted keys may change (the definition after `like`).
 * `partly`: returns the valid items of a list even if others have errors, so that they are checked too.
 */
export function readKeys(
  scope: StatementScope,
  entries: readonly Entry[],
  verb: Verb,
  parameters: readonly Parameter[],
  base: ReadonlyMap<string, GivenValue> = new Map(),
  baseKnown = true,
  { partly = false }: { readonly partly?: boolean } = {},
): BlockKeys {
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
      reportUnknownKey(scope, entry, { verb, parameters, entries, alone: base.size === 0 && baseKnown });
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
    const sound = new Map<string, readonly (Value | undefined)[]>();
    const typing = { ...scope.typing(places), ...(partly && { sound }) };
    const value =
      key.path.length > 1
        ? changed(scope, key, entry.value, parameter, given.get(root), places)
        : typedValue(entry.value, parameter.type, { path: root, key: root, parameter }, typing);
    if (value === undefined) {
      broken = true;
      const items = sound.get(root);
      if (items?.some((item) => item !== undefined))
        given.set(root, { ...soundOf(items, root, places), span: entry.value.span, from: "written" });
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

/** Returns the valid items of a list, and the spans of their parts by their new indexes. */
function soundOf(
  items: readonly (Value | undefined)[],
  root: string,
  places: ReadonlyMap<string, Span>,
): Pick<GivenValue, "value" | "places"> {
  const value = items.filter((item) => item !== undefined);
  const numbers = items.map((item, i) =>
    item === undefined ? null : items.slice(0, i).filter((one) => one !== undefined).length,
  );
  const moved = [...places].flatMap(([path, span]): [string, Span][] => {
    const [, item, rest = ""] = new RegExp(`^${root}\\.(\\d+)(.*)$`).exec(path) ?? [];
    const number = item === undefined ? undefined : numbers[Number(item)];
    return number === null ? [] : [[number === undefined ? path : `${root}.${String(number)}${rest}`, span]];
  });
  return { value, places: new Map(moved) };
}

/** Returns the span of a part that was given before its complete key, which would override it. */
function partBefore(seen: ReadonlyMap<string, Span>, key: Key): Span | undefined {
  if (key.path.length > 1) return undefined;
  for (const [text, span] of seen) if (text.startsWith(`${key.text}.`)) return span;
  return undefined;
}

/** Returns the value of `root` with the part at `key` replaced. */
function changed(
  scope: StatementScope,
  key: Key,
  node: Expression,
  parameter: Parameter,
  before: GivenValue | undefined,
  places: Map<string, Span>,
): Value | undefined {
  const standing = before?.value ?? defaultCall(parameter);
  const target =
    standing === undefined ? undefined : parameterAtPath(scope, standing, key.path.slice(1), parameter.type);
  if (!target) {
    const [root = "", part, ...deeper] = key.path;
    const taking = wordKindsIn(parameter.type)
      .flatMap((kind) => scope.registry.ofKind(kind))
      .find(
        ({ planned, parameters }) =>
          !planned &&
          parameters.some((p) => p.name === part && !p.open) &&
          // The word must be complete with only that part.
          parameters.every((p) => !p.required || p.name === part),
      );
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
    const near = elsewhere ?? nearestWord(name, has, scope.reporter);
    scope.report(
      "unknown-argument",
      { word: target.unknown.name, name, has, ...(near ? { nearest: near } : {}), ...(elsewhere ? { elsewhere } : {}) },
      key.span,
      near && has.includes(near) && key.text.endsWith(name)
        ? { fix: replacementFix({ ...key.span, start: key.span.end - name.length }, near) }
        : {},
    );
    return undefined;
  }
  if (standing === undefined) return undefined;
  const path = key.path.slice(1);
  const value = typedValue(
    node,
    target.parameter.type,
    { path: key.text, key: target.parameter.name, parameter: target.parameter },
    scope.typing(places),
  );
  return value === undefined ? undefined : withPart(standing, path, value);
}

export type ParameterPathResult = { readonly parameter: Parameter } | { readonly unknown: Word; readonly name: string };
/** Returns the parameter that a path inside a value names. */
export function parameterAtPath(
  scope: StatementScope,
  value: Value,
  path: readonly string[],
  type: ValueType,
): ParameterPathResult | undefined {
  const [name, ...rest] = path;
  if (name === undefined || value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  if ("record" in value) {
    const record = type.is === "either" ? type.of.find((one) => one.is === "record") : type;
    if (record?.is !== "record") return undefined;
    const inner = value.record[name];
    if (rest.length > 0) return inner === undefined ? undefined : parameterAtPath(scope, inner, rest, record.of);
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
  return inner === undefined ? undefined : parameterAtPath(scope, inner, rest, parameter.type);
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
