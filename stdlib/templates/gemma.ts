import { defineWord } from "#dsl/language/types/define.js";
import type { ChatTemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";
import { alternationError } from "./shared/alternation.js";

export const word = defineWord({
  kind: "template",
  name: "gemma",
  doc: "Turns between `<start_of_turn>role` and `<end_of_turn>`, as in Gemma. User and assistant take turns; there is no system turn.",
  example: 'model helper { base: "google/gemma-2b-it", task: chat, template: gemma }',
  parameters: [],
  load: () => Promise.resolve(gemma),
});

const gemma: ChatTemplateImplementation = {
  render(messages, { specials, addGenerationPrompt }) {
    if (messages[0]?.role === "system") return { refused: "gemma's template has no place for a system turn" };
    const refused = alternationError(messages);
    if (refused !== undefined) return { refused };
    return [
      { text: specials.bos },
      ...messages.flatMap((message, i) => {
        const text = messageText(message).trim();
        return message.role === "assistant"
          ? [{ text: "<start_of_turn>model\n" }, { text: `${text}<end_of_turn>`, answer: i }, { text: "\n" }]
          : [{ text: `<start_of_turn>user\n${text}<end_of_turn>\n` }];
      }),
      ...(addGenerationPrompt ? [{ text: "<start_of_turn>model\n" }] : []),
    ];
  },
  stop: () => "<end_of_turn>",
};
