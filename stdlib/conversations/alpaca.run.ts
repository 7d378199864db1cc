/** An instruction and its answer: a user message and an assistant message. */
import type { ConversationImplementation } from "./kind.js";
import { columnRefusal, ignoredFields } from "./shared/fields.js";

const names = ["instruction", "input", "output"] as const;

export const alpaca: ConversationImplementation = {
  columns: (call) => names.map((name) => String(call.arguments[name] ?? name)),
  read(call, values, row) {
    const refusal = columnRefusal(row, ignoredFields(call));
    if (refusal) return refusal;
    const [instruction, input, output] = values.map((value) => (value === null || value === undefined ? "" : value));
    const odd = [instruction, input, output].findIndex((value) => typeof value !== "string");
    if (odd >= 0) return { refused: `its ${names[odd]!} is no text` };
    if (instruction === "") return { refused: "its instruction is empty" };
    const context = input === "" ? {} : { context: input as string };
    return [
      { role: "user", content: instruction as string, ...context },
      { role: "assistant", content: output as string },
    ];
  },
};
