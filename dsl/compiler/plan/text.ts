/**
 * Prints values and plans as Tune text. Numbers are exact and read back as the same value. A plan's text compiles to
 * the same recipe hash if the data, the base and the defaults are the same.
 */
import type { Registry, ValueType } from "../../language/types/registry.js";
import type { Plan } from "./plan.js";
import type { DataPlan, Call, Value } from "../../language/types/value.js";
import { isCall, recipeValueAt } from "./value.js";

const bare = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

/** `as`: the expected type, which decides whether a string is written in quotes or bare. */
export interface ValueTextContext {
  readonly type: ValueType | undefined;
  readonly registry: Registry;
}

/** How numbers and quoted strings are written. */
export interface ValueTextStyle {
  readonly number: (value: number) => string;
  readonly quoted: (text: string) => string;
}
const exact: ValueTextStyle = { number: String, quoted: (text) => JSON.stringify(text) };

/** Prints a value exactly, so that it reads back as the same value, unless `writing` overrides this. */
export function tuneText(value: Value, as?: ValueTextContext, writing = exact): string {
  if (value === null) return "none";
  if (typeof value === "string") return bare.test(value) && !quoted(value, as?.type) ? value : writing.quoted(value);
  if (typeof value === "number") return writing.number(value);
  if (typeof value === "boolean") return String(value);
  const itemContext = as && { ...as, type: as.type && itemOf(as.type) };
  if (isList(value)) return `[${value.map((item) => tuneText(item, itemContext, writing)).join(", ")}]`;
  if (isCall(value)) return callText(value, as?.registry, writing);
  if ("share" in value) return `${writing.number(Number((value.share * 100).toPrecision(12)))}%`;
  if ("live" in value) return `$${value.live}`;
  if ("from" in value) return `${writing.number(value.from)}..${writing.number(value.to)}`;
  return `{ ${entriesOf("record" in value ? value.record : value, () => itemContext, writing)} }`;
}
/** Arguments that are `null` are not written. */
function callText(
  { word, kind, arguments: given }: Call,
  registry: Registry | undefined,
  writing: ValueTextStyle,
): string {
  const parameters = registry?.find(kind, word)?.parameters;
  const typeOf = (name: string): ValueTextContext | undefined =>
    registry && { registry, type: (parameters?.find((p) => p.name === name) ?? parameters?.find((p) => p.open))?.type };
  const inside = entriesOf(given, typeOf, writing);
  return inside === "" ? word : `${word}(${inside})`;
}
function entriesOf(
  record: Readonly<Record<string, Value | undefined>>,
  as: (name: string) => ValueTextContext | undefined,
  writing: ValueTextStyle,
): string {
  const text = (name: string): string => (bare.test(name) ? name : writing.quoted(name));
  return Object.entries(record)
    .flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [`${text(name)}: ${tuneText(value, as(name), writing)}`],
    )
    .join(", ");
}
function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
/** Whether the string needs quotes, because a bare name would be read as something else. */
function quoted(text: string, type: ValueType | undefined): boolean {
  const ways = type === undefined ? [] : type.is === "either" ? type.of : [type];
  const bareToo = ways.some(
    (one) => one.is === "text" || one.is === "column" || (one.is === "choice" && one.of.includes(text)),
  );
  return !bareToo && ways.some((one) => one.is === "string");
}
function itemOf(type: ValueType): ValueType {
  if (type.is === "list" || type.is === "record") return type.of;
  return type.is === "either" ? { is: "either", of: type.of.map(itemOf) } : type;
}

/** Prints a training as a standalone program with the written values; `defaults` also writes the default ones. */
export function programText(
  plan: Plan,
  registry: Registry,
  options: { readonly as?: string; readonly resume?: boolean; readonly defaults?: boolean } = {},
): string {
  const { data, model } = plan.recipe;
  const keys = (prefix: string, verb: string): string[] =>
    Object.entries(plan.origins).flatMap(([path, { from }]) => {
      const key = path.startsWith(prefix) ? path.slice(prefix.length) : "";
      const stood = from === "default" || from === "derived";
      if (key === "" || key.includes(".") || key === "resume" || (stood && !options.defaults)) return [];
      const value = recipeValueAt(plan.recipe, path);
      const { type } = registry.find("verb", verb)?.parameters.find((p) => p.name === key) ?? {};
      const text = (): string => tuneText(written(plan, path, value as Value, options), { type, registry });
      return value === undefined || (stood && value === null) ? [] : [`${key}: ${text()}`];
    });
  const run = options.as ?? plan.effects.run;
  const settings = [...keys("training.", "recipe"), ...(options.resume ? ["resume: true"] : [])];
  return [
    block(`data ${data.name}`, dataKeys(plan, data, keys("data.", "data"), registry)),
    block(`model ${model.name}`, keys("model.", "model")),
    block(`train ${model.name} on ${data.name}${run === model.name ? "" : ` as ${run}`}`, settings),
  ].join("\n");
}

/** Removes defaults from a written word, unless `defaults` is set. */
function written(plan: Plan, path: string, value: Value, options: { readonly defaults?: boolean }): Value {
  if (!isCall(value) || options.defaults) return value;
  const given = Object.entries(value.arguments).flatMap(([name, inner]): [string, Value][] => {
    const from = plan.origins[`${path}.${name}`]?.from;
    return from === "default" || from === "derived" ? [] : [[name, written(plan, `${path}.${name}`, inner, options)]];
  });
  return { ...value, arguments: Object.fromEntries(given) };
}

/** In the plan, columns and sources per split are stored part by part. */
function dataKeys(plan: Plan, data: DataPlan, rest: readonly string[], registry: Registry): readonly string[] {
  const columns = Object.entries(data.columns).map(([role, column]): [string, Value] => [
    role,
    role === "messages" && data.conversation ? data.conversation : column,
  ]);
  const source: Value = isCall(data.source) ? written(plan, "data.source", data.source, {}) : { record: data.source };
  const skipped = /^(source|columns)\b/;
  const parameters = registry.find("verb", "data")?.parameters;
  const typeOf = (key: string): ValueTextContext => ({ registry, type: parameters?.find((p) => p.name === key)?.type });
  return [
    `source: ${tuneText(source, typeOf("source"))}`,
    `columns: ${tuneText({ record: Object.fromEntries(columns) }, typeOf("columns"))}`,
    ...rest.filter((key) => !skipped.test(key)),
  ];
}

function block(header: string, keys: readonly string[]): string {
  if (keys.length === 0) return header;
  const one = `${header} { ${keys.join(", ")} }`;
  return one.length <= 100 ? one : `${header} {\n${keys.map((key) => `  ${key}\n`).join("")}}`;
}
