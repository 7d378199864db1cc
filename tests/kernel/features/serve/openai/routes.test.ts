import assert from "node:assert/strict";
import OpenAI from "openai";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Backwards, Letters, LongOrShort, served, type Served } from "../http/word-models.js";

describe("OpenAI API, with OpenAI's client", () => {
  const writer = new Backwards("writer");
  const letters = new Letters("letters");
  let http: Served;
  let client: OpenAI;
  before(async () => {
    http = await served([writer, letters, new LongOrShort("judge")]);
    client = new OpenAI({ apiKey: "none", baseURL: `${http.url}/v1`, maxRetries: 0 });
  });
  after(() => http.stop(1000));
  afterEach(() => Object.assign(writer, { dies: null }));
  const messages = [{ role: "user", content: "one two three" }] as const;

  it("lists the models, and describes one", async () => {
    const all = await client.models.list();
    assert.deepEqual(
      all.data.map(({ id }) => id),
      ["writer", "letters", "judge"],
    );
    const one = await client.models.retrieve("letters");
    assert.deepEqual([one.object, one.created, one.owned_by], ["model", 1_700_000_000, "tunebook"]);
    await assert.rejects(client.models.retrieve("no one"), { status: 404, code: "model_not_found" });
  });

  it("answers a conversation, with the usage", async () => {
    const answer = await client.chat.completions.create({ model: "writer", messages: [...messages] });
    const [choice] = answer.choices;
    assert.equal(choice?.message.content, "three two one");
    assert.deepEqual([choice?.message.role, choice?.finish_reason, choice?.logprobs], ["assistant", "stop", null]);
    assert.equal(answer.object, "chat.completion");
    assert.match(answer.id, /^chatcmpl-/);
    assert.match(String((answer as { system_fingerprint?: string }).system_fingerprint), /^fp_/);
    assert.deepEqual(answer.usage, {
      ...{ prompt_tokens: 3, completion_tokens: 3, total_tokens: 6, prompt_tokens_details: { cached_tokens: 1 } },
    });
  });

  it("passes the request parameters to the model", async () => {
    const schema = { type: "object", properties: { a: { type: "string" } } };
    await client.chat.completions.create({
      ...{ model: "writer", n: 2, stop: ["two"], seed: 7, temperature: 0.5, top_p: 0.9, frequency_penalty: 1 },
      ...{ presence_penalty: -1, logit_bias: { 12: 5 }, max_completion_tokens: 9, logprobs: true, top_logprobs: 2 },
      messages: [
        { role: "developer", content: "be brief" },
        {
          role: "user",
          content: [
            { type: "text", text: "one" },
            { type: "text", text: "two" },
          ],
        },
        { role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] },
        { role: "tool", tool_call_id: "c", content: "three" },
      ],
      response_format: { type: "json_schema", json_schema: { name: "a", schema } },
    });
    const { signal, ...asked } = writer.asked ?? {};
    assert.ok(signal instanceof AbortSignal);
    assert.deepEqual(asked, {
      client: "127.0.0.1",
      prompt: [
        { role: "system", content: "be brief" },
        { role: "user", content: "one\ntwo" },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", content: "three", tool_call_id: "c" },
      ],
      ...{ truncate: true, stop: ["two"], choices: 2, maxTokens: 9, logprobs: 2, shape: { is: "schema", schema } },
      sampling: {
        ...{ temperature: 0.5, topP: 0.9, seed: 7, frequencyPenalty: 1, presencePenalty: -1, bias: { "12": 5 } },
      },
    });
  });

  it("returns log-probabilities, choices and finish reasons", async () => {
    const answer = await client.chat.completions.create({
      ...{ model: "writer", messages: [...messages], n: 2, max_tokens: 1, logprobs: true, top_logprobs: 2 },
    });
    assert.deepEqual(
      answer.choices.map(({ index, message, finish_reason }) => [index, message.content, finish_reason]),
      [
        [0, "three", "length"],
        [1, "three", "length"],
      ],
    );
    assert.deepEqual(answer.choices[1]?.logprobs?.content, [
      {
        ...{ token: "three", logprob: -0.5, bytes: [...Buffer.from("three")] },
        top_logprobs: [
          { token: "three", logprob: -0.5, bytes: [...Buffer.from("three")] },
          { token: "or", logprob: -1.5, bytes: [...Buffer.from("or")] },
        ],
      },
    ]);
  });

  it("streams the role first, then the deltas, the end and the usage", async () => {
    const stream = await client.chat.completions.create({
      ...{ model: "writer", messages: [...messages], stream: true, stream_options: { include_usage: true } },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.deepEqual(
      chunks.map(({ choices: [choice] }) => choice?.delta.content),
      ["", "three", " two", " one", undefined, undefined],
    );
    assert.equal(chunks[0]?.choices[0]?.delta.role, "assistant");
    assert.deepEqual(
      chunks.map(({ choices: [choice] }) => choice?.finish_reason),
      [null, null, null, null, "stop", undefined],
    );
    assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
    assert.deepEqual(chunks.at(-1)?.choices, []);
    assert.equal(chunks.at(-1)?.usage?.total_tokens, 6);
    assert.equal(chunks[0]?.usage, null);
  });

  it("ends a stream with [DONE], and sets its content type", async () => {
    const response = await http.post("/v1/chat/completions", { model: "writer", messages, stream: true });
    assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
    const text = await response.text();
    assert.ok(text.endsWith("data: [DONE]\n\n"), text);
    assert.ok(!text.includes('"usage"'));
  });

  it("calls tools, complete and in deltas", async () => {
    const tools = [{ type: "function" as const, function: { name: "look_up", parameters: { type: "object" } } }];
    const asked = { model: "writer", messages: [...messages], tools };
    const answer = await client.chat.completions.create(asked);
    const [choice] = answer.choices;
    assert.deepEqual([choice?.finish_reason, choice?.message.content], ["tool_calls", null]);
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "look_up", arguments: '{"text":"one two three"}' },
    };
    assert.deepEqual(choice?.message.tool_calls, [call]);
    const stream = client.chat.completions.stream(asked);
    const { tool_calls: streamed } = (await stream.finalMessage()) as { tool_calls?: unknown };
    assert.deepEqual(JSON.parse(JSON.stringify(streamed)), [
      { ...call, function: { ...call.function, arguments: '{"text":"one two three"}' } },
    ]);
    await client.chat.completions.create({
      ...asked,
      tool_choice: { type: "function", function: { name: "look_up" } },
    });
    assert.deepEqual(writer.asked?.toolChoice, { name: "look_up" });
    const none = await client.chat.completions.create({ ...asked, tool_choice: "none" });
    assert.equal(none.choices[0]?.message.content, "three two one");
  });

  it("calls a single tool if the request says so", async () => {
    const tools = [{ type: "function" as const, function: { name: "look_up" } }];
    const asked = { model: "writer", tools, messages: [{ role: "user" as const, content: "one two three four" }] };
    const numberOf = async (more: { parallel_tool_calls?: boolean }): Promise<readonly number[]> => {
      const whole = await client.chat.completions.create({ ...asked, ...more });
      const streamed = await client.chat.completions.stream({ ...asked, ...more }).finalMessage();
      return [whole.choices[0]?.message, streamed].map((message) => message?.tool_calls?.length ?? 0);
    };
    assert.deepEqual(await numberOf({}), [2, 2]);
    assert.deepEqual(await numberOf({ parallel_tool_calls: false }), [1, 1]);
  });

  it("completes one prompt, several, and tokens; with echo, log-probabilities and choices", async () => {
    const one = await client.completions.create({ model: "writer", prompt: "a b c" });
    assert.deepEqual([one.object, one.choices[0]?.text], ["text_completion", "c b a"]);
    assert.equal(writer.asked?.maxTokens, 16);
    const several = await client.completions.create({ model: "writer", prompt: ["a b", "c d"], n: 2, echo: true });
    assert.deepEqual(
      several.choices.map(({ index, text }) => [index, text]),
      [
        [0, "a bb a"],
        [1, "a bb a"],
        [2, "c dd c"],
        [3, "c dd c"],
      ],
    );
    assert.equal(several.usage?.prompt_tokens, 4);
    const tokens = await client.completions.create({ model: "writer", prompt: [5, 6], logprobs: 1 });
    assert.equal(tokens.choices[0]?.text, "6 5");
    assert.deepEqual(tokens.choices[0]?.logprobs, {
      ...{ tokens: ["6", " 5"], token_logprobs: [-0.5, -0.5], text_offset: [0, 1] },
      top_logprobs: [{ "6": -0.5 }, { " 5": -0.5 }],
    });
    await client.completions.create({ model: "writer", prompt: [[5, 6], [7]], max_tokens: 3 });
    assert.deepEqual([writer.asked?.prompt, writer.asked?.maxTokens], [Int32Array.of(7), 3]);
  });

  it("returns log-probabilities of the prompt with echo, and generates nothing for zero tokens", async () => {
    const asked = { model: "writer", prompt: "a b", echo: true, logprobs: 1 } as const;
    const prompt = {
      ...{ tokens: ["<s>", "a", " b"], token_logprobs: [null, -0.5, -0.5], text_offset: [0, 0, 1] },
      top_logprobs: [null, { a: -0.5 }, { " b": -0.5 }],
    };
    const read = await http.json("/v1/completions", { ...asked, max_tokens: 0 });
    assert.deepEqual(read.choices, [{ index: 0, text: "a b", logprobs: prompt, finish_reason: "length" }]);
    assert.equal(read.usage.completion_tokens, 0);
    // The chosen token is reported even if it is not among the most likely ones.
    const own = (await http.json("/v1/completions", { ...asked, logprobs: 0, max_tokens: 1 })).choices[0];
    assert.deepEqual(own.logprobs.top_logprobs, [...prompt.top_logprobs, { b: -0.5 }]);
    const both = { tokens: [...prompt.tokens, "b", " a"], text_offset: [0, 0, 1, 3, 4] };
    const whole = (await client.completions.create(asked)).choices[0];
    assert.deepEqual([whole?.text, whole?.logprobs?.tokens, whole?.logprobs?.text_offset], ["a bb a", both.tokens, both.text_offset]); // prettier-ignore
    const streamed = { text: "", tokens: [] as string[], offsets: [] as number[] };
    for await (const { choices } of await client.completions.create({ ...asked, stream: true })) {
      streamed.text += choices[0]?.text ?? "";
      streamed.tokens.push(...(choices[0]?.logprobs?.tokens ?? []));
      streamed.offsets.push(...(choices[0]?.logprobs?.text_offset ?? []));
    }
    assert.deepEqual(streamed, { text: "a bb a", tokens: both.tokens, offsets: both.text_offset });
    const nothing = await http.json("/v1/completions", { model: "writer", prompt: "a b", max_tokens: 0 });
    assert.equal(nothing.choices[0].text, "");
  });

  it("streams several texts at once", async () => {
    const stream = await client.completions.create({
      model: "writer",
      prompt: ["a b", "c d"],
      stream: true,
      echo: true,
    });
    const texts = ["", ""];
    for await (const { choices } of stream) for (const { index, text } of choices) texts[index] += text;
    assert.deepEqual(texts, ["a bb a", "c dd c"]);
  });

  it("returns embeddings as numbers and as base64", async () => {
    const asked = { model: "letters", input: ["ab", "aa c"] };
    const raw = await http.json("/v1/embeddings", asked);
    assert.deepEqual(raw.usage, { prompt_tokens: 3, total_tokens: 3 });
    const [first, second] = raw.data as { embedding: number[]; index: number; object: string }[];
    assert.deepEqual([first?.index, second?.index, first?.object], [0, 1, "embedding"]);
    assert.deepEqual(first?.embedding, [...Float32Array.of(Math.SQRT1_2, Math.SQRT1_2, 0)]);
    // The client requests base64 by default.
    const { data } = await client.embeddings.create(asked);
    assert.deepEqual(
      data.map(({ embedding }) => embedding),
      [first?.embedding, second?.embedding],
    );
    assert.equal((await http.post("/v1/embeddings", { ...asked, dimensions: 3 })).status, 200);
    assert.equal((await http.post("/v1/embeddings", { ...asked, dimensions: 2 })).status, 400);
  });

  it("reports errors in OpenAI's format, with our code and the fix", async () => {
    const response = await http.post("/v1/chat/completions", { model: "nobody", messages });
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("x-error-code"), "no-such-model");
    assert.deepEqual(await response.json(), {
      error: {
        message:
          'there is no model "nobody" on this server, only writer, letters, judge: set `model` to one of these names',
        ...{
          type: "not_found_error",
          param: "model",
          code: "model_not_found",
        },
      },
    });
    const long = { model: "writer", truncate: false, messages: [{ role: "user", content: "w ".repeat(300) }] };
    await assert.rejects(client.chat.completions.create(long as never), {
      status: 400,
      code: "context_length_exceeded",
    });
  });

  it("suggests no other route for a model that cannot generate", async () => {
    const refused = await http.json("/v1/chat/completions", { model: "judge", messages });
    assert.match(refused.error.message, /judge .*conversation/);
    assert.doesNotMatch(refused.error.message, /v1\/completions|template/);
  });

  it("reports a truncated prompt", async () => {
    const content = "w ".repeat(300);
    const response = await http.post("/v1/chat/completions", {
      model: "writer",
      messages: [{ role: "user", content }],
    });
    assert.equal(response.headers.get("x-truncated"), "1");
    const { usage, truncated } = (await response.json()) as OpenAI.ChatCompletion & { truncated?: number };
    assert.equal(truncated, 1);
    assert.equal(usage?.prompt_tokens, 200);
  });

  it("returns a status for an error before the first chunk, and an event for a later one", async () => {
    const of = new CodedError("engine-died", { engine: "onnx", exit: 1, signal: null, memory: false });
    const asked = { model: "writer", messages: [...messages], stream: true as const };
    writer.dies = { after: 0, of };
    const early = await http.post("/v1/chat/completions", asked);
    assert.deepEqual([early.status, early.headers.get("retry-after")], [503, "2"]);
    writer.dies = { after: 2, of };
    const stream = await client.chat.completions.create(asked);
    let text = "";
    const read = async (): Promise<void> => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    };
    await assert.rejects(read(), { code: "engine-died" });
    assert.equal(text, "three two");
  });
});
