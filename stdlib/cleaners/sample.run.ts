import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { CleanerImplementation } from "../data/contract.js";
import { seededNumberOfText } from "../statistics/chance.js";
import { rowTextKey } from "./shared/normal-form.js";
import { word } from "./sample.js";

export const sample: CleanerImplementation = {
  start: (call, options) => {
    const { share } = argumentsWithDefaults(word, call).share;
    const seed = options?.seed ?? 0;
    return ({ values }) => {
      const { id } = values;
      const known = id === null || id === undefined || id === "" ? rowTextKey(values) : JSON.stringify(id);
      return seededNumberOfText(seed, known) < share ? { values } : { dropped: "not drawn" };
    };
  },
};
