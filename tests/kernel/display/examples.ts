/** Realistic examples of everything the notebook displays, for golden files, laws and pictures. */
import { attributionView } from "#kernel/display/scores/why.js";
import { evaluationPicturesView } from "#kernel/display/scores/pictures.js";
import { uncertainRowsView } from "#kernel/display/scores/uncertain.js";
import { evaluationPictures } from "#kernel/inference/measuring/pictures.js";
import { slicesView } from "#kernel/display/scores/slices.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { outlineOf } from "#dsl/tensor/outline.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import { graphView } from "#kernel/display/plans/graph-card.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { BaseFacts, DataFacts } from "#dsl/language/types/facts.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataPlan, ModelPlan, Call } from "#dsl/language/types/value.js";
import type { RunEvent } from "#kernel/events/events.js";
import { curvesFigure, latestCurveNumbersText, historyTable } from "#kernel/display/curves/curves.js";
import { dataPreview } from "#kernel/display/data/data-preview.js";
import {
  evaluationView,
  predictionsView,
  type EvaluationReport,
  type ModelReport,
} from "#kernel/display/scores/evaluation.js";
import { figureView } from "#kernel/display/figure.js";
import { forecastLearningCurve } from "#kernel/data/judging/power-law.js";
import { learningCurveView } from "#kernel/display/curves/learning-curve.js";
import { modelView } from "#kernel/display/plans/model-card.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import { progressView } from "#kernel/display/progress.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { autoViewsAfter, autoViewsBeforeTraining } from "#kernel/display/sweeps/auto/auto.js";
import { bestProgramView } from "#kernel/display/sweeps/best.js";
import {
  sweepPictureView,
  sweepPictures,
  sweepCellView,
  type SweepPictureName,
} from "#kernel/display/sweeps/sweep-output.js";
import { trialsTable } from "#kernel/display/sweeps/trials-table.js";
import { sweepViewOfTrials, type SweepTrial } from "#kernel/display/sweeps/view.js";
import { lost, untrained, won } from "./sweeps/made-auto.js";
import { madeSweep } from "./sweeps/made-sweep.js";
import { federationGallery } from "./made-federation.js";
import { paretoGallery } from "./made-pareto.js";
import { updatesGallery } from "./made-updates.js";
import { tableView } from "#kernel/display/table.js";

const call = (kind: string, word: string, args: Call["arguments"] = {}): Call => ({ word, kind, arguments: args });

/** Accuracy that grows from 70 % with 80 rows to 85 % with 800. */
const learning = () =>
  forecastLearningCurve(
    [80, 117, 172, 253, 371, 545, 800].map((rows, size) => ({
      rows,
      rowScores: [0, 1, 2, 3].map((draw) =>
        Float32Array.from({ length: 200 }, (_, row) => Number(row < 140 + 5 * size + ((draw * 3 + size) % 4))),
      ),
    })),
    { errors: false, seed: 1 },
  );

export const data: DataPlan = {
  name: "tickets",
  source: call("source", "csv", { path: "tickets.csv", delimiter: null }),
  folder: ".",
  columns: { text: "body", label: "team" },
  clean: [call("cleaner", "unicode"), call("cleaner", "drop_duplicates")],
  split: call("split", "random", {
    train: { share: 0.8 },
    validation: { share: 0.1 },
    test: { share: 0.1 },
    stratify: "team",
  }),
  labels: null,
  sample: null,
  seed: 0,
};
export const dataFacts: DataFacts = {
  rowsIn: 1240,
  kept: 1200,
  dropped: [
    { why: "empty text", count: 12, examples: [17, 204, 377] },
    { why: "exact duplicate", count: 28, examples: [41, 42, 90, 121, 733] },
  ],
  cleaners: [
    {
      word: "unicode",
      changed: 214,
      dropped: [],
      examples: [
        {
          row: 3,
          role: "text",
          before: "…closes <b>every\u00a0 time</b> I open",
          after: "…closes <b>every time</b> I open",
        },
        { row: 17, role: "text", before: "The cafe\u0301 on", after: "The caf\u00e9 on" },
        { row: "20 (test)", role: "label", before: " billing", after: "billing" },
      ],
    },
    { word: "strip_html", changed: 0, dropped: [], examples: [] },
    {
      word: "drop_duplicates",
      changed: 0,
      dropped: [
        { why: "exact duplicate", count: 27 },
        { why: "duplicate under another label", count: 1 },
      ],
      examples: [{ row: 41, role: "text", before: "My card was charged twice for order 1043.", after: null }],
    },
  ],
  splits: {
    train: {
      rows: 960,
      labels: [
        { label: "billing", count: 480 },
        { label: "shipping", count: 320 },
        { label: "technical", count: 160 },
      ],
      lengths: { step: 8, counts: [4, 60, 180, 240, 200, 130, 80, 40, 20, 5, 1], total: 31200, longest: 87 },
    },
    validation: {
      rows: 120,
      labels: [
        { label: "billing", count: 60 },
        { label: "shipping", count: 40 },
        { label: "technical", count: 20 },
      ],
      lengths: { step: 8, counts: [1, 10, 20, 32, 27, 15, 10, 5], total: 3800, longest: 63 },
    },
    test: {
      rows: 120,
      labels: [
        { label: "billing", count: 60 },
        { label: "shipping", count: 40 },
        { label: "technical", count: 20 },
      ],
      lengths: null,
    },
  },
  labels: ["billing", "shipping", "technical"],
  leaks: [],
  leakCount: 0,
  hash: "5f2d7c0a9e",
};
export const sample = [
  { id: 1, body: "My card was charged twice for order 1043, please refund one of them.", team: "billing" },
  { id: 2, body: "The parcel says delivered but nothing arrived at our door.", team: "shipping" },
  { id: 3, body: "The app closes <b>every time</b> I open settings.", team: "technical" },
];
export const model: ModelPlan = {
  name: "router",
  base: "all-MiniLM-L6-v2",
  folder: ".",
  baseHash: null,
  task: call("task", "text_classification"),
  technique: call("technique", "lora", { rank: 8, alpha: 16, targets: ["query", "value"], dropout: 0 }),
  max_length: 128,
};
export const base: BaseFacts = {
  folder: "models/all-MiniLM-L6-v2",
  hash: "53aa51172d142c89d9012cce15ae4d6c",
  family: "bert",
  config: { num_hidden_layers: 6, hidden_size: 384, num_attention_heads: 12, vocab_size: 30522 },
  parameters: 22713216,
  shapes: {},
  hasTokenizer: true,
  positions: 512,
};
export const plan: Plan = {
  version: 1,
  recipe: {
    data,
    dataHash: "5f2d7c0a9e",
    model,
    training: {
      epochs: 3,
      steps: null,
      batch_size: 32,
      accumulate: 1,
      packing: false,
      optimizer: call("optimizer", "adamw", { learning_rate: 1e-3, weight_decay: 0.01 }),
      schedule: call("schedule", "linear", { warmup: { share: 0.06 } }),
      clip: 1,
      dropout: null,
      shuffle: "by_length",
      early_stopping: null,
      checkpoint: call("cadence", "every", { epochs: 1 }),
      validate: call("cadence", "every", { epochs: 1 }),
      keep: "best",
      log: call("cadence", "every", { steps: 1 }),
      precision: "f32",
      recompute: "auto",
      seed: 0,
    },
  },
  effects: { run: "router", engine: "tensorflow", threads: null, recompute: "none" },
  estimates: {
    parameters: 22860675,
    trainable: 221571,
    rows: 960,
    steps: 90,
    tokens: 93600,
    memoryBytes: 640 * 2 ** 20,
    seconds: 21,
    flops: 1.2e13,
  },
  origins: {
    "training.epochs": { from: "written" },
    "training.optimizer.learning_rate": { from: "parameter", why: "$rate" },
    "model.technique.rank": { from: "written" },
    "model.technique.alpha": { from: "derived", why: "2 × rank" },
    "model.max_length": { from: "derived", why: "the longest row, rounded up to 128" },
    "training.batch_size": { from: "default", why: "fits any machine and keeps a step short" },
    "training.schedule": { from: "default", why: "linear decay with a short warm-up" },
    "training.clip": { from: "default", why: "one bad batch must not throw the weights off" },
    "training.seed": { from: "default" },
  },
  recipeHash: "9c1f4be2a77d03515b0e6d43",
  planHash: "1be07d9912ff49c5a2de8831",
};

/** Events of a run of three epochs of thirty steps; the loss is a fixed curve with fixed fluctuations. */
export function runEvents(steps = 90, done = steps): RunEvent[] {
  const at = "2026-01-05T10:00:00.000Z";
  const per = steps / 3;
  const events: RunEvent[] = [
    { at, run: "router", kind: "started", recipe: "r", plan: "p", engine: "tensorflow", steps },
  ];
  for (let step = 1; step <= done; step++) {
    const epoch = Math.ceil(step / per);
    const loss = 0.25 + 0.85 * Math.exp((-3 * step) / steps) + 0.09 * Math.sin(step * 12.9898) * Math.cos(step * 4.1);
    events.push({
      at,
      run: "router",
      kind: "step",
      step,
      epoch,
      tokens: 1040,
      loss,
      rate: 1e-3 * (1 - step / steps),
      norm: 1,
      seconds: 0.17,
    });
    if (step % per === 0) {
      events.push({
        at,
        run: "router",
        kind: "evaluated",
        step,
        split: "validation",
        metrics: {
          loss: 0.62 - 0.09 * epoch + 0.03 * epoch ** 2,
          accuracy: 0.78 + 0.05 * epoch,
          f1: 0.74 + 0.055 * epoch,
        },
      });
      events.push({
        at,
        run: "router",
        kind: "checkpoint",
        step,
        folder: `runs/router/checkpoints/${step}`,
        best: true,
      });
    }
  }
  if (done === steps) events.push({ at, run: "router", kind: "stopped", step: steps, reason: "done", seconds: 18.4 });
  return events;
}

const router: ModelReport = {
  name: "router",
  labels: ["billing", "shipping", "technical"],
  confusion: [
    [57, 2, 1],
    [3, 36, 1],
    [1, 1, 18],
  ],
  byLabel: {
    of: ["row", "rows"],
    head: "label",
    rows: [
      { label: "technical", hit: 18, given: 20, have: 20 },
      { label: "billing", hit: 57, given: 61, have: 60 },
      { label: "shipping", hit: 36, given: 39, have: 40 },
      { label: "never", hit: 0, given: 0, have: 0 },
    ],
  },
  worst: [
    {
      row: 318,
      text: "I was told the refund for the late parcel was sent, it was not.",
      truth: "billing",
      predicted: "shipping",
      probability: 0.971,
    },
    {
      row: 902,
      text: "Your <i>tracking page</i> shows an error.",
      truth: "technical",
      predicted: "shipping",
      probability: 0.934,
    },
  ],
};
export const report: EvaluationReport = {
  on: "tickets.test",
  rows: 120,
  metrics: [
    {
      name: "accuracy",
      scores: [{ value: 0.925, interval: { low: 0.86361, high: 0.96008 } }],
      constants: [0.5],
    },
    { name: "f1(macro)", scores: [{ value: 0.9087, interval: { low: 0.842, high: 0.9604 } }], constants: [0.2222] },
    { name: "loss", scores: [{ value: 0.2513, interval: null }], constants: [null] },
  ],
  constants: [{ name: "always “billing”", by: "the training rows" }],
  methods: "Wilson (accuracy); bootstrap of 1,000 draws; none for loss",
  warnings: [],
  notes: [],
  models: [router],
};
/** Two models; the second predicts nearly always the same label. */
export const compared: EvaluationReport = {
  ...report,
  metrics: [
    {
      name: "accuracy",
      scores: [
        { value: 0.925, interval: { low: 0.86361, high: 0.96008 } },
        {
          value: 0.5083,
          interval: { low: 0.42, high: 0.5962 },
          difference: { value: -0.4167, interval: { low: -0.5102, high: -0.3144 }, verdict: "worse" },
        },
      ],
      constants: [0.5],
    },
    {
      name: "perplexity",
      scores: [
        { value: 1204.51, interval: { low: 1101.2, high: 1340.9 } },
        {
          value: 133.21,
          interval: { low: 121.2, high: 147.9 },
          difference: { value: -1071.3, interval: { low: -1210.1, high: -970.4 }, verdict: "better" },
        },
      ],
      constants: [null],
    },
  ],
  warnings: ["plain says “billing” of 99.2 %, which is right of 50 %"],
  models: [router, { ...router, name: "plain" }],
};
const rival = (value: number, off: number, verdict: "better" | "worse" | "no difference shown") => ({
  value,
  interval: { low: value - 0.04, high: value + 0.03 },
  difference: { value: off, interval: { low: off - 0.05, high: off + 0.05 }, verdict },
});
/** So many models that their scores are listed one below the other. */
export const fourBeneath: EvaluationReport = {
  ...compared,
  metrics: [
    {
      name: "accuracy",
      scores: [
        { value: 0.925, interval: { low: 0.86361, high: 0.96008 } },
        ...[rival(0.7, -0.225, "worse"), rival(0.91, -0.015, "no difference shown"), rival(0.99, 0.065, "better")],
      ],
      constants: [0.5],
      constantsBy: ["always “billing”"],
    },
    {
      name: "latency",
      scores: [{ value: 21.5, interval: null }, null, null, rival(310, 288.5, "worse")],
      constants: [null],
    },
  ],
  verdict: "worth it by accuracy: router beats <b>plain</b> by 22.5 points",
  costs: [
    { name: "training", cells: ["1.2 min", null, "2 s", null] },
    { name: "ms an answer", cells: ["21", "20", "0.3", "310"] },
  ],
  models: ["router", "<b>plain</b>", "baseline(tfidf)", "prompt(SmolLM2)"].map((name) => ({ ...router, name })),
};
export const trials: readonly SweepTrial[] = [
  {
    number: 1,
    values: { technique: "lora(rank: 8)", "optimizer.learning_rate": 3.1e-4, batch_size: 32 },
    score: 0.871,
    state: "done",
    seconds: 11.2,
  },
  {
    number: 2,
    values: { technique: "full", "optimizer.learning_rate": 2.4e-5, batch_size: 16 },
    score: 0.842,
    state: "done",
    seconds: 23.9,
  },
  {
    number: 3,
    values: { technique: "lora(rank: 4)", "optimizer.learning_rate": 4.7e-3, batch_size: 16 },
    score: 0.913,
    state: "done",
    seconds: 12.0,
  },
  {
    number: 4,
    values: { technique: "lora(rank: 16)", "optimizer.learning_rate": 9.2e-3, batch_size: 32 },
    score: 0.655,
    state: "done",
    seconds: 11.7,
  },
  {
    number: 5,
    values: { technique: "full", "optimizer.learning_rate": 1.1e-4, batch_size: 32 },
    score: 0.925,
    state: "done",
    seconds: 21.3,
  },
  {
    number: 6,
    values: { technique: "lora(rank: 16)", "optimizer.learning_rate": 1.3e-3, batch_size: 16 },
    score: null,
    state: "running",
  },
];
export const goal = { direction: "maximize", metric: "f1(macro)" } as const;

/** A small encoder with one trained layer in two of its three blocks; the caller chooses the name. */
export function graphProgram(name = "encoder"): Program {
  const graph = new Graph();
  const ids = graph.input("input_ids", { dtype: "i32", shape: ["batch", "length"] });
  const labels = graph.input("labels", { dtype: "i32", shape: ["batch"] });
  const weight = (path: string, trains: boolean, ...shape: readonly number[]): Tensor =>
    graph.state(path, { type: { dtype: "f32", shape }, trains, initial: { zeros: true } });
  const linear = (path: string, x: Tensor, out: number, trains = false): Tensor =>
    graph.withPath(path, () =>
      x.linear(weight(`${path}.weight`, trains, out, x.shape.at(-1) as number), weight(`${path}.bias`, trains, out)),
    );
  let x = graph.withPath("embeddings", () => weight("embeddings.weight", false, 1000, 16).gather(ids));
  for (let i = 0; i < 3; i++) {
    const inner = linear(`${name}.${i}.inner`, x, 64, i > 0);
    x = x.add(linear(`${name}.${i}.outer`, inner.gelu(), 16));
  }
  const pooled = graph.withPath("pooler", () => x.mean([1]));
  const logits = linear("classifier", pooled, 3, true);
  const loss = logits.crossEntropy(labels, { reduction: "mean" });
  const states = Object.entries(graph.program().state).filter(([, s]) => s.trains);
  const parameters = states.map(([path, s]) => graph.state(path, s));
  gradientsOfLoss(graph, loss, parameters).forEach((d, i) => graph.update(states[i]![0], parameters[i]!.subtract(d!)));
  graph.output("loss", loss);
  return optimise(graph.program());
}
const SIZES = { batch: 8, length: 32 };
export const graphCard = (name?: string, model = "router"): DisplayOutput =>
  graphView(outlineOf(graphProgram(name), SIZES), { model, program: "train", sizes: SIZES });

/** Predictions of a model for rows with labels, numbers or searches: often right, less often for longer texts. */
export function pictured(o: { readonly labels: readonly string[]; readonly rows: number; readonly skill: number }) {
  const n = o.labels.length;
  const lengths = Int32Array.from({ length: o.rows }, (_, row) => 4 + ((row * 37) % 53));
  const truth = Int32Array.from({ length: o.rows }, (_, row) => ((row * row + 3 * row) % 101) % n);
  const probabilities = new Float32Array(o.rows * n);
  for (let row = 0; row < o.rows; row++) {
    const own = probabilities.subarray(row * n, (row + 1) * n);
    const help = (l: number): number => (truth[row] === l ? o.skill * (1 - lengths[row]! / 90) : 0);
    own.forEach((_, l) => (own[l] = Math.exp(2 * Math.sin(row * 12.9898 + l * 78.233 * (1 + l)) + help(l))));
    const sum = own.reduce((a, b) => a + b, 0);
    own.forEach((value, l) => (own[l] = value / sum));
  }
  const predicted = truth.map((_, row) => {
    const own = probabilities.subarray(row * n, (row + 1) * n);
    return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  });
  return { lengths, outcome: { kind: "label" as const, input: { labels: o.labels, truth, predicted, probabilities } } };
}
export function numbersPictured(rows: number) {
  const truth = Float64Array.from({ length: rows }, (_, row) => (row * 7919) % 100);
  const predicted = truth.map((right, row) => right * 0.9 + 8 * Math.sin(row * 12.9898));
  const lengths = Int32Array.from(truth, (_, row) => 4 + ((row * 37) % 53));
  return { lengths, outcome: { kind: "number" as const, input: { truth, predicted } } };
}
const drawnPictures = (
  models: Readonly<Record<string, ReturnType<typeof pictured> | ReturnType<typeof numbersPictured>>>,
): DisplayOutput => {
  const all = Object.entries(models).map(([name, { outcome }]) => ({ name, outcome }));
  return evaluationPicturesView(evaluationPictures("tickets.test", all, Object.values(models)[0]!.lengths)!);
};

/** Returns what is displayed, by name of the golden file. */
export function gallery(): Readonly<Record<string, DisplayOutput>> {
  const [metrics, labels, confusion, worst] = evaluationView(report) as [
    DisplayOutput,
    DisplayOutput,
    DisplayOutput,
    DisplayOutput,
  ];
  return {
    data: dataPreview(data, dataFacts, sample),
    slices: slicesView({
      by: "language",
      on: "tickets.test",
      models: ["router", "twin"],
      metrics: ["accuracy", "f1(macro)"],
      slices: [
        {
          name: "English",
          rows: 1204,
          scores: [
            [
              { value: 0.91, interval: { low: 0.892, high: 0.925 } },
              { value: 0.88, interval: null },
            ],
            [{ value: 0.9, interval: { low: 0.881, high: 0.916 } }, null],
          ],
        },
        {
          name: "Haitian <Creole>",
          rows: 41,
          scores: [
            [
              { value: 0.5, interval: { low: 0.352, high: 0.648 } },
              { value: Number.NaN, interval: null },
            ],
            [
              { value: 0.7, interval: { low: 0.546, high: 0.82 } },
              { value: 0.6, interval: null },
            ],
          ],
        },
        { name: "3 others", rows: 5, scores: null },
      ],
      differences: [
        {
          model: 0,
          metric: 0,
          greatest: "English",
          least: "Haitian <Creole>",
          value: 0.41,
          interval: { low: 0.261, high: 0.559 },
          verdict: "differs" as const,
        },
        {
          model: 1,
          metric: 0,
          greatest: "English",
          least: "Haitian <Creole>",
          value: 0.2,
          interval: null,
          verdict: null,
          without: "English",
        },
      ],
      methods: "Wilson (accuracy)",
      notes: ["2 rows are too short to detect their language"],
    }),
    model: modelView(model, base, { parameters: 22860675, trainable: 221571 }),
    plan: planCardView(plan),
    graph: graphCard(),
    progress: progressView({
      step: 41,
      steps: 90,
      epoch: 2,
      epochs: 3,
      loss: 0.4312,
      tokensPerSecond: 6240,
      etaSeconds: 8.2,
    }),
    "progress-stopping": progressView({
      step: 41,
      steps: 90,
      epoch: 2,
      epochs: 3,
      loss: 0.4312,
      tokensPerSecond: 6240,
      etaSeconds: 8.2,
      stopping: true,
    }),
    "progress-done": progressView({
      step: 90,
      steps: 90,
      epoch: 3,
      epochs: 3,
      loss: 0.288,
      tokensPerSecond: 6240,
      etaSeconds: null,
      stopped: { reason: "done", seconds: 18.4 },
    }),
    curves: figureView(curvesFigure(runEvents(), { title: "router on tickets" }), {
      id: "curves",
      text: latestCurveNumbersText(runEvents()),
    }),
    "learning-curve": learningCurveView(learning(), {
      data: "tickets",
      rows: 800,
      errors: false,
      measured:
        "a probe over the base's own vectors, scored on 200 rows held out; each interval holds in 4 of 5 cases. A trained model's curve lies elsewhere and is bent alike.",
    })[0]!,
    "curves-early": figureView(curvesFigure(runEvents(90, 24), { validates: true })),
    history: historyTable(runEvents()),
    metrics,
    compared: evaluationView(compared)[0]!,
    "compared-four": evaluationView(fourBeneath)[0]!,
    labels,
    confusion,
    worst,
    uncertain: uncertainRowsView([
      {
        row: 41,
        text: "Refund for a <b>late</b> parcel?",
        truth: "billing",
        between: [
          { label: "shipping", probability: 0.412 },
          { label: "billing", probability: 0.409 },
        ],
      },
      { row: 7, text: "It broke", truth: "none", between: [{ label: "technical", probability: 0.498 }] },
    ]),
    pictures: drawnPictures({
      router: pictured({ labels: ["billing", "shipping", "technical", "sales", "<other>"], rows: 600, skill: 3 }),
    }),
    "pictures-two-labels": drawnPictures({ spam: pictured({ labels: ["ham", "spam"], rows: 300, skill: 2 }) }),
    "pictures-compared": drawnPictures({
      router: pictured({ labels: ["billing", "shipping", "technical"], rows: 600, skill: 3 }),
      plain: pictured({ labels: ["billing", "shipping", "technical"], rows: 600, skill: 1 }),
    }),
    "pictures-numbers": drawnPictures({ prices: numbersPictured(900) }),
    why: attributionView(
      [
        {
          answer: "“billing”",
          special: 0.002,
          parts: ["Where", " ", "is", " ", "my", " ", "<b>refund</b>", "?", " ", "cut", " ", "off"].map((text, i) => ({
            text,
            value: text === " " || i > 8 ? null : [0.02, 0, -0.04, 0, 0.01, 0, 0.31, -0.12, 0][i]!,
          })),
        },
        { answer: "the number", special: 0, parts: [{ text: "日本語", value: 0 }] },
      ],
      { model: "router", total: 40, how: "left_out" },
    ),
    predictions: predictionsView(
      ["label", "probability"],
      [
        { text: "Where is my refund?", cells: ["billing", "99.1 %"] },
        { text: "日本語のテキスト & <tags>", cells: ["technical", "51 %"] },
      ],
    ),
    sweep: sweepCellView(sweepViewOfTrials(trials, goal, { name: "search" })),
    trials: trialsTable(sweepViewOfTrials(trials, goal)),
    ...sweepGallery(),
    ...autoGallery(),
    ...federationGallery(),
    ...updatesGallery(),
    ...paretoGallery(),
    table: tableView(
      ["name", "n", "ratio", "when"],
      [
        ["a", 1, 0.123456, new Date("2026-01-05")],
        ["wide 漢字", 20000, 12.5, null],
        ["a\nb", -3, 1e-7, undefined],
      ],
      { title: "A table", total: 1204 },
    ),
    bars: figureView({
      data: [
        { type: "bar", name: "2025", x: ["spring", "summer", "autumn", "winter"], y: [12, 18, 9, 14] },
        { type: "bar", name: "2026", x: ["spring", "summer", "autumn", "winter"], y: [15, 16, 11, 12] },
      ],
      layout: { title: "Grouped bars", barmode: "group" },
    }),
    lying: figureView({
      data: [
        { type: "bar", orientation: "h", x: [0.91, 0.87, 0.42], y: ["accuracy of the longest name", "f1", "mcc"] },
      ],
      layout: { height: 220, xaxis: { range: [0, 1] } },
    }),
    histogram: figureView({
      data: [
        {
          type: "histogram",
          x: Array.from({ length: 3000 }, (_, i) => Math.sin(i * 12.9898) * 2 + Math.cos(i * 78.233)),
        },
      ],
      layout: { title: { text: "Histogram" } },
    }),
    logarithmic: figureView({
      data: [{ x: [1e-5, 1e-4, 1e-3, 1e-2, 1e-1], y: [3, 1.2, 0.7, 0.9, 4], mode: "lines+markers", name: "loss" }],
      layout: { xaxis: { type: "log", title: { text: "learning rate" } }, yaxis: { type: "log" } },
    }),
  };
}

/** A sweep in progress and finished, and each of its pictures separately. */
function sweepGallery(): Readonly<Record<string, DisplayOutput>> {
  const [live, ended] = [madeSweep({ trials: 9, wanted: 20, running: 2 }), madeSweep({ trials: 24 })];
  const two = madeSweep({ trials: 24, goals: 2 });
  const names = Object.keys(sweepPictures) as readonly SweepPictureName[];
  return {
    "sweep-live": sweepCellView(live),
    "sweep-ended": sweepCellView(ended, { ended: true }),
    "sweep-two-goals": sweepCellView(two, { ended: true }),
    "sweep-trials": trialsTable(ended, { title: "Trials of search" }),
    "sweep-best": bestProgramView({
      number: 7,
      score: 0.91234,
      tune: "train router on tickets as winner { batch_size: 16 }",
    }),
    ...Object.fromEntries(
      names.map((name) => [`sweep-${name}`, mustExist(sweepPictureView(name === "front" ? two : ended, name), name)]),
    ),
  };
}

/** `sweep auto` before training, and its results. */
function autoGallery(): Readonly<Record<string, DisplayOutput>> {
  const all = {
    "auto-before": autoViewsBeforeTraining(won),
    "auto-after": autoViewsAfter(won),
    "auto-lost": autoViewsAfter(lost),
  };
  const none = { "auto-untrained": [...autoViewsBeforeTraining(untrained).slice(1), ...autoViewsAfter(untrained)] };
  return Object.fromEntries(
    Object.entries({ ...all, ...none }).flatMap(([name, shown]) =>
      shown.map((one, i) => [`${name}-${String(i + 1)}`, one] as const),
    ),
  );
}
