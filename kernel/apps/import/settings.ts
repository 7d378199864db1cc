/**
 * Settings of another tool, with a record of what happened to each: readers ask for them by name, and none is dropped
 * without a report.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";

export interface UncarriedSetting {
  /** Path such as `trainer.optimizer.type`. */
  readonly setting: string;
  readonly value: unknown;
  readonly why: string;
}
/** A setting without which a program would train something else. */
export interface Refusal {
  readonly setting: string;
  readonly value: unknown;
  /** The unsupported feature: "preference optimisation". */
  readonly what: string;
  /** The alternative in Tune. */
  readonly instead: string;
}
/**
 * `idle`: has no effect on the result; `read`: an expression or positional argument that a reader understood in full.
 */
export type SettingFate = "carried" | "read" | "named" | "idle" | "refused";
/** Settings without effect on the result, with the reason that is listed. */
export type IdlePattern = readonly [why: string, pattern: RegExp];
/** An expression or statement of a program, which is not run. */
export class UnreadExpression {
  constructor(
    readonly text: string,
    /** Position in its file: "line 12". */
    readonly place?: string,
    /**
     * Category: a call with its arguments, or the value of an assignment. `loaded`: a model that is loaded after the
     * training.
     */
    readonly about?:
      | "call"
      | "function"
      | "loaded"
      | "rows"
      | "tokens"
      | "assignment"
      | "method"
      | "mistake"
      | "repeated"
      | "dead"
      | "command"
      | "rebound"
      | "untrained"
      | "branch"
      | "ends"
      | "module",
  ) {}
  toJSON(): string {
    return this.text;
  }
}
type Plain = Readonly<Record<string, unknown>>;

export class ToolSettings {
  private readonly fate = new Map<string, SettingFate>();
  private readonly parts = new Map<string, readonly ToolSettings[]>();
  private readonly noted: UncarriedSetting[] = [];
  private readonly refused: Refusal[] = [];
  private readonly idled: UncarriedSetting[] = [];
  constructor(
    private readonly all: Plain,
    private readonly path = "",
  ) {}

  static fromValue(value: unknown, path = ""): ToolSettings {
    return new ToolSettings(isPlain(value) ? value : {}, path);
  }

  private take(key: string): unknown {
    const value = this.all[key];
    if (empty(value)) return undefined;
    if (value instanceof UnreadExpression) {
      this.leave(key, "written as an expression, which is not run");
      return undefined;
    }
    if (!this.fate.has(key)) this.fate.set(key, "carried");
    return value;
  }
  /** Value of the first key that exists, as a number; `500_000` counts too. */
  number(...keys: readonly string[]): number | undefined {
    for (const key of keys) {
      const value = this.take(key);
      const number = typeof value === "string" ? numeral(value) : value;
      if (typeof number === "number" && Number.isFinite(number)) return number;
      if (value !== undefined) this.leave(key, "a number was expected");
    }
    return undefined;
  }
  text(...keys: readonly string[]): string | undefined {
    for (const key of keys) {
      const value = this.take(key);
      if (typeof value === "string") return value;
      if (value !== undefined) this.leave(key, "a text was expected");
    }
    return undefined;
  }
  flag(...keys: readonly string[]): boolean {
    return keys.map((key) => this.switched(key)).some((on) => on === true);
  }
  /** Undefined: not set. */
  switched(key: string): boolean | undefined {
    const value = this.take(key);
    if (value === undefined || typeof value === "boolean") return value;
    const answer = String(value).toLowerCase();
    if (["true", "yes", "on", "1", "auto"].includes(answer)) return true;
    if (["false", "no", "off", "0"].includes(answer)) return false;
    this.leave(key, "true or false was expected");
    return undefined;
  }
  /** Returns `fallback` if none of the keys is set; undefined if one is set but cannot be read. */
  unless<T>(fallback: T, ...keys: readonly string[]): T | undefined {
    return keys.some((key) => this.has(key)) ? undefined : fallback;
  }
  /** An expression as written; undefined if there is none, or a plain value. */
  expression(key: string): string | undefined {
    return this.unread(key)?.text;
  }
  /** Raw value; does not mark it as read. */
  value(key: string): unknown {
    return this.all[key];
  }
  unread(key: string): UnreadExpression | undefined {
    const value = this.all[key];
    return value instanceof UnreadExpression ? value : undefined;
  }
  /** Any plain value as a lower-case text. */
  lowerText(key: string): string | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (["string", "number", "boolean"].includes(typeof value)) return String(value).toLowerCase();
    this.leave(key, "a single value was expected");
    return undefined;
  }
  /** A list of texts; a single text becomes a list of one. */
  texts(key: string): readonly string[] {
    const value = this.take(key);
    if (value === undefined) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((one): one is string => typeof one === "string")) return list;
    this.leave(key, "texts were expected");
    return [];
  }
  numbers(key: string): readonly number[] {
    const value = this.take(key);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((one): one is number => typeof one === "number")) return value;
    this.leave(key, "a list of numbers was expected");
    return [];
  }
  inner(key: string): ToolSettings {
    const [known] = this.parts.get(key) ?? [];
    if (known) return known;
    const made = ToolSettings.fromValue(this.all[key], this.name(key));
    if (isPlain(this.all[key])) this.parts.set(key, [made]);
    return made;
  }
  /** Settings in a list; other items are listed as not carried over. */
  list(key: string): readonly ToolSettings[] {
    const value = this.all[key];
    if (empty(value)) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!list.every(isPlain)) {
      this.leave(key, "a list of settings by name was expected");
      return [];
    }
    const known =
      this.parts.get(key) ?? list.map((one, i) => ToolSettings.fromValue(one, `${this.name(key)}[${String(i)}]`));
    this.parts.set(key, known);
    return known;
  }
  /** Reports whether the key has been handled. */
  settled(key: string): boolean {
    return this.fate.has(key);
  }
  /** Path of these settings in the file. */
  location(): string {
    return this.path;
  }
  has(key: string): boolean {
    return !empty(this.all[key]);
  }
  /** All keys, including empty ones. */
  names(): readonly string[] {
    return Object.keys(this.all);
  }
  keys(): readonly string[] {
    return Object.keys(this.all).filter((key) => this.has(key));
  }
  /** Marks settings without effect on the result; `why` is listed. Patterns match only keys that no reader took. */
  ignore(why: string, ...keys: readonly (string | RegExp)[]): void {
    for (const [key, value] of Object.entries(this.all)) {
      if (this.fate.get(key) === "idle" || !this.matches(key, keys)) continue;
      this.fate.set(key, "idle");
      if (!empty(value)) this.idled.push({ setting: this.name(key), value, why });
    }
  }
  ignoreAll(groups: readonly IdlePattern[]): void {
    for (const [why, pattern] of groups) this.ignore(why, pattern);
  }
  /** Marks keys that a reader understood without `number`, `text` and the like: expressions and positional arguments. */
  consume(...keys: readonly (string | RegExp)[]): void {
    for (const key of Object.keys(this.all)) if (this.matches(key, keys)) this.fate.set(key, "read");
  }
  private matches(key: string, keys: readonly (string | RegExp)[]): boolean {
    const free = !this.fate.has(key) && !this.parts.has(key);
    return keys.some((one) => one === key || (typeof one !== "string" && free && one.test(key)));
  }
  /** Lists a known setting as not carried over. */
  leave(key: string, why: string): void {
    const value = this.all[key];
    if (empty(value)) return;
    if (this.fate.get(key) === "named") return;
    this.parts.delete(key);
    this.fate.set(key, "named");
    this.noted.push({ setting: this.name(key), value, why });
  }
  /** Refuses a setting without which a program would train something else. */
  refuse(key: string, what: string, instead: string): void {
    if (this.fate.get(key) === "refused") return;
    this.parts.delete(key);
    this.fate.set(key, "refused");
    this.refused.push({ setting: this.name(key), value: this.all[key] ?? null, what, instead });
  }
  /** Lists everything in a section as not carried over, except for these keys. */
  leaveAll(why: string, ...but: readonly string[]): void {
    for (const key of this.keys())
      if (!this.fate.has(key) && !this.parts.has(key) && !but.includes(key)) this.leave(key, why);
  }
  refusals(): readonly Refusal[] {
    return [...this.refused, ...this.within().flatMap((one) => one.refusals())];
  }
  /** Settings without effect on the result. */
  idle(): readonly UncarriedSetting[] {
    const idleHere = this.idled.filter(({ setting }) => !this.noted.some((one) => one.setting === setting));
    return [...idleHere, ...this.within().flatMap((one) => one.idle())];
  }
  /** All settings that were not carried over, including those that no reader requested. */
  left(): readonly UncarriedSetting[] {
    const unasked = Object.entries(this.all).flatMap(([key, value]): readonly UncarriedSetting[] =>
      this.fate.has(key) || this.parts.has(key) || empty(value)
        ? []
        : [{ setting: this.name(key), value, why: "has no counterpart" }],
    );
    return [...this.noted, ...unasked, ...this.within().flatMap((one) => one.left())];
  }
  /** What happened to each non-empty setting, by its path. */
  fates(): ReadonlyMap<string, SettingFate> {
    const out = new Map<string, SettingFate>();
    for (const [key, value] of Object.entries(this.all)) {
      if (this.parts.has(key)) continue;
      for (const leaf of leafPathsOf(value, this.name(key))) out.set(leaf, this.fate.get(key) ?? "named");
    }
    for (const part of this.within()) for (const [leaf, fate] of part.fates()) out.set(leaf, fate);
    return out;
  }
  private within(): readonly ToolSettings[] {
    return [...this.parts.values()].flat();
  }
  private name(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}

/** Paths of all non-empty values: `datasets[0].path`. A list of plain values counts as one. */
export function leafPathsOf(value: unknown, path = ""): readonly string[] {
  if (empty(value)) return [];
  if (Array.isArray(value) && value.some((one) => isPlain(one)))
    return value.flatMap((one, i) => leafPathsOf(one, `${path}[${String(i)}]`));
  if (isPlain(value))
    return Object.entries(value).flatMap(([key, one]) => leafPathsOf(one, path === "" ? key : `${path}.${key}`));
  return [path];
}

const isPlain = (value: unknown): value is Plain => isRecord(value) && !(value instanceof UnreadExpression);
/** No value, or an empty text, list or record. */
function empty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.every(empty);
  return isPlain(value) && Object.values(value).every(empty);
}
/** Parses numbers as YAML 1.1 and Python also write them: `500_000`, `2e-4`. */
function numeral(text: string): number | undefined {
  const plain = text.trim().replace(/(?<=\d)_(?=\d)/g, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}
