import { defineWord } from "#dsl/language/types/define.js";
import { ignoreParameter } from "./shared/ignore-parameter.js";

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
  doc: "Alpaca's files as they are: an instruction, a text it is about (or an empty one), and the answer.",
  example: 'data tasks { source: json("alpaca.json"), columns: { messages: alpaca() } }',
  parameters: [
    column("instruction", "The column of what is asked."),
    column("input", "The column of the text that it is about."),
    column("output", "The column of answers."),
    ignoreParameter,
  ],
  load: () => import("./alpaca.run.js").then((m) => m.alpaca),
});
