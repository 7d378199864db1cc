/** `detach: true` and `attach`: which names they ask for, which hashes they change, and what stands under the name meanwhile. */
import assert from "node:assert/strict";
import { compiled, definitions, run as before } from "../world.js";

const trainOf = ({ actions }: ReturnType<typeof compiled>) => {
  const action = actions?.find((one) => one.verb === "train");
  assert.ok(action?.verb === "train");
  return action;
};

describe("detach", () => {
  it("is the plan's alone: the recipe's hash is that of a training here", () => {
    const [here, apart] = ["", " { detach: true }"].map((block) =>
      trainOf(compiled(`${definitions}train m on d as night${block}`)),
    );
    assert.equal(here!.plan.recipeHash, apart!.plan.recipeHash);
    assert.notEqual(here!.plan.planHash, apart!.plan.planHash);
    assert.deepEqual([here!.detach, apart!.detach], [undefined, true]);
    const off = trainOf(compiled(`${definitions}train m on d as night { detach: false }`));
    assert.deepEqual([off.detach, off.plan.planHash], [undefined, here!.plan.planHash]);
  });
  it("asks for a name of its own, and mends", () => {
    const { diagnostics, sources } = compiled(`${definitions}train m on d { detach: true }`);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["detach-without-name"],
    );
    const [edit] = diagnostics[0]!.fix!.edits;
    const { text } = sources[0]!;
    const mended = text.slice(0, edit!.start) + edit!.text + text.slice(edit!.end);
    assert.match(mended, /train m on d as trained_m \{ detach: true \}$/);
    assert.deepEqual(compiled(mended).codes, []);
  });
  it("takes one training alone", () => {
    assert.deepEqual(compiled(`${definitions}train m on d as night { repeats: 3, detach: true }`).codes, [
      "cannot-detach",
    ]);
    const folded = definitions.replace(/random\([^)]*\)/, "folds(5)");
    assert.deepEqual(compiled(`${folded}train m on d as night { detach: true }`).codes, ["cannot-detach"]);
  });
  it("leaves nothing to ask until it is attached", () => {
    const train = `${definitions}train m on d as night { detach: true }`;
    assert.deepEqual(compiled(`${train}\nevaluate night on d.test`).codes, ["trains-apart"]);
    assert.deepEqual(compiled([train, "evaluate night on d.test"]).codes, ["trains-apart"]);
    assert.deepEqual(compiled(`${train}\nattach night\nevaluate night on d.test`).codes, []);
    assert.deepEqual(compiled([train, "attach night\nevaluate night on d.test"]).codes, []);
    const nothing = { failed: { code: "nothing-to-attach", data: { name: "night", runs: "runs", has: [] } } } as const;
    const { codes, actions } = compiled(`${train}\nattach night`, { run: nothing });
    assert.deepEqual([codes, actions?.find((one) => one.verb === "attach")?.run], [[], null]);
  });
  for (const habit of ["background", "detached"])
    it(`is what \`${habit}\` is mended to`, () => {
      const { diagnostics } = compiled(`${definitions}train m on d as night { ${habit}: true }`);
      assert.match(JSON.stringify(diagnostics.find(({ code }) => code === "unknown-key")?.fix), /detach/);
    });
});

describe("attach", () => {
  const night = { ...before, name: "night" };
  it("makes its name the run's model, in a notebook that says nothing else of it", () => {
    const { codes, actions } = compiled(
      `${definitions}attach night\nevaluate night on d.test { metrics: [accuracy] }\npredict night on "a text"`,
      { run: night },
    );
    assert.deepEqual(codes, []);
    const action = actions?.find((one) => one.verb === "attach");
    assert.deepEqual([action?.name, action?.run], ["night", before.folder]);
  });
  it("takes the folder of a run, under the training's name or another", () => {
    const named = (text: string) => {
      const { codes, actions } = compiled(text, { run: night });
      assert.deepEqual(codes, []);
      return actions?.find((one) => one.verb === "attach")?.name;
    };
    assert.equal(named('attach "runs/night-1"'), "night");
    assert.equal(named('attach "runs/night-1" as mine'), "mine");
    assert.deepEqual(compiled('attach "runs/night-1"', { run: { ...before, name: "2 nights" } }).codes, [
      "attach-without-name",
    ]);
  });
  it("asks for one that trains still, and for that one wherever its name is used", () => {
    const asked: boolean[] = [];
    const { facts } = compiled(`${definitions}attach night\nevaluate night on d.test`, { run: night });
    for (const [need] of facts.about("run")) asked.push(need.still === true);
    assert.deepEqual(asked, [true]);
  });
  it("says what isn't there, once", () => {
    const failed = { failed: { code: "nothing-to-attach", data: { name: "night", runs: "runs", has: [] } } } as const;
    assert.deepEqual(compiled(`${definitions}attach night\nevaluate night on d.test`, { run: failed }).codes, [
      "nothing-to-attach",
    ]);
  });
  it("wants one name, and takes no block", () => {
    assert.deepEqual(compiled("attach").codes, ["missing-operand"]);
    assert.deepEqual(compiled("attach a, b").codes, ["wrong-operand"]);
    assert.deepEqual(compiled("attach night { }", { run: night }).codes, ["statement-takes-no-block"]);
  });
});
