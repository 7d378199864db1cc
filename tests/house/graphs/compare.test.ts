import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { differences, FILE, type AllHashes } from "./compare.js";
import { hashesOf, programsOf } from "./emit.js";
import { actionsOf, plansIn } from "./plans.js";
import { programs } from "./recipes.js";

describe("emitted graphs", () => {
  const committed = JSON.parse(readFileSync(FILE, "utf8")) as AllHashes;

  it("are committed for at least 40 recipes", () => {
    assert.ok(Object.keys(committed).length >= 40);
  });

  it("match the committed hashes for a classifier (npm run house:graphs compares all)", async () => {
    const title = "task: text_classification";
    const planned = plansIn(await actionsOf(title, programs[title]!)).get("m")!;
    const { recipe, ...graphs } = committed[`${title} → m`]!;
    assert.equal(planned.plan.recipeHash, recipe);
    assert.deepEqual(hashesOf(await programsOf(planned)), graphs);
  });

  it("are compared by recipe and graph", () => {
    const one = { recipe: "1", "train.onnx": "2" };
    assert.deepEqual(differences({ a: one, b: one }, { a: one, b: one }), []);
    assert.deepEqual(differences({ a: one }, { a: { ...one, "train.onnx": "3" } }), ["a changed: train.onnx"]);
    assert.deepEqual(differences({ a: one }, { b: one }), ["a is gone", "b is new: --write adds it"]);
  });
});
