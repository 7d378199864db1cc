import type { TemplateImplementation, Turn } from "../kinds/conversation.js";
import { notInTurns } from "../lib/templates/turns.js";

const alone =
  "Below is an instruction that describes a task. Write a response that appropriately completes the request.";
const paired =
  "Below is an instruction that describes a task, paired with an input that provides further context. " +
  "Write a response that appropriately completes the request.";

export const alpaca: TemplateImplementation = {
  pieces(turns, { specials }) {
    const [first] = turns;
    const system = first?.role === "system" ? first.content : undefined;
    const own = system === undefined ? turns : turns.slice(1);
    const refused = notInTurns(own);
    if (refused !== undefined) return { refused };
    const before = turns.length - own.length;
    return own.flatMap((turn, i) => {
      if (turn.role === "assistant") return [{ text: `${turn.content}${specials.eos}`, answer: i + before }];
      const opening = system ?? (turn.context === undefined ? alone : paired);
      return [{ text: i === 0 ? `${specials.opening}${opening}\n\n${asked(turn)}` : `\n\n${asked(turn)}` }];
    });
  },
  stop: ({ eos }) => eos,
};

function asked({ content, context }: Turn): string {
  const input = context === undefined ? "" : `### Input:\n${context}\n\n`;
  return `### Instruction:\n${content}\n\n${input}### Response:\n`;
}
