import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { CleanerImplementation } from "../data/contract.js";
import { drawFor } from "../statistics/chance.js";
import { textKey } from "./shared/normal-form.js";
import { word } from "./sample.js";

export const sample: CleanerImplementation = {
  start: (call, o) => {
    const { share } = argumentsOf(word, call).share;
    const seed = o?.seed ?? 0;
    return ({ values }) => {
      const { id } = values;
      const known = id === null || id === undefined || id === "" ? textKey(values) : JSON.stringify(id);
      return drawFor(seed, known) < share ? { values } : { dropped: "not drawn" };
    };
  },
};
