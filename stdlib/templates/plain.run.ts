import type { TemplateImplementation } from "../kinds/conversation.js";
import { said } from "../lib/templates/turns.js";

export const plain: TemplateImplementation = {
  pieces(turns, { specials }) {
    const [user, assistant, ...more] = turns;
    if (user?.role !== "user" || (assistant && assistant.role !== "assistant") || more.length > 0)
      return { refused: "the plain template writes one user turn and one answer to it" };
    return [
      { text: `${specials.opening}${said(user)}` },
      ...(assistant ? [{ text: `${said(assistant)}${specials.eos}`, answer: 1 }] : []),
    ];
  },
  stop: ({ eos }) => eos,
};
