import { defineWord } from "#dsl/language/types/define.js";
import type { WorkerRunner } from "./kind.js";

export const word = defineWord({
  kind: "runner",
  name: "processes",
  doc: "Several processes on this machine. Each has its own engine and weights, and a share of the machine's threads.",
  example: "runner: processes(2)",
  elsewhere: { process: "processes", multiprocessing: "processes", workers: "processes", local: "processes" },
  notes: [
    "They share a training's updates: each process computes its part of the rows of every batch, their gradients are summed, and all make the same update.",
    "A sweep's trials are given to them one by one: a slow process delays no other, and one that dies costs the steps since the last checkpoint.",
    "The plan shows their total hours, but no cost: `price` is a setting of `ray(…, price: 0.40)`, whose hours are paid for.",
    "The place of computation changes no hash. An engine's sums may differ in their last digits with its number of threads: `engine { threads: 1 }` makes them the same with and without a runner.",
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
      doc: "Number of processes. Each takes the memory of a complete training; more processes than cores gain nothing.",
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
