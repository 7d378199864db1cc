/** Where a sweep's search runs, and why. */
import assert from "node:assert/strict";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { searchRunLocationOf } from "#kernel/study/search-state.js";

const plan = (more: object, recipe: object = {}): SweepPlan =>
  ({
    plan: {
      recipe: {
        model: { name: "m", base: "b" },
        data: { name: "d", source: { word: "csv", arguments: { path: "rows.csv", separator: "/" } } },
        ...recipe,
      },
    },
    runner: { kind: "runner", word: "ray", arguments: { address: "http://head:8265" } },
    ...more,
  }) as unknown as SweepPlan;
const ray = (search: string): object => ({
  runner: { kind: "runner", word: "ray", arguments: { address: "", search } },
});

describe("location of a search", () => {
  it("is the cluster if the runner has one, or what was requested", () => {
    assert.deepEqual(searchRunLocationOf(plan({})), { where: "cluster", isRequested: false, why: null });
    assert.deepEqual(searchRunLocationOf(plan(ray("here"))), { where: "here", isRequested: true, why: null });
    assert.deepEqual(searchRunLocationOf(plan(ray("cluster"))), { where: "cluster", isRequested: true, why: null });
  });
  it("is undefined without a cluster runner", () => {
    assert.equal(searchRunLocationOf(plan({ runner: undefined })), null);
    assert.equal(
      searchRunLocationOf(plan({ runner: { kind: "runner", word: "processes", arguments: { count: 2 } } })),
      null,
    );
  });
  it("is local, with the reason, if local files or weights are needed", () => {
    const why = (more: object, recipe: object = {}): string => {
      const found = searchRunLocationOf(plan(more, recipe));
      assert.equal(found?.where, "here");
      return found.why ?? "";
    };
    assert.match(why({ start: [{ sweep: "earlier" }] }), /journal/);
    const model = { name: "m", base: "b" };
    assert.match(
      why({}, { model: { ...model, trained: { recipeHash: "x" } } }),
      /m starts from weights that were trained here/,
    );
    assert.match(why({}, { model: { ...model, loaded: { run: "/r", recipeHash: "x" } } }), /run of this folder/);
    const source = { train: { word: "csv", arguments: { path: "/data/rows.csv" } } };
    assert.match(
      why({}, { data: { name: "d", source } }),
      /d reads \/data\/rows\.csv, a path from this machine's root/,
    );
  });
  it("stays as requested if that is impossible, with the reason", () => {
    const found = searchRunLocationOf(plan({ ...ray("cluster"), start: [{ sweep: "earlier" }] }));
    assert.deepEqual([found?.where, found?.isRequested, found?.why !== null], ["cluster", true, true]);
  });
});
