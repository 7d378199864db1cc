/** Fills in defaults, keeps where each value came from, and lets words check themselves. */
import type { CheckContext } from "../check/context.js";
import type { Code, CodeData } from "../check/codes.js";
import type { Given, Program } from "../check/program.js";
import type { Span } from "../check/span.js";
import type { Parameter } from "../registry.js";
import type { Call, Origins, Value } from "./plan.js";

export type Origin = Origins[string];
/** What a statement's words may look at while they are filled in. */
export interface Setting {
  readonly data?: Readonly<Record<string, Value>>;
  readonly model?: Readonly<Record<string, Value>>;
  /** Facts of the draft that derived defaults read (`validation`, `positions`). */
  readonly draft?: Readonly<Record<string, Value>>;
  /** Where to report when a value stands in another source. */
  readonly here: Span;
}
export interface Filled {
  readonly values: Readonly<Record<string, Value>>;
  readonly origins: Record<string, Origin>;
}

/** All parameters of a block with their values, defaults included. `prefix` starts the paths of origins (`training.`). */
export function fill(
  program: Program,
  parameters: readonly Parameter[],
  given: ReadonlyMap<string, Given>,
  prefix: string,
  setting: Setting,
): Filled {
  const values: Record<string, Value> = {};
  const origins: Record<string, Origin> = {};
  for (const parameter of parameters) {
    if (parameter.planned || parameter.open) continue;
    const one = given.get(parameter.name);
    const path = `${prefix}${parameter.name}`;
    const context = contextOf(program, { ...setting.draft, ...values }, setting, new Map(), undefined);
    const value = one?.value ?? standing(parameter, { ...setting.draft, ...values }, context);
    if (value === undefined) continue;
    origins[path] = one ? { from: one.from } : originOf(parameter);
    values[parameter.name] = filled(
      program,
      value,
      path,
      parameter.name,
      one?.places ?? new Map(),
      origins,
      { ...setting.draft, ...values },
      setting,
    );
  }
  return { values, origins };
}

function filled(
  program: Program,
  value: Value,
  path: string,
  local: string,
  places: ReadonlyMap<string, Span>,
  origins: Record<string, Origin>,
  statement: Readonly<Record<string, Value>>,
  setting: Setting,
): Value {
  if (Array.isArray(value))
    return (value as readonly Value[]).map((v, i) =>
      filled(program, v, `${path}.${String(i)}`, `${local}.${String(i)}`, places, origins, statement, setting),
    );
  if (value === null || typeof value !== "object") return value;
  if ("record" in value)
    return {
      record: Object.fromEntries(
        Object.entries(value.record).map(([k, v]) => [
          k,
          filled(program, v, `${path}.${k}`, `${local}.${k}`, places, origins, statement, setting),
        ]),
      ),
    };
  if (!("word" in value)) return value;
  const call = value as Call;
  const word = program.registry.find(call.kind, call.word);
  if (!word) return call;
  const given: Record<string, Value> = {};
  const context = contextOf(program, statement, setting, places, local);
  for (const parameter of word.parameters) {
    if (parameter.open || parameter.planned) continue;
    const written = call.arguments[parameter.name];
    const next = written ?? standing(parameter, { ...given, ...call.arguments }, context);
    if (next === undefined) continue;
    const inner = `${path}.${parameter.name}`;
    const whole = origins[path]?.from ?? "written";
    if (written === undefined) origins[inner] = originOf(parameter);
    else if (whole !== "default" && whole !== "derived") origins[inner] = { from: whole };
    given[parameter.name] = filled(
      program,
      next,
      inner,
      `${local}.${parameter.name}`,
      places,
      origins,
      statement,
      setting,
    );
  }
  for (const [name, extra] of Object.entries(call.arguments)) if (!Object.hasOwn(given, name)) given[name] = extra;
  const whole: Call = { ...call, arguments: given };
  const oneOf = word.capabilities?.["oneOf"];
  if (Array.isArray(oneOf) && oneOf.filter((name: string) => (call.arguments[name] ?? null) !== null).length !== 1)
    program.reportNear("one-of", { word: word.name, of: oneOf as string[] }, places.get(local), setting.here);
  word.check?.(whole, contextOf(program, statement, setting, places, local, whole));
  return whole;
}

function standing(
  parameter: Parameter,
  draft: Readonly<Record<string, Value>>,
  context: CheckContext,
): Value | undefined {
  if (!parameter.default) return undefined;
  return "value" in parameter.default ? parameter.default.value : parameter.default.from(draft, context);
}
function originOf(parameter: Parameter): Origin {
  return parameter.default && "derived" in parameter.default
    ? { from: "derived", why: parameter.default.derived }
    : { from: "default", why: parameter.why };
}

function contextOf(
  program: Program,
  statement: Readonly<Record<string, Value>>,
  setting: Setting,
  places: ReadonlyMap<string, Span>,
  local: string | undefined,
  call?: Call,
): CheckContext {
  return {
    facts: program.facts,
    statement,
    ...(setting.data ? { data: setting.data } : {}),
    ...(setting.model ? { model: setting.model } : {}),
    ...(call ? { call } : {}),
    assisting: program.purpose === "assist",
    find: (kind, name) => program.registry.find(kind, name),
    report<C extends Code>(code: C, data: CodeData[C], at?: string): void {
      const place =
        (at !== undefined && local !== undefined ? places.get(`${local}.${at}`) : undefined) ??
        (local === undefined ? undefined : places.get(local));
      program.reportNear(code, data, place, setting.here);
    },
  };
}
