import { defineWord } from "#dsl/language/types/define.js";
import { checkSharesCoverAllRows, splitAliases } from "./shared/shares.js";
import { comparableTimeOf } from "./shared/time.js";

const part = { is: "either", of: [{ is: "number", unit: "share-or-count" }, { is: "string" }] } as const;
const why = "In use a model meets newer data than it was trained on: a test on older rows is too easy.";

export const word = defineWord({
  kind: "split",
  name: "by_time",
  doc: "Splits by time: the latest rows are for test, those before them for validation, all earlier ones for training. Rows of the same time stay together, so sizes are approximate. Times are numbers or texts of ISO 8601 (`2025-03-01`, `2025-03-01T10:00`, `2025`); without a zone they are UTC.",
  example: "split: by_time(created, test: 10%)",
  elsewhere: {
    time_split: "by_time",
    temporal: "by_time",
    chronological: "by_time",
    time_series_split: "by_time",
    date: "column",
    timestamp: "column",
    ...splitAliases,
  },
  parameters: [
    {
      name: "column",
      type: { is: "column" },
      doc: "The column with the time: dates, numbers or texts of ISO 8601.",
      positional: true,
      required: true,
      why: "The order of rows in a file is seldom that of time.",
      impact: "high",
    },
    {
      name: "train",
      type: {
        is: "either",
        of: [
          { is: "number", unit: "share-or-count" },
          { is: "choice", of: ["rest"] },
        ],
      },
      doc: "Share or number of the rows to train on, the latest before the validation and test rows; `rest`: all of them. If the world has changed, the latest rows are the most useful.",
      means: { rest: "all rows before validation and test" },
      default: { value: "rest" },
      range: { min: 0, exclusive: true },
      why: "Older rows teach, too.",
      impact: "medium",
    },
    {
      name: "validation",
      type: part,
      doc: "Share or number of rows before the test, or the time from which on they validate.",
      default: { derived: "no such split", from: () => null },
      range: { min: 0, exclusive: true },
      why,
      impact: "high",
    },
    {
      name: "test",
      type: part,
      doc: 'Share or number of the latest rows, or the time from which on they test: `"2025-01-01"`.',
      default: { derived: "no such split", from: () => null },
      range: { min: 0, exclusive: true },
      why,
      impact: "high",
    },
  ],
  check(call, context) {
    checkSharesCoverAllRows(call, context);
    const points = (["validation", "test"] as const).map((name) => [name, call.arguments[name] ?? null] as const);
    if (points.every(([, point]) => point === null)) context.report("no-shares", { split: "by_time" });
    for (const [name, point] of points) {
      if (typeof point === "string" && comparableTimeOf(point) === undefined)
        context.report("no-time", { text: point }, name);
    }
  },
  load: async () => (await import("./by_time.run.js")).byTime,
});
