/** Mutates one position of a JSON value: removed, of another type, or wrapped in a list. */
import fc from "fast-check";

type Path = readonly (string | number)[];

/** Returns the paths of all positions, the root included. */
function placesIn(value: unknown, at: Path = []): readonly Path[] {
  const inside: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((one: unknown, i) => [i, one] as const)
    : typeof value === "object" && value !== null
      ? Object.entries(value)
      : [];
  return [at, ...inside.flatMap(([key, one]) => placesIn(one, [...at, key]))];
}

type Change = (value: unknown) => unknown;
const GONE = Symbol("gone");

/** Returns a copy with one position changed; `GONE` removes a key or an item. */
function changedAt(value: unknown, [key, ...rest]: Path, change: Change): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return value.flatMap((one: unknown, i) => (i === key ? kept(changedAt(one, rest, change)) : [one]));
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([name, one]: [string, unknown]) =>
      name === key ? kept(changedAt(one, rest, change)).map((now) => [name, now]) : [[name, one]],
    ),
  );
}
const kept = (value: unknown): readonly unknown[] => (value === GONE ? [] : [value]);

const odd: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e308, 2 ** 53, "", "x", "NaN", "..", "\0", "\ud800", "constructor", "__proto__"],
  ...[[], [[]], [null], {}, { toString: 1 }, { length: 2 ** 31 }, { constructor: null }],
];

/** Returns variants with each position removed, or replaced by an object that cannot be converted to a string. */
export function hardest(good: unknown): readonly string[] {
  const changes: readonly Change[] = [() => GONE, () => ({ toString: 1 })];
  return placesIn(good).flatMap((place) => changes.map((by) => textOf(changedAt(good, place, by))));
}
const textOf = (changed: unknown): string => (changed === GONE ? "" : JSON.stringify(changed));

/** Generates JSON texts that differ from the given value in one position. */
export function changedJson(good: unknown): fc.Arbitrary<string> {
  const places = placesIn(good);
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.constant<Change>(() => GONE),
    fc.constantFrom(...odd).map(
      (value): Change =>
        () =>
          value,
    ),
    fc.jsonValue({ maxDepth: 2 }).map(
      (value): Change =>
        () =>
          value,
    ),
    fc.constant<Change>((value) => [value]),
    fc.constant<Change>((value) => ({ value })),
    fc.constant<Change>((value) => String(value)),
  );
  return fc.tuple(fc.constantFrom(...places), change).map(([place, by]) => textOf(changedAt(good, place, by)));
}
