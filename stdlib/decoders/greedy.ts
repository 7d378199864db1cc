import { defineWord } from "#dsl/language/types/define.js";
import { repetitionPenaltyParameter } from "./shared/settings.js";

export const word = defineWord({
  kind: "decoder",
  name: "greedy",
  doc: "Chooses the likeliest token each time: the same text every time, the fastest decoder, and the one to compare with.",
  example: 'predict writer on "Once upon a time" { decode: greedy }',
  parameters: [repetitionPenaltyParameter],
  elsewhere: { do_sample: "sample" },
  load: async () => (await import("./greedy.run.js")).greedy,
});
