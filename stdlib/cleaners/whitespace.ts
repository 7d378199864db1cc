import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "whitespace",
  doc: "Makes every run of white space in texts one space and trims; with `lines: keep` it does so within lines, and of several empty lines one stays. Nothing else is changed: `unicode` does this and more.",
  example: "clean: [whitespace(lines: keep)]",
  elsewhere: {
    strip_whitespace: "whitespace",
    collapse_whitespace: "whitespace",
    normalize_whitespace: "whitespace",
    squish: "whitespace",
    newlines: "lines",
  },
  capabilities: { changesTexts: true },
  parameters: [
    {
      name: "lines",
      type: { is: "choice", of: ["join", "keep"] },
      doc: "What becomes of line breaks. Keep breaks where a model writes code or letters.",
      means: { join: "they become spaces", keep: "lines stay lines" },
      default: { value: "join" },
      why: "Most tokenizers read a line break as a space.",
      impact: "low",
    },
  ],
  load: async () => (await import("./whitespace.run.js")).whitespace,
});
