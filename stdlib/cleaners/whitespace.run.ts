import type { CleanerImplementation } from "../kinds/data.js";
import { changeTexts, spokenToo } from "../lib/cleaners/text-roles.js";

export const whitespace: CleanerImplementation = {
  start: (call) => {
    const change = call.arguments["lines"] === "keep" ? inLines : joined;
    return (row) => ({ values: changeTexts(row.values, change, spokenToo) });
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
