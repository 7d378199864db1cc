/** Laws about text from data: it is always displayed as text. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { curvesFigure } from "#kernel/display/curves/curves.js";
import { dataPreview } from "#kernel/display/data/data-preview.js";
import { confusionFigure } from "#kernel/display/scores/confusion.js";
import { evaluationView, predictionsView } from "#kernel/display/scores/evaluation.js";
import { clientScoresFigure } from "#kernel/display/federation/client-scores.js";
import { clientDriftFigure } from "#kernel/display/federation/drift.js";
import { clientLabelsFigure } from "#kernel/display/federation/labels.js";
import { lowestScoringClientsView, roundsView } from "#kernel/display/federation/tables.js";
import { figureView, plotlyMime } from "#kernel/display/figure.js";
import { lossMaskView } from "#kernel/display/data/mask.js";
import { modelView } from "#kernel/display/plans/model-card.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { autoViewsAfter, autoViewsBeforeTraining } from "#kernel/display/sweeps/auto/auto.js";
import { paretoFrontFigure } from "#kernel/display/sweeps/auto/front.js";
import { bestProgramView } from "#kernel/display/sweeps/best.js";
import {
  sweepPictureFigure,
  sweepFigure,
  sweepPictures,
  sweepCellView,
  type SweepPictureName,
} from "#kernel/display/sweeps/sweep-output.js";
import { trialsTable } from "#kernel/display/sweeps/trials-table.js";
import { sweepViewOfTrials } from "#kernel/display/sweeps/view.js";
import { attributionView } from "#kernel/display/scores/why.js";
import { slicesView } from "#kernel/display/scores/slices.js";
import { tableView } from "#kernel/display/table.js";
import { escapeHtml, escapePlotlyLabel, printable } from "#kernel/host/value-text.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { AutoReport } from "#kernel/study/auto/auto.js";
import { evaluationPicturesFigure } from "#kernel/display/scores/pictures.js";
import { evaluationPictures } from "#kernel/inference/measuring/pictures.js";
import { base, data, dataFacts, graphCard, model, pictured, plan } from "./examples.js";
import { readMarkup } from "./markup.js";
import { madeFederation } from "./made-federation.js";
import { won } from "./sweeps/made-auto.js";

const hostile = fc.oneof(
  fc.constantFrom(
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "</td></table><iframe src=//x>",
    "&lt;b&gt;",
    "<a href='javascript:alert(1)'>x</a>",
    "\u001b[2J\u001b]0;title\u0007",
    "\u202egpj.exe",
    "\ud800",
    "\udfff tail",
    "\u0000nul",
    "]]>",
    "<!--",
    "-->",
    "${x}",
    "\u2028",
    "\ufffe",
    "-.",
    "1.2.3",
    "-1e999",
  ),
  anyText({ maxLength: 30 }),
  fc.string({ maxLength: 30 }),
);
const allowed = new Set([
  "div",
  "b",
  "span",
  "small",
  "table",
  "thead",
  "tbody",
  "tr",
  "th",
  "td",
  "img",
  "code",
  "details",
  "summary",
  "pre",
]);
const attributes = new Set(["style", "class", "title", "src", "alt", "width", "height", "scope"]);
const drawn = new Set(["svg", "title", "rect", "g", "path", "circle", "text"]);
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u;

/** A report of `sweep auto` in which every text comes from outside. */
function hostileAuto(a: string, b: string): AutoReport {
  const contestants = [a, b].map((name, i) => ({ ...mustExist(won.probed[i], "a baseline"), name, latency: i + 1 }));
  return {
    name: a,
    goal: { direction: "minimize", metric: b },
    probed: contestants,
    program: a,
    looked: {
      ...won.looked,
      data: b,
      task: a,
      languages: [a, b],
      labels: [{ label: a, count: 2 }],
      machine: { ...won.looked.machine, engine: b },
      bases: [a, b].map((name) => ({ name, parameters: 1, bytes: 1, lengths: null })),
    },
    left: Array.from({ length: 8 }, () => ({ what: a, why: b })),
    outcome: {
      sentence: a,
      best: b,
      scored: contestants,
      front: [a, b],
      tune: b,
      versus: [{ name: a, difference: 1, low: 0, high: 2, verdict: "better" }],
    },
  };
}

function safe(shown: DisplayOutput): void {
  const html = shown.bundle["text/html"] as string;
  const page = readMarkup(html, "html");
  assert.deepEqual(
    [...page.tags].filter((tag) => !allowed.has(tag)),
    [],
  );
  assert.deepEqual(
    [...page.attributes].filter((name) => !attributes.has(name)),
    [],
  );
  assert.doesNotMatch(html, control);
  assert.doesNotMatch(shown.bundle["text/plain"] as string, control);
  for (const [, picture] of html.matchAll(/src="data:image\/svg\+xml;base64,([^"]+)"/g)) {
    const svg = Buffer.from(picture!, "base64").toString("utf8");
    assert.doesNotMatch(svg, control);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    assert.deepEqual(
      [...readMarkup(svg, "svg").tags].filter((tag) => !drawn.has(tag)),
      [],
    );
  }
  const sources = [...html.matchAll(/ src="([^"]*)"/g)].map((m) => m[1]!);
  assert.ok(sources.every((src) => src.startsWith("data:image/svg+xml;base64,")));
  JSON.stringify(shown.bundle);
}

/** Returns the labels that plotly would interpret as markup. */
function labelsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(labelsOf) : [];
}

describe("hostile text from data", () => {
  it("round-trips through HTML with visible control characters", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeHtml(text);
        assert.doesNotMatch(escaped, /[<>"']/);
        assert.equal(readMarkup(`<b>${escaped}</b>`, "html").text, printable(text));
      }),
    );
  });
  it("adds no tag, attribute or control character to a table", () => {
    fc.assert(
      fc.property(
        fc.array(hostile, { minLength: 1, maxLength: 4 }),
        fc.array(fc.array(hostile, { maxLength: 4 }), { maxLength: 4 }),
        hostile,
        (columns, rows, title) => safe(tableView(columns, rows, { title, caption: title })),
      ),
    );
  });
  it("adds none to an attribution view", () => {
    const part = fc.record({ text: hostile, value: fc.option(fc.float({ noNaN: true, min: -9, max: 9 })) });
    const row = fc.record({ answer: hostile, parts: fc.array(part, { maxLength: 5 }), special: fc.constant(0.5) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 3 }), hostile, (rows, model) =>
        safe(attributionView(rows, { model, total: 9, how: "gradient" })),
      ),
    );
  });
  it("adds none to the figure of a mask", () => {
    const part = fc.record({ text: hostile, trained: fc.boolean() });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), hostile, (parts, model) =>
        safe(lossMaskView([{ row: 1, parts, trained: 1, tokens: 2 }], { model })),
      ),
    );
  });
  it("adds none to the cards of data, model and plan", () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const facts = {
          ...dataFacts,
          labels: [a, b],
          dropped: [{ why: a, count: 2, examples: [1] }],
          cleaners: [
            {
              word: "unicode",
              changed: 1,
              dropped: [{ why: a, count: 2 }],
              examples: [{ row: a, role: "text", before: b, after: a }],
            },
          ],
          splits: {
            [b]: {
              rows: 3,
              labels: [
                { label: a, count: 1 },
                { label: b, count: 2 },
              ],
              lengths: null,
            },
          },
        };
        safe(dataPreview({ ...data, name: a, columns: { text: a, label: b } }, facts, [{ [a]: b, [`${b} `]: a }]));
        safe(modelView({ ...model, name: a, base: b }, { ...base, family: a, hash: b }));
        safe(
          planCardView({
            ...plan,
            recipeHash: a,
            origins: { [`training.${a}`]: { from: "derived", why: b } },
            recipe: {
              ...plan.recipe,
              model: { ...model, base: b, task: { kind: "task", word: a, arguments: { [b]: a } } },
            },
          }),
        );
      }),
    );
  });
  it("adds none to the views of a federation", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, metric) => {
        const made = madeFederation({ clients: 2, labels: [a, b], rounds: 2, personal: true });
        const names = [a, `${b} `];
        const renamed = (of: Readonly<Record<string, number>>) =>
          Object.fromEntries(Object.values(of).map((value, i) => [names[i] ?? "", value]));
        const view = {
          ...made,
          name: b,
          metric,
          clients: made.clients.map((client, i) => ({ ...client, name: names[i] ?? "" })),
          rounds: made.rounds.map((round) => ({
            ...round,
            scores: renamed(round.scores),
            personal: renamed(round.personal ?? {}),
            lost: [a],
            clients: round.clients.map((one, i) => ({ ...one, name: names[i] ?? "" })),
          })),
        };
        safe(roundsView(view));
        for (const shown of [lowestScoringClientsView(view)]) if (shown) safe(shown);
        const bubbles = { ...view, labels: [...Array.from({ length: 9 }, (_, i) => String(i)), a] };
        for (const figure of [
          clientLabelsFigure(view),
          clientLabelsFigure(bubbles),
          clientScoresFigure(view),
          clientDriftFigure(view),
        ]) {
          if (!figure) continue;
          safe(figureView(figure));
          for (const label of labelsOf(figure))
            assert.doesNotMatch(label.replaceAll(/<br>|<extra><\/extra>/g, ""), /</);
        }
      }),
    );
  });
  it("adds none to the figure of a graph", () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const shown = graphCard(a, b);
        safe(shown);
        const svg = shown.bundle["image/svg+xml"] as string;
        assert.doesNotMatch(svg, control);
        assert.deepEqual(
          [...readMarkup(svg, "svg").tags].filter((tag) => !drawn.has(tag)),
          [],
        );
      }),
      { numRuns: 40 },
    );
  });
  it("adds none to evaluations, predictions and sweeps, nor markup to Plotly labels", () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const { outcome, lengths } = pictured({ labels: [a, b, "c"], rows: 50, skill: 1 });
        const models = [a, b].map((name) => ({ name, outcome }));
        const pictures = mustExist(
          evaluationPictures(a, a.length % 2 === 0 ? models : models.slice(1), lengths),
          "pictures",
        );
        const report = {
          on: a,
          rows: 2,
          metrics: [{ name: a, scores: [0.5, 0.4].map((value) => ({ value, interval: null })), constants: [0.5] }],
          constants: [{ name: b, by: b }],
          methods: a,
          warnings: [b],
          notes: [a],
          models: [a, b].map((name) => ({
            name,
            labels: [a, b],
            confusion: [
              [1, 2],
              [3, 4],
            ],
            byLabel: {
              of: ["row", "rows"] as const,
              head: "label" as const,
              rows: [{ label: a, hit: 1, given: 1, have: 2 }],
            },
            worst: [{ row: 1, text: a, truth: b, predicted: a, probability: 0.9 }],
            uncertain: [{ row: 1, text: a, truth: b, between: [{ label: a, probability: 0.5 }] }],
          })),
          pictures,
        };
        evaluationView(report).forEach(safe);
        const score = { value: 0.5, interval: { low: 0.4, high: 0.6 } };
        const slice = (name: string) => ({ name, rows: 30, scores: [[score], [null], [score]] });
        const differing = { ...score, model: 0, metric: 0, greatest: a, least: b, verdict: null, without: a };
        safe(
          slicesView({
            by: a,
            on: b,
            models: [a, b, a],
            metrics: [b],
            slices: [slice(a), slice(b)],
            differences: [differing],
            methods: a,
            notes: [b],
          }),
        );
        safe(predictionsView([a, b], [{ text: a, cells: [b, a] }]));
        const trials = [
          ...[1, 3, 4, 5, 6, 7, 9, 10, 11].map((number) => ({
            number,
            values: { [a]: number % 2 ? b : a, rate: number * 1e-3 },
            state: "done" as const,
            score: number / 10,
            scores: [number / 10, 1 - number / 9],
            begun: number,
            seconds: 1,
          })),
          { number: 2, values: { [a]: a, rate: 1e-5 }, score: null, state: "failed" as const, error: b, why: a },
          {
            number: 8,
            values: { [a]: b },
            score: null,
            state: "running" as const,
            steps: 9,
            reports: [{ step: 3, score: 0.1 }],
          },
        ];
        const goal = { direction: "maximize", metric: b } as const;
        const view = {
          ...sweepViewOfTrials(trials, goal, { name: a }),
          goals: [goal, { ...goal, metric: a }] as const,
        };
        safe(trialsTable(view, { title: a }));
        safe(bestProgramView({ number: 1, score: 1, tune: a }));
        const auto = hostileAuto(a, b);
        [...autoViewsBeforeTraining(auto), ...autoViewsAfter(auto)].forEach(safe);
        safe(sweepCellView(view, { ended: true }));
        const drawnPictures = (Object.keys(sweepPictures) as SweepPictureName[]).flatMap(
          (name) => sweepPictureFigure(view, name) ?? [],
        );
        assert.equal(drawnPictures.length, 8);
        for (const figure of drawnPictures) safe(figureView(figure));
        const texts = [
          confusionFigure([a, b], report.models[0]!.confusion, { suffix: `: ${a}`, several: b }),
          sweepFigure(view, { title: a, ended: true }),
          ...drawnPictures,
          evaluationPicturesFigure(pictures),
          mustExist(paretoFrontFigure(auto.goal, auto.probed, [a, b]), "a front"),
          curvesFigure([{ at: "", run: a, kind: "evaluated", step: 1, split: a, metrics: { [b]: 0.5 } }], { title: b }),
        ];
        for (const text of texts.flatMap(labelsOf))
          assert.doesNotMatch(
            text.replace(/<br>|<extra><\/extra>|<span style="font-size:12px">|<\/span>/g, ""),
            /[<>]/,
          );
        assert.doesNotMatch(escapePlotlyLabel(a), /[<>\r\n]/);
      }),
      { examples: [["<script>alert(1)</script>", "."]] },
    );
  });
  it("adds none to a custom figure, whatever it contains", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }),
        hostile,
        fc.constantFrom("scatter", "bar", "histogram", "heatmap", "parcoords", "pie"),
        (thing, text, type) => {
          const trace = {
            type,
            name: text,
            x: [1, 2, text],
            y: [thing, 2, 3],
            z: [[1, 2], [thing]],
            marker: thing,
            line: { color: text },
            dimensions: [{ label: text, values: [1, thing] }, thing],
          };
          const shown = figureView({
            data: [trace, { type, x: thing, y: thing, z: thing, text: thing }],
            layout: {
              title: text,
              xaxis: { title: text, tickvals: thing, range: thing },
              yaxis: thing as Record<string, unknown>,
            },
          });
          assert.ok(plotlyMime in shown.bundle);
          safe(shown);
        },
      ),
      { numRuns: 300, examples: [[[8732867639425839, new Date(0)], "", "scatter"]] },
    );
  });
});
