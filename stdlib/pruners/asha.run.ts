import type { PrunerImplementation } from "./kind.js";
import { prunedBelowRung } from "./shared/rungs.js";

export const asha: PrunerImplementation = {
  prunes(call, study, trial, steps) {
    const given = call.arguments["first"];
    const first = typeof given === "number" ? given : Math.max(1, Math.floor(steps / 100));
    return prunedBelowRung({ first, reduction: Number(call.arguments["reduction"]) }, study, trial, steps);
  },
};
