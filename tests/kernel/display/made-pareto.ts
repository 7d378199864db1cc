/** A made-up Pareto report: a classifier and the smaller models made from it. */
import { paretoFigureView, paretoTableView, type ParetoModel, type ModelParetoReport } from "#kernel/display/pareto.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";

const model = (
  name: string,
  made: string,
  o: Partial<ParetoModel> & { readonly mb: number; readonly ms: number; readonly accuracy: number },
): ParetoModel => ({
  name,
  made,
  is: "stage",
  parameters: 22.7e6,
  residentBytes: 1.1e6 * o.mb,
  stored: 1e6 * o.mb,
  median: o.ms,
  slowest: 1.6 * o.ms,
  spread: { low: 0.95 * o.ms, high: 1.05 * o.ms },
  quicker: made !== "int8",
  score: { value: o.accuracy, interval: { low: o.accuracy - 0.04, high: o.accuracy + 0.03 } },
  difference: { value: o.accuracy - 0.91, interval: { low: o.accuracy - 0.93, high: o.accuracy - 0.89 } },
  ...o,
});
export const beside: ModelParetoReport = {
  metric: "accuracy",
  better: "greater",
  on: "reviews.test",
  rows: 287,
  models: [
    model("mood", "", { is: "original", mb: 90.9, ms: 6.1, accuracy: 0.91, difference: null }),
    model("small_distilled", "student(layers: 3)", { mb: 69.4, ms: 3.2, accuracy: 0.896, parameters: 17.4e6 }),
    model("small", "int8", { mb: 17.5, ms: 4.4, accuracy: 0.899, parameters: 17.4e6 }),
    model("fours", "int4", { is: "earlier", mb: 17.1, ms: 6.2, accuracy: 0.86, difference: null }),
    model("slim", "structured(feed_forward: 40%)", {
      is: "earlier",
      mb: 75,
      ms: 5.2,
      accuracy: 0.905,
      residentBytes: null,
      difference: null,
    }),
  ],
  notes: ["Memory is reckoned from the graph."],
};

export const paretoGallery = (): Readonly<Record<string, DisplayOutput>> => ({
  "compress-beside": paretoTableView(beside),
  "compress-front": mustExist(paretoFigureView(beside), "a picture"),
});
