import { defineWord } from "#dsl/language/types/define.js";
import { patternProblem } from "../text/patterns/linear.js";

export const word = defineWord({
  kind: "cleaner",
  name: "replace",
  doc: "Replaces what a pattern matches in texts and conversations; labels stay as they are. Patterns are RE2's, matched in time that follows the text's length: `\\\\d+`, `[A-Z]`, `(?i)word`, `a|b`, without look-around and back references.",
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
      doc: "What is replaced, wherever it matches. A backslash is written twice.",
      positional: true,
      required: true,
      why: "Numbers of orders, signatures and reply marks teach a model rows instead of meanings.",
      impact: "medium",
    },
    {
      name: "replacement",
      type: { is: "string" },
      doc: "What stands there afterwards; `$1` is the first group, `${name}` a named one.",
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
