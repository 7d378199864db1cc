import { defineWord } from "#dsl/language/types/define.js";
import type { ChatTemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";
import { alternationError } from "./shared/alternation.js";

export const word = defineWord({
  kind: "template",
  name: "llama2",
  doc: "Questions between `[INST]` and `[/INST]`, answers ended by the end token, as in LLaMA 2 and Mistral. User and assistant take turns.",
  example: 'model helper { base: "TinyLlama/TinyLlama-1.1B-Chat-v1.0", task: chat, template: llama2 }',
  parameters: [],
  load: () => Promise.resolve(llama2),
});

/** The system message is written inside the first user message. */
const llama2: ChatTemplateImplementation = {
  render(messages, { specials }) {
    const [first] = messages;
    const system = first?.role === "system" ? `<<SYS>>\n${messageText(first)}\n<</SYS>>\n\n` : "";
    const dialogue = system ? messages.slice(1) : messages;
    const refused = alternationError(dialogue);
    if (refused !== undefined) return { refused };
    return dialogue.flatMap((message, i) => {
      const text = messageText(message);
      if (message.role === "user")
        return [{ text: `${specials.bos}[INST] ${`${i === 0 ? system : ""}${text}`.trim()} [/INST]` }];
      return [{ text: " " }, { text: `${text.trim()} ${specials.eos}`, answer: i + (system ? 1 : 0) }];
    });
  },
  stop: ({ eos }) => eos,
};
