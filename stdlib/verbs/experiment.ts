import { compileExperiment as read } from "#dsl/compiler/experiment/experiment.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "experiment",
  doc: "Names what is tried from here on, and who is told of it: trainings, sweeps and evaluations below it belong to the experiment, and its trackers keep them beside those of others.",
  example: 'experiment { name: "router-v2", trackers: [mlflow("http://127.0.0.1:5000"), tensorboard("board")] }',
  operands: { what: "none" },
  connectors: {},
  effect: "acts",
  read,
  needsBlock: true,
  elsewhere: {
    experiment_name: "name",
    project: "name",
    run_group: "name",
    goal: "notes",
    description: "notes",
    note: "notes",
    report_to: "trackers",
    loggers: "trackers",
    logger: "trackers",
    tracker: "trackers",
    callbacks: "trackers",
  },
  notes: [
    "It changes no recipe: a run with it and one without are the same run, to the last bit.",
    "A tracker that is away never stops or slows a training: what it misses is kept in the run's folder and told later, once.",
    "`tunebook runs experiment:router-v2` and the panel's filter find its runs. Another `experiment` ends it; `trackers: []` tells nobody.",
  ],
  parameters: [
    {
      name: "name",
      type: { is: "string" },
      doc: "What is tried, in a few words.",
      required: true,
      why: "Among hundreds of runs it is how those that belong together are found.",
      impact: "medium",
    },
    {
      name: "notes",
      type: { is: "string" },
      doc: "Why, and what would count as an answer; trackers show it with each run. In half a year nobody remembers.",
      default: { value: "" },
      why: "Only the author knows them.",
      impact: "low",
    },
    {
      name: "trackers",
      type: { is: "list", of: { is: "word", kind: "tracker" } },
      doc: "Who is told of what is trained; without it nobody is. Teams look at runs of many programs in one place.",
      default: { value: [] },
      why: "Nothing leaves this machine unless you ask for it.",
      impact: "medium",
    },
  ],
};
