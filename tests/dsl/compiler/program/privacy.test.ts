/** `privacy` in a recipe: its noise, the settings derived from it, and the recipe's hash. */
import assert from "node:assert/strict";
import { privacyPlan } from "#dsl/compiler/plan/private.js";
import { programText } from "#dsl/compiler/plan/text.js";
import { registry } from "#stdlib/registry.js";
import { epsilonByRdp } from "#stdlib/privacies/shared/rdp.js";
import { defaultDelta } from "#stdlib/privacies/shared/budget.js";
import { compiled } from "../../world.js";
import { before, planOf } from "./trained.js";

describe("privacy in a recipe", () => {
  it("derives the least noise for ε, and records sampling rate and steps", () => {
    const { training } = planOf("privacy: differential(8)").recipe;
    const { privacy } = training;
    assert.ok(privacy);
    const { call, noise, ...told } = privacy;
    assert.deepEqual(told, { unit: "row", epsilon: 8, delta: 1e-5, clip: 1, rate: 0.04, steps: 75 });
    assert.equal(call.arguments["delta"], 1e-5);
    const spent = (n: number): number => epsilonByRdp([{ noise: n, rate: 0.04, steps: 75 }], 1e-5);
    assert.ok(spent(noise) <= 8 && spent(noise - 0.001) > 8, String(noise));
    assert.equal(noise, Number(noise.toFixed(3)));
    const tighter = planOf("privacy: differential(8, accountant: prv)").recipe.training.privacy;
    assert.ok(tighter && tighter.noise < noise);
  });

  it("accepts a written noise and derives its ε", () => {
    const { privacy } = planOf("privacy: differential(noise: 1.1, delta: 1e-6, clip: 0.5)").recipe.training;
    assert.ok(privacy);
    assert.deepEqual([privacy.noise, privacy.delta, privacy.clip], [1.1, 1e-6, 0.5]);
    const spent = epsilonByRdp([{ noise: 1.1, rate: 0.04, steps: 75 }], 1e-6);
    assert.ok(privacy.epsilon >= spent && privacy.epsilon < spent + 0.001);
  });

  it("warns of a weak guarantee, written or derived, and rejects a clip near zero", () => {
    const codes = (keys: string): readonly string[] =>
      compiled(`${before}train router on tickets { ${keys} }`).diagnostics.map(({ code }) => code);
    for (const weak of ["epsilon: 50", "noise: 0.1"])
      assert.deepEqual(codes(`privacy: differential(${weak})`), ["weak-privacy"], weak);
    for (const fine of ["8", "noise: 1.1"]) assert.deepEqual(codes(`privacy: differential(${fine})`), [], fine);
    assert.deepEqual(codes("privacy: differential(8, clip: 1e-45)"), ["out-of-range"]);
  });

  it("samples at random, drops `clip` and keeps the last weights by default", () => {
    const { recipe, origins } = planOf("privacy: differential(8)");
    const { shuffle, keep, clip } = recipe.training;
    assert.deepEqual({ shuffle, keep, clip }, { shuffle: "random", keep: "last", clip: null });
    for (const key of ["shuffle", "keep", "clip"]) assert.equal(origins[`training.${key}`]?.from, "derived", key);
    const open = planOf('privacy: differential(8), keep: best, allow: { private-selection: "made for it" }');
    assert.equal(open.recipe.training.keep, "best");
    assert.deepEqual(
      open.effects.allowed?.map(({ code }) => code),
      ["private-selection"],
    );
  });

  it("counts rows per update over all its batches, at most all rows", () => {
    const rate = (keys: string): number | undefined =>
      planOf(`privacy: differential(8), ${keys}`).recipe.training.privacy?.rate;
    assert.equal(rate("batch_size: 8, accumulate: 4"), 0.04);
    assert.equal(rate("batch_size: 1600"), 1);
  });

  it("changes the recipe hash, and is absent from other recipes", () => {
    const hashes = [
      "epochs: 3",
      "privacy: differential(8)",
      "privacy: differential(4)",
      "privacy: differential(8, clip: 2)",
    ];
    assert.equal(new Set(hashes.map((keys) => planOf(keys).recipeHash)).size, 4);
    assert.equal(
      planOf("privacy: differential(8, delta: 1e-5)").recipeHash,
      planOf("privacy: differential(8)").recipeHash,
    );
    assert.ok(!("privacy" in planOf("epochs: 3").recipe.training));
  });

  it("is preserved in the program text of a plan", () => {
    const text = programText(planOf("privacy: differential(8, clip: 0.5)"), registry);
    assert.match(text, /privacy: differential\(epsilon: 8, clip: 0\.5\)/);
    const again = compiled(text).actions?.findLast(({ verb }) => verb === "train");
    assert.ok(again?.verb === "train");
    assert.equal(again.plan.recipeHash, planOf("privacy: differential(8, clip: 0.5)").recipeHash);
  });

  it("plans noise for clients and rejects impossible guarantees", () => {
    const told: string[] = [];
    const program = { registry, reportNear: (code: string) => told.push(code) > 0 };
    const call = {
      word: "differential",
      kind: "privacy",
      arguments: { epsilon: 8, delta: null, clip: 1, accountant: "rdp" },
    };
    const here = { source: "cell", start: 0, end: 1 };
    const of = { unit: "client" as const, rate: 0.5, steps: 20, units: 10, span: undefined, here };
    const plan = privacyPlan(program, call, of);
    assert.ok(plan && plan.unit === "client" && plan.noise > 1);
    privacyPlan(program, { ...call, arguments: { ...call.arguments, delta: 0.2 } }, of);
    assert.equal(privacyPlan(program, { ...call, arguments: { ...call.arguments, epsilon: 1e-5 } }, of), undefined);
    assert.deepEqual(told, ["delta-too-great", "no-noise-keeps"]);
  });

  it("has a default δ far below one over the number of rows", () => {
    assert.deepEqual([1, 800, 35_000, 100_000, 1_000_000].map(defaultDelta), [1e-5, 1e-5, 1e-5, 3e-6, 2e-7]);
  });
});
