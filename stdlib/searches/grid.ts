import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "search",
  name: "grid",
  doc: "Every combination once: all choices, whole numbers and steps, and of other ranges `points` values. What is stopped early was spread over the whole grid; branches are combined only where they are taken.",
  example: "search: grid(4)",
  elsewhere: {
    grid_search: "grid",
    exhaustive: "grid",
    brute_force: "grid",
    GridSampler: "grid",
    BruteForceSampler: "grid",
    points_per_dimension: "points",
  },
  capabilities: { ends: true, points: (call) => call.arguments.points ?? null },
  parameters: [
    {
      name: "points",
      type: { is: "number", integer: true },
      doc: "So many values of each range that holds more, evenly on its scale and with both ends; steps that were written stay.",
      range: { min: 1 },
      positional: true,
      default: { derived: "all values, where they can be counted", from: () => null },
      why: "Between two numbers there is always another.",
      impact: "high",
    },
  ],
  load: async () => (await import("./grid.run.js")).grid,
});
