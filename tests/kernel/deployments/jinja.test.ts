import assert from "node:assert/strict";
import { jinjaTemplateOf } from "#kernel/deployments/jinja.js";
import { vocabularyTemplateRenderer } from "#kernel/bases/chat-renderer.js";
import { deployedChatOf } from "#kernel/deployments/chat.js";
import { jinjaTemplate } from "#stdlib/templates/shared/jinja-template.js";
import { registry } from "#stdlib/registry.js";
import { loadWordImplementation } from "#dsl/language/types/loaded.js";
import type { Tokenizer } from "#kernel/bases/tokenizer.js";
import type { Message, SpecialTokenTexts } from "#stdlib/conversations/kind.js";

const user = (content: string): Message => ({ role: "user", content });
const asked: readonly (readonly Message[])[] = [
  [user("Say 'a' and \"b\"\\n")],
  [user("one"), { role: "assistant", content: "two" }, user(" three ")],
  [{ role: "system", content: "Be brief" }, user("who?")],
];

describe("Jinja versions of Tune templates", () => {
  for (const specials of [
    { bos: "<s>", eos: "</s>", opening: "<s>", all: ["<s>", "</s>"] },
    { bos: "", eos: "<|end|>", opening: "", all: ["<|end|>"] },
  ] satisfies SpecialTokenTexts[])
    for (const word of registry.ofKind("template"))
      it(`${word.name} gives the same text in Jinja, with ${specials.opening || "no"} opening`, async () => {
        const template = await loadWordImplementation(word);
        const chat = await deployedChatOf({
          renderer: vocabularyTemplateRenderer(template),
          tokenizer: { specials } as unknown as Tokenizer,
        });
        const source = await jinjaTemplateOf(chat, specials);
        assert.ok(source !== null);
        const texts = await chat.write(asked);
        assert.ok(texts.some((text) => text !== null));
        texts.forEach((text, i) => {
          if (text === null) return;
          const own = jinjaTemplate(source).render(asked[i]!, { specials, addGenerationPrompt: true });
          assert.equal("refused" in own ? own.refused : own.map((piece) => piece.text).join(""), text);
        });
      });
  it("are null if the template is unknown", async () => {
    const write = (all: readonly (readonly Message[])[]) => Promise.resolve(all.map((turns) => `? ${turns.length}`));
    assert.equal(await jinjaTemplateOf({ write }, { bos: "", eos: "", opening: "", all: [] }), null);
  });
});
