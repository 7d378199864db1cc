import { defineWord } from "#dsl/language/types/define.js";
import type { ChatTemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";

export const word = defineWord({
  kind: "template",
  name: "plain",
  doc: "The prompt, followed directly by the completion and the end token. One user turn and one answer.",
  example: 'model helper { base: "gpt2", task: chat, template: plain }',
  parameters: [],
  load: () => Promise.resolve(plain),
});

const plain: ChatTemplateImplementation = {
  render(messages, { specials }) {
    const [user, assistant, ...more] = messages;
    if (user?.role !== "user" || (assistant && assistant.role !== "assistant") || more.length > 0)
      return { refused: "the plain template needs one user turn and one answer" };
    return [
      { text: `${specials.opening}${messageText(user)}` },
      ...(assistant ? [{ text: `${messageText(assistant)}${specials.eos}`, answer: 1 }] : []),
    ];
  },
  stop: ({ eos }) => eos,
};
