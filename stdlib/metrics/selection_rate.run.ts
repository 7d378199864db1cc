/** As fairlearn's `selection_rate`. */
import { rateOf } from "./shared/rates.js";

export const selectionRate = rateOf({
  about: () => true,
  counts: ({ predicted }) => predicted,
  none: () => "there are no rows",
});
