/** The first line of `verify` for a notebook. */
import assert from "node:assert/strict";
import { rerunVerdictText } from "#kernel/apps/cli/verify-notebook.js";
import { compareNumbers } from "#kernel/runs/record/number-tolerance.js";

describe("verdict of `verify` on a notebook", () => {
  const run = (now: number, ...changed: readonly string[]) => ({
    changed: changed.map((what) => ({ group: "data" as const, what, here: "1", there: "2" })),
    numbers: compareNumbers([{ what: "loss of step 1", sort: "loss", then: 0.5, now }]),
  });
  it("begins with what changed, whatever the numbers are", () => {
    assert.equal(rerunVerdictText([run(0.5)], true), "gives the same numbers");
    assert.equal(rerunVerdictText([run(0.7)], false), "gives other numbers");
    const of = (now: number) =>
      rerunVerdictText([run(now, "file a.csv"), run(0.5, "file a.csv", "version of node")], now < 0.6);
    const begin = "has changed ingredients (file a.csv, version of node)";
    assert.equal(of(0.50001), `${begin}, and its numbers stayed within tolerance`);
    assert.equal(of(0.5), `${begin}, and its numbers are the same bit for bit`);
    assert.equal(of(0.7), `${begin}, and gives other numbers`);
  });
  it("lists at most six changes", () => {
    const many = Array.from({ length: 9 }, (_, i) => `file ${String(i)}`);
    assert.match(rerunVerdictText([run(0.5, ...many)], true), /\(file 0, .*file 5, 3 more\)/);
  });
});
