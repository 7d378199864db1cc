import assert from "node:assert/strict";
import { kept, worse, type Counted } from "./gate.js";

const counted = (value: number, more: Partial<Counted["figure"]> = {}): Counted => ({
  figure: { name: "casts", bar: 2, ...more },
  value,
  places: [
    { file: "dsl/a.ts", line: 3 },
    { file: "dsl/b.ts", line: 7, what: "x as T" },
  ],
});
const committed = { casts: { value: 4, bar: 2 } };
const none = new Set<string>();

describe("gate of the figures", () => {
  it("reports which figure got worse, by how much and where, changed files first", () => {
    assert.deepEqual(worse([counted(6)], committed, new Set(["dsl/b.ts"])), [
      'casts: 6, 2 more than 4 (npm run house -- --list "casts" lists all)\n  dsl/b.ts:7  x as T\n  dsl/a.ts:3',
    ]);
  });

  it("accepts a figure that is equal, lower or new", () => {
    for (const value of [4, 3, 0]) assert.deepEqual(worse([counted(value)], committed, none), []);
    assert.deepEqual(worse([counted(9)], {}, none), []);
  });

  it("accepts a size that grows up to its limit", () => {
    const size = (value: number): Counted => counted(value, { mayGrow: true, bar: 8 });
    assert.deepEqual(worse([size(8)], committed, none), []);
    assert.equal(worse([size(9)], committed, none).length, 1);
  });

  it("saves better values and never worse ones", () => {
    assert.deepEqual(kept([counted(3)], committed), { casts: { value: 3, bar: 2 } });
    assert.deepEqual(kept([counted(5)], committed), committed);
  });
});
