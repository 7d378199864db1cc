import { defineWord } from "#dsl/language/types/define.js";
import { patternProblem } from "../text/patterns/linear.js";

export const word = defineWord({
  kind: "cleaner",
  name: "replace",
  doc: "Replaces the matches of a pattern in texts and conversations; labels do not change. Patterns are RE2's, matched in linear time: `\\\\d+`, `[A-Z]`, `(?i)word`, `a|b`, without look-around and back references.",
  example: 'clean: replace("#[0-9]+", "#NUMBER")',
  elsewhere: {
    sub: "replace",
    re_sub: "replace",
    regex: "replace",
    regex_replace: "replace",
    gsub: "replace",
    repl: "replacement",
  },
  capabilities: { changesTexts: true },
  parameters: [
    {
      name: "pattern",
      type: { is: "string" },
      doc: "The pattern to replace, wherever it matches. Write a backslash twice.",
      positional: true,
      required: true,
      why: "Numbers of orders, signatures and reply marks teach a model rows instead of meanings.",
      impact: "medium",
    },
    {
      name: "replacement",
      type: { is: "string" },
      doc: "The replacement; `$1` is the first group, `${name}` a named one.",
      positional: true,
      default: { value: "" },
      why: "Without a replacement, matches are removed.",
      impact: "low",
    },
  ],
  check(call, context) {
    const { pattern } = call.arguments;
    if (typeof pattern !== "string") return;
    const why = patternProblem(pattern);
    if (why !== undefined) context.report("wrong-pattern", { pattern, why }, "pattern");
  },
  load: async () => (await import("./replace.run.js")).replace,
});
