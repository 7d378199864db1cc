import { defineWord } from "#dsl/language/types/define.js";
import { reductionParameter, rungAliases } from "./shared/parameters.js";
import type { Call } from "#dsl/language/types/value.js";
import type { PrunerImplementation } from "./kind.js";
import { bracketOf, studyOfBracket, type HyperbandBrackets } from "../searches/shared/bracket.js";
import { rungPruningReason } from "./shared/rungs.js";

export const word = defineWord({
  kind: "pruner",
  name: "hyperband",
  doc: "Successive halving in several brackets, each of which starts to stop trials later than the one before.",
  example: "pruner: hyperband(brackets: 4)",
  elsewhere: {
    HyperbandPruner: "hyperband",
    HyperBandScheduler: "hyperband",
    bohb: "hyperband",
    HyperBandForBOHB: "hyperband",
    ...rungAliases,
  },
  advice: {
    max_resource:
      "remove it: a trial's own steps are the maximum; `brackets: 4` sets how many start at different steps",
    max_t: "remove it: a trial's own steps are the maximum; `brackets: 4` sets how many start at different steps",
  },
  notes: ["A search that learns sees only the trials of one bracket: with `search: tpe` this is BOHB."],
  references: [
    {
      title: "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization",
      by: "Li et al.",
      year: 2018,
      url: "https://jmlr.org/papers/v18/16-558.html",
    },
    {
      title: "BOHB: Robust and Efficient Hyperparameter Optimization at Scale",
      by: "Falkner et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1807.01774",
    },
  ],
  parameters: [
    reductionParameter(3),
    {
      name: "brackets",
      type: { is: "number", integer: true },
      doc: "Number of brackets that trials are spread over: each starts to stop trials at `reduction` times the steps of the one before.",
      range: { min: 1, max: 12 },
      default: { value: 4 },
      why: "A trial that looks poor early may be best at the end, so some trials get more time.",
      impact: "medium",
    },
    {
      name: "first",
      type: { is: "number", integer: true },
      doc: "Steps of the first rung of the first bracket.",
      range: { min: 1 },
      default: { derived: "as many as needed for a last bracket that stops no trial", from: () => null },
      why: "A poor trial shows early, but not before it has learned anything.",
      impact: "medium",
    },
  ],
  load: () => Promise.resolve(hyperband),
});

const hyperband: PrunerImplementation = {
  prunes(call, study, trial, steps) {
    const brackets = bracketsOf(call);
    const { reduction, count } = brackets;
    const given = call.arguments["first"];
    const first = typeof given === "number" ? given : Math.ceil(steps / reduction ** (count - 1));
    const bracket = bracketOf(brackets, study.seed, trial.number);
    const halving = { first: first * reduction ** bracket, reduction };
    const where = ` in bracket ${bracket + 1} of ${count}`;
    return rungPruningReason(halving, studyOfBracket(brackets, study, trial.number), trial, steps, where);
  },
  seen: (call, study, number) => studyOfBracket(bracketsOf(call), study, number),
};

function bracketsOf(call: Call): HyperbandBrackets {
  return { reduction: Number(call.arguments["reduction"]), count: Number(call.arguments["brackets"]) };
}
