/**
 * Gives what was written the type that its key asks for: syntax → `Value`. Calls keep only what was written; defaults
 * come when a plan is made. `undefined` means: reported already, or not known yet (a need was named).
 */
import type { Call, Value } from "../plan/plan.js";
import type { Parameter, Registry, ValueType, Word } from "../registry.js";
import { decodeNumber, durations, sizes } from "../syntax/numbers.js";
import { quote } from "../syntax/strings.js";
import type { Argument, Expression, NumberNode, ReferenceNode, WordNode } from "../syntax/tree.js";
import { nearest } from "./nearest.js";
import type {} from "./value-codes.js";
import { replace, Reporter } from "./reporter.js";
import type { Span } from "./span.js";
import { describe, fitting, formOf } from "./shapes.js";

/** What stands behind `$x`. */
export type Found = { readonly value: Value } | { readonly live: string };
export interface Typing {
  readonly registry: Registry;
  reporter: Reporter;
  /** `undefined`: unknown (reported) or not known yet (a need was named). */
  reference(node: ReferenceNode): Found | undefined;
  isModel(name: string): boolean;
  /** Where each part of the value was written, by path (`optimizer.learning_rate`). */
  readonly places: Map<string, Span>;
}
export interface Asked {
  /** Dotted path for `places`. */
  readonly path: string;
  readonly key: string;
  readonly parameter?: Parameter;
}

export function typed(node: Expression, type: ValueType, asked: Asked, t: Typing): Value | undefined {
  t.places.set(asked.path, node.span);
  if (node.is === "reference" && type.is !== "reference" && !acceptsLive(type))
    return fromReference(node, type, asked, t);
  switch (type.is) {
    case "number":
      return node.is === "number" ? numeric(node, type, asked, t) : wrong(node, type, asked, t);
    case "string":
      return node.is === "string" ? node.value : wrong(node, type, asked, t);
    case "text":
    case "column":
      if (node.is === "string") return node.value;
      if (node.is === "word" && !node.arguments && node.path.length === 1) return node.text;
      if (node.is === "number" && node.unit === "") return node.raw;
      return wrong(node, type, asked, t);
    case "boolean":
      if (node.is === "word" && !node.arguments && (node.text === "true" || node.text === "false"))
        return node.text === "true";
      return wrong(node, type, asked, t);
    case "choice":
      if (node.is === "word" && !node.arguments && type.of.includes(node.text)) return node.text;
      if (node.is === "word" && !node.arguments) return unknownChoice(node, type.of, asked, t);
      return wrong(node, type, asked, t);
    case "word":
      return node.is === "word"
        ? word(node, type.kind, asked, t)
        : node.is === "reference"
          ? liveWord(node, type.kind, asked, t)
          : wrong(node, type, asked, t);
    case "list": {
      if (node.is !== "list" && !fitting(node, type.of, t.registry) && (node.is === "block" || node.is === "range"))
        return wrong(node, type, asked, t);
      const items = node.is === "list" ? node.items : [node];
      const values = items.map((item, i) => typed(item, type.of, { ...asked, path: `${asked.path}.${String(i)}` }, t));
      return values.every((v) => v !== undefined) ? values : undefined;
    }
    case "record": {
      if (node.is !== "block") return wrong(node, type, asked, t);
      const record: Record<string, Value> = {};
      let whole = true;
      for (const entry of node.entries) {
        if (!entry.value) {
          whole = false;
          continue;
        }
        if (Object.hasOwn(record, entry.key.text))
          t.reporter.report("duplicate-key", { key: entry.key.text }, entry.key.span);
        if (type.planned?.keys.includes(entry.key.text)) {
          t.reporter.report(
            "not-built-yet",
            { word: entry.key.text, meanwhile: type.planned.meanwhile },
            entry.key.span,
          );
          whole = false;
          continue;
        }
        if (type.keys && !type.keys.includes(entry.key.text)) {
          const near = nearest(entry.key.text, type.keys);
          t.reporter.report(
            "unknown-record-key",
            { key: entry.key.text, of: asked.key, has: type.keys, ...(near ? { nearest: near } : {}) },
            entry.key.span,
            near ? { fix: replace(entry.key.span, near) } : {},
          );
          whole = false;
          continue;
        }
        const value = typed(entry.value, type.of, { key: entry.key.text, path: `${asked.path}.${entry.key.text}` }, t);
        if (value === undefined) whole = false;
        else record[entry.key.text] = value;
      }
      return whole ? { record } : undefined;
    }
    case "range": {
      if (node.is !== "range" || type.of.is !== "number") return wrong(node, type, asked, t);
      const [from, to] = [typed(node.from, type.of, asked, t), typed(node.to, type.of, asked, t)];
      t.places.set(asked.path, node.span);
      if (from === undefined || to === undefined) return undefined;
      const [a, b] = [plain(from), plain(to)];
      if (a === undefined || b === undefined || a > b) {
        t.reporter.report("empty-range", { from: String(a), to: String(b) }, node.span);
        return undefined;
      }
      return { from: a, to: b };
    }
    case "reference":
      return node.is === "reference" ? { live: node.text } : wrong(node, type, asked, t);
    case "model":
      if (node.is !== "word" || node.arguments || !t.isModel(node.text)) return wrong(node, type, asked, t);
      t.reporter.report(
        "not-built-yet",
        {
          word: `${asked.key}: ${node.text}`,
          meanwhile: "name a base by a string; a folder with a trained model's weights serves too",
        },
        node.span,
      );
      return undefined;
    case "either": {
      const fits = type.of.filter(
        (one) => fitting(node, one, t.registry) && (one.is !== "model" || (node.is === "word" && t.isModel(node.text))),
      );
      const [only] = fits;
      if (only === undefined) return none(node, type, asked, t);
      for (const one of fits.length > 1 ? fits : []) {
        const reporter = t.reporter;
        t.reporter = new Reporter();
        const value = typed(node, one, asked, t);
        const clean = t.reporter.diagnostics.length === 0;
        t.reporter = reporter;
        if (clean && value !== undefined) return value;
      }
      return typed(node, only, asked, t);
    }
  }
}

/** A word of a kind with its written arguments. */
function word(node: WordNode, kind: string, asked: Asked, t: Typing): Value | undefined {
  const record = t.registry.find(kind, node.text);
  if (!record) {
    if (t.registry.find("space", node.text)) {
      t.reporter.report("space-outside-vary", { word: node.text, key: asked.key }, node.span);
      return undefined;
    }
    const has = t.registry.ofKind(kind).filter((w) => !w.planned);
    const known = has.find(
      (w) => w.elsewhere && Object.hasOwn(w.elsewhere, node.text) && w.elsewhere[node.text] === w.name,
    )?.name;
    const near =
      known ??
      nearest(
        node.text,
        t.registry.ofKind(kind).map((w) => w.name),
      );
    const place = node.path.length > 0 ? joined(node) : node.span;
    t.reporter.report(
      "unknown-word",
      { word: node.text, kind, key: asked.key, has: has.map((w) => w.name), ...(near ? { nearest: near } : {}) },
      place,
      near ? { fix: replace(place, near) } : {},
    );
    return undefined;
  }
  if (record.planned) {
    t.reporter.report("not-built-yet", { word: node.text, meanwhile: record.planned.meanwhile }, joined(node));
    return undefined;
  }
  return call(node, record, asked, t);
}

export function call(node: WordNode, record: Word, asked: Asked, t: Typing): Call | undefined {
  const given: Record<string, Value> = {};
  const seen = new Set<string>();
  let whole = true;
  const positional = record.parameters.filter((p) => p.positional !== undefined);
  const open = record.parameters.find((p) => p.open);
  const take = (
    argument: Argument,
    parameter: Parameter,
    name: string,
    node_: Expression = argument.value,
  ): Value | undefined => {
    const value = typed(node_, parameter.type, { key: name, path: `${asked.path}.${name}`, parameter }, t);
    if (value === undefined) whole = false;
    return value;
  };
  let next = 0;
  for (const argument of node.arguments ?? []) {
    if (!argument.key) {
      const parameter = positional[next];
      if (!parameter) {
        const free = record.parameters.find((p) => !seen.has(p.name) && !p.planned && !p.open);
        t.reporter.report(
          "too-many-arguments",
          { word: record.name, positional: positional.length, ...(free ? { name: free.name } : {}) },
          argument.span,
          free
            ? {
                fix: {
                  ...replace(
                    { ...argument.span, end: argument.span.start },
                    `${free.name}: `,
                    `name it: \`${free.name}:\``,
                  ),
                  certain: false,
                },
              }
            : {},
        );
        whole = false;
        continue;
      }
      seen.add(parameter.name);
      if (parameter.positional === "rest") {
        const value = take(
          argument,
          parameter.type.is === "list" ? { ...parameter, type: parameter.type.of } : parameter,
          parameter.name,
        );
        const before = given[parameter.name];
        if (value !== undefined) given[parameter.name] = [...(Array.isArray(before) ? (before as Value[]) : []), value];
        continue;
      }
      next++;
      const value = take(argument, parameter, parameter.name);
      if (value !== undefined) given[parameter.name] = value;
      continue;
    }
    const name = argument.key.text;
    const parameter = record.parameters.find((p) => p.name === name && !p.open) ?? open;
    if (!parameter) {
      unknownArgument(argument, record, t);
      whole = false;
      continue;
    }
    if (parameter.planned) {
      t.reporter.report("not-built-yet", { word: name, meanwhile: parameter.planned.meanwhile }, argument.key.span);
      whole = false;
      continue;
    }
    if (seen.has(name)) {
      t.reporter.report("duplicate-key", { key: name }, argument.key.span);
      continue;
    }
    seen.add(name);
    const value = take(argument, parameter, name);
    if (value !== undefined) given[name] = value;
  }
  const missing = record.parameters.filter((p) => p.required && !p.open && !seen.has(p.name));
  if (missing.length > 0 && whole)
    t.reporter.report(
      "missing-argument",
      { word: record.name, names: missing.map((p) => p.name), example: record.example },
      joined(node),
    );
  if (missing.length > 0) whole = false;
  return whole ? { word: record.name, kind: record.kind, arguments: given } : undefined;
}

function unknownArgument(argument: Argument, record: Word, t: Typing): void {
  const key = argument.key;
  if (!key) return;
  const names = record.parameters.filter((p) => !p.open).map((p) => p.name);
  const elsewhere =
    record.elsewhere && Object.hasOwn(record.elsewhere, key.text) ? record.elsewhere[key.text] : undefined;
  const near = elsewhere ?? nearest(key.text, names);
  t.reporter.report(
    "unknown-argument",
    {
      word: record.name,
      name: key.text,
      has: names,
      ...(near ? { nearest: near } : {}),
      ...(elsewhere ? { elsewhere } : {}),
    },
    key.span,
    near && names.includes(near) ? { fix: replace(key.span, near) } : {},
  );
}

function numeric(
  node: NumberNode,
  type: Extract<ValueType, { is: "number" }>,
  asked: Asked,
  t: Typing,
): Value | undefined {
  const bad = (wanted: string, fix?: string): undefined => {
    t.reporter.report(
      "wrong-unit",
      { key: asked.key, found: node.raw, wanted },
      node.span,
      fix ? { fix: replace(node.span, fix) } : {},
    );
    return undefined;
  };
  let value: Value;
  switch (type.unit) {
    case "share":
    case "share-or-count": {
      if (node.unit === "%") value = { share: Number((node.value / 100).toPrecision(12)) };
      else if (node.unit !== "") return bad("a share such as `10%`");
      else if (!Number.isInteger(node.value) || (type.unit === "share" && node.value > 0 && node.value <= 1)) {
        const percent = `${String(Number((node.value * 100).toPrecision(12)))}%`;
        t.reporter.report("share-as-decimal", { key: asked.key, found: node.raw, instead: percent }, node.span, {
          fix: replace(node.span, percent),
        });
        return undefined;
      } else if (type.unit === "share" && node.value !== 0) return bad("a share such as `10%`", `${node.raw}%`);
      else value = type.unit === "share" ? { share: 0 } : node.value;
      if (
        typeof value === "object" &&
        ((value as { share: number }).share < 0 || (value as { share: number }).share > 1)
      ) {
        t.reporter.report("out-of-range", { key: asked.key, found: node.raw, range: "from 0% to 100%" }, node.span);
        return undefined;
      }
      break;
    }
    case "duration":
    case "bytes": {
      const units = type.unit === "duration" ? durations : sizes;
      const factor = Object.hasOwn(units, node.unit) ? units[node.unit] : undefined;
      if (factor === undefined)
        return bad(type.unit === "duration" ? "a duration such as `20min`" : "a size such as `512MB`");
      value = node.value * factor;
      break;
    }
    default:
      if (node.unit === "%") return bad("a plain number", String(Number((node.value / 100).toPrecision(12))));
      if (node.unit !== "") return bad("a plain number");
      value = node.value;
  }
  if (type.integer && typeof value === "number" && !Number.isInteger(value)) {
    t.reporter.report("not-whole", { key: asked.key, found: node.raw }, node.span);
    return undefined;
  }
  return inRange(value, node.raw, node.span, asked, t);
}

export function inRange(value: Value, raw: string, span: Span, asked: Asked, t: Typing): Value | undefined {
  const range = asked.parameter?.range;
  const x = plain(value);
  if (!range || x === undefined) return value;
  const low = range.min !== undefined && (range.exclusive ? x <= range.min : x < range.min);
  if (low || (range.max !== undefined && x > range.max)) {
    const least =
      range.min === undefined
        ? ""
        : range.exclusive
          ? `greater than ${String(range.min)}`
          : `at least ${String(range.min)}`;
    const most = range.max === undefined ? "" : `at most ${String(range.max)}`;
    t.reporter.report(
      "out-of-range",
      { key: asked.key, found: raw, range: [least, most].filter(Boolean).join(" and ") },
      span,
    );
    return undefined;
  }
  return value;
}

/** The value behind `$x`, held to the same rules as a written one. */
function fromReference(node: ReferenceNode, type: ValueType, asked: Asked, t: Typing): Value | undefined {
  const found = t.reference(node);
  if (!found) return undefined;
  // `-p budget=20min` arrives in milliseconds, a size in bytes.
  if (
    "value" in found &&
    typeof found.value === "number" &&
    type.is === "number" &&
    (type.unit === "duration" || type.unit === "bytes")
  )
    return inRange(found.value, String(found.value), node.span, asked, t);
  const written = "value" in found ? expressionOf(found.value, node.span) : undefined;
  if (!written) {
    t.reporter.report(
      "wrong-type",
      { key: asked.key, wanted: describe(type), found: `\`$${node.text}\`, a live value` },
      node.span,
    );
    return undefined;
  }
  const places = new Map(t.places);
  const value = typed(written, type, asked, t);
  for (const key of t.places.keys()) if (!places.has(key)) t.places.set(key, node.span);
  return value;
}
/** A value as if it had been written at `span` (a word in a string is read as a bare name where names are asked). */
export function expressionOf(value: Value, span: Span): Expression | undefined {
  if (typeof value === "number") return { is: "number", value, unit: "", raw: String(value), span };
  if (typeof value === "string") {
    const number = /^-?\d[\d_.eE+-]*(?:%|[A-Za-z]+)$/.test(value) ? decodeNumber(value) : undefined;
    if (number && Number.isFinite(number.value)) return { is: "number", ...number, raw: value, span };
    return { is: "string", value, span };
  }
  if (typeof value === "boolean")
    return { is: "word", path: [{ text: String(value), span }], text: String(value), span };
  if (Array.isArray(value)) {
    const items = (value as readonly Value[]).map((v) => expressionOf(v, span));
    return items.every((i) => i !== undefined) ? { is: "list", items, span } : undefined;
  }
  if (value !== null && typeof value === "object" && "share" in value)
    return { is: "number", value: value.share * 100, unit: "%", raw: `${String(value.share * 100)}%`, span };
  if (value !== null && typeof value === "object" && "word" in value) {
    const given = Object.entries((value as Call).arguments).flatMap(([text, v]) => {
      const inner = expressionOf(v, span);
      return inner ? [{ key: { text, path: [text], span }, value: inner, span }] : [];
    });
    return {
      is: "word",
      path: [{ text: (value as Call).word, span }],
      text: (value as Call).word,
      arguments: given,
      span,
    };
  }
  return undefined;
}
function acceptsLive(type: ValueType): boolean {
  return (type.is === "word" && type.kind === "source") || (type.is === "either" && type.of.some(acceptsLive));
}
/** `source: $rows`: the word of that kind that says it takes live values. */
function liveWord(node: ReferenceNode, kind: string, asked: Asked, t: Typing): Value | undefined {
  const taker =
    t.registry.ofKind(kind).find((w) => w.capabilities?.["live"] === true) ?? t.registry.find(kind, "table");
  const parameter = taker?.parameters[0];
  if (!taker || !parameter) return wrong(node, { is: "word", kind }, asked, t);
  return { word: taker.name, kind, arguments: { [parameter.name]: { live: node.text } } };
}

function unknownChoice(node: WordNode, of: readonly string[], asked: Asked, t: Typing): undefined {
  if (t.registry.find("space", node.text)) {
    t.reporter.report("space-outside-vary", { word: node.text, key: asked.key }, node.span);
    return undefined;
  }
  const near = nearest(node.text, of);
  t.reporter.report(
    "unknown-choice",
    { key: asked.key, found: node.text, of, ...(near ? { nearest: near } : {}) },
    node.span,
    near ? { fix: replace(node.span, near) } : {},
  );
  return undefined;
}

function wrong(node: Expression, type: ValueType, asked: Asked, t: Typing): undefined {
  if (
    node.is === "word" &&
    !node.arguments &&
    /^(?:True|False|None|TRUE|FALSE|NONE|null|nil|undefined)$/.test(node.text)
  ) {
    const instead = /^(?:none|null|nil|undefined)$/i.test(node.text) ? "none" : node.text.toLowerCase();
    t.reporter.report("foreign-literal", { found: node.text, instead }, node.span, {
      fix: replace(node.span, instead),
    });
    return undefined;
  }
  if (node.is === "word" && t.registry.find("space", node.text)) {
    t.reporter.report("space-outside-vary", { word: node.text, key: asked.key }, node.span);
    return undefined;
  }
  const fix =
    (type.is === "string" || (type.is === "either" && type.of.some((one) => one.is === "string"))) &&
    node.is === "word" &&
    !node.arguments
      ? replace(node.span, quote(node.text))
      : node.is === "string" &&
          /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(node.value) &&
          (type.is === "word"
            ? t.registry.find(type.kind, node.value)
            : type.is === "choice"
              ? type.of.includes(node.value)
              : type.is === "boolean" && /^(?:true|false)$/.test(node.value))
        ? replace(node.span, node.value)
        : node.is === "string" &&
            type.is === "number" &&
            node.value.trim() !== "" &&
            Number.isFinite(Number(node.value))
          ? replace(node.span, node.value.trim())
          : undefined;
  t.reporter.report(
    "wrong-type",
    { key: asked.key, wanted: describe(type), found: formOf(node) },
    node.span,
    fix ? { fix } : {},
  );
  return undefined;
}
/** None of several alternatives has the form of what was written: ask the one that explains best. */
function none(node: Expression, type: Extract<ValueType, { is: "either" }>, asked: Asked, t: Typing): undefined {
  if (node.is === "word") {
    const words = type.of.find((one) => one.is === "word");
    if (words) {
      typed(node, words, asked, t);
      return undefined;
    }
  }
  return wrong(node, type, asked, t);
}

export function plain(value: Value): number | undefined {
  if (typeof value === "number") return value;
  return value !== null && typeof value === "object" && "share" in value ? value.share : undefined;
}
function joined(node: WordNode): Span {
  const last = node.path.at(-1);
  return last ? { ...node.span, end: last.span.end } : node.span;
}
