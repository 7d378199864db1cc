/** Parameter distributions in the format of Optuna's journal (JSON within JSON), and the values of its numbers. */
import * as v from "valibot";
import {
  objectWith,
  anyNumber,
  parseJsonOrNull,
  optionalUnknown,
  jsonObject,
  type JsonRecord,
  type Schema,
} from "../../fetch/json.js";

/** Value types of Optuna's categorical choices. */
export type OptunaChoice = string | number | boolean | null;
export type OptunaDistribution =
  | { readonly is: "categorical"; readonly choices: readonly OptunaChoice[] }
  | {
      readonly is: "float" | "int";
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      /** Null for no step; 1 for integers. */
      readonly step: number | null;
    };

export function serializeDistribution(distribution: OptunaDistribution): string {
  if (distribution.is === "categorical")
    return JSON.stringify({ name: "CategoricalDistribution", attributes: { choices: distribution.choices } });
  const { low, high, log, step } = distribution;
  const name = distribution.is === "int" ? "IntDistribution" : "FloatDistribution";
  return JSON.stringify({ name, attributes: { log, step: distribution.is === "int" ? (step ?? 1) : step, low, high } });
}

type Limits = { readonly low: number; readonly high: number; readonly log?: boolean | undefined } & Stepped;
/** `q`: name of the step in earlier versions. */
type Stepped = { readonly step?: unknown; readonly q?: unknown };
const choices: Schema<readonly OptunaChoice[]> = v.array(v.union([v.string(), v.number(), v.boolean(), v.null()]));
const limits: Schema<Limits> = objectWith({
  low: anyNumber,
  high: anyNumber,
  log: v.optional(v.boolean()),
  step: optionalUnknown,
  q: optionalUnknown,
});
const full: Schema<{ readonly name: string; readonly attributes: JsonRecord }> = objectWith({
  name: v.string(),
  attributes: jsonObject,
});
const abbreviated: Schema<{ readonly type: string } & JsonRecord> = objectWith({ type: v.string() });
/** Old journals have the names of earlier versions. */
const INTS = ["IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution", "int"];
const FLOATS = [
  ...["FloatDistribution", "UniformDistribution", "LogUniformDistribution", "DiscreteUniformDistribution"],
  "float",
];
const LOGS = ["IntLogUniformDistribution", "LogUniformDistribution"];

/** Returns null if Optuna writes no such distribution. */
export function parseDistribution(text: string): OptunaDistribution | null {
  const long = parseJsonOrNull(text, full);
  const short = long ? null : parseJsonOrNull(text, abbreviated);
  const name = long?.name ?? short?.type ?? "";
  const attributes: JsonRecord = long?.attributes ?? short ?? {};
  if (name === "CategoricalDistribution" || name === "categorical") {
    const has = v.safeParse(choices, attributes["choices"]);
    return has.success ? { is: "categorical", choices: has.output } : null;
  }
  const is = INTS.includes(name) ? "int" : FLOATS.includes(name) ? "float" : null;
  const has = v.safeParse(limits, attributes);
  if (!is || !has.success) return null;
  const { low, high, log, step, q } = has.output;
  const by = step ?? q;
  return { is, low, high, log: log === true || LOGS.includes(name), step: typeof by === "number" ? by : null };
}

/** Returns the value of a journal number; undefined if it is invalid. */
export function parameterValueOf(distribution: OptunaDistribution, value: number): OptunaChoice | undefined {
  if (distribution.is === "categorical") return distribution.choices[Math.trunc(value)];
  return distribution.is === "int" ? Math.trunc(value) : value;
}
