/**
 * Both chat renderers have one interface: vocabulary templates run in this process, Jinja templates in the sandbox.
 */
import assert from "node:assert/strict";
import { sandboxRenderer, vocabularyTemplateRenderer, type ChatRenderer } from "#kernel/bases/chat-renderer.js";
import { TokenizerSandbox } from "#kernel/bases/isolated/client.js";
import { loadWordImplementation } from "#dsl/language/types/loaded.js";
import type { Message, RenderedChat } from "#stdlib/conversations/kind.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { registry } from "#stdlib/registry.js";

const specials = { bos: "<s>", eos: "</s>", opening: "", all: ["<|im_end|>"] };
const CHATML =
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
const asked: Message = { role: "user", content: "Why?" };
const called: Message = {
  role: "assistant",
  content: null,
  tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: '{"a": 1}' } }],
};

function textOf(rendered: RenderedChat): string {
  return "refused" in rendered ? rendered.refused : rendered.map(({ text }) => text).join("");
}

describe("chat renderer", () => {
  const sandbox = new TokenizerSandbox();
  let word: ChatRenderer;
  before(async () => {
    word = vocabularyTemplateRenderer(
      await loadWordImplementation(mustExist(registry.find("template", "chatml"), "a template")),
    );
  });
  after(() => sandbox.close());

  it("renders the same pieces from a Tune word and the equivalent Jinja template", async () => {
    const jinja = sandboxRenderer("a base", CHATML, sandbox);
    const answer: Message = { role: "assistant", content: "So." };
    for (const addGenerationPrompt of [true, false]) {
      const conversations = [[asked], [asked, answer]];
      const options = { specials, addGenerationPrompt };
      const [byWord, byJinja] = await Promise.all(
        [word, jinja].map((renderer) => renderer.renderChats(conversations, options)),
      );
      assert.deepEqual(byJinja?.map(textOf), byWord?.map(textOf));
      const answers = (all: typeof byWord) =>
        all?.map((pieces) => ("refused" in pieces ? [] : pieces.filter((piece) => piece.answer !== undefined)));
      if (!addGenerationPrompt) assert.deepEqual(answers(byJinja), answers(byWord));
    }
    assert.equal(await jinja.stop(specials), await word.stop(specials));
    assert.deepEqual([word.source, jinja.source], [null, CHATML]);
  });

  it("refuses tool calls with a Tune word, and passes them to Jinja with their arguments as a record", async () => {
    const options = { specials, addGenerationPrompt: true };
    const [refused] = await word.renderChats([[asked, called]], options);
    assert.deepEqual(refused, { refused: "its template writes no calls of tools" });
    const source = "{{ messages[1].tool_calls[0].function.arguments.a }}{{ tools[0].function.name }}";
    const tools = [{ name: "f" }];
    const [rendered] = await sandboxRenderer("a base", source, sandbox).renderChats([[asked, called]], {
      ...options,
      tools,
    });
    assert.equal(textOf(mustExist(rendered, "a rendered conversation")), "1f");
  });
});
