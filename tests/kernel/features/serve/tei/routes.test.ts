import assert from "node:assert/strict";
import { Backwards, Letters, LongOrShort, Overlap, served, type Served } from "../http/word-models.js";

describe("Text Embeddings Inference API", () => {
  let http: Served;
  before(async () => {
    http = await served([
      new LongOrShort("judge"),
      new Overlap("overlap"),
      new Letters("letters"),
      new Backwards("writer"),
    ]);
  });
  after(() => http.stop(1000));
  const share = 1 / (1 + Math.exp(1));

  it("returns labels by descending probability: a list for one text, nested lists for several", async () => {
    const one = await http.json("/predict", { model: "judge", inputs: "a b" });
    assert.deepEqual(one, [
      { label: "short", score: 1 - share },
      { label: "long", score: share },
    ]);
    const many = await http.json("/predict", { model: "judge", inputs: ["a b", "a b c d"] });
    assert.deepEqual(
      many.map(([first]: [{ label: string }]) => first.label),
      ["short", "long"],
    );
    const listed = await http.json("/predict", { model: "judge", inputs: [["a b"], ["a b c d"]] });
    assert.deepEqual(listed, many);
    const raw = await http.json("/predict", { model: "judge", inputs: "a b", raw_scores: true });
    // Both scores lead to the same softmax.
    assert.ok(Math.abs(raw[0].score - raw[1].score - 1) < 1e-12);
  });

  it("returns scores of pairs, and ranks by them", async () => {
    assert.deepEqual(await http.json("/predict", { model: "overlap", inputs: ["a b", "b a c"] }), [
      { label: "LABEL_0", score: 2 },
    ]);
    const asked = { model: "overlap", query: "a b c", texts: ["a", "d", "a b"], return_text: true };
    assert.deepEqual(await http.json("/rerank", { ...asked, raw_scores: true }), [
      { index: 2, score: 2, text: "a b" },
      { index: 0, score: 1, text: "a" },
      { index: 1, score: 0, text: "d" },
    ]);
    assert.deepEqual(await http.json("/rerank", { ...asked, texts: ["d"], return_text: false }), [
      { index: 0, score: 0.5 },
    ]);
    const ranks = await http.json("/rerank", { model: "letters", query: "a", texts: ["bc", "a"] });
    assert.deepEqual(ranks, [
      { index: 1, score: 1 },
      { index: 0, score: 0 },
    ]);
  });

  it("ranks in the formats of Cohere and Jina, the best first", async () => {
    const documents = ["a", { text: "d" }, "a b"];
    const asked = { model: "overlap", query: "a b c", documents };
    const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
    const all = await http.json("/v1/rerank", { ...asked, return_documents: true });
    assert.deepEqual(all.results, [
      { index: 2, relevance_score: logistic(2), document: { text: "a b" } },
      { index: 0, relevance_score: logistic(1), document: { text: "a" } },
      { index: 1, relevance_score: logistic(0), document: { text: "d" } },
    ]);
    assert.deepEqual([all.model, all.usage], ["overlap", { total_tokens: 3 + 1 + 3 + 1 + 3 + 2 }]);
    const [best, ...more] = (await http.json("/v2/rerank", { ...asked, top_n: 1 })).results;
    assert.deepEqual([best, more], [{ index: 2, relevance_score: logistic(2) }, []]);
    const alike = await http.json("/v1/rerank", { model: "letters", query: "a", documents: ["bc", "a"] });
    assert.deepEqual(alike.results[0], { index: 1, relevance_score: 1 });
    const refused = await http.post("/v1/rerank", { model: "judge", query: "a", documents: ["b"] });
    assert.deepEqual([refused.status, refused.headers.get("x-error-code")], [400, "model-cannot"]);
    assert.equal(((await refused.json()) as { error: { type: string } }).error.type, "invalid_request_error");
  });

  it("returns embeddings, normalised by default, and similarities of texts", async () => {
    assert.deepEqual(await http.json("/embed", { model: "letters", inputs: "aab", normalize: false }), [[2, 1, 0]]);
    assert.deepEqual(await http.json("/embed", { model: "letters", inputs: ["aa", "c"] }), [
      [1, 0, 0],
      [0, 0, 1],
    ]);
    assert.deepEqual(await http.json("/embed_all", { model: "letters", inputs: ["aa b", "c"] }), [
      [
        [2, 0, 0],
        [0, 1, 0],
      ],
      [[0, 0, 1]],
    ]);
    const inputs = { source_sentence: "a", sentences: ["a a", "b"] };
    assert.deepEqual(await http.json("/similarity", { model: "letters", inputs }), [1, 0]);
  });

  it("returns tokens, and the texts of tokens", async () => {
    const [tokens] = await http.json("/tokenize", { model: "judge", inputs: "ab c" });
    assert.deepEqual(tokens[0], { id: 1, text: "<s>", special: true, start: null, stop: null });
    assert.deepEqual([tokens[2].text, tokens[2].start, tokens[2].stop], ["c", 3, 4]);
    const [plain] = await http.json("/tokenize", { model: "judge", inputs: "ab c", add_special_tokens: false });
    assert.equal(plain.length, 2);
    assert.deepEqual(await http.json("/decode", { model: "judge", ids: [1, 5, 6] }), ["5 6"]);
    const specials = { model: "judge", ids: [1, 5], skip_special_tokens: false };
    assert.deepEqual(await http.json("/decode", specials), ["1 5"]);
    assert.deepEqual(await http.json("/decode", { model: "judge", ids: [[5, 6], [7]] }), ["5 6", "7"]);
  });

  it("describes a model", async () => {
    const info = (await (await fetch(`${http.url}/info?model=judge`)).json()) as Record<string, unknown>;
    assert.deepEqual([info["model_id"], info["max_input_length"]], ["judge", 20]);
    assert.deepEqual(info["model_type"], {
      classifier: { id2label: { "0": "short", "1": "long" }, label2id: { short: "0", long: "1" } },
    });
  });

  it("reports how many texts were truncated, or rejects them, as the request specifies", async () => {
    const long = "w ".repeat(30);
    const cut = await http.post("/predict", { model: "judge", inputs: [long, "a", long] });
    assert.deepEqual([cut.status, cut.headers.get("x-truncated")], [200, "2"]);
    const whole = await http.post("/predict", { model: "judge", inputs: "a" });
    assert.equal(whole.headers.get("x-truncated"), null);
    const refused = await http.post("/predict", { model: "judge", inputs: [long], truncate: false });
    assert.deepEqual([refused.status, refused.headers.get("x-error-code")], [413, "text-too-long"]);
    assert.equal(((await refused.json()) as { error_type: string }).error_type, "Validation");
  });

  it("rejects texts that need truncation if the server is configured to", async () => {
    const strict = await served([new LongOrShort("judge")], { limits: { truncate: false } });
    const inputs = "w ".repeat(30);
    assert.equal((await strict.post("/predict", { inputs })).status, 413);
    assert.equal((await strict.post("/predict", { inputs, truncate: true })).status, 200);
    await strict.stop(1000);
  });

  it("limits tokenization to 65,536 tokens per request", async () => {
    const tokens = (n: number): Promise<Response> =>
      http.post("/tokenize", { model: "judge", inputs: "a ".repeat(n), add_special_tokens: false });
    assert.equal((await tokens(65_536)).status, 200);
    const more = await tokens(65_537);
    assert.deepEqual([more.status, more.headers.get("x-error-code")], [400, "request-not-offered"]);
  });
});
