/** Folds are the parts of a `random` split of equal shares; where one is named, it validates and the others train. */
import type { Call } from "#dsl/types/value.js";
import type { SplitImplementation } from "../kinds/data.js";
import { foldName, foldNames } from "../lib/splits/fold-names.js";
import { random } from "./random.run.js";

export const folds: SplitImplementation = {
  names: (call) => foldNames(kOf(call), foldOf(call)),
  assign(call, rows, seed) {
    const names = random.assign(partsOf(call), rows, seed);
    return names.map((name) => heldOut(call, name));
  },
  foresee(call, seed) {
    const looking = random.foresee(partsOf(call), seed);
    return (
      looking && {
        look: (row) => looking.look(row),
        assign: (picks) => looking.assign(picks).map((name) => heldOut(call, name)),
      }
    );
  },
  stream(call, seed) {
    const draw = random.stream(partsOf(call), seed);
    return (row) => heldOut(call, draw(row));
  },
};

const kOf = (call: Call): number => call.arguments["k"] as number;
const foldOf = (call: Call): number | null | undefined => call.arguments["fold"] as number | null | undefined;

/** The same folds whichever of them is held out. */
function partsOf(call: Call): Call {
  const k = kOf(call);
  const { stratify = null, group = null } = call.arguments;
  const shares = Object.fromEntries(foldNames(k, null).map((name) => [name, { share: 1 / k }]));
  return { word: "random", kind: "split", arguments: { ...shares, stratify, group } };
}

function heldOut(call: Call, name: string | null): string | null {
  const fold = foldOf(call);
  if (fold === null || fold === undefined || name === null) return name;
  return name === foldName(fold) ? "validation" : "train";
}
