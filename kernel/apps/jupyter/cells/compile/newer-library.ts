/**
 * Declares features of the running Node that the cells' compiler libraries lack (5.0: ES2022, `findLast` of ES2023).
 * Each part is declared only if it exists. New iterator methods are optional, so that hand-written iterators still
 * type-check.
 */

interface Part {
  readonly has: () => boolean;
  readonly declares: string;
}
/** Returns the global function or object of that name, or an empty object. */
const globalOf = (name: string): object => {
  const value = (globalThis as Record<string, unknown>)[name];
  return typeof value === "function" || (typeof value === "object" && value !== null) ? value : {};
};
const hasStatic = (name: string, ...members: readonly string[]): (() => boolean) => {
  return () => members.every((member) => member in globalOf(name));
};
const each = (name: string, ...members: readonly string[]): (() => boolean) => {
  return () => members.every((member) => member in ((globalOf(name) as { prototype?: object }).prototype ?? {}));
};

const typedArrays = "Int8 Uint8 Uint8Clamped Int16 Uint16 Int32 Uint32 Float32 Float64 BigInt64 BigUint64".split(" ");
const iterators = `{
  map?<U>(f: (value: T, index: number) => U): IterableIterator<U>;
  filter?<S extends T>(f: (value: T, index: number) => value is S): IterableIterator<S>;
  filter?(f: (value: T, index: number) => unknown): IterableIterator<T>;
  take?(limit: number): IterableIterator<T>;
  drop?(count: number): IterableIterator<T>;
  flatMap?<U>(f: (value: T, index: number) => Iterator<U> | Iterable<U>): IterableIterator<U>;
  reduce?(f: (before: T, value: T, index: number) => T): T;
  reduce?<U>(f: (before: U, value: T, index: number) => U, first: U): U;
  toArray?(): T[];
  forEach?(f: (value: T, index: number) => void): void;
  some?(f: (value: T, index: number) => unknown): boolean;
  every?(f: (value: T, index: number) => unknown): boolean;
  find?<S extends T>(f: (value: T, index: number) => value is S): S | undefined;
  find?(f: (value: T, index: number) => unknown): T | undefined;
}`;

const parts: readonly Part[] = [
  {
    has: each("Array", "toReversed", "toSorted", "toSpliced", "with"),
    declares: ["Array", "ReadonlyArray"]
      .map(
        (name) => `interface ${name}<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount: number, ...items: T[]): T[];
  toSpliced(start: number, deleteCount?: number): T[];
  with(index: number, value: T): T[];
}`,
      )
      .join("\n"),
  },
  {
    has: each("Float32Array", "toReversed", "toSorted", "with"),
    declares: typedArrays
      .map((kind) => {
        const [name, elementType] = [`${kind}Array`, kind.startsWith("Big") ? "bigint" : "number"];
        return `interface ${name} {
  toReversed(): ${name};
  toSorted(compare?: (a: ${elementType}, b: ${elementType}) => number): ${name};
  with(index: number, value: ${elementType}): ${name};
}`;
      })
      .join("\n"),
  },
  {
    has: each("String", "isWellFormed", "toWellFormed"),
    declares: "interface String { isWellFormed(): boolean; toWellFormed(): string }",
  },
  {
    has: hasStatic("Object", "groupBy"),
    declares: `interface ObjectConstructor {
  groupBy<K extends PropertyKey, T>(items: Iterable<T>, key: (item: T, index: number) => K): Partial<Record<K, T[]>>;
}`,
  },
  {
    has: hasStatic("Map", "groupBy"),
    declares: `interface MapConstructor {
  groupBy<K, T>(items: Iterable<T>, key: (item: T, index: number) => K): Map<K, T[]>;
}`,
  },
  {
    has: hasStatic("Promise", "withResolvers"),
    declares: `interface PromiseConstructor {
  withResolvers<T>(): { promise: Promise<T>; resolve: (value: T | PromiseLike<T>) => void; reject: (reason?: any) => void };
}`,
  },
  {
    has: hasStatic("Promise", "try"),
    declares: `interface PromiseConstructor {
  try<T, A extends unknown[]>(f: (...of: A) => T | PromiseLike<T>, ...of: A): Promise<Awaited<T>>;
}`,
  },
  {
    has: hasStatic("Array", "fromAsync"),
    declares: `interface ArrayConstructor {
  fromAsync<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>> | ArrayLike<T | PromiseLike<T>>): Promise<T[]>;
  fromAsync<T, U>(items: AsyncIterable<T> | Iterable<T> | ArrayLike<T>, map: (item: Awaited<T>, index: number) => U): Promise<Awaited<U>[]>;
}`,
  },
  {
    has: each("ArrayBuffer", "transfer", "resize"),
    declares: `interface ArrayBuffer {
  readonly resizable: boolean; readonly maxByteLength: number; readonly detached: boolean;
  resize(bytes: number): void; transfer(bytes?: number): ArrayBuffer; transferToFixedLength(bytes?: number): ArrayBuffer;
}`,
  },
  {
    has: each("Set", "union", "intersection", "difference", "symmetricDifference", "isSubsetOf"),
    declares: ["Set", "ReadonlySet"]
      .map(
        (name) => `interface ${name}<T> {
  union<U>(other: ReadonlySet<U>): Set<T | U>;
  intersection<U>(other: ReadonlySet<U>): Set<T & U>;
  difference<U>(other: ReadonlySet<U>): Set<T>;
  symmetricDifference<U>(other: ReadonlySet<U>): Set<T | U>;
  isSubsetOf(other: ReadonlySet<unknown>): boolean;
  isSupersetOf(other: ReadonlySet<unknown>): boolean;
  isDisjointFrom(other: ReadonlySet<unknown>): boolean;
}`,
      )
      .join("\n"),
  },
  {
    has: each("Iterator", "map", "filter", "toArray"),
    declares: `interface IterableIterator<T> ${iterators}
interface Generator<T, TReturn, TNext> ${iterators}
declare var Iterator: { from<T>(items: Iterator<T> | Iterable<T>): IterableIterator<T> };`,
  },
  { has: hasStatic("RegExp", "escape"), declares: "interface RegExpConstructor { escape(text: string): string }" },
  {
    has: hasStatic("Error", "isError"),
    declares: "interface ErrorConstructor { isError(value: unknown): value is Error }",
  },
  { has: hasStatic("Math", "f16round"), declares: "interface Math { f16round(x: number): number }" },
  {
    has: hasStatic("Math", "sumPrecise"),
    declares: "interface Math { sumPrecise(numbers: Iterable<number>): number }",
  },
];

/** Ambient declarations of the available parts. */
export function newerLibraryDeclarations(): string {
  return parts.map(({ has, declares }) => (has() ? `${declares}\n` : "")).join("");
}
