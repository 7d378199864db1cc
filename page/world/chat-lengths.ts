/**
 * Token counts of conversations by the model's chat template. The page lacks the base's own template and uses ChatML
 * instead.
 */
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { DataReadingSettings } from "#dsl/language/types/value.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ConversationRows, MeasuredChats } from "#kernel/data/rows/conversations.js";
import { registry } from "#stdlib/registry.js";
import type { PageTokenizer } from "./tokenizer.js";

const specials = { bos: "", eos: "", opening: "", all: [] };

/** Returns null if the task reads no conversations. */
export function chatLengthMeasurer(
  { template }: DataReadingSettings,
  tokenizer: PageTokenizer,
): ((rows: ConversationRows) => Promise<MeasuredChats>) | null {
  if (template === undefined) return null;
  const word = template?.word ?? "chatml";
  return async (rows) => {
    const implementation = await implementationOf(registry, "template", word);
    const lengths = Int32Array.from(rows, ({ row, messages }) => {
      const pieces = implementation.render(messages, { specials, addGenerationPrompt: false });
      if ("refused" in pieces) throw new CodedError("template-refuses", { template: word, row, why: pieces.refused });
      return tokenizer.plain(pieces.map(({ text }) => text).join("")).length - 1;
    });
    return { lengths };
  };
}
