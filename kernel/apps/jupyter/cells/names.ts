/** Names shared by both languages. Compiled cells read and write `record`: a property per name. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SessionNames } from "./interpreter.js";

/** Access to a name's variable in the cell that declared it. */
export type VariableBinding = readonly [get: () => unknown, set?: (value: unknown) => void];

export class NameTable implements SessionNames {
  readonly record: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  private readonly fromTypeScript = new Set<string>();
  private readonly fromTune = new Map<string, string>();

  /** `onChange` is called at each change of the Tune names, with the text of their types. */
  constructor(private readonly onChange: (tune: ReadonlyMap<string, string>) => void) {}

  define(name: string, value: unknown, type: string): void {
    if (this.fromTypeScript.has(name)) throw new CodedError("name-is-typescript", { name });
    this.fromTune.set(name, type);
    Object.defineProperty(this.record, name, { value, writable: false, configurable: true, enumerable: true });
    this.onChange(this.fromTune);
  }
  remove(name: string): void {
    if (!this.fromTune.delete(name)) return;
    Reflect.deleteProperty(this.record, name);
    this.onChange(this.fromTune);
  }
  get(name: string): { readonly value: unknown } | undefined {
    return this.fromTypeScript.has(name) ? { value: this.record[name] } : undefined;
  }
  typescript(): readonly string[] {
    return [...this.fromTypeScript];
  }

  /**
   * Registers the names that a cell is about to declare. Until a variable has its first value, its name keeps its old
   * meaning. Call the returned function when the cell ends: names that never got a value keep the old one.
   */
  declare(bindings: Readonly<Record<string, VariableBinding>>): () => void {
    const settle: (() => void)[] = [];
    for (const [name, [get, set]] of Object.entries(bindings)) {
      const before = Object.getOwnPropertyDescriptor(this.record, name);
      const wasKnown = this.fromTypeScript.has(name);
      const property = { configurable: true, enumerable: true, ...(set ? { set } : {}) };
      const earlier = (): unknown => (before?.get ? (before.get.call(this.record) as unknown) : before?.value);
      const tolerant = (): unknown => {
        try {
          return get();
        } catch (error) {
          if (before) return earlier();
          throw error;
        }
      };
      Object.defineProperty(this.record, name, { ...property, get: tolerant });
      this.fromTypeScript.add(name);
      settle.push(() => {
        if (Object.getOwnPropertyDescriptor(this.record, name)?.get !== tolerant) return;
        if (hasValue(get)) Object.defineProperty(this.record, name, { ...property, get });
        else if (before) Object.defineProperty(this.record, name, before);
        else {
          Reflect.deleteProperty(this.record, name);
          if (!wasKnown) this.fromTypeScript.delete(name);
        }
      });
    }
    return () => {
      for (const f of settle) f();
      quicken(this.record);
    };
  }
}

/** False while a `let`, `const` or `class` is not yet initialised (reading it throws). */
function hasValue(get: () => unknown): boolean {
  try {
    get();
    return true;
  } catch {
    return false;
  }
}

/**
 * V8 stores a prototype's properties in fast mode; without this, a record with changing accessors is four times slower.
 */
function quicken(record: object): void {
  Object.create(record);
}
