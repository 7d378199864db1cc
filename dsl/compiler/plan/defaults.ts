/** Fills in defaults, records where each value came from, and runs the checks of words. */
import type { WordCheckContext, TextRange } from "../../language/types/context.js";
import { codeEntryOf, type Code, type CodeData } from "../../language/diagnostics/codes.js";
import type { Program } from "./program.js";
import type { GivenValue, Call, Value } from "../../language/types/value.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Parameter } from "../../language/types/registry.js";
import type { BaseFacts } from "../../language/types/facts.js";
import type { ValueOrigins } from "./plan.js";

export type ValueOrigin = ValueOrigins[string];
/** What the words of a statement may read while their defaults are filled in. */
export interface DefaultsContext {
  readonly data?: Readonly<Record<string, Value>>;
  readonly model?: Readonly<Record<string, Value>>;
  /** Facts of the draft that derived defaults read (`validation`, `positions`, `length`). */
  readonly draft?: Readonly<Record<string, Value>>;
  readonly base?: BaseFacts;
  /** Span to report at if a value is in another source. */
  readonly here: Span;
}
export interface FilledParameters {
  readonly values: Readonly<Record<string, Value>>;
  readonly origins: Record<string, ValueOrigin>;
}

/** Constant while one block is filled in. */
interface Filling {
  readonly program: Program;
  readonly setting: DefaultsContext;
  readonly origins: Record<string, ValueOrigin>;
  /** The draft's facts and the values so far, read by derived defaults and checks. */
  readonly statement: Record<string, Value>;
}

/**
 * Returns all parameters of a block with values, including defaults. `prefix` starts the paths of origins
 * (`training.`).
 */
export function fillDefaults(
  program: Program,
  parameters: readonly Parameter[],
  given: ReadonlyMap<string, GivenValue>,
  prefix: string,
  setting: DefaultsContext,
): FilledParameters {
  const values: Record<string, Value> = {};
  const filling: Filling = { program, setting, origins: {}, statement: { ...setting.draft } };
  for (const parameter of parameters) {
    if (!has(program, parameter)) continue;
    const one = given.get(parameter.name);
    const path = `${prefix}${parameter.name}`;
    const draft = () => filling.statement;
    const context = () => contextOf(filling, nowhere, undefined);
    const value = one?.value ?? standing(parameter, draft, context);
    if (value === undefined) continue;
    filling.origins[path] = one ? { from: one.from } : originOf(parameter, draft, context);
    const whole = filled(filling, value, path, parameter.name, one?.places ?? nowhere);
    values[parameter.name] = whole;
    filling.statement[parameter.name] = whole;
  }
  return { values, origins: filling.origins };
}
type Places = ReadonlyMap<string, Span>;
const nowhere: Places = new Map();

/** Fills in a value's defaults. `path` is its path in origins, `local` its path in `places`. */
function filled(filling: Filling, value: Value, path: string, local: string, places: Places): Value {
  if (value === null || typeof value !== "object") return value;
  const part = (v: Value, name: string): Value => filled(filling, v, `${path}.${name}`, `${local}.${name}`, places);
  if (Array.isArray(value)) return (value as readonly Value[]).map((v, i) => part(v, String(i)));
  if ("record" in value)
    return { record: Object.fromEntries(Object.entries(value.record).map(([k, v]) => [k, part(v, k)])) };
  if (!("word" in value)) return value;
  const { program, origins, setting } = filling;
  const call = value as Call;
  const word = program.registry.find(call.kind, call.word);
  if (!word) return call;
  const given: Record<string, Value> = {};
  const usualNames: string[] = [];
  const from = origins[path]?.from ?? "written";
  for (const parameter of word.parameters) {
    if (parameter.open || parameter.planned) continue;
    const written = call.arguments[parameter.name];
    if (written === undefined && !has(program, parameter)) continue;
    const draft = () => ({ ...given, ...call.arguments });
    const context = () => contextOf(filling, places, local);
    const next = written ?? standing(parameter, draft, context);
    if (next === undefined) continue;
    if (written === undefined) origins[`${path}.${parameter.name}`] = originOf(parameter, draft, context);
    else if (from !== "default" && from !== "derived") origins[`${path}.${parameter.name}`] = { from };
    given[parameter.name] = part(next, parameter.name);
    if (written !== undefined && isUsual(parameter, written)) usualNames.push(parameter.name);
  }
  for (const [name, extra] of Object.entries(call.arguments)) if (!Object.hasOwn(given, name)) given[name] = extra;
  const { definition } = word;
  const whole: Call = {
    ...call,
    arguments: given,
    ...(definition !== undefined && { definition }),
    ...(usualNames.length > 0 && { held: usualNames }),
  };
  const { oneOf } = word;
  if (oneOf && oneOf.filter((name) => (call.arguments[name] ?? null) !== null).length !== 1)
    program.reportNear("one-of", { word: word.name, of: oneOf }, places.get(local), setting.here);
  word.check?.(whole, contextOf(filling, places, local, whole));
  return whole;
}

/** Whether a parameter with a detected default is written with its usual value. */
function isUsual({ found, default: usual }: Parameter, written: Value): boolean {
  return found === true && usual !== undefined && "value" in usual && usual.value === written;
}

/** Whether a parameter takes a value: excludes planned and open parameters. */
function has(program: Program, parameter: Parameter): boolean {
  return !parameter.planned && !parameter.open;
}

type Draft = () => Readonly<Record<string, Value>>;

function standing(parameter: Parameter, draft: Draft, context: () => WordCheckContext): Value | undefined {
  if (!parameter.default) return undefined;
  return "value" in parameter.default ? parameter.default.value : parameter.default.from(draft(), context());
}
function originOf({ default: standard, why }: Parameter, draft: Draft, context: () => WordCheckContext): ValueOrigin {
  if (!standard || !("derived" in standard)) return { from: "default", why: why ?? "" };
  return { from: "derived", why: standard.because?.(draft(), context()) ?? standard.derived };
}

/** Returns the span of a part of a string; if the part follows escaped characters, the span of the complete string. */
function partOf(program: Program, whole: Span, { start: partStart, length }: TextRange): Span {
  const before = program.textOf(whole)?.slice(0, partStart + 1);
  if (before === undefined || !before.startsWith('"') || before.includes("\\")) return whole;
  const start = whole.start + 1 + partStart;
  return { ...whole, start, end: start + length };
}

function contextOf(filling: Filling, places: Places, local: string | undefined, call?: Call): WordCheckContext {
  const { program, setting, statement } = filling;
  const placeOf = (path: string | undefined): Span | undefined =>
    path !== undefined && local !== undefined ? places.get(`${local}.${path}`) : undefined;
  const whole = local === undefined ? undefined : places.get(local);
  return {
    facts: program.facts,
    statement,
    ...(setting.data ? { data: setting.data } : {}),
    ...(setting.model ? { model: setting.model } : {}),
    ...(setting.base ? { base: setting.base } : {}),
    ...(call ? { call } : {}),
    assisting: program.purpose === "assist",
    find: (kind, name) => program.registry.find(kind, name),
    ofKind: (kind) => program.registry.ofKind(kind).filter((word) => !word.planned),
    ask: (need) => program.ask(need),
    reportFailed(failure, path) {
      const place = placeOf(path) ?? whole;
      program.reportFailed(failure, place?.source === program.source.id ? place : setting.here);
    },
    folderOf: (path) => program.folderAt(placeOf(path) ?? whole ?? setting.here),
    report<C extends Code>(code: C, data: CodeData[C], path?: string, instead?: string, within?: TextRange): void {
      const written = placeOf(path);
      // Without a path the text part is within the call's word, which is at the start of the span.
      const ownSpan =
        path === undefined && whole && within
          ? { ...whole, start: whole.start + within.start, end: whole.start + within.start + within.length }
          : written && within
            ? partOf(program, written, within)
            : written;
      const place = ownSpan ?? whole;
      const entry = codeEntryOf(code as string);
      // Warnings about a definition's text are reported at the definition, not again at each use.
      if (entry?.severity === "warning" && entry.facts !== true && place && place.source !== program.source.id) return;
      const fix =
        ownSpan && instead !== undefined ? { fix: { ...replacementFix(ownSpan, instead), certain: false } } : {};
      program.reportNear(code, data, place, setting.here, fix);
    },
  };
}
