/**
 * Invalid requests: each is refused with its status, in the format of its interface, and the next request is answered.
 */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { Backwards, Filler, Finder, Letters, LongOrShort, Names, Overlap, served, type Served } from "./word-models.js";

/** Occurs in the text of every bad request and must not occur in the log. */
const PLANTED = "sesame-4711";
type Bad = readonly [
  what: string,
  path: string,
  body: unknown,
  status: number,
  code: string,
  headers?: Record<string, string>,
];

const user = { role: "user", content: PLANTED };
const chat = (more: object): object => ({ model: "writer", messages: [user], ...more });
const text = (more: object): object => ({ model: "writer", prompt: PLANTED, ...more });
const [CHAT, TEXT, EMBED] = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];
const stop = (parameters: object): object => ({ inputs: PLANTED, parameters });
const deep = (n: number): string => `${"[".repeat(n)}"${PLANTED}"${"]".repeat(n)}`;

const bad: readonly Bad[] = [
  ["no model of this name", CHAT, chat({ model: PLANTED }), 404, "no-such-model"],
  ["no model named, of several", CHAT, { messages: [user] }, 400, "no-such-model"],
  ["a model that is a number", CHAT, chat({ model: 7 }), 400, "request-unlike"],
  ["no messages", CHAT, { model: "writer" }, 400, "request-unlike"],
  ["an empty conversation", CHAT, chat({ messages: [] }), 400, "request-unlike"],
  ["messages that are a text", CHAT, chat({ messages: PLANTED }), 400, "request-unlike"],
  ["a role that there isn't", CHAT, chat({ messages: [{ role: "god", content: PLANTED }] }), 400, "request-unlike"],
  ["a turn without content", CHAT, chat({ messages: [{ role: "user" }] }), 400, "request-unlike"],
  ["content that is a number", CHAT, chat({ messages: [{ role: "user", content: 5 }] }), 400, "request-unlike"],
  [
    "a picture",
    CHAT,
    chat({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: PLANTED } }] }] }),
    400,
    "request-not-offered",
  ],
  ["a temperature above 2", CHAT, chat({ temperature: 3 }), 400, "request-unlike"],
  ["a temperature as text", CHAT, chat({ temperature: "1" }), 400, "request-unlike"],
  [
    "a temperature beyond all numbers",
    CHAT,
    `{"model":"writer","messages":[],"temperature":1e999}`,
    400,
    "request-unlike",
  ],
  ["a top_p below 0", CHAT, chat({ top_p: -0.1 }), 400, "request-unlike"],
  ["half a choice", CHAT, chat({ n: 1.5 }), 400, "request-unlike"],
  ["no choice", CHAT, chat({ n: 0 }), 400, "request-unlike"],
  ["more choices than texts", CHAT, chat({ n: 9 }), 400, "too-many-texts"],
  ["max_tokens of 0", CHAT, chat({ max_tokens: 0 }), 400, "request-unlike"],
  ["max_tokens below 0", CHAT, chat({ max_completion_tokens: -5 }), 400, "request-unlike"],
  ["more tokens than the limit", CHAT, chat({ max_tokens: 1001 }), 400, "too-many-tokens"],
  ["a seed that is too large", CHAT, chat({ seed: 1e300 }), 400, "request-unlike"],
  ["a stop string that is empty", CHAT, chat({ stop: "" }), 400, "request-unlike"],
  ["too many stop strings", CHAT, chat({ stop: Array.from({ length: 17 }, String) }), 400, "request-unlike"],
  ["a bias that is no number", CHAT, chat({ logit_bias: { 5: "x" } }), 400, "request-unlike"],
  ["a bias of a word", CHAT, chat({ logit_bias: { word: 5 } }), 400, "request-unlike"],
  ["a bias that is too large", CHAT, chat({ logit_bias: { 5: 101 } }), 400, "request-unlike"],
  ["top_logprobs alone", CHAT, chat({ top_logprobs: 3 }), 400, "request-not-offered"],
  ["too many top_logprobs", CHAT, chat({ logprobs: true, top_logprobs: 21 }), 400, "request-unlike"],
  ["stream_options of no stream", CHAT, chat({ stream_options: { include_usage: true } }), 400, "request-not-offered"],
  ["a format that there isn't", CHAT, chat({ response_format: { type: "xml" } }), 400, "request-unlike"],
  ["a schema that is missing", CHAT, chat({ response_format: { type: "json_schema" } }), 400, "request-unlike"],
  ["tools that are no functions", CHAT, chat({ tools: [{ type: "browser" }] }), 400, "request-unlike"],
  ["a tool without a name", CHAT, chat({ tools: [{ type: "function", function: {} }] }), 400, "request-unlike"],
  ["a choice of no tool", CHAT, chat({ tool_choice: "required" }), 400, "request-unlike"],
  [
    "a choice of another tool",
    CHAT,
    chat({
      tools: [{ type: "function", function: { name: "a" } }],
      tool_choice: { type: "function", function: { name: "b" } },
    }),
    400,
    "request-unlike",
  ],
  ["the older way to call tools", CHAT, chat({ functions: [{ name: "f" }] }), 400, "request-not-offered"],
  ["a conversation with a model that judges", CHAT, chat({ model: "judge" }), 400, "model-cannot"],
  [
    "a prompt that is too long",
    CHAT,
    chat({ messages: [{ role: "user", content: `${PLANTED} `.repeat(201) }], truncate: false }),
    400,
    "text-too-long",
  ],
  ["no prompt", TEXT, { model: "writer" }, 400, "request-unlike"],
  ["no prompts", TEXT, text({ prompt: [] }), 400, "request-unlike"],
  ["prompts of two kinds", TEXT, text({ prompt: [PLANTED, 5] }), 400, "request-unlike"],
  ["tokens below 0", TEXT, text({ prompt: [-1] }), 400, "request-unlike"],
  ["more prompts than texts", TEXT, text({ prompt: Array.from({ length: 9 }, () => PLANTED) }), 400, "too-many-texts"],
  ["a text that comes after", TEXT, text({ suffix: PLANTED }), 400, "request-not-offered"],
  ["fewer tokens than none", TEXT, text({ max_tokens: -1 }), 400, "request-unlike"],
  ["the best of many", TEXT, text({ best_of: 3 }), 400, "request-not-offered"],
  ["a grammar of vLLM's", CHAT, chat({ guided_json: { type: "object" } }), 400, "request-not-offered"],
  ["a grammar of TGI's", "/models/writer", stop({ grammar: { type: "regex" } }), 400, "request-not-offered"],
  ["vectors of a writer", EMBED, { model: "writer", input: PLANTED }, 400, "model-cannot"],
  ["vectors of no text", EMBED, { model: "letters", input: [] }, 400, "request-unlike"],
  ["vectors of tokens", EMBED, { model: "letters", input: [[1, 2]] }, 400, "request-not-offered"],
  ["vectors of another width", EMBED, { model: "letters", input: PLANTED, dimensions: 2 }, 400, "request-not-offered"],
  [
    "vectors as another thing",
    EMBED,
    { model: "letters", input: PLANTED, encoding_format: "hex" },
    400,
    "request-unlike",
  ],
  ["more texts than the limit", "/embed", { model: "letters", inputs: Array(9).fill(PLANTED) }, 413, "too-many-texts"],
  [
    "a text that may not be cut",
    "/embed",
    { model: "letters", inputs: `${PLANTED} `.repeat(21), truncate: false },
    413,
    "text-too-long",
  ],
  ["no inputs", "/predict", { model: "judge" }, 400, "request-unlike"],
  ["inputs that are a number", "/predict", { model: "judge", inputs: 5 }, 400, "request-unlike"],
  ["three texts as a pair", "/predict", { model: "judge", inputs: [[PLANTED, "b", "c"]] }, 400, "request-unlike"],
  ["an empty text that ends texts", "/models/writer", stop({ stop_sequences: [""] }), 400, "request-unlike"],
  ["too many texts that end them", "/models/writer", stop({ stop: Array(17).fill("a") }), 400, "request-unlike"],
  [
    "a hundred thousand of them",
    "/models/writer",
    stop({ stop_sequences: Array(20_000).fill("a") }),
    400,
    "request-unlike",
  ],
  ["labels of a writer", "/predict", { model: "writer", inputs: PLANTED }, 400, "model-cannot"],
  ["ranks without texts", "/rerank", { model: "overlap", query: PLANTED }, 400, "request-unlike"],
  ["ranks of a writer", "/rerank", { model: "writer", query: PLANTED, texts: ["a"] }, 400, "model-cannot"],
  ["likeness to nothing", "/similarity", { model: "letters", inputs: { sentences: [PLANTED] } }, 400, "request-unlike"],
  ["texts of tokens that are none", "/decode", { model: "judge", ids: ["x"] }, 400, "request-unlike"],
  ["a question that is a text", "/models/finder", { inputs: PLANTED }, 400, "request-unlike"],
  ["a pair for a writer", "/models/writer", { inputs: { text: PLANTED } }, 400, "request-unlike"],
  ["a single text for pairs", "/models/overlap", { inputs: PLANTED }, 400, "request-unlike"],
  [
    "another function of scores",
    "/models/judge",
    { inputs: PLANTED, parameters: { function_to_apply: "sigmoid" } },
    400,
    "request-not-offered",
  ],
  ["a model in the path that there isn't", `/models/${PLANTED}`, { inputs: "a" }, 404, "no-such-model"],
  ["a route that there isn't", `/v1/${PLANTED}`, {}, 404, "no-such-route"],
  ["an address that is none", "/%zz", {}, 404, "no-such-route"],
  ["no JSON", CHAT, `{"messages": ${PLANTED}`, 400, "request-not-json"],
  ["nothing", CHAT, "", 400, "request-not-json"],
  ["JSON that is no object", CHAT, `"${PLANTED}"`, 400, "request-unlike"],
  ["a list", CHAT, `["${PLANTED}"]`, 400, "request-unlike"],
  ["null", CHAT, "null", 400, "request-unlike"],
  ["lists in lists", CHAT, `{"messages":${deep(65)}}`, 400, "request-not-json"],
  ["lists in lists without end", CHAT, "[".repeat(60_000), 400, "request-not-json"],
  ["a prototype", CHAT, `{"model":"writer","__proto__":{"a":"${PLANTED}"}}`, 400, "request-not-json"],
  [
    "a prototype in an escape",
    CHAT,
    `{"model":"writer","\\u005f_proto__":{"a":"${PLANTED}"}}`,
    400,
    "request-not-json",
  ],
  ["a constructor's prototype", CHAT, `{"constructor":{"prototype":{"a":"${PLANTED}"}}}`, 400, "request-not-json"],
  ["half a character", CHAT, `{"messages":[{"role":"user","content":"${PLANTED} \\ud800"}]}`, 400, "request-not-json"],
  ["half a character in a key", CHAT, `{"${PLANTED}\\udc00":1}`, 400, "request-not-json"],
  [
    "a body that is too large",
    CHAT,
    chat({ messages: [{ role: "user", content: PLANTED.repeat(10_000) }] }),
    413,
    "request-too-large",
  ],
  ["a form", CHAT, `a=${PLANTED}`, 415, "request-type", { "content-type": "application/x-www-form-urlencoded" }],
  ["a plain text", CHAT, PLANTED, 415, "request-type", { "content-type": "text/plain" }],
  ["a type that only begins like JSON", CHAT, "{}", 415, "request-type", { "content-type": `application/jsonp` }],
  ["JSON in UTF-16", CHAT, "{}", 415, "request-type", { "content-type": "application/json; charset=utf-16" }],
  ["a body that is compressed", CHAT, "{}", 415, "request-type", { "content-encoding": "gzip" }],
  ["a page of another origin", CHAT, chat({}), 403, "origin-unknown", { origin: "https://evil.example" }],
  ["a page of no origin", CHAT, chat({}), 403, "origin-unknown", { origin: "null" }],
];

describe("invalid requests", () => {
  let http: Served;
  before(async () => {
    const models = [new Backwards("writer"), new LongOrShort("judge"), new Overlap("overlap"), new Letters("letters")];
    const others = [new Finder("finder"), new Names("names"), new Filler("filler")];
    http = await served([...models, ...others], { limits: { texts: 8, maxTokens: 1000, body: 100_000 } });
  });
  after(() => http.stop(1000));
  const stillAnswers = async (): Promise<void> => {
    const answer = await http.json("/predict", { model: "judge", inputs: "a b" });
    assert.equal(answer[0].label, "short");
  };

  it("include at least 60 cases", () => assert.ok(bad.length >= 60));
  for (const [what, path, body, status, code, headers] of bad)
    it(`${what}: ${String(status)} ${code}`, async () => {
      const response = await http.post(path, body, headers);
      const said = await response.text();
      assert.deepEqual([response.status, response.headers.get("x-error-code")], [status, code], said);
      const { error, error_type: type } = JSON.parse(said) as { error: unknown; error_type?: string };
      if (path.startsWith("/v1/")) {
        const { message, type: sort } = error as { message: string; type: string };
        assert.ok(message.length > 10 && sort.length > 0);
        assert.deepEqual(Object.keys(error as object), ["message", "type", "param", "code"]);
      } else {
        assert.equal(typeof error, "string");
        if (/^\/(embed|predict|rerank|similarity|decode)$/.test(path)) assert.match(type ?? "", /^[A-Z]/);
      }
      await stillAnswers();
    });

  /** Returns the server's reply to bytes sent unchanged. */
  const raw = (bytes: string | Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      let said = "";
      const socket = connect(http.port, "127.0.0.1", () => socket.write(bytes));
      socket.setEncoding("utf8").on("data", (piece: string) => (said += piece));
      socket.on("close", () => resolve(said)).on("error", reject);
    });
  const head = (more: string): string =>
    `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n${more}\r\n\r\n`;
  const predict = (more: string): string =>
    `POST /predict HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;
  const wrong: readonly (readonly [what: string, bytes: string | Buffer, status: string])[] = [
    ["no HTTP", `${PLANTED}\r\n\r\n`, "400"],
    ["no host", `GET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n`, "400"],
    ["another host", `GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n`, "421"],
    ["a host with a dot at its end", `GET /health HTTP/1.1\r\nhost: evil.example.\r\nconnection: close\r\n\r\n`, "421"],
    [
      "a host that only begins like ours",
      `GET /health HTTP/1.1\r\nhost: localhost.evil\r\nconnection: close\r\n\r\n`,
      "421",
    ],
    ["headers that are too long", head(`x: ${PLANTED.repeat(3000)}`), "431"],
    ["two lengths", head("content-length: 5\r\ncontent-length: 6"), "400"],
    ["a length and pieces", head("content-length: 5\r\ntransfer-encoding: chunked"), "400"],
    ["a piece that is none", `${head("content-type: application/json\r\ntransfer-encoding: chunked")}zz\r\n`, "400"],
    [
      "text that is not UTF-8",
      Buffer.concat([
        Buffer.from(predict("content-length: 32")),
        Buffer.from(`{"model":"judge","inputs":"aa_"}`.slice(0, 29)),
        Buffer.from([0xff, 0x22, 0x7d]),
      ]),
      "400",
    ],
    ["a body without a type", `${head("content-length: 2")}{}`, "415"],
    ["a method that there isn't", `BREW /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n`, "400"],
    [
      "a method that isn't for this",
      `DELETE /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
      "405",
    ],
    [
      "what browsers ask first",
      `OPTIONS ${CHAT} HTTP/1.1\r\nhost: localhost\r\norigin: http://evil\r\nconnection: close\r\n\r\n`,
      "403",
    ],
  ];
  for (const [what, bytes, status] of wrong)
    it(`${what}: ${status}`, async () => {
      const said = await raw(bytes);
      assert.match(said, new RegExp(`^HTTP/1.1 ${status} `), said);
      assert.doesNotMatch(said, /access-control/i);
      await stillAnswers();
    });

  it("exclude texts with unusual but valid content", async () => {
    for (const inputs of [
      "[".repeat(100),
      '"'.repeat(9) + "{".repeat(100),
      "\\".repeat(7) + "[".repeat(100),
      "__proto__",
      "😀 \u0000",
    ])
      assert.equal((await http.post("/predict", { model: "judge", inputs, constructor: 1 })).status, 200, inputs);
    const escaped = `{"model":"judge","inputs":"\\ud83d\\ude00","${"\\\\"}":1}`;
    assert.equal((await http.post("/predict", escaped)).status, 200);
    // An escaped backslash before the quote ends the string, so the nesting after it is not string content.
    assert.equal((await http.post("/predict", `{"a":"\\\\","b":${deep(70)}}`)).status, 400);
  });

  it("report the allowed methods if the method is wrong", async () => {
    const got = await fetch(`${http.url}/predict?a=b`);
    assert.deepEqual([got.status, got.headers.get("allow")], [405, "POST"]);
    const put = await fetch(`${http.url}/v1/models/judge`, { method: "PUT" });
    assert.deepEqual([put.status, put.headers.get("allow")], [405, "GET, HEAD"]);
    assert.equal((await fetch(`${http.url}/predicted`)).status, 404);
  });

  it("are reported with the parameter and the expected value", async () => {
    const told = async (more: object): Promise<readonly unknown[]> => {
      const { error } = (await http.json(CHAT, chat(more))) as { error: { param: unknown; message: string } };
      return [error.param, error.message.replace(/: write it as .*/, "")];
    };
    assert.deepEqual(await told({ temperature: "1" }), ["temperature", "`temperature` must be a number"]);
    assert.deepEqual(await told({ temperature: 3 }), ["temperature", "`temperature` must be <= 2"]);
    assert.deepEqual(await told({ messages: [{ role: "user", content: 5 }] }), [
      "messages[0].content",
      "`messages[0].content` must be text, or must be a list",
    ]);
    assert.deepEqual(await told({ messages: [{}] }), ["messages[0].role", "`messages[0].role` is missing"]);
    assert.deepEqual(await told({ stop: "" }), ["stop", "`stop` must not be empty"]);
    const empty = await http.json("/models/judge", { inputs: [] });
    assert.equal(empty.error, "`inputs` must not be empty: write it as described in /openapi.json");
    assert.deepEqual(await told({ messages: undefined }), ["messages", "`messages` is missing"]);
  });

  it("exclude unknown keys, which the response lists as ignored", async () => {
    const odd = { model: "judge", inputs: "a", truncat: true, "x y": 1, user: null };
    const answer = await http.post("/predict", odd);
    assert.deepEqual([answer.status, answer.headers.get("x-ignored")], [200, "truncat"]);
    const hub = await http.post("/models/judge", { inputs: "a", parameters: { top_k: 1, topk: 2 } });
    assert.deepEqual([hub.status, hub.headers.get("x-ignored")], [200, "parameters.topk"]);
    assert.equal((await http.post("/predict", { model: "judge", inputs: "a" })).headers.get("x-ignored"), null);
  });

  it("leave no text in the log, and no model in use", () => {
    const log = http.lines.map((line) => JSON.stringify(line)).join("\n");
    assert.ok(http.lines.length > bad.length);
    assert.ok(
      !log.includes("sesame"),
      log.split("\n").find((line) => line.includes("sesame")),
    );
    assert.equal(http.models.held, 0);
    assert.equal(http.load().underWay, 0);
    assert.ok(http.load().failed >= bad.length);
  });
});
