/**
 * Rows sliced by values and by lengths: the names of slices, their rows, and how missing, numerous or hostile values
 * are treated.
 */
import assert from "node:assert/strict";
import type { RowPartition } from "#stdlib/slicings/kind.js";
import { length } from "#stdlib/slicings/length.js";
import { language } from "#stdlib/slicings/language.run.js";
import { partitionByQuantiles } from "#stdlib/slicings/shared/quantiles.js";
import { partitionByValues } from "#stdlib/slicings/shared/values.js";

const counts = ({
  names,
  partOfRow: of,
}: Pick<RowPartition, "names" | "partOfRow">): readonly (readonly [string, number])[] =>
  names.map((name, part) => [name, of.filter((one) => one === part).length] as const).filter(([, rows]) => rows > 0);
const quantiles = (numbers: readonly number[], bins: number) =>
  counts(partitionByQuantiles(Float64Array.from(numbers), bins, String));
const values = (all: readonly unknown[], fewest = 2) => counts(partitionByValues("c", all, fewest));
const repeated = <T>(value: T, times: number): readonly T[] => Array.from({ length: times }, () => value);

describe("quantile slices of numbers", () => {
  it("contain about equally many rows, and are named by their least and greatest values", () => {
    const numbers = Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
    assert.deepEqual(quantiles(numbers, 4), [
      ["0 – 24", 25],
      ["25 – 49", 25],
      ["50 – 74", 25],
      ["75 – 99", 25],
    ]);
  });
  it("keep equal values together, whichever side is larger", () => {
    const few = Array.from({ length: 10 }, (_, i) => i);
    assert.deepEqual(quantiles([...repeated(-1, 90), ...few], 4), [
      ["-1", 90],
      ["0 – 9", 10],
    ]);
    assert.deepEqual(quantiles([...few, ...repeated(99, 90)], 4), [
      ["0 – 9", 10],
      ["99", 90],
    ]);
    assert.deepEqual(quantiles(repeated(3, 5), 4), [["3", 5]]);
    assert.deepEqual(quantiles([1, 2], 20), [
      ["1", 1],
      ["2", 1],
    ]);
  });
  it("cover every row, for any numbers", () => {
    let state = 1;
    const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let trial = 0; trial < 300; trial++) {
      const numbers = Array.from({ length: 1 + Math.floor(next() * 40) }, () => Math.floor(next() ** 3 * 12));
      const bins = 2 + Math.floor(next() * 6);
      const { names, partOfRow: of } = partitionByQuantiles(Float64Array.from(numbers), bins, String);
      assert.ok(names.length <= bins && names.length > 0);
      numbers.forEach((number, row) => {
        const [low, high = low] = names[of[row]!]!.split(" – ").map(Number);
        assert.ok(low! <= number && number <= high!, `${number} in ${names[of[row]!]}`);
      });
      assert.ok(counts({ names, partOfRow: of }).length === names.length, "no part is empty");
    }
  });
  it("put missing numbers in a last slice", () => {
    assert.deepEqual(quantiles([1, Number.NaN, 2, Number.NaN, Number.NaN], 2), [
      ["1", 1],
      ["2", 1],
      ["(missing)", 3],
    ]);
  });
});

describe("slices by the values of a column", () => {
  it("are its values, most frequent first and missing last", () => {
    assert.deepEqual(values(["b", null, "a", "b", undefined, " ", Number.NaN, ""]), [
      ["b", 2],
      ["a", 1],
      ["(missing)", 5],
    ]);
    assert.deepEqual(values([true, false, true]), [
      ["true", 2],
      ["false", 1],
    ]);
    assert.deepEqual(
      values([["x", "y"], { k: 1 }, new Date("2026-01-02"), 3n])
        .map(([name]) => name)
        .sort(),
      ["2026-01-02", "3", "x, y", '{"k":1}'],
    );
  });
  it("order few numbers by size, cut many into quartiles, and treat leading zeros as names", () => {
    assert.deepEqual(values(["10", "9", "10", null]), [
      ["9", 1],
      ["10", 2],
      ["(missing)", 1],
    ]);
    const many = Array.from({ length: 40 }, (_, i) => String(i / 2));
    assert.deepEqual(
      values(many).map(([name]) => name),
      ["0 – 4.5", "5 – 9.5", "10 – 14.5", "15 – 19.5"],
    );
    assert.equal(values(many.map((_, i) => `0${String(i % 20)}`)).length, 20);
  });
  it("list the informative values among very many, and group the others", () => {
    const ids = Array.from({ length: 50 }, (_, i) => `id ${String(i)}`);
    assert.deepEqual(values([...ids, ...repeated("often", 3), null]), [
      ["often", 3],
      ["50 others", 50],
      ["(missing)", 1],
    ]);
    const often = ids.flatMap((id) => [id, id]);
    assert.deepEqual(values(often).length, 21);
    assert.deepEqual(values(often).at(-1), ["30 others", 60]);
    assert.deepEqual(partitionByValues("c", often, 2).notes, ["c has 50 values"]);
    assert.equal(values(ids.slice(0, 30)).length, 30, "of thirty each stands by itself");
  });
  it("separate long values with a common prefix, and shorten their names", () => {
    const long = "x".repeat(5000);
    const found = values([`${long}a`, `${long}b`, `${long}b`]);
    assert.deepEqual(
      found.map(([name, rows]) => [name.length, rows]),
      [
        [201, 2],
        [201, 1],
      ],
    );
    assert.ok(!found[0]![0].includes("\u0000"));
  });
});

describe("slicing functions", () => {
  const rows = (texts: readonly string[]) => ({ count: texts.length, text: (row: number) => texts[row]! });
  const call = (word: string, given = {}) => ({ kind: "slicing", word, arguments: given });

  it("length counts words or characters", async () => {
    const texts = rows(["a", "a b", "a b c", "日本語のテキスト", "… – …"]);
    const words = await length.part(call("length", { bins: 2, by: "words" }), texts);
    assert.equal(words?.by, "length in words");
    assert.deepEqual(counts(words), [
      ["0 – 2", 3],
      ["3", 2],
    ]);
    const characters = await length.part(call("length", { bins: 2, by: "characters" }), texts);
    assert.deepEqual(characters && counts(characters), [
      ["1 – 3", 2],
      ["5 – 8", 3],
    ]);
  });
  it("language names languages, and counts texts too short to detect", async () => {
    const parted = await language.part(
      call("language"),
      rows(["The weather is lovely this morning.", "Das Wetter ist heute Morgen sehr schön.", "ok", "1"]),
    );
    assert.deepEqual(parted && counts(parted), [
      ["English", 1],
      ["German", 1],
    ]);
    assert.deepEqual(parted?.notes, ["2 rows are too short to detect their language"]);
  });
  it("language merges very rare languages if others are frequent, as they are uncertain", async () => {
    const english = "The weather is lovely this morning, and we are going to the park.";
    const german = "Das Wetter ist heute Morgen sehr schön, und wir gehen in den Park.";
    const french = "Le temps est très beau ce matin, et nous allons au parc avec les enfants.";
    const part = async (texts: readonly string[]) => counts((await language.part(call("language"), rows(texts)))!);
    assert.deepEqual(await part([...repeated(english, 20), german, ...repeated(german, 4), french]), [
      ["English", 20],
      ["German", 5],
      ["other", 1],
    ]);
    assert.deepEqual(await part([...repeated(english, 19), french]), [
      ["English", 19],
      ["French", 1],
    ]);
  });
});
