/** `/v1/responses` with OpenAI's client and with the AI SDK's provider in its default mode. */
import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { generateObject, generateText, jsonSchema, stepCountIs, streamText, tool as aiTool } from "ai";
import OpenAI from "openai";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Backwards, LongOrShort, served, type Served } from "../http/word-models.js";

const TOOL = { type: "function", name: "look_up", parameters: { type: "object" }, strict: null } as const;

describe("OpenAI Responses API", () => {
  const writer = new Backwards("writer");
  let http: Served;
  let client: OpenAI;
  before(async () => {
    http = await served([writer, new LongOrShort("judge")], { limits: { maxTokens: 40 } });
    client = new OpenAI({ apiKey: "none", baseURL: `${http.url}/v1`, maxRetries: 0 });
  });
  after(() => http.stop(1000));
  afterEach(() => Object.assign(writer, { dies: null }));
  const input = "one two three";

  describe("with OpenAI's client", () => {
    it("answers with the request parameters and the usage", async () => {
      const metadata = { ticket: "7" };
      const answer = await client.responses.create({ model: "writer", input, metadata, temperature: 0.5 });
      assert.equal(answer.output_text, "three two one");
      assert.match(answer.id, /^resp_/);
      assert.deepEqual([answer.object, answer.status, answer.model], ["response", "completed", "writer"]);
      assert.deepEqual([answer.metadata, answer.temperature, answer.top_p], [metadata, 0.5, null]);
      assert.deepEqual([answer.error, answer.incomplete_details], [null, null]);
      assert.equal((answer as { store?: unknown }).store, false);
      assert.deepEqual(answer.usage, {
        ...{ input_tokens: 3, input_tokens_details: { cached_tokens: 1 } },
        ...{ output_tokens: 3, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 6 },
      });
      const [item] = answer.output;
      assert.ok(item?.type === "message");
      assert.match(item.id, /^msg_/);
      assert.deepEqual([item.role, item.status], ["assistant", "completed"]);
      assert.deepEqual(item.content, [{ type: "output_text", text: "three two one", annotations: [], logprobs: [] }]);
      assert.equal(http.models.held, 0);
    });

    it("passes the request parameters to the model", async () => {
      const schema = { type: "object", properties: { a: { type: "string" } } };
      await client.responses.create({
        ...{ model: "writer", instructions: "be brief", max_output_tokens: 9, top_p: 0.9, truncation: "disabled" },
        input: [
          { role: "developer", content: "in English" },
          {
            ...{ type: "message", role: "user" },
            content: [
              { type: "input_text", text: "one" },
              { type: "input_text", text: "two" },
            ],
          },
          {
            ...{ type: "message", role: "assistant", id: "msg_1", status: "completed" },
            content: [{ type: "output_text", text: "I look", annotations: [] }],
          },
          { type: "function_call", call_id: "c", name: "f", arguments: "{}" },
          { type: "function_call", call_id: "d", name: "g", arguments: "[]" },
          { type: "function_call_output", call_id: "d", output: [{ type: "input_text", text: "four" }] },
          { type: "function_call_output", call_id: "c", output: "three" },
        ],
        text: { format: { type: "json_schema", name: "a", schema } },
        ...{ temperature: 0.5, tools: [TOOL], tool_choice: { type: "function", name: "look_up" } },
      });
      const { signal, ...asked } = writer.asked ?? {};
      assert.ok(signal instanceof AbortSignal);
      const calls = [
        { id: "c", type: "function", function: { name: "f", arguments: "{}" } },
        { id: "d", type: "function", function: { name: "g", arguments: "[]" } },
      ];
      assert.deepEqual(asked, {
        client: "127.0.0.1",
        prompt: [
          { role: "system", content: "be brief" },
          { role: "system", content: "in English" },
          { role: "user", content: "one\ntwo" },
          { role: "assistant", content: "I look", tool_calls: calls },
          { role: "tool", content: "four", tool_call_id: "d" },
          { role: "tool", content: "three", tool_call_id: "c" },
        ],
        ...{ truncate: false, stop: [], choices: 1, maxTokens: 9, shape: { is: "schema", schema } },
        ...{ tools: [{ name: "look_up", parameters: { type: "object" } }], toolChoice: { name: "look_up" } },
        sampling: { temperature: 0.5, topP: 0.9 },
      });
    });

    it("reports a completion that was truncated at the length limit", async () => {
      const asked = { model: "writer", input, max_output_tokens: 2 };
      const whole = await client.responses.create(asked);
      const last = await client.responses.stream(asked).finalResponse();
      for (const answer of [whole, last]) {
        assert.deepEqual([answer.output_text, answer.status], ["three two", "incomplete"]);
        assert.deepEqual(answer.incomplete_details, { reason: "max_output_tokens" });
        assert.equal((answer.output[0] as { status?: unknown }).status, "incomplete");
      }
    });

    const eventsOf = async (more: object): Promise<OpenAI.Responses.ResponseStreamEvent[]> => {
      const events = [];
      const asked = { model: "writer", input, ...more, stream: true } as const;
      for await (const event of await client.responses.create(asked)) events.push(event);
      return events;
    };
    const message = [
      ...["response.output_item.added", "response.content_part.added"],
      ...["response.output_text.delta", "response.output_text.delta", "response.output_text.delta"],
      ...["response.output_text.done", "response.content_part.done", "response.output_item.done"],
    ];
    it("streams a text as numbered events, from created to completed", async () => {
      const events = await eventsOf({});
      assert.deepEqual(
        events.map(({ type }) => type),
        ["response.created", "response.in_progress", ...message, "response.completed"],
      );
      assert.deepEqual(
        events.map(({ sequence_number: at }) => at),
        events.map((_, i) => i),
      );
      const deltas = events.flatMap((event) => (event.type === "response.output_text.delta" ? [event] : []));
      assert.deepEqual(
        deltas.map(({ delta }) => delta),
        ["three", " two", " one"],
      );
      const end = events.at(-1);
      assert.ok(end?.type === "response.completed");
      assert.deepEqual([end.response.usage?.total_tokens, end.response.output[0]?.id], [6, deltas[0]?.item_id]);
    });

    it("names each event by its type", async () => {
      const text = await (await http.post("/v1/responses", { model: "writer", input: "a", stream: true })).text();
      const events = text.split("\n\n").filter((event) => event !== "");
      assert.equal(events.length, 9);
      for (const event of events) {
        const [, name, data] = /^event: (\S+)\ndata: (.*)$/.exec(event) ?? [];
        assert.equal((JSON.parse(data ?? "") as { type: string }).type, name);
      }
    });

    it("calls tools, complete and as events, up to the limit of the request", async () => {
      const asked = { model: "writer", input: "one two three four", tools: [TOOL] };
      const shown = ({ output }: { output: OpenAI.Responses.ResponseOutputItem[] }): unknown =>
        output.map((item) =>
          item.type === "function_call" ? [item.call_id, item.name, item.arguments, item.status] : item.type,
        );
      const first = ["call_1", "look_up", '{"text":"one two three four"}', "completed"];
      const both = [first, ["call_2", "look_up", "{}", "completed"]];
      assert.deepEqual(shown(await client.responses.create(asked)), both);
      assert.deepEqual(shown(await client.responses.stream(asked).finalResponse()), both);
      const alone = { ...asked, parallel_tool_calls: false };
      assert.deepEqual(shown(await client.responses.create(alone)), [first]);
      assert.deepEqual(shown(await client.responses.stream(alone).finalResponse()), [first]);
      const call = (deltas: number): string[] => [
        "response.output_item.added",
        ...Array.from({ length: deltas }, () => "response.function_call_arguments.delta"),
        ...["response.function_call_arguments.done", "response.output_item.done"],
      ];
      assert.deepEqual(
        (await eventsOf(asked)).map(({ type }) => type),
        ["response.created", "response.in_progress", ...call(2), ...call(1), "response.completed"],
      );
    });

    it("reports an error during a stream as a failed response", async () => {
      writer.dies = {
        after: 1,
        of: new CodedError("engine-died", { engine: "onnx", exit: 1, signal: null, memory: false }),
      };
      const events = await eventsOf({});
      const end = events.at(-1);
      assert.ok(end?.type === "response.failed");
      assert.deepEqual([end.response.status, end.response.error?.code], ["failed", "engine-died"]);
      assert.equal(end.sequence_number, events.length - 1);
      assert.equal(end.response.output[0]?.type, "message");
      assert.equal(http.models.held, 0);
    });

    const no: readonly (readonly [what: object, param: string, words: RegExp])[] = [
      [{ previous_response_id: "resp_1" }, "previous_response_id", /conversation as `input`/],
      [{ conversation: "conv_1" }, "conversation", /conversation as `input`/],
      [{ prompt: { id: "p" } }, "prompt", /`instructions`/],
      [{ response_format: { type: "json_object" } }, "response_format", /`text\.format`/],
      [{ max_tokens: 3 }, "max_tokens", /`max_output_tokens`/],
      [{ background: true }, "background", /remove it/],
      [{ include: ["message.output_text.logprobs"] }, "include", /chat\/completions with `logprobs`/],
      [{ include: ["web_search_call.action.sources"] }, "include", /remove it/],
      [{ tools: [{ type: "web_search" }] }, "tools[0]", /`web_search`.*send only functions/],
      [{ tools: [{ type: "function" }] }, "tools[0].name", /missing/],
      [{ tools: [TOOL], tool_choice: { type: "allowed_tools", mode: "auto" } }, "tool_choice", /`allowed_tools`/],
      [{ tools: [TOOL], tool_choice: { type: "function", name: "other" } }, "tool_choice", /none of `tools`/],
      [{ input: [{ type: "item_reference", id: "msg_1" }] }, "input[0]", /store: false/],
      [{ input: [{ type: "reasoning", summary: [] }] }, "input[0]", /`reasoning`/],
      [{ input: [{ content: "a" }] }, "input[0].role", /missing/],
      [{ input: [{ role: "user" }] }, "input[0].content", /missing/],
      [{ input: [{ type: "function_call", call_id: "c", name: "f" }] }, "input[0].arguments", /missing/],
      [
        { input: [{ type: "function_call_output", call_id: "c", output: "" }] },
        "input[0].call_id",
        /no `function_call`/,
      ],
      [{ input: [{ role: "user", content: [{ type: "input_image" }] }] }, "input[0].content[0]", /no text/],
      [{ text: { format: { type: "json_schema", name: "a" } } }, "text.format.schema", /missing/],
      [{ max_output_tokens: 41 }, "max_output_tokens", /40/],
      [{ temperature: 3 }, "temperature", /<= 2/],
      [{ model: "judge" }, "", /judge/],
    ];
    for (const [more, param, words] of no)
      it(`rejects ${JSON.stringify(more).slice(0, 80)}`, async () => {
        const response = await http.post("/v1/responses", { model: "writer", input, ...more });
        assert.equal(response.status, 400);
        const { error } = (await response.json()) as { error: { param: string | null; message: string } };
        assert.equal(error.param ?? "", param);
        assert.match(error.message, words);
      });

    it("accepts parameters that do not affect the response", async () => {
      const none = { include: ["reasoning.encrypted_content"], store: true, background: false, service_tier: "auto" };
      const { status } = await http.post("/v1/responses", { model: "writer", input, ...none, user: "me", tools: [] });
      assert.equal(status, 200);
    });

    it("is also available under a model's address", async () => {
      const { output } = await http.json("/models/writer/v1/responses", { input: "a b" });
      assert.equal(output[0].content[0].text, "b a");
    });
  });

  describe("with the AI SDK", () => {
    const asked = (prompt = input) => ({
      ...{ model: createOpenAI({ baseURL: `${http.url}/v1`, apiKey: "none" })("writer"), prompt, maxRetries: 0 },
    });

    it("generates and streams text", async () => {
      const { text, usage, finishReason } = await generateText({ ...asked(), system: "be brief" });
      assert.deepEqual([text, finishReason], ["three two one", "stop"]);
      assert.deepEqual([usage.inputTokens, usage.outputTokens, usage.totalTokens], [3, 3, 6]);
      const stream = streamText(asked());
      const pieces = [];
      for await (const piece of stream.textStream) pieces.push(piece);
      assert.deepEqual(pieces, ["three", " two", " one"]);
      assert.deepEqual([await stream.finishReason, (await stream.usage).outputTokens], ["stop", 3]);
      const cut = streamText({ ...asked(), maxOutputTokens: 1 });
      assert.deepEqual([await cut.text, await cut.finishReason], ["three", "length"]);
    });

    it("generates an object", async () => {
      const schema = { type: "object", properties: { a: { type: "number" } } } as const;
      const { object } = await generateObject({ ...asked('{"a":1}'), schema: jsonSchema<{ a: number }>(schema) });
      assert.deepEqual(object, { a: 1 });
      const { shape } = writer.asked ?? {};
      assert.ok(shape?.is === "schema");
      assert.deepEqual(shape.schema["properties"], schema.properties);
    });

    it("calls a tool and continues with its result", async () => {
      const given: unknown[] = [];
      const look_up = aiTool({
        ...{ description: "Looks up.", inputSchema: jsonSchema<{ text: string }>({ type: "object" }) },
        execute(what) {
          given.push(what);
          return "found it";
        },
      });
      const { steps, text } = await generateText({
        ...{ ...asked(), tools: { look_up }, stopWhen: stepCountIs(2) },
        prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? "required" : "none" }),
      });
      assert.deepEqual(given, [{ text: input }]);
      assert.equal(steps.length, 2);
      assert.equal(text, "it found");
      const { prompt } = writer.asked ?? {};
      assert.deepEqual((prompt as readonly object[]).slice(1), [
        {
          ...{ role: "assistant", content: "" },
          tool_calls: [
            {
              ...{ id: "call_1", type: "function" },
              function: { name: "look_up", arguments: JSON.stringify({ text: input }) },
            },
          ],
        },
        { role: "tool", content: "found it", tool_call_id: "call_1" },
      ]);
      const stream = streamText({ ...asked(), tools: { look_up } });
      const [call] = await stream.toolCalls;
      assert.deepEqual(call?.input, { text: input });
      assert.equal(await stream.finishReason, "tool-calls");
    });

    it("sends the previous messages if storing is disabled", async () => {
      const first = await generateText(asked());
      const providerOptions = { openai: { store: false } };
      const { model } = asked();
      const messages = [...first.response.messages, { role: "user" as const, content: "four five" }];
      const { text } = await generateText({ ...{ model, messages, providerOptions, maxRetries: 0 } });
      assert.equal(text, "five four");
      assert.deepEqual((writer.asked!.prompt as readonly object[])[0], { role: "assistant", content: "three two one" });
      await assert.rejects(generateText({ model, messages, maxRetries: 0 }), /store: false/);
    });

    it("receives an error that occurs during a stream", async () => {
      writer.dies = {
        after: 1,
        of: new CodedError("engine-died", { engine: "onnx", exit: 1, signal: null, memory: false }),
      };
      const errors: unknown[] = [];
      const stream = streamText({ ...asked(), onError: ({ error }) => void errors.push(error) });
      await stream.consumeStream();
      assert.equal(errors.length, 1);
      assert.equal(await stream.finishReason, "error");
    });
  });
});
