/** Reservoir sampling: at most a fixed number of all rows seen, each with equal probability. */
import assert from "node:assert/strict";
import { sampleReservoir } from "#kernel/features/update/reservoir.js";

interface Row {
  readonly hash: string;
  readonly row: number;
  readonly roles: Readonly<Record<string, unknown>>;
}
const day = (hash: string, rows: number, label = (row: number): string => ["a", "b", "c"][row % 3]!): readonly Row[] =>
  Array.from({ length: rows }, (_, row) => ({ hash, row: row + 1, roles: { text: "t", label: label(row) } }));
type How = Parameters<typeof sampleReservoir>[1];
const uniform: How = { maxRows: 30 };
const balanced: How = { maxRows: 30, balanced: true };
const through = (days: readonly (readonly Row[])[], how: How): readonly Row[] =>
  days.reduce<readonly Row[]>((kept, rows) => sampleReservoir([...kept, ...rows], how), []);

describe("row reservoir", () => {
  it("samples day by day the same rows as from all days at once, within its limit", () => {
    // Labels that appear late, are rare, or occur on one day only.
    const label =
      (of: number) =>
      (row: number): string =>
        of > 4 && row % 4 === 0 ? "late" : row === 0 ? `once ${String(of)}` : ["a", "b"][row % 2]!;
    for (const how of [uniform, balanced, { ...balanced, most: 7 }, { ...uniform, most: 1 }])
      for (let run = 0; run < 40; run++) {
        const days = [3, 50, 17, 29, 1, 40, 23, 31].map((rows, i) =>
          day(`run ${String(run)} day ${String(i)}`, rows, label(i)),
        );
        let kept: readonly Row[] = [];
        for (let i = 0; i < days.length; i++) {
          kept = sampleReservoir([...kept, ...days[i]!], how);
          const seen = days.slice(0, i + 1).flat();
          assert.equal(kept.length, Math.min(seen.length, how.maxRows!));
          assert.deepEqual(kept, sampleReservoir(seen, how));
        }
      }
  });
  it("samples each row with the same probability, whichever day it arrives", () => {
    const [runs, days, rows] = [4000, 10, 20];
    const counts = new Array<number>(days).fill(0);
    const places = new Array<number>(rows).fill(0);
    for (let run = 0; run < runs; run++) {
      const all = Array.from({ length: days }, (_, i) => day(`${String(run)}/${String(i)}`, rows));
      for (const { hash, row } of through(all, uniform)) {
        counts[Number(hash.split("/")[1])]!++;
        places[row - 1]!++;
      }
    }
    const far = (found: readonly number[]): number => {
      const expected = (runs * uniform.maxRows!) / found.length;
      return found.reduce((sum, one) => sum + (one - expected) ** 2 / expected, 0);
    };
    // χ² with 9 and with 19 degrees of freedom exceeds 27.9 and 43.8 in one of a thousand cases.
    assert.ok(far(counts) < 27.9, counts.join());
    assert.ok(far(places) < 43.8, places.join());
  });
  it("balances labels as far as possible, and includes all rows of rare ones", () => {
    const label = (row: number): string => (row < 2 ? "rare" : row < 12 ? "some" : "many");
    const kept = through([day("x", 40, label), day("y", 40, (row) => (row < 1 ? "rare" : "many"))], balanced);
    const count = (of: string): number => kept.filter(({ roles }) => roles["label"] === of).length;
    assert.deepEqual([count("rare"), count("some"), count("many")], [3, 10, 17]);
    // The retained rows of "many" stay in proportion to the days' rows, 28 to 39.
    let [first, all] = [0, 0];
    for (let run = 0; run < 1500; run++) {
      const some = through(
        [day(`x${String(run)}`, 40, label), day(`y${String(run)}`, 40, (row) => (row < 1 ? "rare" : "many"))],
        balanced,
      );
      const many = some.filter(({ roles }) => roles["label"] === "many");
      all += many.length;
      first += many.filter(({ hash }) => hash.startsWith("x")).length;
    }
    assert.ok(Math.abs(first / all - 28 / 67) < 0.012, String(first / all));
  });
  it("has no limit by default, and treats rows without labels alike", () => {
    const rows = day("d", 100);
    assert.equal(sampleReservoir(rows, { balanced: true }), rows);
    const bare = rows.map(({ hash, row }) => ({ hash, row, roles: { text: "t" } }));
    assert.deepEqual(sampleReservoir(bare, balanced), sampleReservoir(bare, uniform));
  });
});
