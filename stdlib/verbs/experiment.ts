import { compileExperiment as read } from "#dsl/compiler/experiment/experiment.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "experiment",
  doc: "Names the current experiment and its trackers: trainings, sweeps and evaluations below it belong to it, and its trackers record them.",
  example: 'experiment { name: "router-v2", trackers: [mlflow("http://127.0.0.1:5000"), tensorboard("board")] }',
  operands: { what: "none" },
  connectors: {},
  effect: "acts",
  displays: false,
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
    "An unreachable tracker never stops or slows a training: missed events are stored in the run's folder and sent later, once.",
    "`tunebook runs experiment:router-v2` and the panel's filter find its runs. Another `experiment` ends it; `trackers: []` sends to no tracker.",
  ],
  parameters: [
    {
      name: "name",
      type: { is: "string" },
      doc: "What the experiment tests, in a few words.",
      required: true,
      why: "Among hundreds of runs it finds those that belong together.",
      impact: "medium",
    },
    {
      name: "notes",
      type: { is: "string" },
      doc: "Why, and which result would answer the question; trackers show it with each run. In half a year nobody remembers.",
      default: { value: "" },
      why: "Only the author knows them.",
      impact: "low",
    },
    {
      name: "trackers",
      type: { is: "list", of: { is: "word", kind: "tracker" } },
      doc: "The trackers that record the runs; none by default. Teams compare runs of many programs in one place.",
      default: { value: [] },
      why: "Nothing is sent from this machine by default.",
      impact: "medium",
    },
  ],
};
