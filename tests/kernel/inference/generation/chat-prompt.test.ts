/** Conversations with tools as transformers formats them (tests/oracles/chat_tools.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ChatEncodingOptions } from "#kernel/data/encoding/chat.js";
import { vocabularyTemplateRenderer, type ChatRenderer } from "#kernel/bases/chat-renderer.js";
import { renderChatPrompt, toolCallFormat } from "#kernel/inference/generation/chat-prompt.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import type { Message, MessageRole, ToolDefinition } from "#stdlib/conversations/kind.js";
import { jinjaTemplate } from "#stdlib/templates/shared/jinja-template.js";

interface GoldenMessage {
  readonly role: MessageRole;
  readonly content: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: object };
  }[];
}
interface Golden {
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly template: string;
    readonly messages: readonly GoldenMessage[];
    readonly tools: readonly { readonly function: ToolDefinition }[];
    readonly text?: string;
    readonly refused?: string;
  }[];
}
const file = new URL("../../../../../tests/golden/oracle/chat_tools.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
const tokenizer = { specials: { bos: "<s>", eos: "</s>", opening: "", all: ["<s>", "</s>"] } };

/** Returns an encoding whose Jinja template is rendered in this process. */
function chatOf(source: string): ChatEncodingOptions {
  const template = jinjaTemplate(source);
  const renderer: ChatRenderer = {
    source,
    renderChats: (all, options) => Promise.resolve(all.map((messages) => template.render(messages, options))),
    stop: (specials) => Promise.resolve(template.stop(specials)),
  };
  return { renderer, tokenizer } as unknown as ChatEncodingOptions;
}
/** Returns the message as OpenAI's clients send it: arguments are JSON text. */
const messageOf = ({ role, content, tool_call_id, tool_calls }: GoldenMessage): Message => ({
  ...{ role, content },
  ...(tool_call_id !== undefined && { tool_call_id }),
  ...(tool_calls && {
    tool_calls: tool_calls.map(({ id, function: { name, arguments: given } }) => ({
      ...{ id, type: "function" as const },
      function: { name, arguments: JSON.stringify(given) },
    })),
  }),
});

describe("chat prompts with tools", () => {
  golden.cases.forEach(({ template, messages, tools, text, refused }, i) => {
    it(`match transformers: ${template}, ${String(i)}`, async () => {
      const written = renderChatPrompt(
        chatOf(golden.templates[template]!),
        messages.map(messageOf),
        tools.map((tool) => tool.function),
        "m",
      );
      if (refused === undefined) assert.equal(await written, text);
      else await assert.rejects(written, { code: "conversation-refused", data: { model: "m", why: refused } });
    });
  });
  it("have a recognised tool call format", () => {
    for (const [name, source] of Object.entries(golden.templates))
      assert.equal(toolCallFormat(chatOf(source))?.form, name);
  });
  it("render a tool without parameters as a function without arguments", async () => {
    const chat = chatOf("{% for m in messages %}[{{ m.role }}]{% endfor %}{{ tools[0] | tojson }}");
    assert.equal(
      await renderChatPrompt(chat, [{ role: "system", content: "" }], [{ name: "f" }], "m"),
      '[system]{"type": "function", "function": {"name": "f", "description": "", "parameters": {"type": "object", "properties": {}}}}',
    );
  });
  it("are rendered by built-in templates as far as these support them", async () => {
    const template = await loadImplementation({ kind: "template", word: "chatml", arguments: {} }, "template");
    const chat = { renderer: vocabularyTemplateRenderer(template), tokenizer } as unknown as ChatEncodingOptions;
    const written = (messages: readonly Message[]) => renderChatPrompt(chat, messages, [], "m");
    assert.equal(toolCallFormat(chat), null);
    assert.equal(
      await written([
        { role: "system", content: "a" },
        { role: "user", content: "b" },
      ]),
      "<|im_start|>system\na<|im_end|>\n<|im_start|>user\nb<|im_end|>\n<|im_start|>assistant\n",
    );
    const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } } as const;
    const refused: readonly (readonly [Message, string])[] = [
      [{ role: "tool", content: "x", tool_call_id: "1" }, 'its template writes no turn of "tool"'],
      [{ role: "assistant", content: "", tool_calls: [call] }, "its template writes no calls of tools"],
    ];
    for (const [message, why] of refused)
      await assert.rejects(written([{ role: "user", content: "b" }, message]), {
        ...{ code: "conversation-refused", data: { model: "m", why } },
      });
  });
});
