/**
 * A served model as called by programs that know nothing of Tunebook: the official clients of OpenAI and Hugging Face,
 * and the providers of LangChain and the AI SDK, each used as in its guide. Their results are compared with the
 * notebook's.
 */
import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { InferenceClient } from "@huggingface/inference";
import { ChatOpenAI, OpenAI as LangChainText, OpenAIEmbeddings } from "@langchain/openai";
import { embed, embedMany, generateObject, generateText, jsonSchema, streamText, tool as aiTool } from "ai";
import type { ModelMessage } from "ai";
import OpenAI from "openai";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { TextTaskPrediction } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { builtModels, ServedProcess } from "./serve-process.js";

type Vector = readonly number[];
const near = (a: Vector, b: Vector, by = 1e-4): void => {
  assert.equal(a.length, b.length);
  const far = Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));
  assert.ok(far <= by, `${String(far)} apart`);
};
/**
 * Token limit within which any text of the schema ends. It leaves space for blanks between parts, which an untrained
 * model writes.
 */
const ROOM = 512;
const SCHEMA = {
  type: "object",
  properties: { mood: { type: "string", enum: ["glad", "sad"] }, sure: { type: "boolean" } },
  ...{ required: ["mood", "sure"], additionalProperties: false },
} as const;
const valid = (value: unknown): void => {
  const { mood, sure, ...more } = value as Readonly<Record<string, unknown>>;
  assert.ok(mood === "glad" || mood === "sad", `mood is ${String(mood)}`);
  assert.equal(typeof sure, "boolean");
  assert.deepEqual(more, {});
};
const FUNCTION = { name: "tell_mood", description: "Tells the mood of a text.", parameters: SCHEMA };
const TOOL = { type: "function", function: FUNCTION } as const;
const MESSAGES = [{ role: "user", content: "good" }] as const;

describe("client libraries of served models", function () {
  this.timeout(300_000);
  const book = new NotebookOfOne();
  let server: ServedProcess;
  let base = "";
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const said = async <T>(name: string, asked: unknown, o = {}): Promise<T> => {
    const [own] = await model(name).predict<TextTaskPrediction>(asked as string, o);
    return own as T;
  };
  /** Returns the notebook's greedy completion with the given number of tokens. */
  const written = (name: string, asked: string, tokens: number) =>
    said<{ readonly continuation: string; readonly tokens: number; readonly ended: string }>(name, asked, {
      max_tokens: tokens,
    });
  const continued = async (name: string, asked: string, tokens: number): Promise<string> =>
    (await written(name, asked, tokens)).continuation;

  before(async () => {
    const tasks = ["labels", "tags", "answers", "fills", "vectors", "tales"];
    const folders = await builtModels(book, tasks, true);
    server = await ServedProcess.start(Object.values(folders));
    base = `${server.url}/v1`;
  });
  after(async () => {
    await server?.stop();
    await book.close();
  });

  describe("openai", () => {
    let client: OpenAI;
    before(() => (client = new OpenAI({ baseURL: base, apiKey: "none", maxRetries: 0 })));

    it("lists the models, and finds one", async () => {
      const all: string[] = [];
      for await (const { id, object } of client.models.list()) {
        assert.equal(object, "model");
        all.push(id);
      }
      assert.deepEqual(all.sort(), ["answers", "fills", "helper", "labels", "tags", "tales", "vectors"]);
      assert.equal((await client.models.retrieve("helper")).id, "helper");
      await assert.rejects(client.models.retrieve("nobody"), OpenAI.NotFoundError);
    });
    it("completes text like the notebook, with and without streaming", async () => {
      const { continuation: own, tokens, ended } = await written("tales", "good bad", 12);
      const asked = { model: "tales", prompt: "good bad", max_tokens: 12, temperature: 0 } as const;
      const whole = await client.completions.create(asked);
      assert.equal(whole.choices[0]!.text, own);
      assert.equal(whole.choices[0]!.finish_reason, ended === "end" ? "stop" : "length");
      assert.equal(whole.usage?.completion_tokens, tokens);
      let text = "";
      for await (const event of await client.completions.create({ ...asked, stream: true }))
        text += event.choices[0]?.text ?? "";
      assert.equal(text, own);
    });
    it("answers conversations, with and without streaming", async () => {
      const own = await continued("helper", "good", 16);
      const asked = { model: "helper", messages: [...MESSAGES], max_tokens: 16, temperature: 0 };
      const whole = await client.chat.completions.create(asked);
      assert.equal(whole.choices[0]!.message.content, own);
      assert.equal(whole.choices[0]!.message.role, "assistant");
      const stream = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
      const pieces: string[] = [];
      stream.on("content", (piece) => pieces.push(piece));
      const last = await stream.finalChatCompletion();
      assert.equal(pieces.join(""), own);
      assert.equal(last.choices[0]!.message.content, own);
      assert.deepEqual(last.usage?.total_tokens, whole.usage?.total_tokens);
    });
    it("samples several texts, the same for the same seed", async () => {
      const asked = { model: "helper", messages: [...MESSAGES], max_tokens: 12, temperature: 1.2, n: 3, seed: 5 };
      const [one, two, other] = await Promise.all(
        [asked, asked, { ...asked, seed: 6 }].map((body) => client.chat.completions.create(body)),
      );
      const texts = ({ choices }: OpenAI.ChatCompletion): unknown[] => choices.map(({ message }) => message.content);
      assert.equal(one!.choices.length, 3);
      assert.equal(new Set(texts(one!)).size, 3);
      assert.deepEqual(texts(one!), texts(two!));
      assert.notDeepEqual(texts(one!), texts(other!));
    });
    it("returns log-probabilities", async () => {
      const { choices } = await client.chat.completions.create({
        ...{ model: "helper", messages: [...MESSAGES], max_tokens: 4, temperature: 0 },
        ...{ logprobs: true, top_logprobs: 3 },
      });
      const content = choices[0]!.logprobs!.content!;
      assert.equal(content.length, 4);
      for (const { token, logprob, top_logprobs: top } of content) {
        assert.equal(top.length, 3);
        assert.equal(top[0]!.token, token);
        assert.ok(logprob <= 0 && logprob === top[0]!.logprob && top[0]!.logprob >= top[1]!.logprob);
      }
      const text = await client.completions.create({
        ...{ model: "helper", prompt: "good", max_tokens: 3, temperature: 0, logprobs: 2 },
      });
      assert.equal(text.choices[0]!.logprobs!.token_logprobs!.length, 3);
      // Requests as lm-evaluation-harness sends them: the log-probabilities of written tokens equal those of the same
      // tokens when read.
      const asked = { model: "tales", temperature: 0, logprobs: 1, echo: true } as const;
      const wrote = await client.completions.create({ ...asked, prompt: "good bad", max_tokens: 4 });
      const told = wrote.choices[0]!.logprobs!.token_logprobs!;
      assert.equal(told[0], null);
      const read = await client.completions.create({ ...asked, prompt: wrote.choices[0]!.text, max_tokens: 0 });
      const again = read.choices[0]!.logprobs!;
      assert.equal(read.choices[0]!.text, wrote.choices[0]!.text);
      // The end token counts as a written token, but is not part of the text that is read again.
      const { length } = again.tokens!;
      assert.ok(length > 8);
      assert.deepEqual(again.tokens, wrote.choices[0]!.logprobs!.tokens!.slice(0, length));
      near(again.token_logprobs!.slice(1), told.slice(1, length));
    });
    it("ends at a stop string, and leaves it out", async () => {
      const own = await continued("helper", "good", 16);
      const stop = own.slice(5, 7);
      const { choices } = await client.chat.completions.create({
        ...{ model: "helper", messages: [...MESSAGES], max_tokens: 16, temperature: 0, stop: [stop] },
      });
      assert.equal(choices[0]!.message.content, own.slice(0, own.indexOf(stop)));
      assert.equal(choices[0]!.finish_reason, "stop");
    });
    it("generates JSON by a schema, and parses it", async () => {
      const done = await client.chat.completions.parse({
        ...{ model: "helper", messages: [...MESSAGES], max_tokens: ROOM },
        response_format: { type: "json_schema", json_schema: { name: "mood", schema: SCHEMA, strict: true } },
      });
      valid(JSON.parse(done.choices[0]!.message.content!));
      assert.equal(done.choices[0]!.finish_reason, "stop");
    });
    it("calls a tool, with and without streaming, and reads its answer", async () => {
      const asked = {
        ...{ model: "helper", messages: [...MESSAGES], max_tokens: ROOM, temperature: 0 },
        ...{ tools: [TOOL as unknown as OpenAI.ChatCompletionFunctionTool] },
        tool_choice: { type: "function", function: { name: FUNCTION.name } },
      } as const;
      const { choices } = await client.chat.completions.create({ ...asked, tools: [...asked.tools] });
      const [call] = choices[0]!.message.tool_calls ?? [];
      assert.ok(call?.type === "function" && call.id !== "");
      assert.equal(call.function.name, FUNCTION.name);
      valid(JSON.parse(call.function.arguments));
      const stream = client.chat.completions.stream({ ...asked, tools: [...asked.tools], tool_choice: "required" });
      const last = (await stream.finalChatCompletion()).choices[0]!;
      const [streamed] = last.message.tool_calls ?? [];
      assert.equal(last.finish_reason, "tool_calls");
      assert.deepEqual(JSON.parse(streamed!.function.arguments), JSON.parse(call.function.arguments));
      const { choices: after } = await client.chat.completions.create({
        ...{ model: "helper", max_tokens: 8, tools: [...asked.tools], tool_choice: "none" },
        messages: [
          ...MESSAGES,
          { role: "assistant", content: null, tool_calls: [call] },
          { role: "tool", tool_call_id: call.id, content: '"glad"' },
        ],
      });
      assert.equal(typeof after[0]!.message.content, "string");
    });
    it("answers through the Responses API, with and without streaming, by a schema and with tool calls", async () => {
      const own = await continued("helper", "good", 16);
      const asked = { model: "helper", input: "good", max_output_tokens: 16, temperature: 0 };
      const whole = await client.responses.create(asked);
      assert.equal(whole.output_text, own);
      const last = await client.responses.stream(asked).finalResponse();
      assert.deepEqual([last.output_text, last.status], [own, whole.status]);
      assert.equal(last.usage?.output_tokens, whole.usage?.output_tokens);
      const shaped = await client.responses.parse({
        ...{ ...asked, max_output_tokens: ROOM },
        text: { format: { type: "json_schema", name: "mood", schema: SCHEMA, strict: true } },
      });
      valid(shaped.output_parsed);
      const tool = { ...TOOL.function, type: "function" as const, parameters: { ...SCHEMA }, strict: true };
      const { output } = await client.responses.create({
        ...{ ...asked, max_output_tokens: ROOM, tools: [tool], tool_choice: "required" },
      });
      const call = output.find((item) => item.type === "function_call");
      assert.equal(call?.name, FUNCTION.name);
      valid(JSON.parse(call.arguments));
      const after = await client.responses.create({
        ...{ ...asked, tools: [tool], tool_choice: "none" },
        input: [
          { role: "user", content: "good" },
          call,
          { type: "function_call_output", call_id: call.call_id, output: '"glad"' },
        ],
      });
      assert.equal(after.output[0]?.type, "message");
    });
    it("returns embeddings as numbers and as bytes", async () => {
      const { embedding: vector } = await said<{ readonly embedding: Vector }>("vectors", "good fine");
      const bytes = await client.embeddings.create({ model: "vectors", input: ["good fine", "bad"] });
      const floats = await client.embeddings.create({
        ...{ model: "vectors", input: "good fine", encoding_format: "float" },
      });
      near(bytes.data[0]!.embedding, [...vector]);
      near(floats.data[0]!.embedding, [...vector]);
      const batches = async (): Promise<number> => {
        const figures = await (await fetch(`${server.url}/metrics`)).text();
        return Number(/^tunebook_batch_size_count\{model="vectors"\} (\d+)$/m.exec(figures)?.[1]);
      };
      const had = await batches();
      // Text Embeddings Inference's endpoint returns vectors of all tokens; their mean is the embedding.
      const all = await fetch(`${server.url}/embed_all`, {
        ...{ method: "POST", headers: { "content-type": "application/json" } },
        body: JSON.stringify({ model: "vectors", inputs: ["good fine", "bad"] }),
      });
      const [tokens, others] = (await all.json()) as Vector[][];
      // The request went through the batch queue and was counted.
      assert.equal((await batches()) - had, 1);
      assert.deepEqual([tokens!.length, others!.length], [4, 3]);
      const mean = tokens![0]!.map((_, i) => tokens!.reduce((sum, one) => sum + one[i]! / tokens!.length, 0));
      const length = Math.hypot(...mean);
      near(
        mean.map((x) => x / length),
        vector.map((x) => x / Math.hypot(...vector)),
      );
      assert.equal(bytes.data.length, 2);
      assert.ok(bytes.usage.prompt_tokens > floats.usage.prompt_tokens);
    });
    it("throws the error classes of the client library", async () => {
      const asked = { messages: [...MESSAGES], max_tokens: 4 };
      await assert.rejects(client.chat.completions.create({ ...asked, model: "nobody" }), OpenAI.NotFoundError);
      await assert.rejects(client.chat.completions.create({ ...asked, model: "labels" }), OpenAI.BadRequestError);
      const wrong = client.chat.completions.create({ ...asked, model: "helper", temperature: -1 });
      await assert.rejects(wrong, (error: unknown) => {
        assert.ok(error instanceof OpenAI.BadRequestError);
        assert.match(error.message, /temperature/);
        assert.ok(error.code);
        return true;
      });
    });
    it("can disconnect during a stream without affecting the next request", async () => {
      const asked = { model: "helper", prompt: "good", max_tokens: 1500, temperature: 0 };
      const stream = await client.completions.create({ ...asked, stream: true });
      for await (const { choices } of stream) {
        assert.equal(choices.length, 1);
        break;
      }
      const next = await client.completions.create({ ...asked, max_tokens: 2 });
      assert.equal(next.usage?.completion_tokens, 2);
    });
  });

  describe("@huggingface/inference", () => {
    const client = new InferenceClient("none");
    const at = (name: string): { readonly endpointUrl: string } => ({ endpointUrl: `${server.url}/models/${name}` });

    it("labels texts", async () => {
      const own = await said<{ readonly label: string; readonly probabilities: Readonly<Record<string, number>> }>(
        "labels",
        "good bad",
      );
      const labels = await client.textClassification({ ...at("labels"), inputs: "good bad" });
      assert.equal(labels[0]!.label, own.label);
      for (const { label, score } of labels) near([score], [own.probabilities[label]!]);
    });
    it("labels words", async () => {
      const found = await client.tokenClassification({
        ...{ ...at("tags"), inputs: "good bad fine", parameters: { aggregation_strategy: "simple" } },
      });
      for (const { word, start, end } of found) assert.equal("good bad fine".slice(start, end), word);
      assert.ok(Array.isArray(found));
    });
    it("finds answers", async () => {
      const inputs = { question: "who", context: "the kind train" };
      const own = await said<{ readonly answer: string }>("answers", inputs);
      const { answer, start, end } = await client.questionAnswering({ ...at("answers"), inputs });
      assert.equal(answer, own.answer);
      assert.equal(inputs.context.slice(start, end), answer);
    });
    it("fills masks", async () => {
      const fills = await client.fillMask({ ...at("fills"), inputs: "good [MASK] fine" });
      assert.ok(fills.length > 1 && fills[0]!.score >= fills[1]!.score);
      assert.match(fills[0]!.sequence, /good .* fine/);
    });
    it("returns embeddings, and similarities of texts", async () => {
      const { embedding: vector } = await said<{ readonly embedding: Vector }>("vectors", "good fine");
      near((await client.featureExtraction({ ...at("vectors"), inputs: "good fine" })) as number[], [...vector]);
      const scores = await client.sentenceSimilarity({
        ...{ ...at("vectors"), inputs: { source_sentence: "good fine", sentences: ["good fine", "bad"] } },
      });
      near([scores[0]!], [1]);
      assert.ok(scores[1]! < 1);
    });
    it("generates text, with and without streaming", async () => {
      const own = await continued("tales", "good bad", 12);
      const parameters = { max_new_tokens: 12, do_sample: false };
      const asked = { ...at("tales"), inputs: "good bad", parameters };
      assert.equal((await client.textGeneration(asked)).generated_text, own);
      let text = "";
      // The stream contains OpenAI events, although the client's type says otherwise.
      for await (const event of client.textGenerationStream(asked))
        text += (event as unknown as OpenAI.Completion).choices[0]?.text ?? "";
      assert.equal(text, own);
    });
    it("converses with and without streaming, also without a model name", async () => {
      const own = await continued("helper", "good", 16);
      const asked = { ...at("helper"), messages: [...MESSAGES], max_tokens: 16, temperature: 0 };
      assert.equal((await client.chatCompletion(asked)).choices[0]!.message.content, own);
      let text = "";
      for await (const { choices } of client.chatCompletionStream({ ...asked, model: "helper" }))
        text += choices[0]?.delta.content ?? "";
      assert.equal(text, own);
    });
    it("reports errors with the server's message", async () => {
      await assert.rejects(client.textClassification({ ...at("nobody"), inputs: "good" }), /nobody/);
    });
  });

  describe("@langchain/openai", () => {
    const options = { apiKey: "none", maxRetries: 0 };
    const chat = (maxTokens = ROOM): ChatOpenAI =>
      new ChatOpenAI({ ...options, model: "helper", temperature: 0, maxTokens, configuration: { baseURL: base } });

    it("invokes and streams", async () => {
      const own = await continued("helper", "good", 64);
      const message = await chat(64).invoke("good");
      assert.equal(message.content, own);
      const { output_tokens: written } = message.usage_metadata as unknown as { readonly output_tokens: number };
      assert.ok(written > 0);
      let text = "";
      for await (const piece of await chat(64).stream("good")) text += String(piece.content);
      assert.equal(text, own);
    });
    it("completes text", async () => {
      const own = await continued("tales", "good bad", 12);
      const configuration = { baseURL: base };
      const text = new LangChainText({ ...options, model: "tales", temperature: 0, maxTokens: 12, configuration });
      assert.equal(await text.invoke("good bad"), own);
    });
    it("returns structured output by a schema, a tool and JSON mode", async () => {
      valid(await chat().withStructuredOutput(SCHEMA, { name: "mood", method: "jsonSchema" }).invoke("good"));
      valid(await chat().withStructuredOutput(SCHEMA, { name: "mood", method: "functionCalling" }).invoke("good"));
    });
    it("binds tools", async () => {
      const bound = chat().bindTools([TOOL], { tool_choice: "any" });
      const { tool_calls: calls } = await bound.invoke("good");
      assert.equal(calls![0]!.name, FUNCTION.name);
      valid(calls![0]!.args);
      const whole = await bound.stream("good").then(async (stream) => {
        let sum;
        for await (const piece of stream) sum = sum === undefined ? piece : sum.concat(piece);
        return sum!;
      });
      assert.equal(whole.tool_calls![0]!.name, FUNCTION.name);
      valid(whole.tool_calls![0]!.args);
    });
    it("embeds", async () => {
      const { embedding: vector } = await said<{ readonly embedding: Vector }>("vectors", "good fine");
      const vectors = new OpenAIEmbeddings({ ...options, model: "vectors", configuration: { baseURL: base } });
      near(await vectors.embedQuery("good fine"), [...vector]);
      assert.equal((await vectors.embedDocuments(["good", "bad", "fine"])).length, 3);
    });
  });

  describe("the AI SDK", () => {
    const openai = () => createOpenAI({ baseURL: base, apiKey: "none" });
    const asked = (of: "chat" | "responses" = "chat") => ({
      ...{ prompt: "good", temperature: 0, maxOutputTokens: 64, maxRetries: 0 },
      // The provider uses the responses API by default.
      model: of === "chat" ? openai().chat("helper") : openai()("helper"),
    });

    for (const of of ["chat", "responses"] as const) {
      it(`generates and streams text: ${of}`, async () => {
        const own = await continued("helper", "good", 64);
        const { text, usage } = await generateText(asked(of));
        assert.equal(text, own);
        assert.ok(usage.outputTokens! > 0);
        let streamed = "";
        const stream = streamText(asked(of));
        for await (const piece of stream.textStream) streamed += piece;
        assert.equal(streamed, own);
        assert.equal((await stream.usage).outputTokens, usage.outputTokens);
      });
      it(`generates an object: ${of}`, async () => {
        const { object } = await generateObject({
          ...asked(of),
          maxOutputTokens: ROOM,
          schema: jsonSchema(SCHEMA as object),
        });
        valid(object);
      });
      it(`calls a tool and continues with its result: ${of}`, async () => {
        const given: unknown[] = [];
        const tell = aiTool({
          ...{ description: FUNCTION.description, inputSchema: jsonSchema(SCHEMA as object) },
          execute: (input) => {
            given.push(input);
            return "glad";
          },
        });
        const { toolCalls } = await generateText({
          ...{ ...asked(of), maxOutputTokens: ROOM, tools: { tell_mood: tell }, toolChoice: "required" },
        });
        assert.equal(toolCalls[0]!.toolName, "tell_mood");
        assert.equal(given.length, 1);
        valid(given[0]);
      });
    }
    it("continues a conversation from the full history: the server stores nothing", async () => {
      const o = { temperature: 0, maxOutputTokens: 8, maxRetries: 0 };
      const responses = { ...o, model: openai()("helper") };
      const first = await generateText({ ...responses, prompt: "good" });
      const messages: ModelMessage[] = [
        { role: "user", content: "good" },
        ...first.response.messages,
        { role: "user", content: "bad" },
      ];
      await assert.rejects(generateText({ ...responses, messages }), /nothing is stored here \(AI SDK.*store: false/);
      const whole = await generateText({ ...responses, messages, providerOptions: { openai: { store: false } } });
      const chat = await generateText({ ...o, model: openai().chat("helper"), messages });
      assert.equal(whole.text, chat.text);
    });
    it("completes text", async () => {
      const { text } = await generateText({
        ...{ ...asked(), model: openai().completion("tales"), prompt: "good bad", maxOutputTokens: 8 },
      });
      // The provider formats the prompt like this for completion models.
      assert.equal(text, await continued("tales", "user:\ngood bad\n\nassistant:\n", 8));
    });
    it("embeds", async () => {
      const { embedding: vector } = await said<{ readonly embedding: Vector }>("vectors", "good fine");
      const model = openai().embedding("vectors");
      near((await embed({ model, value: "good fine" })).embedding, [...vector]);
      assert.equal((await embedMany({ model, values: ["good", "bad"] })).embeddings.length, 2);
    });
  });
});
