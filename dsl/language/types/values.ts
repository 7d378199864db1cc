/**
 * Types the written syntax as its key expects: syntax → `Value`. Calls contain only what was written; defaults are
 * added when a plan is made. `undefined` means: already reported, or not known yet (a need was requested).
 */
import type { Call, Value } from "./value.js";
import type { Parameter, ValueType } from "./registry.js";
import { hasUrlCredentials, redactedUrl } from "../diagnostics/address.js";
import { decodeNumber } from "../syntax/numbers.js";
import { quoteString } from "../syntax/strings.js";
import type { Entry, Expression, ReferenceNode, WordNode } from "../syntax/tree.js";
import { nearestWord } from "../diagnostics/nearest-word.js";
import type {} from "./codes/value-codes.js";
import { isSecretKind, word } from "./calls.js";
import type { ParameterPlace, TypingContext } from "./typing.js";
import { suggestionForWrongValue, type Suggestion } from "./value-suggestions.js";
import { checkRange, typedNumber, numberOrShare } from "./numeric.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { replacementFix, Reporter } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import { describeType, fitsType, describeExpression } from "./shapes.js";

export function typedValue(
  node: Expression,
  type: ValueType,
  expected: ParameterPlace,
  t: TypingContext,
): Value | undefined {
  t.places.set(expected.path, node.span);
  if (node.is === "reference" && type.is !== "reference" && !acceptsLiveValue(type))
    return fromReference(node, type, expected, t);
  switch (type.is) {
    case "number":
      return node.is === "number" ? typedNumber(node, type, expected, t) : wrong(node, type, expected, t);
    case "string":
      return node.is === "string" ? quotedText(node, type, expected, t) : wrong(node, type, expected, t);
    case "text":
    case "column":
      if (node.is === "string") return demandNoAccount(node, expected, t);
      if (node.is === "word" && !node.arguments && node.path.length === 1) return node.text;
      if (node.is === "number" && node.unit === "") return node.raw;
      return wrong(node, type, expected, t);
    case "boolean":
      if (node.is === "word" && !node.arguments && (node.text === "true" || node.text === "false"))
        return node.text === "true";
      return wrong(node, type, expected, t);
    case "choice":
      if (node.is === "word" && !node.arguments && type.of.includes(node.text)) return node.text;
      if (node.is === "word" && !node.arguments) return unknownChoice(node, type, expected, t);
      return wrong(node, type, expected, t);
    case "word":
      return node.is === "word"
        ? word(node, type.kind, expected, t)
        : node.is === "reference" && type.kind === "source"
          ? liveSource(node, expected, t)
          : wrong(node, type, expected, t);
    case "list":
      return list(node, type, expected, t);
    case "record":
      return record(node, type, expected, t);
    case "range":
      return range(node, type, expected, t);
    case "reference":
      return node.is === "reference" ? { live: node.text } : wrong(node, type, expected, t);
    case "model":
      if (node.is !== "word" || node.arguments || !t.isModel(node.text)) return wrong(node, type, expected, t);
      return { record: { model: node.text } };
    case "either":
      return either(node, type, expected, t);
  }
}

/** Reports a URL with a password in any argument, because programs, plans and outputs are shared. */
function demandNoAccount(
  { value, span }: Extract<Expression, { readonly is: "string" }>,
  { key }: ParameterPlace,
  t: TypingContext,
): string | undefined {
  if (!hasUrlCredentials(value)) return value;
  t.reporter.report("address-with-account", { key, address: redactedUrl(value) }, span);
  return undefined;
}
function quotedText(
  node: Extract<Expression, { readonly is: "string" }>,
  { form }: TypeOf<"string">,
  expected: ParameterPlace,
  t: TypingContext,
): string | undefined {
  if (form !== "user" || isUserName(node.value)) return demandNoAccount(node, expected, t);
  t.reporter.report("user-form", { key: expected.key }, node.span);
  return undefined;
}
/** HTTP basic authentication ends the user name at the first `:` (RFC 7617). */
export function isUserName(text: string): boolean {
  return !/[:\p{Cc}]/u.test(text);
}
type TypeOf<I extends ValueType["is"]> = Extract<ValueType, { is: I }>;

/** A single value is accepted as a list of one. */
function list(node: Expression, type: TypeOf<"list">, expected: ParameterPlace, t: TypingContext): Value | undefined {
  if (node.is !== "list" && !fitsType(node, type.of, t.registry) && (node.is === "block" || node.is === "range"))
    return wrong(node, type, expected, t);
  const items = node.is === "list" ? node.items : [node];
  const values = items.map((item, i) =>
    typedValue(item, type.of, { ...expected, path: `${expected.path}.${String(i)}` }, t),
  );
  if (values.every((v) => v !== undefined)) return values;
  t.sound?.set(expected.path, values);
  return undefined;
}

function record(
  node: Expression,
  type: TypeOf<"record">,
  expected: ParameterPlace,
  t: TypingContext,
): Value | undefined {
  if (node.is !== "block") return wrong(node, type, expected, t);
  const values: Record<string, Value> = {};
  let whole = node.broken !== true;
  const firsts = new Map<string, Entry>();
  for (const entry of node.entries) {
    const { text } = entry.key;
    const first = firsts.get(text);
    if (!first) firsts.set(text, entry);
    const value = entry.value && entryOf(entry, entry.value, first, type, expected, t);
    if (value === undefined) whole = false;
    else values[text] = value;
  }
  return whole ? { record: values } : undefined;
}
/** `first`: the previous entry with the same key. */
function entryOf(
  { key, span }: Entry,
  value: Expression,
  first: Entry | undefined,
  type: TypeOf<"record">,
  expected: ParameterPlace,
  t: TypingContext,
): Value | undefined {
  if (first)
    t.reporter.report("duplicate-key", { key: key.text }, key.span, {
      labels: [{ span: first.key.span, text: "first here" }],
    });
  // Other tools' `image` is `images`, which is not implemented.
  const called = type.elsewhere && Object.hasOwn(type.elsewhere, key.text) ? type.elsewhere[key.text] : undefined;
  const later = [key.text, called].find(
    (name) => name !== undefined && type.planned && Object.hasOwn(type.planned, name),
  );
  if (later !== undefined) {
    t.reporter.report("not-built-yet", { word: later, meanwhile: type.planned?.[later] ?? "" }, key.span);
    return undefined;
  }
  if (type.keys && !type.keys.includes(key.text)) {
    unknownRecordKey({ key, value, span }, { ...type, keys: type.keys }, expected, t);
    return undefined;
  }
  return typedValue(value, type.of, { key: key.text, path: `${expected.path}.${key.text}` }, t);
}
function unknownRecordKey(
  { key, value, span }: Pick<Entry, "key" | "span"> & { readonly value: Expression },
  { keys: has, elsewhere, beyond }: TypeOf<"record"> & { readonly keys: readonly string[] },
  expected: ParameterPlace,
  t: TypingContext,
): void {
  const near =
    elsewhere && Object.hasOwn(elsewhere, key.text) ? elsewhere[key.text] : nearestWord(key.text, has, t.reporter);
  const turned =
    near === undefined && value.is === "word" && has.includes(value.text) ? `${value.text}: ${key.text}` : undefined;
  // Whether the key is a column is unknown at this point.
  const fix = near
    ? replacementFix(key.span, near)
    : turned === undefined
      ? undefined
      : { ...replacementFix(span, turned), certain: false };
  t.reporter.report(
    "unknown-record-key",
    {
      key: key.text,
      of: expected.key,
      has,
      ...(near ? { nearest: near } : {}),
      ...(turned === undefined ? {} : { turned }),
      ...(beyond !== undefined && { beyond }),
    },
    key.span,
    fix ? { fix } : {},
  );
}

function range(node: Expression, type: TypeOf<"range">, expected: ParameterPlace, t: TypingContext): Value | undefined {
  if (node.is !== "range" || type.of.is !== "number") return wrong(node, type, expected, t);
  const [from, to] = [typedValue(node.from, type.of, expected, t), typedValue(node.to, type.of, expected, t)];
  t.places.set(expected.path, node.span);
  if (from === undefined || to === undefined) return undefined;
  const [a, b] = [numberOrShare(from), numberOrShare(to)];
  if (a === undefined || b === undefined || a > b) {
    t.reporter.report("empty-range", { from: String(a), to: String(b) }, node.span);
    return undefined;
  }
  return { from: a, to: b };
}

/** Returns the value of the first fitting type without errors; if all have errors, reports those of the first. */
function either(
  node: Expression,
  type: TypeOf<"either">,
  expected: ParameterPlace,
  t: TypingContext,
): Value | undefined {
  const fits = type.of.filter(
    (one) => fitsType(node, one, t.registry) && (one.is !== "model" || (node.is === "word" && t.isModel(node.text))),
  );
  const [only] = fits;
  if (only === undefined) return none(node, type, expected, t);
  for (const one of fits.length > 1 ? fits : []) {
    const reporter = t.reporter;
    t.reporter = new Reporter();
    const value = typedValue(node, one, expected, t);
    const { hasErrors, diagnostics } = t.reporter;
    t.reporter = reporter;
    // Its warnings are reported once it is chosen.
    if (!hasErrors && value !== undefined) return diagnostics.length > 0 ? typedValue(node, one, expected, t) : value;
  }
  return typedValue(node, only, expected, t);
}

/** Returns the value behind `$x`, checked like a written one. */
function fromReference(
  node: ReferenceNode,
  type: ValueType,
  expected: ParameterPlace,
  t: TypingContext,
): Value | undefined {
  const found = t.reference(node);
  if (!found) return undefined;
  // `-p budget=20min` arrives in milliseconds, a size in bytes.
  if (
    "value" in found &&
    typeof found.value === "number" &&
    type.is === "number" &&
    (type.unit === "duration" || type.unit === "bytes")
  )
    return checkRange(found.value, String(found.value), node.span, expected, t);
  const written = "value" in found ? valueToExpression(found.value, node.span) : undefined;
  if (!written) {
    t.reporter.report(
      "wrong-type",
      { key: expected.key, wanted: describeType(type), found: `\`$${node.text}\`, a live value` },
      node.span,
    );
    return undefined;
  }
  const places = new Map(t.places);
  const value = typedValue(written, type, expected, t);
  for (const key of t.places.keys()) if (!places.has(key)) t.places.set(key, node.span);
  return value;
}
/** Returns a value as if written at `span` (a word in a string is read as a bare name where names are expected). */
export function valueToExpression(value: Value, span: Span): Expression | undefined {
  if (typeof value === "number") return { is: "number", value, unit: "", raw: String(value), span };
  if (typeof value === "string") {
    const number = /^-?\d[\d_.eE+-]*(?:%|[A-Za-z]+)$/.test(value) ? decodeNumber(value) : undefined;
    if (number && Number.isFinite(number.value)) return { is: "number", ...number, raw: value, span };
    return { is: "string", value, span };
  }
  if (typeof value === "boolean")
    return { is: "word", path: [{ text: String(value), span }], text: String(value), span };
  if (Array.isArray(value)) {
    const items = (value as readonly Value[]).map((v) => valueToExpression(v, span));
    return items.every((i) => i !== undefined) ? { is: "list", items, span } : undefined;
  }
  if (value !== null && typeof value === "object" && "share" in value)
    return { is: "number", value: value.share * 100, unit: "%", raw: `${String(value.share * 100)}%`, span };
  if (value !== null && typeof value === "object" && "word" in value) {
    const given = Object.entries((value as Call).arguments).flatMap(([text, v]) => {
      const inner = valueToExpression(v, span);
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
export function acceptsLiveValue(type: ValueType): boolean {
  return (type.is === "word" && type.kind === "source") || (type.is === "either" && type.of.some(acceptsLiveValue));
}
/** `source: $rows`: returns the source word that accepts live values. */
function liveSource(node: ReferenceNode, expected: ParameterPlace, t: TypingContext): Value | undefined {
  const taker = t.registry.ofKind("source").find((w) => w.capabilities?.takesLiveValue);
  const parameter = taker?.parameters[0];
  if (!taker || !parameter) return wrong(node, { is: "word", kind: "source" }, expected, t);
  return { word: taker.name, kind: "source", arguments: { [parameter.name]: { live: node.text } } };
}

function unknownChoice(
  node: WordNode,
  { of: choices, elsewhere }: Extract<ValueType, { is: "choice" }>,
  expected: ParameterPlace,
  t: TypingContext,
): undefined {
  if (choices.includes("none") && foreignLiteral(node, { is: "choice", of: choices }, t)) return undefined;
  if (t.registry.find("space", node.text)) {
    t.reporter.report("space-outside-vary", { word: node.text, key: expected.key }, node.span);
    return undefined;
  }
  const called = elsewhere && Object.hasOwn(elsewhere, node.text) ? elsewhere[node.text] : undefined;
  const advice = called === undefined ? expected.parameter?.misfits?.word : undefined;
  const near = called ?? nearestWord(node.text, choices, t.reporter);
  t.reporter.report(
    "unknown-choice",
    { key: expected.key, found: node.text, of: choices, ...(near ? { nearest: near } : {}), ...(advice && { advice }) },
    node.span,
    near ? { fix: replacementFix(node.span, near) } : {},
  );
  return undefined;
}

/** Reports the spellings of `true`, `false` and `none` in Python, JSON and YAML. */
function foreignLiteral(node: Expression, type: ValueType, t: TypingContext): boolean {
  if (node.is !== "word" || node.arguments) return false;
  const instead = /^(?:none|null|nil|undefined)$/i.test(node.text)
    ? "none"
    : /^(?:true|false)$/i.test(node.text)
      ? node.text.toLowerCase()
      : type.is === "boolean" && /^(?:yes|no|on|off)$/i.test(node.text)
        ? String(/^(?:yes|on)$/i.test(node.text))
        : undefined;
  if (instead === undefined || instead === node.text) return false;
  t.reporter.report("foreign-literal", { found: node.text, instead }, node.span, {
    fix: replacementFix(node.span, instead),
  });
  return true;
}

function wrong(node: Expression, type: ValueType, expected: ParameterPlace, t: TypingContext): undefined {
  if (foreignLiteral(node, type, t)) return undefined;
  if (node.is === "word" && t.registry.find("space", node.text)) {
    t.reporter.report("space-outside-vary", { word: node.text, key: expected.key }, node.span);
    return undefined;
  }
  const fix = inForm(node, type, t);
  const misfit = fix ? undefined : misfitOf(node, expected.parameter);
  const kind = fix || misfit ? undefined : types(type).find((one) => one.is === "word")?.kind;
  // `"cosine_with_restarts"`: a quoted name gets the same diagnostics as the name.
  if (kind !== undefined && node.is === "string" && isSecretKind(kind, t)) {
    const { env } = expected.parameter ?? {};
    t.reporter.report("secret-in-text", { key: expected.key, ...(env !== undefined && { env }) }, node.span);
    return undefined;
  }
  if (kind !== undefined && node.is === "string" && NAME.test(node.value)) {
    word({ is: "word", text: node.value, path: [], span: node.span }, kind, expected, t);
    return undefined;
  }
  const meant = fix
    ? undefined
    : (misfit ?? suggestionForWrongValue(node, type, expected.key, expected.parameter, t.registry));
  const { instead = fix?.edits[0]?.text, example, advice }: Suggestion = meant ?? {};
  t.reporter.report(
    "wrong-type",
    {
      key: expected.key,
      wanted: `${wantedOf(type, t)}${example === undefined ? "" : `, for example \`${example}\``}`,
      found: describeExpression(node),
      ...(instead === undefined ? {} : { instead }),
      ...(advice === undefined ? {} : { advice }),
    },
    node.span,
    fix ? { fix } : instead === undefined ? {} : { fix: replacementFix(node.span, instead) },
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
/** Returns a fix with the value in the expected form: quoted or unquoted, a number, the word that reads a file. */
function inForm(node: Expression, type: ValueType, t: TypingContext): Fix | undefined {
  const all = types(type);
  if (node.is === "word" && !node.arguments && all.some((one) => one.is === "string"))
    return replacementFix(node.span, quoteString(node.text));
  if (node.is === "number" && type.is === "boolean" && (node.raw === "1" || node.raw === "0"))
    return replacementFix(node.span, String(node.raw === "1"));
  if (node.is !== "string") return undefined;
  const { value } = node;
  const called = all.flatMap((one) =>
    one.is === "choice" && one.elsewhere && Object.hasOwn(one.elsewhere, value) ? one.elsewhere[value] : [],
  )[0];
  if (called !== undefined) return replacementFix(node.span, called);
  if (NAME.test(value) && all.some((one) => isNamed(value, one, t))) return replacementFix(node.span, value);
  if (type.is === "number" && value.trim() !== "" && Number.isFinite(Number(value)))
    return replacementFix(node.span, value.trim());
  return fileAsWord(node, type, t);
}
function isNamed(name: string, type: ValueType, t: TypingContext): boolean {
  if (type.is === "word") return t.registry.find(type.kind, name) !== undefined;
  return type.is === "choice" ? type.of.includes(name) : type.is === "boolean" && /^(?:true|false)$/.test(name);
}
/** Describes what a key takes, with example words of the vocabulary. */
function wantedOf(type: ValueType, t: TypingContext): string {
  if (type.is === "either") return type.of.map((one) => wantedOf(one, t)).join(" or ");
  if (type.is === "record" && type.example !== undefined)
    return `${describeType(type)}, for example \`${type.example}\``;
  if (type.is !== "word") return describeType(type);
  const words = t.registry.ofKind(type.kind).filter((word) => !word.planned);
  const named = words.slice(0, 3).map((word) => `\`${word.name}\``);
  return named.length === 0
    ? describeType(type)
    : `${describeType(type)} (${named.join(", ")}${words.length > 3 ? ", …" : ""})`;
}
/** `"tickets.csv"` where a source is expected: returns the word that reads such a file. */
function fileAsWord(node: Expression, type: ValueType, t: TypingContext): Fix | undefined {
  if (type.is === "either") return type.of.map((one) => fileAsWord(node, one, t)).find((fix) => fix !== undefined);
  if (node.is !== "string" || type.is !== "word" || /[*?]/.test(node.value)) return undefined;
  const reader = /\.(\w+)(?:\.gz)?$/.exec(node.value)?.[1];
  const word = reader === undefined ? undefined : t.registry.find(type.kind, reader);
  return word && !word.planned ? replacementFix(node.span, `${word.name}(${quoteString(node.value)})`) : undefined;
}
/** Reports a value that fits none of the alternatives, by the one that explains it best. */
function none(
  node: Expression,
  type: Extract<ValueType, { is: "either" }>,
  expected: ParameterPlace,
  t: TypingContext,
): undefined {
  if (type.of.some((one) => one.is === "choice" && one.of.includes("none")) && foreignLiteral(node, type, t))
    return undefined;
  if (node.is === "word") {
    const named = type.of.find((one) => one.is === "word" || (one.is === "choice" && !node.arguments));
    if (named && type.of.some((one) => one.is === "word")) {
      typedValue(node, named, expected, t);
      return undefined;
    }
  }
  return wrong(node, type, expected, t);
}
