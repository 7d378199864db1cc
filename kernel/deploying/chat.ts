/** How conversations are written for a model that brings its own template, as a target is told. */
import type { DeployedChat } from "#stdlib/kinds/target.js";
import { chatTemplateOf } from "../bases/chat-template.js";
import { foreignTemplate } from "../bases/own-template.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { Chat } from "../encoding/chat.js";

/** Null: the folder brings no template. */
export async function ownChat(folder: string, tokenizer: Tokenizer): Promise<DeployedChat | null> {
  const source = chatTemplateOf(folder);
  if (source === null) return null;
  return chatAs({ template: foreignTemplate(folder, source), tokenizer }, source);
}

/** `source`: of the template that it brings; null: a word writes them. */
export async function chatAs(
  { template, tokenizer }: Pick<Chat, "template" | "tokenizer">,
  source: string | null,
): Promise<DeployedChat> {
  const { specials } = tokenizer;
  return {
    template: source,
    stop: await template.stop(specials),
    async write(conversations) {
      const o = { specials, prompt: true };
      const pieces =
        "all" in template
          ? await template.all(conversations, o)
          : conversations.map((turns) => template.pieces(turns, o));
      return pieces.map((all) => ("refused" in all ? null : all.map(({ text }) => text).join("")));
    },
  };
}
