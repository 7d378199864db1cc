import { defineWord } from "#dsl/language/types/define.js";
import { ignoreParameter } from "./shared/ignore-parameter.js";
import type { ConversationImplementation } from "./kind.js";
import { unsupportedColumnRefusal, ignoredFields } from "./shared/fields.js";

const column = (name: string, doc: string) =>
  ({
    name,
    type: { is: "column" },
    doc,
    default: { value: name },
    why: "Alpaca's files name the column so.",
    impact: "low",
  }) as const;

export const word = defineWord({
  kind: "conversation",
  name: "alpaca",
  doc: "The columns of Alpaca's files: an instruction, an optional input, and the answer.",
  example: 'data tasks { source: json("alpaca.json"), columns: { messages: alpaca() } }',
  parameters: [
    column("instruction", "The column of the instruction."),
    column("input", "The column of the text that it is about."),
    column("output", "The column of answers."),
    ignoreParameter,
  ],
  load: () => Promise.resolve(alpaca),
});

/** An instruction and its answer: a user message and an assistant message. */
const names = ["instruction", "input", "output"] as const;

export const alpaca: ConversationImplementation = {
  columns: (call) => names.map((name) => String(call.arguments[name] ?? name)),
  read(call, values, row) {
    const refusal = unsupportedColumnRefusal(row, ignoredFields(call));
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
