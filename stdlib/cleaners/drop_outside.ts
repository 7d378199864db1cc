import { defineWord } from "#dsl/types/define.js";
import { checkNumbers, rangeParameters } from "../lib/cleaners/ranges.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_outside",
  doc: "Drops rows whose score or weight lies outside a range. Rows without a number stay. `clamp` keeps such rows and moves the number to the nearest end.",
  example:
    'data reviews { source: csv("reviews.csv"), columns: { text: review, score: stars }, clean: [drop_empty, drop_outside(stars, 1..5)] }',
  elsewhere: { filter_range: "drop_outside", drop_outliers: "drop_outside", remove_outliers: "drop_outside" },
  parameters: rangeParameters,
  check: checkNumbers,
  load: async () => (await import("./drop_outside.run.js")).dropOutside,
});
