/**
 * Joins what a model reads of a row into one text: text and pair, input, question and context, tokens, all turns of a
 * conversation.
 */
import { parseJsonTurns } from "../../data/text-roles.js";

const read = ["text", "text_pair", "input", "question", "context"] as const;

export function rowText(values: Readonly<Record<string, unknown>>): string {
  const { messages, tokens, text } = values;
  if (text === undefined && typeof messages === "string")
    return parseJsonTurns(messages)
      .map(({ content }) => (typeof content === "string" ? content : ""))
      .join("\n");
  if (text === undefined && Array.isArray(tokens)) return tokens.join(" ");
  return read.flatMap((role) => (typeof values[role] === "string" ? [values[role]] : [])).join("\n");
}
