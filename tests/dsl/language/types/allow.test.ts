/** `allow: { CODE: "reason" }`: what it suppresses, for which statement, and where it is reported. */
import assert from "node:assert/strict";
import { allCodes, codeEntryOf } from "#dsl/language/diagnostics/codes.js";
import { allowableCodes } from "#dsl/language/types/allow.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { registry } from "#stdlib/registry.js";
import { compiled, dataFacts, type Run, type World } from "../../world.js";

const uneven: World = {
  data: () =>
    dataFacts({
      splits: Object.fromEntries(
        ["train", "validation", "test"].map((name) => [
          name,
          {
            rows: 800,
            labels: [
              { label: "no", count: 770 },
              { label: "yes", count: 30 },
            ],
            lengths: { step: 8, counts: [400, 400], total: 6400, longest: 15 },
          },
        ]),
      ),
    }),
};
const leaky: World = { data: () => dataFacts({ leakCount: 2, leaks: [{ text: "ok", places: [] }] }) };
const data = (allow = ""): string =>
  `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%)${allow} }\n`;
const model = (more = ""): string => `model m { base: "minilm", task: text_classification${more} }\n`;
const planOf = (run: Run) =>
  (run.actions?.find((a) => a.verb === "train") as Extract<Action, { verb: "train" }> | undefined)?.plan;

describe("`allow`", () => {
  it("silences a warning of its own statement, and the plan lists it", () => {
    const loud = compiled(data() + model() + "train m on d", uneven);
    assert.deepEqual(loud.codes, ["imbalanced"]);
    const quiet = compiled(data(', allow: { imbalanced: "fraud is rare" }') + model() + "train m on d", uneven);
    assert.deepEqual(quiet.codes, []);
    assert.deepEqual(planOf(quiet)?.effects.allowed, [{ code: "imbalanced", reason: "fraud is rare", of: "data d" }]);
    assert.equal(planOf(loud)?.effects.allowed, undefined);
  });
  for (const [allow, code, place] of [
    ['allow: { imbalanced: "rare" }, allow: { imbalanced: "seldom" }', "duplicate-key", "allow"],
    ["allow: imbalanced", "wrong-type", "imbalanced"],
    ['allow: { imbalanced: "rare", imbalanced: "seldom" }', "duplicate-key", "imbalanced"],
    ["allow: { imbalanced: 3 }", "wrong-type", "3"],
  ] as const)
    it(`is rejected at its place: ${allow}`, () => {
      const text = data(`, ${allow}`);
      const [found, ...more] = compiled(text, uneven).diagnostics.filter((d) => d.severity === "error");
      assert.deepEqual([found?.code, more.length], [code, 0]);
      assert.equal(text.slice(found!.span.start, found!.span.end), place);
      assert.equal(found!.span.start, text.lastIndexOf(place));
    });
  it("is part of the plan hash but not of the recipe hash", () => {
    const [a, b, c] = ["", ', allow: { imbalanced: "one" }', ', allow: { imbalanced: "another" }'].map((allow) =>
      planOf(compiled(data(allow) + model() + "train m on d", uneven)),
    );
    assert.equal(new Set([a?.recipeHash, b?.recipeHash, c?.recipeHash]).size, 1);
    assert.equal(new Set([a?.planHash, b?.planHash, c?.planHash]).size, 3);
  });
  it("applies to its own statement only", () => {
    const other = data(', allow: { imbalanced: "rare" }').replace("data d", "data e");
    assert.deepEqual(compiled(data() + other, uneven).codes, ["imbalanced"]);
    assert.deepEqual(
      compiled(data(', allow: { imbalanced: "rare" }') + "data e like d { sample: 100 }", uneven).codes,
      ["imbalanced"],
    );
  });
  it("in a definition applies to later cells, which do not repeat its warnings", () => {
    const later = (allow: string) => compiled([data(allow) + model(), "train m on d"], uneven);
    assert.deepEqual(later("").codes, []);
    assert.equal(planOf(later(', allow: { imbalanced: "rare" }'))?.effects.allowed?.length, 1);
  });
  it("in a model, a recipe or the training silences the training's warnings", () => {
    const long = `train m on d { epochs: 30, keep: last`;
    const text = data() + model();
    assert.deepEqual(compiled(`${text}${long} }`).codes, ["likely-over-fits"]);
    assert.deepEqual(compiled(`${text}${long}, allow: { likely-over-fits: "to show it" } }`).codes, []);
    assert.deepEqual(compiled(data() + model(', allow: { "likely-over-fits": "to show it" }') + `${long} }`).codes, []);
    const recipe =
      'recipe r { epochs: 30, keep: last, allow: { likely-over-fits: "to show it" } }\ntrain m on d with r';
    assert.deepEqual(compiled(text + recipe).codes, []);
  });
  it("silences warnings of an evaluation", () => {
    const text = `${data()}${model()}train m on d\nevaluate m on d.test { metrics: [accuracy]`;
    const quiet = ', allow: { accuracy-alone: "the figure of the report" } }';
    const world: World = { data: (need) => ({ ...(uneven.data!(need) as ReturnType<typeof dataFacts>) }) };
    assert.deepEqual(compiled(`${text} }`, world).codes, ["imbalanced", "accuracy-alone"]);
    assert.deepEqual(compiled(text + quiet, world).codes, ["imbalanced"]);
  });
  it("lets a training run despite an allowable error", () => {
    assert.deepEqual(compiled(data() + model() + "train m on d", leaky).codes, ["split-leak"]);
    const run = compiled(data(', allow: { split-leak: "short answers repeat" }') + model() + "train m on d", leaky);
    assert.deepEqual(run.codes, []);
    assert.ok(planOf(run));
  });
  it("is not reported as unused before its check has run", () => {
    assert.deepEqual(compiled(data(', allow: { truncated: "ends do not matter" }')).codes, []);
    assert.deepEqual(compiled(model(', allow: { truncated: "ends do not matter" }')).codes, []);
    assert.deepEqual(compiled(data(', allow: { imbalanced: "x" }'), { purpose: "assist" }).codes, []);
  });
  it("is accepted in `parameters` and `engine` blocks", () => {
    for (const block of [
      'parameters { rate: 1e-3, allow: { truncated: "x" } }',
      'engine { threads: 2, allow: { truncated: "x" } }',
    ])
      assert.deepEqual(compiled(block).codes, [], block);
    assert.deepEqual(compiled("parameters { allow: 3 }\nrecipe r { batch_size: $allow }").codes, []);
  });
  it("is removed cleanly by the fix for an unused one", () => {
    const cases: readonly (readonly [string, string])[] = [
      ['train m on d { allow: { truncated: "x" } }', "train m on d"],
      ['train m on d { epochs: 1, allow: { truncated: "x" } }', "train m on d { epochs: 1 }"],
      ['train m on d { allow: { truncated: "x" }, epochs: 1 }', "train m on d { epochs: 1 }"],
      ['train m on d {\n  epochs: 1\n  allow: { truncated: "x" }\n}', "train m on d {\n  epochs: 1\n}"],
      // A recipe needs its block, so the empty block stays.
      ['recipe r { allow: { truncated: "x" } }\ntrain m on d with r', "recipe r {  }\ntrain m on d with r"],
    ];
    for (const [text, wanted] of cases) {
      const before = data() + model();
      const [d] = compiled(before + text).diagnostics;
      assert.equal(d?.code, "idle-allowance", text);
      const whole = (d.fix?.edits ?? []).reduce((t, e) => t.slice(0, e.start) + e.text + t.slice(e.end), before + text);
      assert.equal(whole, before + wanted);
    }
  });
});

describe("rules of `allow`", () => {
  it("reserve the key: no verb has a parameter `allow`", () =>
    assert.deepEqual(
      registry.verbs().flatMap((v) => v.parameters.filter((p) => p.name === "allow")),
      [],
    ));
  it("cover every warning that does not opt out, and only errors that opt in", () => {
    const may = new Set(allowableCodes());
    for (const code of allCodes()) {
      const { severity, allowable: stated } = codeEntryOf(code)!;
      assert.equal(may.has(code), severity === "warning" ? stated !== false : stated === true, code);
    }
    assert.ok(!may.has("idle-allowance") && may.has("split-leak"));
  });
});

describe("errors in data of an earlier cell", () =>
  it("are reported at the training", () => {
    const audit = {
      ...{ near: [], conflicts: { texts: 0, rows: 0, examples: [] }, told: null, scores: null },
      groups: { shared: 1, of: 2, some: ["a"] },
    };
    const shared: World = { data: () => dataFacts({ audit }) };
    const grouped = data().replace("label: label", "label: label, group: customer");
    const run = compiled([grouped + model(), "train m on d"], shared);
    assert.deepEqual(run.codes, ["shared-groups"]);
    assert.equal(run.diagnostics[0]?.span.source, "cell-2");
    assert.equal(run.actions, undefined);
  }));

describe("`show`", () => {
  const brief = (text: string): readonly (readonly [string, boolean])[] =>
    (compiled(text).actions ?? []).map((action) => [action.verb, action.brief === true]);
  it("marks the actions of its own statement only, and changes no hash", () => {
    const text = data(", show: brief") + model() + "train m on d { show: brief }\nevaluate m on d.test";
    assert.deepEqual(
      brief(text).filter(([verb]) => verb !== "model"),
      [
        ["data", true],
        ["train", true],
        ["evaluate", false],
      ],
    );
    const plain = planOf(compiled(data() + model() + "train m on d"));
    const short = planOf(compiled(data(", show: brief") + model() + "train m on d { show: brief }"));
    assert.deepEqual([short?.recipeHash, short?.planHash], [plain?.recipeHash, plain?.planHash]);
  });
  for (const [text, code] of [
    ["train m on d { show: short }", "unknown-choice"],
    ["train m on d { show: 3 }", "wrong-type"],
    ["train m on d { show: brief, show: all }", "duplicate-key"],
    ["recipe r { epochs: 1, show: brief }", "unknown-key"],
  ] as const)
    it(`is rejected: ${text}`, () => {
      const { diagnostics } = compiled(data() + model() + text);
      assert.deepEqual(
        diagnostics.filter((one) => one.severity === "error").map((one) => one.code),
        [code],
      );
    });
});
