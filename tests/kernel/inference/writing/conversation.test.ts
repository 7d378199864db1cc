/** Conversations with tools as transformers writes them (tests/oracles/chat_tools.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Chat } from "#kernel/encoding/chat.js";
import type { ChatTurn, Tool } from "#kernel/inference/writing/asked.js";
import { callsOf, conversationText } from "#kernel/inference/writing/conversation.js";
import { does } from "#kernel/core/session/words.js";
import { ownTemplate } from "#stdlib/lib/templates/own.js";

interface Message {
  readonly role: string;
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
    readonly messages: readonly Message[];
    readonly tools: readonly { readonly function: Tool }[];
    readonly text?: string;
    readonly refused?: string;
  }[];
}
const file = new URL("../../../../../tests/golden/oracle/chat_tools.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
const tokenizer = { specials: { bos: "<s>", eos: "</s>", opening: "", all: ["<s>", "</s>"] } };

/** The base's own template, asked in this process. */
function chatOf(source: string): Chat {
  const own = ownTemplate(source);
  const template = { source, told: (...o: Parameters<typeof own.told>) => Promise.resolve(own.told(...o)) };
  return { template, tokenizer } as unknown as Chat;
}
/** As a client of OpenAI's sends it: arguments are JSON. */
const turnOf = ({ role, content, tool_call_id, tool_calls }: Message): ChatTurn => ({
  ...{ role, content },
  ...(tool_call_id !== undefined && { toolCallId: tool_call_id }),
  ...(tool_calls && {
    toolCalls: tool_calls.map((call) => ({
      ...{ id: call.id, name: call.function.name },
      arguments: JSON.stringify(call.function.arguments),
    })),
  }),
});

describe("conversations with tools", () => {
  golden.cases.forEach(({ template, messages, tools, text, refused }, i) => {
    it(`are written as transformers writes them: ${template}, ${String(i)}`, async () => {
      const written = conversationText(
        chatOf(golden.templates[template]!),
        messages.map(turnOf),
        tools.map((tool) => tool.function),
        "m",
      );
      if (refused === undefined) assert.equal(await written, text);
      else await assert.rejects(written, { code: "conversation-refused", data: { model: "m", why: refused } });
    });
  });
  it("are in a form that is read", () => {
    for (const [name, source] of Object.entries(golden.templates)) assert.equal(callsOf(chatOf(source))?.form, name);
  });
  it("know a developer's turn as the system's, and what a tool without parameters takes", async () => {
    const chat = chatOf("{% for m in messages %}[{{ m.role }}]{% endfor %}{{ tools[0] | tojson }}");
    const turns = [{ role: "developer", content: "" }];
    assert.equal(
      await conversationText(chat, turns, [{ name: "f" }], "m"),
      '[system]{"type": "function", "function": {"name": "f", "description": "", "parameters": {"type": "object", "properties": {}}}}',
    );
    const knows = chatOf("{% for m in messages %}[{{ m.role }}]{% endfor %}{# developer #}");
    assert.equal(await conversationText(knows, turns, [], "m"), "[developer]");
  });
  it("are written by templates of the vocabulary as far as these know them", async () => {
    const template = await does({ kind: "template", word: "chatml", arguments: {} }, "template");
    const chat = { template, tokenizer } as unknown as Chat;
    const written = (turns: readonly ChatTurn[]) => conversationText(chat, turns, [], "m");
    assert.equal(callsOf(chat), null);
    assert.equal(
      await written([
        { role: "developer", content: "a" },
        { role: "user", content: "b" },
      ]),
      "<|im_start|>system\na<|im_end|>\n<|im_start|>user\nb<|im_end|>\n<|im_start|>assistant\n",
    );
    for (const turn of [
      { role: "tool", content: "x", toolCallId: "1" },
      { role: "assistant", content: "", toolCalls: [{ id: "1", name: "f", arguments: "{}" }] },
    ])
      await assert.rejects(written([{ role: "user", content: "b" }, turn]), { code: "conversation-refused" });
  });
});
