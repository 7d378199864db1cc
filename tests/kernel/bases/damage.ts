/** Randomly damaged JSON and text, as input for fuzzers of model files. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export class Chance {
  private readonly random;
  constructor(seed: number) {
    this.random = xoroshiro128plus(seed);
  }
  below(n: number): number {
    return n <= 1 ? 0 : uniformInt(this.random, 0, n - 1);
  }
  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const values: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    2,
    0.5,
    -0.5,
    1e-300,
    1e300,
    2147483647,
    2147483648,
    4294967295,
    2 ** 53,
    -(2 ** 31),
  ],
  ...["", "a", "\0", "é", "\u{1f600}", "x".repeat(3000), "(a+)+$", "(?=", "[", "\\", "AAAA", "<s>", "[UNK]", "##", "▁"],
  ...[[], {}, [[]], [null], [1, 2, 3], ["a", "b"], { type: "Sequence" }, { toString: 1 }, { __proto__: null }],
];

/** Returns a copy with one to four changes at random places. */
export function damaged(json: unknown, chance: Chance): unknown {
  let copy = structuredClone(json);
  for (let more = 1 + (chance.below(2) ? chance.below(4) : 0); more > 0; more--)
    copy = changed(copy, chance, chance.below(6));
  return copy;
}

/** `depth`: number of levels to descend before making the change. */
function changed(json: unknown, chance: Chance, depth: number): unknown {
  if (typeof json !== "object" || json === null) return other(json, chance);
  const keys = Object.keys(json);
  if (keys.length === 0 || depth === 0) return inside(json as Record<string, unknown>, keys, chance);
  const key = chance.one(keys);
  const parent = json as Record<string, unknown>;
  parent[key] = changed(parent[key], chance, depth - 1);
  return json;
}

function other(value: unknown, chance: Chance): unknown {
  const kind = chance.below(4);
  if (typeof value === "number" && kind < 2) return chance.one([-value, value + 1, value * 1e6, value / 3, value * 2]);
  if (typeof value === "string" && kind < 2) {
    const at = chance.below(value.length + 1);
    return (
      value.slice(0, at) + String(chance.one(values.filter((v) => typeof v === "string"))) + value.slice(at + kind)
    );
  }
  return structuredClone(chance.one(values));
}

function inside(json: Record<string, unknown>, keys: readonly string[], chance: Chance): unknown {
  const [a, b] = [chance.one(keys), chance.one(keys)];
  switch (keys.length === 0 ? 0 : chance.below(6)) {
    case 0:
      return structuredClone(chance.one(values));
    case 1:
      if (Array.isArray(json)) json.splice(Number(a), 1);
      else delete json[a!];
      return json;
    case 2:
      [json[a!], json[b!]] = [json[b!], json[a!]];
      return json;
    case 3:
      if (Array.isArray(json)) json.push(structuredClone(chance.one([...values, json[0]])));
      else json[chance.one(["type", "x", a!])] = structuredClone(chance.one(values));
      return json;
    case 4: {
      // Nests the value inside itself several times.
      let nested: unknown = structuredClone(json);
      for (let levels = chance.below(80); levels > 0; levels--) nested = { ...json, [a!]: nested };
      return nested;
    }
    default:
      json[a!] = other(json[a!], chance);
      return json;
  }
}

/** Returns the text with one to six changes: pieces inserted, removed or doubled. */
export function damagedText(text: string, pieces: readonly string[], chance: Chance): string {
  let made = text;
  for (let more = 1 + (chance.below(2) ? chance.below(6) : 0); more > 0; more--) {
    const at = chance.below(made.length + 1);
    const length = chance.below(30);
    const choice = chance.below(4);
    if (choice === 0) made = made.slice(0, at) + made.slice(at + length);
    else if (choice === 1)
      made = made.slice(0, at) + made.slice(at, at + length).repeat(1 + chance.below(50)) + made.slice(at);
    else made = `${made.slice(0, at)} ${chance.one(pieces)} ${made.slice(at)}`;
  }
  return made;
}
