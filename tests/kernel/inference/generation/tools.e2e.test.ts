/** Conversations with tools from request to response, in each call format. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import type { Message, ToolDefinition } from "#stdlib/conversations/kind.js";
import type { TextChunk, GenerationRequest } from "#kernel/inference/generation/generation-request.js";
import { createTextGenerator, type TextGenerator } from "#kernel/inference/generation/text-generator.js";
import { asked, modelIn, whole } from "./requests.js";
import { chanceOf, tableWriter, type TableWriter } from "./table-writer.js";

const tests = new URL("../../../../../tests/", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("golden/oracle/chat_tools.json", tests), "utf8")) as {
  readonly templates: Readonly<Record<"tagged" | "bare" | "listed" | "named" | "xml", string>>;
};
const tools: readonly ToolDefinition[] = [
  {
    name: "add",
    parameters: { type: "object", properties: { a: { type: "integer", minimum: 0, maximum: 9 } }, required: ["a"] },
  },
  { name: "now" },
];
/** The output of a model in each format that calls `add`. */
const CALL = '{"name": "add", "arguments": {"a": 3}}';
const turns: readonly Message[] = [{ role: "user", content: "hi" }];

for (const [form, call] of [
  ["tagged", `<tool_call>\n${CALL}\n</tool_call>`],
  ["bare", CALL.replace("arguments", "parameters")],
  ["listed", `[TOOL_CALLS] [${CALL}]`],
  ["named", '[TOOL_CALLS]add[ARGS]{"a": 3}'],
  ["xml", "<tool_call>\n<function=add>\n<parameter=a>\n3\n</parameter>\n</function>\n</tool_call>"],
] as const)
  describe(`tool calls in conversations, ${form}`, function () {
    this.timeout(60_000);
    let folder: string;
    let tokenizer: Tokenizer;
    let writer: TableWriter;
    let writes: TextGenerator;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "tunebook-tools-"));
      cpSync(new URL("fixtures/models/chat-llama/", tests), folder, { recursive: true });
      writeFileSync(join(folder, "chat_template.jinja"), golden.templates[form]);
      // Markers that are special tokens, as in Mistral's models.
      const json = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as { added_tokens: object[] };
      const mark = { special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
      json.added_tokens.push({ ...mark, id: 300, content: "[TOOL_CALLS]" }, { ...mark, id: 301, content: "[ARGS]" });
      writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
      writeFileSync(join(folder, "config.json"), JSON.stringify({ vocab_size: 302, eos_token_id: 2 }));
      tokenizer = await loadTokenizer(folder);
    });
    afterEach(() => writes.close());
    after(() => rmSync(folder, { recursive: true }));
    const open = async (says: (tokens: readonly number[], logits: Float32Array) => void): Promise<void> => {
      writer = tableWriter(302, 1000, says);
      writes = await createTextGenerator({ ...modelIn(folder, { eos_token_id: 2 }), tokenizer, by: { writer } });
    };
    /** Makes the model write this text and end. */
    const script = async (text: string): Promise<void> => {
      const ids = mustExist((await tokenizer.encodePlaced([text]))[0], "ids").ids;
      await open((tokens, logits) => {
        const at = tokens.length - mustExist(writer.asked[0], "a request").request.prompt.length;
        logits[ids[at] ?? 2] = 9;
      });
    };
    const ask = async (o: Partial<GenerationRequest>): Promise<readonly TextChunk[]> =>
      whole(await writes.write(asked({ prompt: turns, tools, ...o })));
    const promptOf = async (): Promise<string> =>
      tokenizer.spell(mustExist(writer.asked[0], "a request").request.prompt);

    it("follow the tool schemas in the prompt and appear in the response", async () => {
      const before = form === "bare" ? "" : "Let me see. ";
      await script(`${before}${call}`);
      assert.deepEqual([writes.chats, writes.tools], [true, true]);
      const [text] = await ask({});
      assert.deepEqual([text?.text, text?.ended], [before, "tools"]);
      const calls = mustExist(text?.calls, "calls");
      assert.deepEqual([calls[0]?.name, calls.map((call) => call.arguments).join("")], ["add", '{"a": 3}']);
      assert.match(await promptOf(), /"minimum": 0|<minimum>0</);
    });
    it("are absent, and tools stay out of the prompt, if `toolChoice` is none", async () => {
      await script("Only words.");
      const [text] = await ask({ toolChoice: "none" });
      assert.deepEqual([text?.text, text?.ended, text?.calls], ["Only words.", "end", undefined]);
      assert.ok(!(await promptOf()).includes("minimum"));
    });
    for (const toolChoice of ["required", { name: "add" }] as const)
      it(`are forced by ${JSON.stringify(toolChoice)} and follow the tool schemas`, async () => {
        await open(chanceOf(9));
        for (const { text, calls = [], ended } of await ask({
          toolChoice,
          choices: 6,
          sampling: { temperature: 2, seed: 1 },
        })) {
          assert.deepEqual([text, ended], ["", "tools"]);
          const written = JSON.parse(calls.map((call) => call.arguments ?? "").join("")) as { a?: number };
          if (calls[0]?.name === "add") assert.ok(Number.isInteger(written.a) && mustExist(written.a, "a") < 10);
          else assert.deepEqual([calls[0]?.name, toolChoice, written], ["now", "required", {}]);
        }
      });
    it("are rejected for unknown tools and unusable schemas", async () => {
      await open(chanceOf(9));
      await assert.rejects(writes.write(asked({ prompt: turns, tools, toolChoice: { name: "fly" } })), {
        ...{ code: "no-such-tool", data: { name: "fly", has: ["add", "now"] } },
      });
      const odd = [{ name: "f", parameters: { type: "object", properties: { a: { not: {} } } } }];
      await assert.rejects(writes.write(asked({ prompt: turns, tools: odd, toolChoice: "required" })), {
        code: "schema-unusable",
      });
    });
    it("report `length` if the token limit cuts them off", async () => {
      await open(chanceOf(9));
      const [text] = await ask({ toolChoice: { name: "add" }, maxTokens: 14 });
      assert.equal(text?.ended, "length");
    });
  });
