/**
 * Folds are the parts of a `random` split with equal shares. If `fold` is given, that one validates and the others
 * train.
 */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SplitImplementation } from "../data/contract.js";
import { foldName, foldNames } from "./shared/fold-names.js";
import { random } from "./random.run.js";
import { word } from "./folds.js";

export const folds: SplitImplementation = {
  names(call) {
    const { k, fold } = argumentsWithDefaults(word, call);
    return foldNames(k, fold);
  },
  assign(call, rows, seed) {
    const names = random.assign(partsOf(call), rows, seed);
    return names.map(heldOut(call));
  },
  foresee(call, seed) {
    const looking = random.foresee(partsOf(call), seed);
    return (
      looking && {
        look: (row) => looking.look(row),
        assign: (picks) => looking.assign(picks).map(heldOut(call)),
      }
    );
  },
  stream(call, seed) {
    const [draw, isHeldOut] = [random.stream(partsOf(call), seed), heldOut(call)];
    return (row) => isHeldOut(draw(row));
  },
};

/** The folds are the same, whichever of them validates. */
function partsOf(call: Call): Call {
  const { k, stratify = null, group = null } = argumentsWithDefaults(word, call);
  const shares = Object.fromEntries(foldNames(k, null).map((name) => [name, { share: 1 / k }]));
  return { word: "random", kind: "split", arguments: { ...shares, stratify, group } };
}

function heldOut(call: Call): (name: string | null) => string | null {
  const { fold = null } = argumentsWithDefaults(word, call);
  if (fold === null) return (name) => name;
  const validates = foldName(fold);
  return (name) => (name === null ? null : name === validates ? "validation" : "train");
}
