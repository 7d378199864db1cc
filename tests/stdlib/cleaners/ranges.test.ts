/** Cleaners of scores outside a range: which rows they drop, which numbers they change, which columns they refuse. */
import assert from "node:assert/strict";
import { clamp } from "#stdlib/cleaners/clamp.js";
import { dropOutside } from "#stdlib/cleaners/drop_outside.js";
import type { CleanerImplementation } from "#stdlib/data/contract.js";
import { compiled } from "../../dsl/world.js";
import { call } from "../../kernel/data/rows/plans.js";

const columns = { text: "body", score: "amount" };
const cleaned = (cleaner: CleanerImplementation, scores: readonly unknown[], column = "amount") => {
  const given = call("cleaner", "any", { column, range: { from: 0, to: 10 } });
  const step = cleaner.start(given, { streamed: false, seed: 0, columns });
  return scores.map((score) => {
    const out = step({ row: 1, values: { text: "7000", score } });
    return "dropped" in out ? out.dropped : out.values["score"];
  });
};

describe("drop_outside", () => {
  it("drops scores below and above the range, and keeps its ends and rows without a score", () => {
    const why = "score outside 0..10";
    assert.deepEqual(cleaned(dropOutside, [-4, 0, 5, 10, 99999, null]), [why, 0, 5, 10, why, null]);
    assert.deepEqual(cleaned(dropOutside, [-4, 5], "score"), [why, 5]);
  });
});
describe("clamp", () => {
  it("moves scores to the nearest end of the range, and keeps rows without a score", () =>
    assert.deepEqual(cleaned(clamp, [-4, 0, 5, 10, 99999, null]), [0, 0, 5, 10, 10, null]));
});
describe("range cleaners", () => {
  const codes = (clean: string, roles = "text: body, score: amount") =>
    compiled([`data d { source: csv("a.csv"), columns: { ${roles} }, clean: ${clean} }`], {
      table: ["body", "amount", "team"],
    }).codes;
  it("accept a column of scores or its role, and reject other columns", () => {
    assert.deepEqual(codes("[drop_outside(amount, 0..1000), clamp(score, -1..1.5)]"), []);
    assert.deepEqual(codes("drop_outside(body, 0..1000)"), ["range-of-no-numbers"]);
    assert.deepEqual(codes("clamp(score, 0..1)", "text: body, label: team"), ["range-of-no-numbers"]);
  });
});
