/** `update`: how strategies change a technique, task by task and update by update. */
import assert from "node:assert/strict";
import { compiled, run } from "../../../world.js";

const data = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%) }
data e like d { source: csv("b.csv") }
model m { base: "minilm", task: text_classification, technique: lora(rank: 4, alpha: 12, from: "before") }
train m on d
`;
/** Returns rank, alpha and the strategy's own rank for each task. */
function grown(text: string, world: Parameters<typeof compiled>[1] = {}) {
  const { actions, codes } = compiled(text, world);
  assert.deepEqual(codes, []);
  return (actions ?? []).flatMap((one) =>
    one.verb === "update"
      ? one.stages.map(({ name, plan: { recipe, origins } }) => {
          const { rank, alpha, from } = recipe.model.technique.arguments;
          const why = origins["model.technique.rank"]?.why;
          return { name, rank, alpha, from, why, own: recipe.update?.strategy[0]?.arguments["rank"] };
        })
      : [],
  );
}
const ranks = (text: string, world: Parameters<typeof compiled>[1] = {}) =>
  grown(text, world).map(({ name, rank, alpha, own }) => [name, rank, alpha, own]);

describe("`update` statement with strategies", () => {
  it("grows the technique for each new data set, only if a strategy needs it", () => {
    const [first, second] = grown(`${data}update m on e, d as n { strategy: o_lora }`);
    assert.deepEqual([first?.rank, first?.alpha, first?.own, first?.from], [8, 24, 4, undefined]);
    assert.deepEqual([second?.rank, second?.alpha, second?.own], [12, 36, 4]);
    assert.match(second?.why ?? "", /^8 of earlier data and 4 of these/);
    assert.deepEqual(ranks(`${data}update m on e as n { strategy: naive }`), [["n_1", 4, 12, undefined]]);
  });
  it("keeps the grown rank in later updates, with any strategy, and if a name is reused", () => {
    assert.deepEqual(
      ranks(`${data}update m on e, d as n { strategy: o_lora }
update n on e as o { strategy: replay(5%) }
update o on d as p { strategy: o_lora(rank: 2) }
update p on d as n { strategy: o_lora }`),
      [
        ["n_1", 8, 24, 4],
        ["n_2", 12, 36, 4],
        ["o_1", 12, 36, undefined],
        ["p_1", 14, 42, 2],
        ["n_1", 16, 48, 2],
      ],
    );
  });
  it("starts from technique and strategy of a loaded run", () => {
    const technique = { word: "lora", kind: "technique", arguments: { rank: 12, alpha: 24 } };
    const strategy = [{ word: "o_lora", kind: "strategy", arguments: { strength: 0.5, rank: 4 } }];
    const text = `${data}model old { load: "last_week" }\nupdate old on d as n { strategy: o_lora }`;
    assert.deepEqual(ranks(text, { run: { ...run, model: { ...run.model, technique }, strategy } }), [
      ["n_1", 16, 32, 4],
    ]);
    assert.deepEqual(ranks(text, { run: { ...run, model: { ...run.model, technique } } }), [["n_1", 24, 48, 12]]);
  });
  it("is known to a later cell, which reports a changed strategy", () => {
    const cells = (strategy: string) => [
      data,
      `update m on e as n { strategy: ${strategy} }\nupdate n on d as o { strategy: o_lora }`,
    ];
    const { actions } = compiled(cells("o_lora").join(""));
    const [train] = (actions ?? []).flatMap((one) => (one.verb === "train" ? [["m", one.plan.recipeHash]] : []));
    const updates = (actions ?? []).flatMap((one) =>
      one.verb === "update" ? [[one.name, one.stages.at(-1)?.plan.recipeHash]] : [],
    );
    const outside = { trained: Object.fromEntries([train!, ...updates]) as Record<string, string> };
    const later = "evaluate o on d.test";
    assert.deepEqual(compiled([...cells("o_lora"), later], { outside }).codes, []);
    assert.deepEqual(compiled([...cells("o_lora(rank: 2)"), later], { outside }).codes, ["changed-since-trained"]);
  });
  it("includes strategy arguments in a stage's recipe hash", () => {
    const hashes = ["o_lora", "o_lora(rank: 4)", "o_lora(rank: 2)"].map((strategy) => {
      const { actions } = compiled(`${data}update m on e as n { strategy: ${strategy} }`);
      const update = actions?.find((one) => one.verb === "update");
      return update?.verb === "update" ? update.stages[0]?.plan.recipeHash : undefined;
    });
    assert.equal(hashes[0], hashes[1]);
    assert.notEqual(hashes[1], hashes[2]);
  });
  it("is marked as usual only if no strategy is written", () => {
    const usual = ["", "{ strategy: replay(5%) }", "{ strategy: naive }", "{ epochs: 1 }"].map((block) => {
      const { actions } = compiled(`${data}update m on e as n ${block}`);
      const update = actions?.find((one) => one.verb === "update");
      return update?.verb === "update" ? (update.usual ?? false) : undefined;
    });
    assert.deepEqual(usual, [true, false, false, true]);
  });
  it("accepts the upper bound of a strategy's range and rejects its exclusive lower bound", () => {
    const codes = ["1", "0.95", "0", "1.01"].map((online) => {
      const strategy = `ewc(online: ${online})`;
      return compiled(`${data}update m on e as n { strategy: ${strategy} }`).codes;
    });
    assert.deepEqual(codes, [[], [], ["out-of-range"], ["out-of-range"]]);
  });
});
