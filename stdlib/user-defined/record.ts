/** The records that `define.technique` and `define.metric` take, and their validation before they become words. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Parameter, Registry, ValueType } from "#dsl/language/types/registry.js";
import type { Value } from "#dsl/language/types/value.js";
import type { LayerBuilder } from "../layers/contract.js";
import type {
  LabelSetMetricInput,
  LabelMetricInput,
  NumberMetricInput,
  TagMetricInput,
  LanguageModelingMetricInput,
  GeneratedTextMetricInput,
} from "../metrics/kind.js";

/** A parameter of a word: `{ name: "targets", type: "texts", default: ["attention"], doc: "…" }`. */
export interface ParameterRecord {
  readonly name: string;
  /**
   * Defaults to the type of `default`. `text`: a bare or quoted name; `texts`: a list of them; a list of names: one of
   * these.
   */
  readonly type?: "number" | "integer" | "boolean" | "string" | "text" | "texts" | readonly string[];
  readonly doc?: string;
  /** Without a default, the parameter is required, or missing in `call.arguments`. */
  readonly default?: number | boolean | string | readonly string[];
  readonly required?: true;
  /** Range of numbers; both ends are included. */
  readonly range?: { readonly min?: number; readonly max?: number };
  /** May be given without its name, in the order of the parameters. */
  readonly positional?: true;
  readonly why?: string;
}
/** The word as written in Tune: `call.arguments.rank`, with defaults filled in. */
export interface UserWordCall {
  readonly word: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the record's own parameters say what they are
  readonly arguments: Readonly<Record<string, any>>;
}
export interface WordRecord {
  /** Lower case, with underscores: `scale_shift`. */
  readonly name: string;
  /** One or two sentences, shown in completion, hover and the plan. */
  readonly doc: string;
  readonly example?: string;
  readonly parameters?: readonly ParameterRecord[];
}
/** Rewrites any model: which parameters train, and what wraps its layers. */
export interface TechniqueRecord extends WordRecord {
  /** Whether a parameter trains, by its path: one of the base (`encoder.layer.0.attention.self.query.bias`) or one that `around` adds. The task's head always trains. */
  trains(call: UserWordCall, path: string): boolean;
  /**
   * Wraps the layers that build the model, usually as `{ ...layers, linear: … }`. `layers.parameter` creates
   * parameters.
   */
  around(call: UserWordCall, layers: LayerBuilder): LayerBuilder;
  /** Whether `around` adds a parameter that no base has. By default every trained parameter may be new. */
  adds?(call: UserWordCall, path: string): boolean;
  /** What is saved: the trained parameters (the default), or the complete model. */
  readonly saved?: "trained" | "model";
}
/** A metric has a function for each kind of outcome that it measures. */
export interface MetricRecord extends WordRecord {
  /** Default: true. `"none"`: neither a greater nor a smaller value is better, so nothing is ranked by it. */
  readonly greaterIsBetter?: boolean | "none";
  /** For one label per row. */
  compute?(call: UserWordCall, outcome: LabelMetricInput): number;
  /** For predicted tokens. */
  ofTokens?(call: UserWordCall, outcome: LanguageModelingMetricInput): number;
  ofNumbers?(call: UserWordCall, outcome: NumberMetricInput): number;
  ofLabelSets?(call: UserWordCall, outcome: LabelSetMetricInput): number;
  ofTags?(call: UserWordCall, outcome: TagMetricInput): number;
  ofWritten?(call: UserWordCall, outcome: GeneratedTextMetricInput): number;
}

const shared: Readonly<Record<string, string>> = {
  name: "string",
  doc: "string",
  example: "string",
  parameters: "object",
};
/** Allowed values of `greaterIsBetter`. */
const DIRECTION = 'boolean, or "none"';
/** Maps each key to its `typeof`. */
export const USER_RECORD_KEY_TYPES = {
  technique: { ...shared, trains: "function", around: "function", adds: "function", saved: "string" },
  metric: {
    ...shared,
    greaterIsBetter: DIRECTION,
    compute: "function",
    ofTokens: "function",
    ofNumbers: "function",
    ofLabelSets: "function",
    ofTags: "function",
    ofWritten: "function",
  },
} as const;
export type UserWordKind = keyof typeof USER_RECORD_KEY_TYPES;

const EXAMPLES: Readonly<Record<UserWordKind, string>> = {
  technique:
    'write define.technique({ name: "norms_only", doc: "Trains the norms.", trains: (call, path) => /norm/i.test(path), around: (call, layers) => layers })',
  metric:
    'write define.metric({ name: "errors", doc: "How many rows are wrong.", greaterIsBetter: false, compute: (call, { truth, predicted }) => truth.filter((t, i) => t !== predicted[i]).length })',
};
/** Names with a meaning for every key. */
const RESERVED = ["true", "false", "none", "auto"];

/** Throws `word-malformed` or `word-taken`; the result has the keys of its kind, each of the right type. */
export function checkUserWordRecord(
  kind: UserWordKind,
  given: unknown,
  builtIn: Registry,
): Readonly<Record<string, unknown>> {
  if (!isRecord(given)) throw malformed(kind, "", `it expects a record, not ${described(given)}`, EXAMPLES[kind]);
  const called = typeof given["name"] === "string" ? given["name"] : "";
  const wrong = (what: string, write = EXAMPLES[kind]): CodedError => malformed(kind, called, what, write);
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(called))
    throw wrong("its name must be lower case letters, digits and underscores", 'write name: "scale_shift"');
  if (RESERVED.includes(called)) throw wrong(`${called} has a meaning for every key`, 'write name: "scale_shift"');
  if (builtIn.find(kind, called)) throw new CodedError("word-taken", { kind, name: called });
  const keys: Readonly<Record<string, string>> = USER_RECORD_KEY_TYPES[kind];
  for (const [key, value] of Object.entries(given)) {
    const wanted = keys[key];
    if (wanted === undefined) throw wrong(`it has no key ${key}`, `its keys are ${Object.keys(keys).join(", ")}`);
    if (value !== undefined && typeof value !== wanted && !(wanted === DIRECTION && isDirection(value)))
      throw wrong(`${key} must be a ${wanted}, not ${described(value)}`);
  }
  if (typeof given["doc"] !== "string" || given["doc"].trim() === "")
    throw wrong("it has no description", 'write doc: "What it does, in a sentence."');
  if (kind === "technique") {
    for (const key of ["trains", "around"]) if (typeof given[key] !== "function") throw wrong(`it has no ${key}`);
    if (given["saved"] !== undefined && !["trained", "model"].includes(given["saved"] as string))
      throw wrong("saved is not one of two", 'write saved: "trained" or saved: "model"');
  } else if (!Object.values(given).some((v) => typeof v === "function")) throw wrong("it computes nothing");
  return given;
}

function isDirection(value: unknown): boolean {
  return typeof value === "boolean" || value === "none";
}

/** Converts a record's parameters to those of a word. */
export function parametersFromRecord(kind: UserWordKind, name: string, given: unknown): readonly Parameter[] {
  if (given === undefined) return [];
  const wrong = (what: string): CodedError =>
    malformed(kind, name, what, 'write parameters: [{ name: "size", type: "integer", default: 8, doc: "…" }]');
  if (!Array.isArray(given)) throw wrong("parameters must be a list");
  const names = new Set<string>();
  return given.map((one: unknown) => {
    if (!isRecord(one) || typeof one["name"] !== "string" || !/^[a-z][a-z0-9_]*$/.test(one["name"]))
      throw wrong("a parameter has no name of lower case letters, digits and underscores");
    const p = one as Readonly<Record<string, unknown>> & ParameterRecord;
    if (names.has(p.name)) throw wrong(`it has two parameters ${p.name}`);
    names.add(p.name);
    const odd = Object.keys(p).find((key) => !PARAMETER_KEYS.includes(key));
    if (odd !== undefined)
      throw wrong(`the parameter ${p.name} has no key ${odd} (its keys are ${PARAMETER_KEYS.join(", ")})`);
    const type = typeOf(p);
    if (!type) throw wrong(`the parameter ${p.name} has no known type, and no default to derive it from`);
    if (p.default !== undefined && !fits(p.default, type))
      throw wrong(`the default of ${p.name} is not of its type: ${described(p.default)}`);
    return {
      name: p.name,
      type,
      doc: p.doc ?? "",
      why: p.why ?? "The text of the definition.",
      impact: "medium",
      ...(p.default !== undefined && { default: { value: p.default as Value } }),
      ...(p.required === true && { required: true }),
      ...(p.positional === true && { positional: true }),
      ...(p.range && { range: p.range }),
    } satisfies Parameter;
  });
}
const PARAMETER_KEYS = ["name", "type", "doc", "default", "required", "range", "positional", "why"];

function typeOf({ type, default: value }: ParameterRecord): ValueType | undefined {
  if (Array.isArray(type)) return { is: "choice", of: type as readonly string[] };
  if (type === undefined && value !== undefined) {
    if (Array.isArray(value)) return { is: "list", of: { is: "text" } };
    const found = typeof value;
    return found === "number" || found === "boolean" ? { is: found } : found === "string" ? { is: "text" } : undefined;
  }
  switch (type) {
    case "integer":
      return { is: "number", integer: true };
    case "texts":
      return { is: "list", of: { is: "text" } };
    case "number":
    case "boolean":
    case "string":
    case "text":
      return { is: type };
    default:
      return undefined;
  }
}
function fits(value: unknown, type: ValueType): boolean {
  switch (type.is) {
    case "number":
      return typeof value === "number" && Number.isFinite(value) && (!type.integer || Number.isInteger(value));
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && type.of.includes(value);
    case "list":
      return Array.isArray(value) && value.every((v) => typeof v === "string");
    default:
      return typeof value === "string";
  }
}

function malformed(kind: UserWordKind, name: string, what: string, write: string): CodedError {
  return new CodedError("word-malformed", { kind, name, what, write });
}
function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a record" : `${typeof value} (${String(value).slice(0, 40)})`;
}
