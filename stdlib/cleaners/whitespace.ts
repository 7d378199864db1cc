import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { mapRowTexts, isTextOrMessagesRole } from "../data/text-roles.js";

export const word = defineWord({
  kind: "cleaner",
  name: "whitespace",
  doc: "Replaces white space in texts by single spaces and trims; with `lines: keep` it does so within lines, and of several empty lines one stays. Nothing else changes: `unicode` does this and more.",
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
      doc: "How to treat line breaks. Keep them if a model generates code or letters.",
      means: { join: "they become spaces", keep: "lines stay lines" },
      default: { value: "join" },
      why: "Most tokenizers read a line break as a space.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(whitespace),
});

export const whitespace: CleanerImplementation = {
  start: (call) => {
    const change = call.arguments["lines"] === "keep" ? inLines : joined;
    return (row) => ({ values: mapRowTexts(row.values, change, isTextOrMessagesRole) });
  },
};

function joined(text: string): string {
  return text.replace(/[\s\u0085]+/gu, " ").trim();
}

function inLines(text: string): string {
  return text
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/u)
    .map(joined)
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
