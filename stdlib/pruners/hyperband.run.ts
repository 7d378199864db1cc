import type { Call } from "#dsl/language/types/value.js";
import type { PrunerImplementation } from "./kind.js";
import { bracketOf, studyOfBracket, type BracketOptions } from "../searches/shared/bracket.js";
import { prunedBelowRung } from "./shared/rungs.js";

export const hyperband: PrunerImplementation = {
  prunes(call, study, trial, steps) {
    const brackets = bracketsOf(call);
    const { reduction, count } = brackets;
    const given = call.arguments["first"];
    const first = typeof given === "number" ? given : Math.ceil(steps / reduction ** (count - 1));
    const bracket = bracketOf(brackets, study.seed, trial.number);
    const halving = { first: first * reduction ** bracket, reduction };
    const where = ` in bracket ${bracket + 1} of ${count}`;
    return prunedBelowRung(halving, studyOfBracket(brackets, study, trial.number), trial, steps, where);
  },
  seen: (call, study, number) => studyOfBracket(bracketsOf(call), study, number),
};

function bracketsOf(call: Call): BracketOptions {
  return { reduction: Number(call.arguments["reduction"]), count: Number(call.arguments["brackets"]) };
}
