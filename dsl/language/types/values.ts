/**
 * Gives what was written the type that its key asks for: syntax → `Value`. Calls keep only what was written; defaults
 * come when a plan is made. `undefined` means: reported already, or not known yet (a need was named).
 */
import type { Call, Value } from "./value.js";
import type { Parameter, ValueType } from "./registry.js";
import { hasAccount, shownAddress } from "../diagnostics/address.js";
import { decodeNumber } from "../syntax/numbers.js";
import { quote } from "../syntax/strings.js";
import type { Entry, Expression, ReferenceNode, WordNode } from "../syntax/tree.js";
import { nearest } from "../diagnostics/nearest.js";
import type {} from "./codes/value-codes.js";
import { heldOutside, word } from "./calls.js";
import type { Asked, Typing } from "./typing.js";
import { suggestionFor, type Suggestion } from "./suggested.js";
import { inRange, numeric, plain } from "./numeric.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { replace, Reporter } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import { describe, fitting, formOf } from "./shapes.js";

export function typed(node: Expression, type: ValueType, asked: Asked, t: Typing): Value | undefined {
  t.places.set(asked.path, node.span);
  if (node.is === "reference" && type.is !== "reference" && !acceptsLive(type))
    return fromReference(node, type, asked, t);
  switch (type.is) {
    case "number":
      return node.is === "number" ? numeric(node, type, asked, t) : wrong(node, type, asked, t);
    case "string":
      return node.is === "string" ? quotedText(node, type, asked, t) : wrong(node, type, asked, t);
    case "text":
    case "column":
      if (node.is === "string") return demandNoAccount(node, asked, t);
      if (node.is === "word" && !node.arguments && node.path.length === 1) return node.text;
      if (node.is === "number" && node.unit === "") return node.raw;
      return wrong(node, type, asked, t);
    case "boolean":
      if (node.is === "word" && !node.arguments && (node.text === "true" || node.text === "false"))
        return node.text === "true";
      return wrong(node, type, asked, t);
    case "choice":
      if (node.is === "word" && !node.arguments && type.of.includes(node.text)) return node.text;
      if (node.is === "word" && !node.arguments) return unknownChoice(node, type, asked, t);
      return wrong(node, type, asked, t);
    case "word":
      return node.is === "word"
        ? word(node, type.kind, asked, t)
        : node.is === "reference" && type.kind === "source"
          ? liveSource(node, asked, t)
          : wrong(node, type, asked, t);
    case "list":
      return list(node, type, asked, t);
    case "record":
      return record(node, type, asked, t);
    case "range":
      return range(node, type, asked, t);
    case "reference":
      return node.is === "reference" ? { live: node.text } : wrong(node, type, asked, t);
    case "model":
      if (node.is !== "word" || node.arguments || !t.isModel(node.text)) return wrong(node, type, asked, t);
      return { record: { model: node.text } };
    case "either":
      return either(node, type, asked, t);
  }
}

/** Reports an address with a password in any argument, because programs, plans and outputs are shared. */
function demandNoAccount(
  { value, span }: Extract<Expression, { readonly is: "string" }>,
  { key }: Asked,
  t: Typing,
): string | undefined {
  if (!hasAccount(value)) return value;
  t.reporter.report("address-with-account", { key, address: shownAddress(value) }, span);
  return undefined;
}
function quotedText(
  node: Extract<Expression, { readonly is: "string" }>,
  { form }: TypeOf<"string">,
  asked: Asked,
  t: Typing,
): string | undefined {
  if (form !== "user" || isUserName(node.value)) return demandNoAccount(node, asked, t);
  t.reporter.report("user-form", { key: asked.key }, node.span);
  return undefined;
}
/** HTTP's basic login ends the user name at the first `:` (RFC 7617). */
export function isUserName(text: string): boolean {
  return !/[:\p{Cc}]/u.test(text);
}
type TypeOf<I extends ValueType["is"]> = Extract<ValueType, { is: I }>;

/** A single value may stand for a list of one. */
function list(node: Expression, type: TypeOf<"list">, asked: Asked, t: Typing): Value | undefined {
  if (node.is !== "list" && !fitting(node, type.of, t.registry) && (node.is === "block" || node.is === "range"))
    return wrong(node, type, asked, t);
  const items = node.is === "list" ? node.items : [node];
  const values = items.map((item, i) => typed(item, type.of, { ...asked, path: `${asked.path}.${String(i)}` }, t));
  if (values.every((v) => v !== undefined)) return values;
  t.sound?.set(asked.path, values);
  return undefined;
}

function record(node: Expression, type: TypeOf<"record">, asked: Asked, t: Typing): Value | undefined {
  if (node.is !== "block") return wrong(node, type, asked, t);
  const values: Record<string, Value> = {};
  let whole = node.broken !== true;
  const firsts = new Map<string, Entry>();
  for (const entry of node.entries) {
    const { text } = entry.key;
    const first = firsts.get(text);
    if (!first) firsts.set(text, entry);
    const value = entry.value && entryOf(entry, entry.value, first, type, asked, t);
    if (value === undefined) whole = false;
    else values[text] = value;
  }
  return whole ? { record: values } : undefined;
}
/** `first`: the entry before it with the same key. */
function entryOf(
  { key, span }: Entry,
  value: Expression,
  first: Entry | undefined,
  type: TypeOf<"record">,
  asked: Asked,
  t: Typing,
): Value | undefined {
  if (first)
    t.reporter.report("duplicate-key", { key: key.text }, key.span, {
      labels: [{ span: first.key.span, text: "first here" }],
    });
  // `image` of other tools is `images`, which isn't built.
  const called = type.elsewhere && Object.hasOwn(type.elsewhere, key.text) ? type.elsewhere[key.text] : undefined;
  const later = [key.text, called].find(
    (name) => name !== undefined && type.planned && Object.hasOwn(type.planned, name),
  );
  if (later !== undefined) {
    t.reporter.report("not-built-yet", { word: later, meanwhile: type.planned?.[later] ?? "" }, key.span);
    return undefined;
  }
  if (type.keys && !type.keys.includes(key.text)) {
    unknownRecordKey({ key, value, span }, { ...type, keys: type.keys }, asked, t);
    return undefined;
  }
  return typed(value, type.of, { key: key.text, path: `${asked.path}.${key.text}` }, t);
}
function unknownRecordKey(
  { key, value, span }: Pick<Entry, "key" | "span"> & { readonly value: Expression },
  { keys: has, elsewhere, beyond }: TypeOf<"record"> & { readonly keys: readonly string[] },
  asked: Asked,
  t: Typing,
): void {
  const near =
    elsewhere && Object.hasOwn(elsewhere, key.text) ? elsewhere[key.text] : nearest(key.text, has, t.reporter);
  const turned =
    near === undefined && value.is === "word" && has.includes(value.text) ? `${value.text}: ${key.text}` : undefined;
  // Whether the key is a column is not known here.
  const fix = near
    ? replace(key.span, near)
    : turned === undefined
      ? undefined
      : { ...replace(span, turned), certain: false };
  t.reporter.report(
    "unknown-record-key",
    {
      key: key.text,
      of: asked.key,
      has,
      ...(near ? { nearest: near } : {}),
      ...(turned === undefined ? {} : { turned }),
      ...(beyond !== undefined && { beyond }),
    },
    key.span,
    fix ? { fix } : {},
  );
}

function range(node: Expression, type: TypeOf<"range">, asked: Asked, t: Typing): Value | undefined {
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

/** The first of the types that fit in which nothing is wrong; where something is in each, what is wrong with the first. */
function either(node: Expression, type: TypeOf<"either">, asked: Asked, t: Typing): Value | undefined {
  const fits = type.of.filter(
    (one) => fitting(node, one, t.registry) && (one.is !== "model" || (node.is === "word" && t.isModel(node.text))),
  );
  const [only] = fits;
  if (only === undefined) return none(node, type, asked, t);
  for (const one of fits.length > 1 ? fits : []) {
    const reporter = t.reporter;
    t.reporter = new Reporter();
    const value = typed(node, one, asked, t);
    const { hasErrors, diagnostics } = t.reporter;
    t.reporter = reporter;
    // What it warns of is told once it is chosen.
    if (!hasErrors && value !== undefined) return diagnostics.length > 0 ? typed(node, one, asked, t) : value;
  }
  return typed(node, only, asked, t);
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
export function acceptsLive(type: ValueType): boolean {
  return (type.is === "word" && type.kind === "source") || (type.is === "either" && type.of.some(acceptsLive));
}
/** `source: $rows`: the source that says it takes live values. */
function liveSource(node: ReferenceNode, asked: Asked, t: Typing): Value | undefined {
  const taker = t.registry.ofKind("source").find((w) => w.capabilities?.live);
  const parameter = taker?.parameters[0];
  if (!taker || !parameter) return wrong(node, { is: "word", kind: "source" }, asked, t);
  return { word: taker.name, kind: "source", arguments: { [parameter.name]: { live: node.text } } };
}

function unknownChoice(
  node: WordNode,
  { of, elsewhere }: Extract<ValueType, { is: "choice" }>,
  asked: Asked,
  t: Typing,
): undefined {
  if (of.includes("none") && foreignLiteral(node, { is: "choice", of }, t)) return undefined;
  if (t.registry.find("space", node.text)) {
    t.reporter.report("space-outside-vary", { word: node.text, key: asked.key }, node.span);
    return undefined;
  }
  const called = elsewhere && Object.hasOwn(elsewhere, node.text) ? elsewhere[node.text] : undefined;
  const advice = called === undefined ? asked.parameter?.misfits?.word : undefined;
  const near = called ?? nearest(node.text, of, t.reporter);
  t.reporter.report(
    "unknown-choice",
    { key: asked.key, found: node.text, of, ...(near ? { nearest: near } : {}), ...(advice && { advice }) },
    node.span,
    near ? { fix: replace(node.span, near) } : {},
  );
  return undefined;
}

/** What Python, JSON and YAML write for `true`, `false` and `none`. */
function foreignLiteral(node: Expression, type: ValueType, t: Typing): boolean {
  if (node.is !== "word" || node.arguments) return false;
  const instead = /^(?:none|null|nil|undefined)$/i.test(node.text)
    ? "none"
    : /^(?:true|false)$/i.test(node.text)
      ? node.text.toLowerCase()
      : type.is === "boolean" && /^(?:yes|no|on|off)$/i.test(node.text)
        ? String(/^(?:yes|on)$/i.test(node.text))
        : undefined;
  if (instead === undefined || instead === node.text) return false;
  t.reporter.report("foreign-literal", { found: node.text, instead }, node.span, { fix: replace(node.span, instead) });
  return true;
}

function wrong(node: Expression, type: ValueType, asked: Asked, t: Typing): undefined {
  if (foreignLiteral(node, type, t)) return undefined;
  if (node.is === "word" && t.registry.find("space", node.text)) {
    t.reporter.report("space-outside-vary", { word: node.text, key: asked.key }, node.span);
    return undefined;
  }
  const fix = inForm(node, type, t);
  const told = fix ? undefined : misfitOf(node, asked.parameter);
  const kind = fix || told ? undefined : types(type).find((one) => one.is === "word")?.kind;
  // `"cosine_with_restarts"`: what is said of the name is said of it in quotes.
  if (kind !== undefined && node.is === "string" && heldOutside(kind, t)) {
    const { env } = asked.parameter ?? {};
    t.reporter.report("secret-in-text", { key: asked.key, ...(env !== undefined && { env }) }, node.span);
    return undefined;
  }
  if (kind !== undefined && node.is === "string" && NAME.test(node.value)) {
    word({ is: "word", text: node.value, path: [], span: node.span }, kind, asked, t);
    return undefined;
  }
  const meant = fix ? undefined : (told ?? suggestionFor(node, type, asked.key, asked.parameter, t.registry));
  const { instead = fix?.edits[0]?.text, example, advice }: Suggestion = meant ?? {};
  t.reporter.report(
    "wrong-type",
    {
      key: asked.key,
      wanted: `${wantedOf(type, t)}${example === undefined ? "" : `, for example \`${example}\``}`,
      found: formOf(node),
      ...(instead === undefined ? {} : { instead }),
      ...(advice === undefined ? {} : { advice }),
    },
    node.span,
    fix ? { fix } : instead === undefined ? {} : { fix: replace(node.span, instead) },
  );
  return undefined;
}
function misfitOf({ is }: Expression, parameter: Parameter | undefined): Suggestion | undefined {
  const advice =
    is === "list" || is === "number" || is === "string" || is === "word" ? parameter?.misfits?.[is] : undefined;
  return advice === undefined ? undefined : { advice };
}
const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const types = (type: ValueType): readonly ValueType[] => (type.is === "either" ? type.of : [type]);
/** The same value in the form that is asked: with quotes or without them, a number, the word that reads a file. */
function inForm(node: Expression, type: ValueType, t: Typing): Fix | undefined {
  const all = types(type);
  if (node.is === "word" && !node.arguments && all.some((one) => one.is === "string"))
    return replace(node.span, quote(node.text));
  if (node.is === "number" && type.is === "boolean" && (node.raw === "1" || node.raw === "0"))
    return replace(node.span, String(node.raw === "1"));
  if (node.is !== "string") return undefined;
  const { value } = node;
  const called = all.flatMap((one) =>
    one.is === "choice" && one.elsewhere && Object.hasOwn(one.elsewhere, value) ? one.elsewhere[value] : [],
  )[0];
  if (called !== undefined) return replace(node.span, called);
  if (NAME.test(value) && all.some((one) => isNamed(value, one, t))) return replace(node.span, value);
  if (type.is === "number" && value.trim() !== "" && Number.isFinite(Number(value)))
    return replace(node.span, value.trim());
  return fileAsWord(node, type, t);
}
function isNamed(name: string, type: ValueType, t: Typing): boolean {
  if (type.is === "word") return t.registry.find(type.kind, name) !== undefined;
  return type.is === "choice" ? type.of.includes(name) : type.is === "boolean" && /^(?:true|false)$/.test(name);
}
/** What a key takes, with words of the vocabulary it may be. */
function wantedOf(type: ValueType, t: Typing): string {
  if (type.is === "either") return type.of.map((one) => wantedOf(one, t)).join(" or ");
  if (type.is === "record" && type.example !== undefined) return `${describe(type)}, for example \`${type.example}\``;
  if (type.is !== "word") return describe(type);
  const words = t.registry.ofKind(type.kind).filter((word) => !word.planned);
  const named = words.slice(0, 3).map((word) => `\`${word.name}\``);
  return named.length === 0
    ? describe(type)
    : `${describe(type)} (${named.join(", ")}${words.length > 3 ? ", …" : ""})`;
}
/** `"tickets.csv"` where a source is asked: the word that reads such a file. */
function fileAsWord(node: Expression, type: ValueType, t: Typing): Fix | undefined {
  if (type.is === "either") return type.of.map((one) => fileAsWord(node, one, t)).find((fix) => fix !== undefined);
  if (node.is !== "string" || type.is !== "word" || /[*?]/.test(node.value)) return undefined;
  const reader = /\.(\w+)(?:\.gz)?$/.exec(node.value)?.[1];
  const word = reader === undefined ? undefined : t.registry.find(type.kind, reader);
  return word && !word.planned ? replace(node.span, `${word.name}(${quote(node.value)})`) : undefined;
}
/** None of several alternatives has the form of what was written: ask the one that explains best. */
function none(node: Expression, type: Extract<ValueType, { is: "either" }>, asked: Asked, t: Typing): undefined {
  if (type.of.some((one) => one.is === "choice" && one.of.includes("none")) && foreignLiteral(node, type, t))
    return undefined;
  if (node.is === "word") {
    const named = type.of.find((one) => one.is === "word" || (one.is === "choice" && !node.arguments));
    if (named && type.of.some((one) => one.is === "word")) {
      typed(node, named, asked, t);
      return undefined;
    }
  }
  return wrong(node, type, asked, t);
}
