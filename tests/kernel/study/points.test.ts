import assert from "node:assert/strict";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { dimensionsOf, settingTextsAtPoint } from "#kernel/study/points.js";
import { trialProgramText } from "#kernel/study/trial-text.js";

const lora: Call = { word: "lora", kind: "technique", arguments: {} };
const vary: SweepPlan["vary"] = {
  technique: {
    space: "choice",
    of: [
      { word: "full", kind: "technique", arguments: {} },
      { nested: lora, spaces: { rank: { space: "choice", of: [4, 8, 16] } } },
    ],
  },
  "optimizer.learning_rate": { space: "log", from: 1e-5, to: 1e-2, integer: false },
};
const sweep = { model: "router", data: "tickets", recipe: "quick" } as SweepPlan;

describe("sweep trial settings", () => {
  it("include nested dimensions of each branch", () => {
    assert.deepEqual(dimensionsOf(vary), [
      { name: "technique", kind: "choice", size: 2 },
      { name: "technique/1.rank", when: { dimension: "technique", option: 1 }, kind: "choice", size: 3 },
      { name: "optimizer.learning_rate", kind: "number", scale: "log", from: 1e-5, to: 1e-2, integer: false },
    ]);
  });

  it("use written numbers unchanged and report sampled numbers as used", () => {
    const all = {
      max_length: { space: "choice", of: [16384, 12345] },
      seed: { space: "choice", of: [12345, 2147483647] },
      "optimizer.weight_decay": { space: "choice", of: [0.123456789, 1e-7] },
      technique: { space: "choice", of: [{ ...lora, arguments: { alpha: 12345.678 } }] },
      base: { space: "choice", of: ["minilm", "all-MiniLM-L6-v2"] },
      shuffle: { space: "choice", of: ["random", "none"] },
      batch_size: { space: "uniform", from: 1, to: 100_000, integer: true },
      dropout: { space: "uniform", from: 0.123451, to: 0.123459, integer: false },
      clip: { space: "log", from: 0.01, to: 10, integer: false },
    } satisfies SweepPlan["vary"];
    const first = { max_length: 0, seed: 0, "optimizer.weight_decay": 0, technique: 0, base: 0, shuffle: 0 };
    const values = settingTextsAtPoint(all, { ...first, batch_size: 54_321, dropout: 0.1234567890123, clip: 0.123456 });
    assert.deepEqual(values, {
      max_length: "16384",
      seed: "12345",
      "optimizer.weight_decay": "0.123456789",
      technique: "lora(alpha: 12345.678)",
      base: '"minilm"',
      shuffle: "random",
      batch_size: "54321",
      dropout: "0.12345679",
      clip: "0.1235",
    });
    const second = settingTextsAtPoint(all, {
      ...first,
      seed: 1,
      "optimizer.weight_decay": 1,
      batch_size: 1,
      dropout: 0.123451,
      clip: 10,
    });
    assert.deepEqual(
      [second["seed"], second["optimizer.weight_decay"], second["dropout"], second["clip"]],
      ["2147483647", "1e-7", "0.123451", "10"],
    );
  });

  it("become Tune values of the chosen branch, with four significant digits", () => {
    const point = { technique: 1, "technique/1.rank": 2, "optimizer.learning_rate": 0.000123456 };
    assert.deepEqual(settingTextsAtPoint(vary, point), {
      technique: "lora(rank: 16)",
      "optimizer.learning_rate": "0.0001235",
    });
    assert.equal(settingTextsAtPoint(vary, { ...point, technique: 0 })["technique"], "full");
  });

  it("become a program that varies the model and the recipe", () => {
    const values = { technique: "lora(rank: 16)", "optimizer.learning_rate": "0.001", batch_size: "16" };
    assert.equal(
      trialProgramText(sweep, values, new Set(["base", "technique", "max_length"]), "search_3"),
      [
        "model search_3_model like router { technique: lora(rank: 16) }",
        "train search_3_model on tickets with quick as search_3 { optimizer.learning_rate: 0.001, batch_size: 16 }",
      ].join("\n"),
    );
    assert.equal(
      trialProgramText({ ...sweep, recipe: null }, { batch_size: "16" }, new Set(["technique"]), "t"),
      "train router on tickets as t { batch_size: 16 }",
    );
  });

  it("become a separate data definition if data settings vary", () => {
    const values = { "split.train": "20%", clean: "[unicode]", batch_size: "16" };
    assert.equal(
      trialProgramText(sweep, values, new Set(["technique"]), "t"),
      [
        "data t_data like tickets { thin: 20%, clean: [unicode] }",
        "train router on t_data with quick as t { batch_size: 16 }",
      ].join("\n"),
    );
    assert.match(
      trialProgramText(sweep, values, new Set(), "winner", { model: "router_best", data: "tickets_best" }),
      /^data tickets_best like tickets/,
    );
  });

  it("respect steps and print shares as percentages", () => {
    const space = { space: "uniform", from: 0.1, to: 0.7, integer: false, step: 0.2 } as const;
    assert.deepEqual(dimensionsOf({ dropout: space }), [
      { name: "dropout", kind: "number", scale: "linear", from: 0.1, to: 0.7, integer: false, step: 0.2 },
    ]);
    assert.deepEqual(settingTextsAtPoint({ dropout: space }, { dropout: 0.30000000000000004 }), { dropout: "0.3" });
    const shares = {
      "task.label_smoothing": { space: "uniform", from: 0, to: 0.2, integer: false, share: true },
    } as const;
    assert.deepEqual(settingTextsAtPoint(shares, { "task.label_smoothing": 0.123456 }), {
      "task.label_smoothing": "12.35%",
    });
    const thin = { "split.train": { space: "choice", of: [{ share: 0.2 }, 400] } } as const;
    assert.deepEqual(settingTextsAtPoint(thin, { "split.train": 0 }), { "split.train": "20%" });
    assert.deepEqual(settingTextsAtPoint(thin, { "split.train": 1 }), { "split.train": "400" });
  });

  it("print values in readable Tune syntax", () => {
    const text = (path: string, value: Value) =>
      settingTextsAtPoint({ [path]: { space: "choice", of: [value] } }, { [path]: 0 })[path];
    assert.equal(
      text("schedule", { word: "linear", kind: "schedule", arguments: { warmup: { share: 0.06 } } }),
      "linear(warmup: 6%)",
    );
    assert.equal(text("technique.targets", ["query", "value"]), "[query, value]");
    assert.equal(text("base", 'say "hi"'), '"say \\"hi\\""');
    assert.equal(text("task.range", { from: 0, to: 10 }), "0..10");
  });
});
