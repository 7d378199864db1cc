import { defineWord } from "#dsl/language/types/define.js";
import type { WorkerRunner } from "./kind.js";

export const word = defineWord({
  kind: "runner",
  name: "processes",
  doc: "Several processes of this machine. Each has an engine and the weights of its own, and its share of the machine's threads.",
  example: "runner: processes(2)",
  elsewhere: { process: "processes", multiprocessing: "processes", workers: "processes", local: "processes" },
  notes: [
    "A training's updates are shared: each process takes its part of the rows of every batch, their gradients are summed, and all make the same update.",
    "A sweep's trials go to them as they come: what one process trains, the next can't slow, and one that dies costs the steps since the last checkpoint.",
    "The plan says the hours that they take together, and no money: a `price` has `ray(…, price: 0.40)`, whose hours are paid for.",
    "Where it runs changes no hash. An engine's sums may differ in their last digits with its number of threads: `engine { threads: 1 }` makes them the same with and without a runner.",
  ],
  capabilities: {
    workerCount: (call) => call.arguments.count,
    // The machine's threads are divided among the workers.
    threadsPerWorker: (call, cores) => Math.max(1, Math.floor(cores / call.arguments.count)),
    workersNoun: "processes",
    isThisMachine: true,
  },
  parameters: [
    {
      name: "count",
      type: { is: "number", integer: true },
      doc: "How many. Each takes the memory of a whole training; more processes than cores gain nothing.",
      range: { min: 1, max: 64 },
      positional: true,
      default: { value: 2 },
      why: "Two is the fewest that share work.",
      impact: "medium",
    },
  ],
  load: () => Promise.resolve(processes),
});

export const processes: WorkerRunner = {
  start: (_call, { threads }, ways) => ways.process({ threads }),
};
