import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "edit_distance",
  doc: "How many characters (or words) must be put in, taken out or changed to make what is written the target (Levenshtein's distance), mean over the rows; 0 is perfect. `character_error_rate` and `word_error_rate` are the same through the length of the targets, so that sets of other lengths can be compared.",
  example: "metrics: [edit_distance, edit_distance(words)]",
  elsewhere: { levenshtein: "edit_distance", levenshtein_distance: "edit_distance", edits: "edit_distance" },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [
    {
      name: "of",
      type: { is: "choice", of: ["characters", "words"] },
      means: { characters: "code points of the text", words: "what stands between blanks" },
      doc: "What is put in, taken out and changed: characters, or words (what stands between blanks).",
      positional: true,
      default: { value: "characters" },
      why: "Characters tell a slip of the pen from another word.",
      impact: "low",
    },
  ],
  load: async () => (await import("./edit_distance.run.js")).editDistanceMetric,
});
