/** What a parameter is drawn from, as Optuna writes it into its journal (JSON within JSON), and what its numbers stand for. */
import * as v from "valibot";
import {
  objectWith,
  anyNumber,
  parseJsonOrNull,
  optionalUnknown,
  jsonObject,
  type Json,
  type Schema,
} from "../../fetch/json.js";

/** What a choice of Optuna's may hold. */
export type OptunaChoice = string | number | boolean | null;
export type OptunaDistribution =
  | { readonly is: "categorical"; readonly choices: readonly OptunaChoice[] }
  | {
      readonly is: "float" | "int";
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      /** Null: none; of whole numbers 1. */
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
/** `q`: as earlier versions called a step. */
type Stepped = { readonly step?: unknown; readonly q?: unknown };
const choices: Schema<readonly OptunaChoice[]> = v.array(v.union([v.string(), v.number(), v.boolean(), v.null()]));
const limits: Schema<Limits> = objectWith({
  low: anyNumber,
  high: anyNumber,
  log: v.optional(v.boolean()),
  step: optionalUnknown,
  q: optionalUnknown,
});
const full: Schema<{ readonly name: string; readonly attributes: Json }> = objectWith({
  name: v.string(),
  attributes: jsonObject,
});
const abbreviated: Schema<{ readonly type: string } & Json> = objectWith({ type: v.string() });
/** Names of earlier versions stand in old journals. */
const INTS = ["IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution", "int"];
const FLOATS = [
  ...["FloatDistribution", "UniformDistribution", "LogUniformDistribution", "DiscreteUniformDistribution"],
  "float",
];
const LOGS = ["IntLogUniformDistribution", "LogUniformDistribution"];

/** Null: it is none that Optuna writes. */
export function parseDistribution(text: string): OptunaDistribution | null {
  const long = parseJsonOrNull(text, full);
  const short = long ? null : parseJsonOrNull(text, abbreviated);
  const name = long?.name ?? short?.type ?? "";
  const attributes: Json = long?.attributes ?? short ?? {};
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

/** What the number in the journal stands for; undefined: for nothing. */
export function parameterValueOf(distribution: OptunaDistribution, value: number): OptunaChoice | undefined {
  if (distribution.is === "categorical") return distribution.choices[Math.trunc(value)];
  return distribution.is === "int" ? Math.trunc(value) : value;
}
