import { defineWord } from "#dsl/language/types/define.js";
import { checkWholeShares, splitAliases } from "./shared/shares.js";
import { comparableTimeOf } from "./shared/time.js";

const part = { is: "either", of: [{ is: "number", unit: "share-or-count" }, { is: "string" }] } as const;
const why = "What came later is what a model meets when it is used: a test among older rows is easier than life.";

export const word = defineWord({
  kind: "split",
  name: "by_time",
  doc: "Splits by time: the latest rows test, those before them validate, all before that train. Rows of one time stay together, so the sizes are those of the nearest change of time. Times are numbers or texts of ISO 8601 (`2025-03-01`, `2025-03-01T10:00`, `2025`); one without a zone is of UTC.",
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
      doc: "The column that says when: dates, numbers or texts of ISO 8601.",
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
      doc: "Share or number of the rows to train on, the latest before those that score; `rest`: all of them. Where the world has changed, the latest rows teach better.",
      means: { rest: "all rows before those that score" },
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
    checkWholeShares(call, context);
    const points = (["validation", "test"] as const).map((name) => [name, call.arguments[name] ?? null] as const);
    if (points.every(([, point]) => point === null)) context.report("no-shares", { split: "by_time" });
    for (const [name, point] of points) {
      if (typeof point === "string" && comparableTimeOf(point) === undefined)
        context.report("no-time", { text: point }, name);
    }
  },
  load: async () => (await import("./by_time.run.js")).byTime,
});
