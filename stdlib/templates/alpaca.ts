import { defineWord } from "#dsl/language/types/define.js";
import type { Message, ChatTemplateImplementation } from "../conversations/kind.js";
import { contentText } from "../conversations/shared/message-text.js";
import { alternationError } from "./shared/alternation.js";

export const word = defineWord({
  kind: "template",
  name: "alpaca",
  doc: "An instruction and its response under headings, for bases without a chat template. A system turn replaces the usual opening.",
  example: 'model helper { base: "gpt2", task: chat, template: alpaca }',
  parameters: [],
  load: () => Promise.resolve(alpaca),
});

const withoutInput =
  "Below is an instruction that describes a task. Write a response that appropriately completes the request.";
const withInput =
  "Below is an instruction that describes a task, paired with an input that provides further context. " +
  "Write a response that appropriately completes the request.";

const alpaca: ChatTemplateImplementation = {
  render(messages, { specials }) {
    const [first] = messages;
    const system = first?.role === "system" ? contentText(first) : undefined;
    const dialogue = system === undefined ? messages : messages.slice(1);
    const refused = alternationError(dialogue);
    if (refused !== undefined) return { refused };
    const offset = messages.length - dialogue.length;
    return dialogue.flatMap((message, i) => {
      if (message.role === "assistant") return [{ text: `${contentText(message)}${specials.eos}`, answer: i + offset }];
      const preamble = system ?? (message.context === undefined ? withoutInput : withInput);
      const text = `\n\n${instruction(message)}`;
      return [{ text: i === 0 ? `${specials.opening}${preamble}${text}` : text }];
    });
  },
  stop: ({ eos }) => eos,
};

function instruction(message: Message): string {
  const input = message.context === undefined ? "" : `### Input:\n${message.context}\n\n`;
  return `### Instruction:\n${contentText(message)}\n\n${input}### Response:\n`;
}
