import { defineWord } from "#dsl/language/types/define.js";
import { repetitionPenaltyParameter } from "./shared/settings.js";

export const word = defineWord({
  kind: "decoder",
  name: "beam",
  doc: "Keeps the `width` likeliest beginnings at every token and returns the likeliest text found: for translations and summaries; it takes `width` times as long as `greedy`.",
  example: 'predict writer on "Once upon a time" { decode: beam(width: 4) }',
  elsewhere: { num_beams: "width", beams: "width" },
  parameters: [
    {
      name: "width",
      type: { is: "number", integer: true },
      doc: "Number of candidate texts.",
      range: { min: 1, max: 256 },
      default: { value: 4 },
      why: "4 finds nearly all there is to find; wider searches prefer short, bland texts.",
      impact: "medium",
      positional: true,
    },
    {
      name: "length_penalty",
      type: { is: "number" },
      doc: "A finished text's log-probability is divided by its length to this power: above 0 longer texts gain, below 0 shorter ones.",
      default: { value: 1 },
      why: "1 compares texts by their mean per token, so that length itself counts nothing.",
      impact: "medium",
    },
    {
      name: "early_stopping",
      type: { is: "boolean" },
      doc: "Ends the search as soon as `width` texts are finished, even if a better one might follow. It saves time and costs a little quality.",
      default: { value: false },
      why: "A longer search may find a better text.",
      impact: "low",
    },
    repetitionPenaltyParameter,
  ],
  load: async () => (await import("./beam.run.js")).beam,
});
