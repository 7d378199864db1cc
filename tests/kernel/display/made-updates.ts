/**
 * Made-up continual-learning reports: the score matrix, forgotten answers, scores since earlier evaluations, rows to
 * forget.
 */
import { deletedTextsView } from "#kernel/display/forgetting.js";
import { forgottenExamplesView } from "#kernel/display/forgotten-examples.js";
import { scoresSinceStartView } from "#kernel/display/scores-since.js";
import { scoreMatrixPicture, scoreMatrixView, type ModelUpdateReport } from "#kernel/display/updates.js";
import { forgettingStatisticsOf } from "#kernel/continual/forgotten-answers.js";
import type { DisplayOutput } from "#kernel/display/html.js";

const seasons: ModelUpdateReport = {
  name: "seasons",
  metric: "accuracy",
  better: 1,
  totalStages: 3,
  tasks: [
    { data: "tickets", split: "test", rows: 240, learnt: 0 },
    { data: "spring", split: "test", rows: 80, learnt: 1 },
    { data: "summer <b>hot</b>", split: "test", rows: 60, learnt: 2 },
    { data: "autumn", split: "", rows: 0, learnt: 3 },
  ],
  stages: ["router (before)", "spring", "summer <b>hot</b>", "autumn"],
  matrix: [
    [0.9167, 0.41, null, null],
    [0.8833, 0.9, 0.52, null],
    [0.8667, 0.88, 0.91, null],
  ],
};

export function updatesGallery(): Readonly<Record<string, DisplayOutput>> {
  const truth = Array.from({ length: 60 }, (_, row) => row % 3);
  const now = truth.map((label, row) => (row % 5 === 0 ? (label + 1) % 3 : label));
  const found = forgettingStatisticsOf(truth, truth, now)!;
  const labels = ["billing", "shipping", "<other>"];
  const example = (row: number) => ({
    row: row + 2,
    text: row === 0 ? "Where is my <b>parcel</b>?\nIt was due on Monday" : `日本語のテキスト ${String(row)}`,
    right: labels[truth[row]!]!,
    now: labels[now[row]!]!,
  });
  const of = [{ ...found, on: "tickets.test", after: "router (before)", example }];
  const tries = "To keep more of it try `replay(20%)`: a suggestion by rule and not measured";
  const since = { metric: "accuracy", better: "greater" as const, recorded: null };
  return {
    "updates-matrix": scoreMatrixView(seasons, "matrix"),
    "updates-picture": scoreMatrixPicture(seasons, "picture"),
    "updates-forgotten": forgottenExamplesView(
      { name: "seasons", dataSets: of, tries, not: ["winter was not compared: it is gone"] },
      "f",
    ),
    "updates-kept": forgottenExamplesView(
      { name: "seasons", dataSets: [{ ...of[0]!, ...forgettingStatisticsOf(truth, now, now)! }], tries },
      "k",
    ),
    "updates-since": scoresSinceStartView({
      name: "next",
      start: "last <week>",
      tries,
      not: ["winter.test was not compared: its rows are others now"],
      on: [
        {
          ...since,
          on: "tickets.test",
          rows: 2000,
          totalRows: 9000,
          before: 0.9167,
          now: 0.85,
          low: -0.0853,
          high: -0.0488,
          lost: true,
        },
        {
          ...since,
          on: "spring.test",
          rows: 80,
          totalRows: 80,
          before: 0.9,
          now: 0.91,
          low: -0.02,
          high: 0.04,
          lost: false,
        },
        {
          on: "notes <long>.validation",
          metric: "loss",
          better: "less" as const,
          rows: 60,
          totalRows: 60,
          lost: false,
          before: 2.41,
          now: 2.31,
          recorded: 2.44,
          low: -0.14,
          high: -0.06,
        },
      ],
    }),
    "updates-forget": deletedTextsView({
      requested: 3,
      found: 2,
      rows: 4,
      damaged: 1,
      saw: [
        { run: "router-20261101-090000-1a2b", deleted: 0, isOwn: true },
        { run: "seasons_1-20261102-090000-3c4d", deleted: 4, isOwn: false },
      ],
    }),
  };
}
