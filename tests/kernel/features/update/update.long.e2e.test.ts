/** Long updates over several data sets: interrupted and resumed, and the statistics that strategies compute. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { continualWeightsFile, readContinualState, readExemplars } from "#kernel/runs/continual-state.js";
import { ewcPenaltyAt } from "#kernel/display/landscape.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import type { NotebookOfOne } from "../../session/notebook-of-one.js";
import { floatsOf, recipe, threeDataSets, type Exemplars } from "./three-data-sets.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");

describe("update statement, long run", function () {
  // Each test opens the programs of several strategies for each data set.
  this.timeout(240_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const fileOf = (name: string): string => model(name).weights!.checkpoint.file;
  before(async () => {
    book = await threeDataSets();
  });
  after(() => book.close());

  it("stores the squared gradients of single rows", async () => {
    await book.run(`update m on e as held { ${recipe}, strategy: ewc(strength: 10, fisher: empirical) }`);
    const state = continualWeightsFile(model("held").folder!);
    const { tensors } = readHeader(state);
    const fishers = Object.keys(tensors).filter((name) => name.startsWith("ewc.fisher/"));
    assert.ok(fishers.length > 0);
    for (const name of fishers) {
      const own = floatsOf(state, name);
      assert.ok(
        own.every((one) => one >= 0 && Number.isFinite(one)),
        name,
      );
    }
    assert.ok(fishers.some((name) => floatsOf(state, name).some((one) => one > 0)));
    // An extreme strength fixes every weight that earlier answers depend on.
    const sgd = recipe.replace(/adamw\(.*?\)/, "sgd(learning_rate: 1e-6, momentum: 0)");
    await book.run(`update m on e as stiff { ${sgd}, strategy: ewc(strength: 1e6, fisher: exact) }
update m on e as loose { ${sgd.replace("1e-6", "0.05")}, strategy: naive }`);
    const bias = (file: string) => floatsOf(file, "classifier.bias").slice(0, 2);
    const [had, stiff, loose] = [bias(fileOf("m")), bias(fileOf("stiff")), bias(fileOf("loose"))];
    const far = (values: Float32Array) => Math.hypot(...values.map((one, i) => one - had[i]!));
    assert.ok(far(stiff) < far(loose) / 10, `${String(far(stiff))}, ${String(far(loose))}`);
  });

  it("resumes after an interrupt, and skips finished stages", async () => {
    const stop = new AbortController();
    const define = book.session.models.define.bind(book.session.models);
    book.session.models.define = (plan, as) => {
      if (as === "cut_2") setTimeout(() => stop.abort(), 30);
      return define(plan, as);
    };
    const strategy = "[der(0.5, 0.5, 25%), lwf, si]";
    const update = (more: string) => `update m on e, f as cut { ${recipe}, strategy: ${strategy}${more} }`;
    await assert.rejects(book.run(update(""), { signal: stop.signal }), /interrupted|abort/i);
    book.session.models.define = define;
    const done = readdirSync(book.runs).filter((id) => id.startsWith("cut_1"));
    assert.equal(done.length, 1);
    const shown = text(await book.run(update(", resume: true")));
    assert.deepEqual(
      readdirSync(book.runs).filter((id) => id.startsWith("cut_1")),
      done,
    );
    assert.match(shown, /accuracy of cut\n/);
    await book.run(`update m on e, f as whole { ${recipe}, strategy: ${strategy} }`);
    for (const name of ["cut_1", "cut_2"]) {
      const [own, other] = [name, name.replace("cut", "whole")].map((one) => readContinualState(model(one).folder!));
      assert.deepEqual(own?.scores, other?.scores, name);
      assert.deepEqual(own?.said, other?.said, name);
      const memories = [name, name.replace("cut", "whole")].map((one) => readExemplars(model(one).folder!));
      assert.deepEqual(...(memories as [Exemplars, Exemplars]));
      const [a, b] = [name, name.replace("cut", "whole")].map((one) => continualWeightsFile(model(one).folder!));
      for (const tensor of Object.keys(readHeader(a!).tensors)) {
        const [had, has] = [floatsOf(a!, tensor), floatsOf(b!, tensor)];
        had.forEach((value, i) => assert.ok(Math.abs(value - has[i]!) <= 1e-5 * Math.max(1, Math.abs(value)), tensor));
      }
    }
  });

  it("anchors weights that the previous update did not, and new labels from their initial values", async () => {
    await book.run(`update m on e as plain { ${recipe}, strategy: naive }
update plain on f as anchored { steps: 1, batch_size: 8, optimizer: sgd(learning_rate: 1e-12, momentum: 0), keep: last, strategy: [l2(1), ewc(10)] }`);
    const state = continualWeightsFile(model("anchored").folder!);
    const names = Object.keys(readHeader(state).tensors).filter((name) => name.startsWith("l2.anchor/"));
    assert.ok(names.length > 0);
    for (const name of names) {
      const [anchor, weight] = [floatsOf(state, name), floatsOf(state, name.slice("l2.anchor/".length))];
      anchor.forEach((value, i) => assert.ok(Math.abs(value - weight[i]!) < 1e-6, `${name}[${String(i)}]`));
    }
    const head = floatsOf(state, "ewc.fisher/classifier.bias");
    assert.equal(head.length, 5);
    assert.ok(
      head.every((one) => one > 0),
      "all labels were learnt by then",
    );
    await book.run(`update m on e, f as one_by_one { ${recipe}, strategy: ewc(10, fisher: exact) }`);
    const first = floatsOf(continualWeightsFile(model("one_by_one_1").folder!), "ewc.fisher/classifier.bias");
    const labels = model("one_by_one_1").labels;
    const known = (fisher: Float32Array): void =>
      fisher.forEach((one, i) =>
        assert.equal(one > 0, !["never", "often"].includes(labels[i]!), `${labels[i]}: ${String(one)}`),
      );
    known(first);
    // An update from an intermediate model: the head has labels of a later task that no data have trained yet.
    await book.run(
      `update one_by_one_1 on e as from_midst { steps: 1, batch_size: 8, keep: last, strategy: ewc(10, fisher: exact) }`,
    );
    known(floatsOf(continualWeightsFile(model("from_midst").folder!), "ewc.fisher/classifier.bias"));
  });

  it("is plotted in weight space with model positions and the EWC region, without changing predictions", async () => {
    await book.run(`update m on d as there { ${recipe}, strategy: naive }
update m on d as bound { ${recipe}, strategy: ewc(10) }
update m on e, f as once { ${recipe}, strategy: naive }`);
    const said = await model("m").predict(["a good film w3"]);
    const { x, y, losses, places, held } = await model("m").landscape([model("there"), model("bound")], {
      on: ["d.train"],
      cells: 5,
    });
    assert.deepEqual(await model("m").predict(["a good film w3"]), said);
    const [, first, second] = places;
    assert.deepEqual([first!.y, first!.off, second!.off], [0, 0, 0]);
    const [before, after] = ["m", "there"].map((name) => fileOf(name)) as [string, string];
    const way = (name: string) => floatsOf(after, name).map((value, i) => value - floatsOf(before, name)[i]!);
    const names = Object.keys(readHeader(fileOf("bound")).tensors).filter((name) => name.startsWith("ewc.fisher/"));
    let [far, form] = [0, 0];
    for (const name of names) {
      const fisher = floatsOf(fileOf("bound"), name);
      way(name.slice("ewc.fisher/".length)).forEach((step, i) => {
        far += step * step;
        form += fisher[i]! * step * step;
      });
    }
    assert.ok(Math.abs(first!.x / Math.sqrt(far) - 1) < 1e-4);
    assert.ok(Math.abs(held!.xx / (form / far) - 1) < 1e-3, `${String(held!.xx)}, ${String(form / far)}`);
    assert.deepEqual([held!.centre, held!.least], [{ x: 0, y: 0 }, 0], "its anchor is where it began");
    assert.equal(losses[0]!.rows, 48, "as many as there are");
    const all = losses[0]!.z.flat();
    assert.ok(x.length === 5 && y.length === 5 && all.length === 25 && all.every((loss) => loss > 0));
    // A model with other labels has weights of another shape.
    await assert.rejects(
      model("m").landscape([model("once"), model("there")], { on: ["d.train"] }),
      /m can't be once: its head has 5 labels, that of m 2/,
    );
    await assert.rejects(
      model("m").landscape([model("there"), model("there")], { on: ["d.train"] }),
      /one through there and there, which are on a line with m/,
    );
    await assert.rejects(model("m").landscape([model("there")], { on: ["d.train"] }), { code: "bad-option" });
    await assert.rejects(model("m").landscape([model("there"), model("bound")], { on: ["d.trian"] }), {
      code: "bad-option",
    });
  });

  it("has EWC's ellipse at equal total penalty in the plot, with its anchor off the plane", async () => {
    await book.run(`data h like d { source: csv("rows.csv") }
update m on d as away { ${recipe}, strategy: naive }
update m on d, h as tied { ${recipe}, strategy: ewc(10) }`);
    const { places, held } = await model("m").landscape([model("away"), model("tied_1"), model("tied")], {
      on: ["d.validation"],
      cells: 5,
      rows: 5,
    });
    assert.equal(held!.by, "tied_1");
    const both = await model("m").landscape([model("away"), model("tied")], {
      on: ["d.validation"],
      cells: 5,
      rows: 5,
    });
    assert.deepEqual([places.length, both.losses[0]!.rows], [4, 5]);
    // Checks the penalty weight by weight.
    const file = fileOf("tied");
    const names = Object.keys(readHeader(file).tensors).filter((name) => name.startsWith("ewc.fisher/"));
    const costs = (of: string): number =>
      names
        .map((name) => name.slice("ewc.fisher/".length))
        .reduce((all, name) => {
          const [fisher, anchor] = ["fisher", "anchor"].map((one) => floatsOf(file, `ewc.${one}/${name}`));
          const weights = floatsOf(fileOf(of), name);
          return all + weights.reduce((sum, value, i) => sum + (fisher![i]! * (value - anchor![i]!) ** 2) / 2, 0);
        }, 0);
    assert.ok(both.held!.least > 0, "its anchor has moved on its first way");
    ["m", "away", "tied"].forEach((name, i) => {
      const [told, wanted] = [ewcPenaltyAt(both.held!, both.places[i]!), costs(name)];
      assert.ok(Math.abs(told / wanted - 1) < 1e-3, `${name}: ${String(told)}, ${String(wanted)}`);
    });
  });
});
