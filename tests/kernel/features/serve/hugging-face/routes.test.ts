import assert from "node:assert/strict";
import { InferenceClient } from "@huggingface/inference";
import {
  Backwards,
  Filler,
  Finder,
  Letters,
  LongOrShort,
  Names,
  Overlap,
  served,
  type Served,
} from "../http/word-models.js";

class Rewriter extends Backwards {
  override readonly sort = "rewrites" as never;
}

describe("Hugging Face inference API, with its client library", () => {
  let http: Served;
  const client = (model: string): InferenceClient =>
    new InferenceClient("", { endpointUrl: `${http.url}/models/${model}` });
  before(async () => {
    http = await served([
      ...[new LongOrShort("judge"), new Overlap("overlap"), new Letters("letters"), new Backwards("writer")],
      ...[new Finder("finder"), new Names("names"), new Filler("filler"), new Rewriter("rewriter")],
    ]);
  });
  after(() => http.stop(1000));

  it("labels texts", async () => {
    const [first, ...more] = await client("judge").textClassification({ inputs: "a b c d" });
    assert.deepEqual([first?.label, more.length], ["long", 1]);
    const one = await client("judge").textClassification({ inputs: "a", parameters: { top_k: 1 } });
    assert.equal(one.length, 1);
    const pairs = await http.json("/models/overlap", { inputs: [{ text: "a b", text_pair: "b" }] });
    assert.deepEqual(pairs, [[{ label: "LABEL_0", score: 1 }]]);
  });

  it("finds entities, with offsets in Python characters", async () => {
    const inputs = "😀 is  Ada";
    assert.deepEqual(await client("names").tokenClassification({ inputs }), [
      { entity_group: "NAME", score: 0.75, word: "Ada", start: 6, end: 9 },
    ]);
    const words = await http.json("/models/names", { inputs, parameters: { aggregation_strategy: "none" } });
    assert.deepEqual(words, [{ entity: "NAME", score: 0.75, index: 2, word: "Ada", start: 6, end: 9 }]);
  });

  it("answers questions", async () => {
    const inputs = { question: "who saw it", context: "nobody saw anything" };
    assert.deepEqual(await client("finder").questionAnswering({ inputs }), {
      answer: "saw",
      score: 0.5,
      start: 7,
      end: 10,
    });
  });

  it("fills masks", async () => {
    const [first, second] = await client("filler").fillMask({ inputs: "a [MASK] day" });
    assert.deepEqual([first?.sequence, first?.token_str, first?.score], ["a good day", "good", 0.6]);
    assert.deepEqual([second?.sequence, typeof second?.token], ["a bad day", "number"]);
    const both = await http.json("/models/filler", { inputs: "a [MASK] [MASK]" });
    assert.equal(both[1][0].sequence, "a [MASK] good");
  });

  it("returns embeddings, and similarities of texts", async () => {
    assert.deepEqual(await client("letters").featureExtraction({ inputs: "aa" }), [1, 0, 0]);
    assert.deepEqual(await client("letters").featureExtraction({ inputs: ["aa", "b"] }), [
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const inputs = { source_sentence: "a", sentences: ["a", "b"] };
    assert.deepEqual(await client("letters").sentenceSimilarity({ inputs }), [1, 0]);
    assert.deepEqual(await http.json("/models/letters/pipeline/feature-extraction", { inputs: "b" }), [0, 1, 0]);
  });

  it("generates text, with and without streaming", async () => {
    const written = await client("writer").textGeneration({ inputs: "a b c", parameters: { max_new_tokens: 2 } });
    assert.equal(written.generated_text, "c b");
    const chat = await client("writer").chatCompletion({ messages: [{ role: "user", content: "a b" }] });
    assert.equal(chat.choices[0]?.message.content, "b a");
    let text = "";
    for await (const bit of client("writer").chatCompletionStream({ messages: [{ role: "user", content: "a b" }] }))
      text += bit.choices[0]?.delta.content ?? "";
    assert.equal(text, "b a");
    const full = await http.json("/models/writer", {
      inputs: "a b",
      parameters: { return_full_text: true, details: true },
    });
    assert.equal(full[0].generated_text, "a bb a");
    assert.equal(full[0].details.finish_reason, "eos_token");
    assert.deepEqual(
      full[0].details.tokens.map((one: { text: string; logprob: number }) => [one.text, one.logprob]),
      [
        ["b", -0.5],
        [" a", -0.5],
      ],
    );
    assert.equal((await client("rewriter").summarization({ inputs: "a b" })).summary_text, "b a");
    assert.deepEqual(await client("rewriter").translation({ inputs: "a b" }), {
      ...{ generated_text: "b a", summary_text: "b a", translation_text: "b a" },
    });
  });

  it("streams like TGI: an event for each token, the last one with the text", async () => {
    const response = await http.post("/models/writer", { inputs: "a b", stream: true });
    const events = (await response.text())
      .split("\n\n")
      .filter((event) => event !== "")
      .map(
        (event) =>
          JSON.parse(event.replace("data: ", "")) as {
            token: { text: string; logprob: number };
            generated_text: string | null;
          },
      );
    assert.deepEqual(
      events.map(({ token, generated_text: text }) => [token.text, token.logprob, text]),
      [
        ["b", -0.5, null],
        [" a", -0.5, "b a"],
      ],
    );
  });

  it("does not take the server address for a model name", async () => {
    const alone = await served([new Backwards("only")]);
    const one = new InferenceClient("", { endpointUrl: alone.url });
    assert.equal((await one.textGeneration({ inputs: "a b" })).generated_text, "b a");
    assert.equal(
      (await one.chatCompletion({ messages: [{ role: "user", content: "c d" }] })).choices[0]?.message.content,
      "d c",
    );
    await alone.stop(1000);
  });
});
