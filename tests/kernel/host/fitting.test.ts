/** Overfitting and underfitting hints from loss curves: on synthetic curves, and on those of real trainings. */
import assert from "node:assert/strict";
import { fitVerdictView, type FitVerdictContext } from "#kernel/display/fitting.js";
import { assessFit, type LossCurves } from "#kernel/host/fitting.js";
import { compiled } from "#tests/dsl/world.js";

/**
 * Returns curves with a validation every `each` steps. The training loss falls linearly in between, with a ripple as
 * from batches.
 */
function curves(training: readonly number[], validation: readonly number[], each = 20, ripple = 0.1): LossCurves {
  const steps = training.flatMap((to, i) => {
    const from = training[i - 1] ?? to;
    return Array.from({ length: each }, (_, k) => ({
      step: i * each + k + 1,
      loss: (from + ((to - from) * (k + 1)) / each) * (1 + ripple * Math.sin(7 * (i * each + k))),
    }));
  });
  const validated = validation.map((loss, i) => ({ step: (i + 1) * each, loss }));
  return { training: steps, validation: validated, steps: training.length * each };
}
const is = (of: LossCurves, rows = 500): string | null => assessFit(of, rows)?.is ?? null;

describe("fit assessment of a training", () => {
  it("is `over` if the validation loss rises for long while the training loss falls", () => {
    const fit = assessFit(curves([0.6, 0.3, 0.1, 0.05, 0.03], [0.5, 0.41, 0.48, 0.55, 0.63]), 500);
    assert.ok(fit?.is === "over");
    assert.deepEqual([fit.best, fit.end, fit.steadyScore], [{ step: 40, loss: 0.41 }, 0.63, null]);
  });
  it("is not `over` after one small rise", () => assert.equal(is(curves([0.6, 0.4, 0.3], [0.5, 0.41, 0.46])), null));
  it("is `over` after one large rise", () => assert.equal(is(curves([0.6, 0.3, 0.1], [0.5, 0.41, 0.6])), "over"));
  it("is not `over` if a single validation in between was worse", () =>
    assert.equal(is(curves([0.6, 0.5, 0.4, 0.35, 0.33], [0.5, 0.41, 0.55, 0.42, 0.43])), null));
  it("is not `over` if the training loss rises too, which is another fault", () =>
    assert.notEqual(is(curves([0.6, 0.5, 0.55, 0.7], [0.5, 0.41, 0.5, 0.7])), "over"));
  it("is omitted for few validation rows, where random variation is as large", () => {
    const of = curves([0.6, 0.3, 0.2, 0.1], [0.5, 0.41, 0.46, 0.5]);
    assert.deepEqual([is(of, 500), is(of, 13)], ["over", null]);
  });
  it("reports scores that stayed level while the loss rose", () => {
    const of = curves([0.6, 0.3, 0.1, 0.05], [0.5, 0.41, 0.5, 0.63]);
    const scores = [0.7, 0.8, 0.8, 0.81].map((accuracy) => ({ accuracy }));
    const fit = assessFit({ ...of, validation: of.validation.map((one, i) => ({ ...one, scores: scores[i]! })) }, 500);
    assert.ok(fit?.is === "over" && fit.steadyScore === "accuracy");
  });
  it("is `idle` if the validation loss stays at an early level while the training loss halves", () => {
    const fit = assessFit(curves([0.6, 0.28, 0.18, 0.09, 0.05, 0.02], [0.29, 0.204, 0.21, 0.209, 0.206, 0.202]), 148);
    assert.ok(fit?.is === "idle" && fit.best.step === 40);
  });
  it("is `under` if both losses still fall at the end", () =>
    assert.equal(is(curves([0.69, 0.6, 0.5], [0.66, 0.58, 0.49])), "under"));
  it("is omitted if the validation loss has converged", () =>
    assert.equal(is(curves([0.6, 0.3, 0.27], [0.4, 0.3, 0.295])), null));
  it("is `stuck` if the training loss stays level, whatever the validation loss does", () => {
    assert.equal(is(curves([0.693, 0.692, 0.691], [0.693, 0.693, 0.693], 20, 0.005)), "stuck");
    assert.equal(assessFit({ ...curves([0.693, 0.692], [], 20, 0.005) }, 0)?.is, "stuck");
  });
  it("is omitted for a handful of steps, and for losses that are not numbers", () => {
    assert.equal(is(curves([0.6, 0.3, 0.1], [0.5, 0.41, 0.6], 3)), null);
    assert.equal(is(curves([0.6, 0.3, 0.1], [Number.NaN, Number.NaN, Number.NaN])), null);
  });

  /** From `notebooks/data/sentiment.csv` and MiniLM: mean training loss between validations, and validation loss. */
  const run = {
    "full, 8 epochs at 1e-4": {
      training: [0.6028, 0.28, 0.1825, 0.0892, 0.0523, 0.0237, 0.0182, 0.011],
      validation: [0.2898, 0.2045, 0.2382, 0.2231, 0.2281, 0.2052, 0.2009, 0.2023],
      fit: "idle",
    },
    "full, 12 epochs at 3e-4, of 155 rows": {
      training: [0.6861, 0.4411, 0.0925, 0.0158, 0.003, 0.0243, 0.001, 0.0758, 0.0007, 0.0007, 0.0008, 0.0006],
      validation: [0.6246, 0.2916, 0.5585, 0.4955, 0.6282, 0.7703, 0.8171, 0.738, 0.6767, 0.707, 0.7073, 0.7074],
      fit: "over",
    },
    "lora, 3 epochs": { training: [0.6669, 0.4038, 0.2702], validation: [0.5136, 0.2353, 0.2237], fit: null },
    "lora, 2 epochs at 1e-4": { training: [0.6922, 0.6916], validation: [0.6931, 0.693], fit: "stuck" },
  } as const;
  for (const [name, { training, validation, fit }] of Object.entries(run))
    it(`is ${String(fit)} for a recorded training: ${name}`, () =>
      assert.equal(is(curves(training, validation, 22, 0.01), 148), fit));
});

describe("fit assessment text", () => {
  const program = (block: string, task = "text_classification") => {
    const { actions } = compiled(
      `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%) }
model m { base: "minilm", task: ${task}, technique: full }
train m on d { ${block} }`,
    );
    const action = actions?.find((one) => one.verb === "train");
    assert.ok(action?.verb === "train");
    return action.plan;
  };
  const over = { best: { step: 120, loss: 0.41 }, end: 0.63, trained: { best: 0.2, end: 0.05 } };
  const said = (
    fit: Parameters<typeof fitVerdictView>[0],
    o: Partial<FitVerdictContext> & Pick<FitVerdictContext, "plan">,
  ): string => String(fitVerdictView(fit, { smooths: true, steps: 400, keptStep: 120, ...o }).bundle["text/plain"]);

  it("blames privacy noise only if there is some", () => {
    const stuck = { is: "stuck", from: 0.693, to: 0.692 } as const;
    const open = said(stuck, { plan: program("epochs: 2, batch_size: 16"), steps: 90 });
    assert.match(open, /higher `optimizer\.learning_rate`/);
    assert.doesNotMatch(open, /noise/);
    const hidden = said(stuck, { plan: program("epochs: 2, batch_size: 16, privacy: differential(8)"), steps: 90 });
    assert.match(hidden, /larger batches, with less noise \(`batch_size: 64`\)/);
    assert.match(hidden, /`technique: head_only`/);
    assert.match(hidden, /`epochs: 4`/);
    assert.doesNotMatch(hidden, /technique: full/);
  });

  it("names the steps, the losses and possible changes to the program", () =>
    assert.equal(
      said({ is: "over", ...over, steadyScore: null }, { plan: program("epochs: 10") }),
      "the validation loss was lowest at step 120 (0.41) and is 0.63 at the end, while the training loss fell from 0.2 to 0.05: the model memorises training rows; the weights of that step are used. " +
        "Try fewer epochs (`epochs: 3`), `early_stopping: patience(3)`, `dropout: 0.2`, fewer weights that train (`technique: lora(rank: 8)`), or more rows.",
    ));
  it("suggests nothing that the program does already", () => {
    const text = said(
      { is: "over", ...over, steadyScore: null },
      { plan: program("epochs: 3, dropout: 0.3, early_stopping: patience(5)"), steps: 120 },
    );
    assert.doesNotMatch(text, /patience|dropout|epochs/);
  });
  it("suggests label smoothing for overconfidence if the task supports it and does not use it", () => {
    const fit = { is: "over", ...over, steadyScore: "accuracy" } as const;
    const plain = program("epochs: 10");
    assert.match(said(fit, { plan: plain }), /accuracy did not get worse.*`label_smoothing: 10%` in the task/);
    assert.doesNotMatch(said(fit, { plan: plain, smooths: false }), /label_smoothing/);
    const smoothed = program("epochs: 10", "text_classification(label_smoothing: 10%)");
    assert.doesNotMatch(said(fit, { plan: smoothed }), /label_smoothing/);
  });
  it("suggests values in the unit of the program", () => {
    const fit = { is: "under", before: 0.58, end: 0.49, step: 200 } as const;
    assert.match(said(fit, { plan: program("epochs: 2") }), /Try `epochs: 4`\.$/);
    assert.match(said(fit, { plan: program("steps: 300") }), /Try `steps: 600`\.$/);
  });
});
