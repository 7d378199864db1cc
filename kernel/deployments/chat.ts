/** The chat template of a deployed model, as passed to targets. */
import type { ChatFormatToDeploy } from "#stdlib/targets/kind.js";
import { sandboxRenderer } from "../bases/chat-renderer.js";
import { chatTemplateIn } from "../bases/chat-template.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { ChatEncodingOptions } from "../data/encoding/chat.js";

/** Returns null if the folder has no chat template. */
export async function deployedChatFromFolder(folder: string, tokenizer: Tokenizer): Promise<ChatFormatToDeploy | null> {
  const source = chatTemplateIn(folder);
  if (source === null) return null;
  return deployedChatOf({ renderer: sandboxRenderer(folder, source), tokenizer });
}

export async function deployedChatOf({
  renderer,
  tokenizer,
}: Pick<ChatEncodingOptions, "renderer" | "tokenizer">): Promise<ChatFormatToDeploy> {
  const { specials } = tokenizer;
  return {
    template: renderer.source,
    stop: await renderer.stop(specials),
    async write(conversations) {
      const rendered = await renderer.renderChats(conversations, { specials, addGenerationPrompt: true });
      return rendered.map((pieces) => ("refused" in pieces ? null : pieces.map(({ text }) => text).join("")));
    },
  };
}
