import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { CleanerImplementation } from "../kinds/data.js";
import { drawFor } from "../lib/chance.js";
import { textKey } from "../lib/cleaners/normal-form.js";
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
