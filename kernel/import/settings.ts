import { isRecord } from "#dsl/diagnostics/record.js";

/** Settings of another tool, which tell at the end what nobody asked for. */
export interface Left {
  /** `trainer.optimizer.type`. */
  readonly setting: string;
  readonly value: unknown;
  readonly why: string;
}
type Plain = Readonly<Record<string, unknown>>;

export class Settings {
  private readonly taken = new Map<string, Settings | true>();
  private readonly noted: Left[] = [];
  constructor(
    private readonly all: Plain,
    private readonly path = "",
  ) {}

  static of(value: unknown, path = ""): Settings {
    return new Settings(isRecord(value) ? value : {}, path);
  }

  private take(key: string): unknown {
    const value = this.all[key];
    if (value === undefined) return undefined;
    this.taken.set(key, true);
    return value ?? undefined;
  }
  /** The first of the keys that is there, as a number. */
  number(...keys: readonly string[]): number | undefined {
    for (const key of keys) {
      const value = this.take(key);
      if (typeof value === "number") return value;
      if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
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
    return keys.map((key) => this.take(key)).some((value) => value === true || value === "true" || value === "yes");
  }
  /** A list of texts; a single one stands for a list of one. */
  texts(key: string): readonly string[] {
    const value = this.take(key);
    if (typeof value === "string") return [value];
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
  }
  numbers(key: string): readonly number[] {
    const value = this.take(key);
    return Array.isArray(value) ? value.filter((one): one is number => typeof one === "number") : [];
  }
  inner(key: string): Settings {
    const known = this.taken.get(key);
    if (known instanceof Settings) return known;
    const made = Settings.of(this.all[key], this.name(key));
    if (isRecord(this.all[key])) this.taken.set(key, made);
    return made;
  }
  list(key: string): readonly Settings[] {
    const value = this.take(key);
    return Array.isArray(value) ? value.map((one, i) => Settings.of(one, `${this.name(key)}[${String(i)}]`)) : [];
  }
  has(key: string): boolean {
    return this.all[key] !== undefined && this.all[key] !== null;
  }
  /** Known, and of no matter here. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) if (key in this.all) this.taken.set(key, true);
  }
  /** Known, and not carried over. */
  leave(key: string, why: string): void {
    const value = this.all[key];
    if (value === undefined || value === null || value === false || value === "") return this.ignore(key);
    this.taken.set(key, true);
    this.noted.push({ setting: this.name(key), value, why });
  }
  /** All that was left, and what nobody asked for; `more`: of the lists' parts. */
  left(more: readonly Settings[] = []): readonly Left[] {
    const unasked = Object.entries(this.all).flatMap(([key, value]): readonly Left[] => {
      const of = this.taken.get(key);
      if (of instanceof Settings) return of.left();
      if (of || value === null || value === false || value === "") return [];
      return [{ setting: this.name(key), value, why: "has no counterpart" }];
    });
    return [...this.noted, ...unasked, ...more.flatMap((one) => one.left())];
  }
  private name(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}
