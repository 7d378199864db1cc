/**
 * `detach: true` and `attach`: which names they need, which hashes they change, and what the name refers to in the
 * meantime.
 */
import assert from "node:assert/strict";
import { compiled, definitions, run as before } from "../../world.js";

const trainOf = ({ actions }: ReturnType<typeof compiled>) => {
  const action = actions?.find((one) => one.verb === "train");
  assert.ok(action?.verb === "train");
  return action;
};

describe("`detach: true`", () => {
  it("changes the plan hash but not the recipe hash", () => {
    const [here, apart] = ["", " { detach: true }"].map((block) =>
      trainOf(compiled(`${definitions}train m on d as night${block}`)),
    );
    assert.equal(here!.plan.recipeHash, apart!.plan.recipeHash);
    assert.notEqual(here!.plan.planHash, apart!.plan.planHash);
    assert.deepEqual([here!.detach, apart!.detach], [undefined, true]);
    const off = trainOf(compiled(`${definitions}train m on d as night { detach: false }`));
    assert.deepEqual([off.detach, off.plan.planHash], [undefined, here!.plan.planHash]);
  });
  it("requires a name and offers one by a fix", () => {
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
  it("works with seeds and folds, whose models are available once attached", () => {
    const seeds = `${definitions}train m on d as night { repeats: 3, detach: true }`;
    const action = trainOf(compiled(seeds));
    assert.deepEqual([action.detach, action.repeats?.each.length], [true, 3]);
    const folded = definitions.replace(/random\([^)]*\)/, "folds(5)");
    const folds = `${folded}train m on d as night { detach: true }`;
    const of = trainOf(compiled(folds));
    assert.deepEqual([of.detach, of.folds?.length], [true, 5]);
    for (const [train, asks] of [
      [seeds, "evaluate night on d.test"],
      [seeds, "evaluate night_2 on d.test"],
      [folds, "evaluate night on d"],
    ] as const) {
      const { diagnostics } = compiled(`${train}\n${asks}`);
      const told = diagnostics.map(({ code, data }) => [code as string, data as object]);
      assert.deepEqual(told, [["trains-apart", { name: "night" }]], asks);
      assert.deepEqual(compiled(`${train}\nattach night\n${asks}`).codes, [], asks);
      assert.deepEqual(compiled([train, `attach night\n${asks}`]).codes, [], asks);
    }
  });
  it("works with a sweep, whose best trial is available once attached", () => {
    const sweep = `${definitions}sweep m on d as found { vary: { batch_size: choice(8, 16) }, trials: 2, maximize: accuracy, detach: true }`;
    const swept = ({ actions }: ReturnType<typeof compiled>) => actions?.find((one) => one.verb === "sweep");
    const [here, apart] = [sweep.replace(", detach: true", ""), sweep].map((text) => swept(compiled(text)));
    assert.deepEqual([here?.detach, apart?.detach], [undefined, true]);
    assert.deepEqual(here?.sweep, apart?.sweep);
    for (const asks of ["train m on d as winner with found.best", "evaluate found.best on d.test"]) {
      assert.deepEqual(compiled(`${sweep}\n${asks}`).codes, ["trains-apart"], asks);
      // The result is known once the cell that attaches it has run, like after a cell that sweeps.
      assert.deepEqual(compiled(`${sweep}\nattach found\n${asks}`).codes, ["known-after-run"], asks);
    }
  });
  it("makes the model unavailable until it is attached", () => {
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
    it(`is the fix for \`${habit}\``, () => {
      const { diagnostics } = compiled(`${definitions}train m on d as night { ${habit}: true }`);
      assert.match(JSON.stringify(diagnostics.find(({ code }) => code === "unknown-key")?.fix), /detach/);
    });
});

describe("`attach` statement", () => {
  const night = { ...before, name: "night" };
  it("defines a sweep with the recipe that it was started with", () => {
    const recipe = { epochs: 7 };
    const run = { ...before, name: "found", together: { is: "sweep", model: {}, recipe } } as const;
    const cells = [`${definitions}attach found`, "train m on d as winner with found.best"];
    const { codes, actions } = compiled(cells, {
      run,
      live: { "found.best": { value: { record: { batch_size: "8" } } } },
    });
    assert.deepEqual(codes, []);
    const { training } = trainOf({ actions } as ReturnType<typeof compiled>).plan.recipe;
    assert.deepEqual([training.epochs, training.batch_size], [7, 8]);
  });
  it("defines the run's model in a notebook without its training", () => {
    const { codes, actions } = compiled(
      `${definitions}attach night\nevaluate night on d.test { metrics: [accuracy] }\npredict night on "a text"`,
      { run: night },
    );
    assert.deepEqual(codes, []);
    const action = actions?.find((one) => one.verb === "attach");
    assert.deepEqual([action?.name, action?.run], ["night", before.folder]);
  });
  it("defines the model for later cells", () => {
    for (const cell of ["attach night", 'attach "runs/night-1" as night']) {
      const { codes, actions } = compiled([`${definitions}${cell}`, "evaluate night on d.test"], { run: night });
      assert.deepEqual([codes, actions?.map(({ verb }) => verb)], [[], ["evaluate"]], cell);
    }
  });
  it("accepts a run folder, under the training's name or another", () => {
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
  it("looks the run up once, including trainings in progress", () => {
    const asked: boolean[] = [];
    const { facts } = compiled(`${definitions}attach night\nevaluate night on d.test`, { run: night });
    for (const [need] of facts.about("run")) asked.push(need.still === true);
    assert.deepEqual(asked, [true]);
  });
  it("reports a missing run once", () => {
    const failed = { failed: { code: "nothing-to-attach", data: { name: "night", runs: "runs", has: [] } } } as const;
    assert.deepEqual(compiled(`${definitions}attach night\nevaluate night on d.test`, { run: failed }).codes, [
      "nothing-to-attach",
    ]);
  });
  it("requires exactly one name and no block", () => {
    assert.deepEqual(compiled("attach").codes, ["missing-operand"]);
    assert.deepEqual(compiled("attach a, b").codes, ["wrong-operand"]);
    assert.deepEqual(compiled("attach night { }", { run: night }).codes, ["statement-takes-no-block"]);
  });
});
