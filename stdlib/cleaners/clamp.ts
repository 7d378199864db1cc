import { defineWord } from "#dsl/types/define.js";
import { checkNumbers, rangeParameters } from "../lib/cleaners/ranges.js";

export const word = defineWord({
  kind: "cleaner",
  name: "clamp",
  doc: "Moves scores or weights outside a range to its nearest end. Rows without a number stay as they are. `drop_outside` drops such rows instead, which is better where the number is a mistake.",
  example:
    'data reviews { source: csv("reviews.csv"), columns: { text: review, score: stars }, clean: [drop_empty, clamp(stars, 1..5)] }',
  elsewhere: { clip: "clamp", winsorize: "clamp", winsorise: "clamp" },
  parameters: rangeParameters,
  check: checkNumbers,
  load: async () => (await import("./clamp.run.js")).clamp,
});
