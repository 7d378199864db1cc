import type { TemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";

export const plain: TemplateImplementation = {
  render(messages, { specials }) {
    const [user, assistant, ...more] = messages;
    if (user?.role !== "user" || (assistant && assistant.role !== "assistant") || more.length > 0)
      return { refused: "the plain template writes one user turn and one answer to it" };
    return [
      { text: `${specials.opening}${messageText(user)}` },
      ...(assistant ? [{ text: `${messageText(assistant)}${specials.eos}`, answer: 1 }] : []),
    ];
  },
  stop: ({ eos }) => eos,
};
