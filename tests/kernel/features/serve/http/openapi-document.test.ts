/** /openapi.json: its descriptions of bodies and responses match what the server accepts and returns. */
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { Backwards, Finder, Letters, LongOrShort, served, type Served } from "./word-models.js";

interface Content {
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

describe("OpenAPI document of a server", () => {
  const ajv = new Ajv({ strict: false });
  let http: Served;
  let paths: Paths;
  before(async () => {
    http = await served([
      new Backwards("writer"),
      new LongOrShort("judge"),
      new Letters("letters"),
      new Finder("finder"),
    ]);
    ({ paths } = (await (await fetch(`${http.url}/openapi.json`)).json()) as { paths: Paths });
  });
  after(() => http.stop(1000));

  /** Closes the schema, so that an undescribed key is reported. */
  function closed(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(closed);
    if (typeof schema !== "object" || schema === null) return schema;
    const entries = Object.entries(schema).map(([key, value]): [string, unknown] => [key, closed(value)]);
    const { properties } = schema as { readonly properties?: unknown };
    return { ...(properties !== undefined && { additionalProperties: false }), ...Object.fromEntries(entries) };
  }
  function holds(schema: unknown, value: unknown): void {
    const valid = ajv.compile(schema as object);
    assert.ok(valid(value), `${ajv.errorsText(valid.errors)}: ${JSON.stringify(value).slice(0, 400)}`);
  }
  const messages = [{ role: "user", content: "one two three" }];
  const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];
  const likely = { logprobs: true, top_logprobs: 2 };
  const asks: readonly (readonly [path: string, body: Readonly<Record<string, unknown>>, at?: string])[] = [
    ["/v1/chat/completions", { model: "writer", messages, n: 2, ...likely }],
    ["/v1/chat/completions", { model: "writer", messages, tools }],
    ["/v1/chat/completions", { model: "writer", messages: [{ role: "user", content: "w ".repeat(300) }] }],
    [
      "/v1/chat/completions",
      { model: "writer", messages, stream: true, stream_options: { include_usage: true }, ...likely },
    ],
    ["/v1/chat/completions", { model: "writer", messages, tools, stream: true }],
    ["/v1/responses", { model: "writer", input: "one two", metadata: { a: "b" }, text: { format: { type: "text" } } }],
    ["/v1/responses", { model: "writer", input: "w ".repeat(300), max_output_tokens: 1, instructions: "be brief" }],
    ["/v1/responses", { model: "writer", input: [{ role: "user", content: "one two" }], stream: true }],
    ["/v1/responses", { model: "writer", input: "a b", tools: [{ type: "function", name: "f" }], stream: true }],
    ["/v1/completions", { model: "writer", prompt: ["a b", "c"], logprobs: 1 }],
    ["/v1/completions", { model: "writer", prompt: "a b", logprobs: 1, echo: true, max_tokens: 0 }],
    [
      "/v1/completions",
      { model: "writer", prompt: "a b", logprobs: 1, stream: true, stream_options: { include_usage: true } },
    ],
    ["/v1/embeddings", { model: "letters", input: "a" }],
    ["/v1/embeddings", { model: "letters", input: "a", encoding_format: "base64" }],
    ["/predict", { model: "judge", inputs: "a" }],
    ["/predict", { model: "judge", inputs: ["a", "b"] }],
    ["/embed_all", { model: "letters", inputs: ["a b"] }],
    ["/embed", { model: "letters", inputs: "a" }],
    ["/rerank", { model: "letters", query: "a", texts: ["a", "b"], return_text: true }],
    ["/v1/rerank", { model: "letters", query: "a", documents: ["a", { text: "b" }], top_n: 2, return_documents: true }],
    ["/similarity", { model: "letters", inputs: { source_sentence: "a", sentences: ["b"] } }],
    ["/tokenize", { model: "judge", inputs: "a b" }],
    ["/decode", { model: "judge", ids: [5] }],
    ["/models/{model}", { inputs: "a" }, "/models/judge"],
    ["/models/{model}", { inputs: { question: "a", context: "a b" } }, "/models/finder"],
  ];
  for (const [path, body, at = path] of asks)
    it(`describes ${path} ${JSON.stringify(body).slice(0, 70)}`, async () => {
      const operation = paths[path]?.["post"];
      holds(operation?.requestBody?.content["application/json"]?.schema, body);
      const response = await http.post(at, body);
      assert.equal(response.status, 200);
      const type = response.headers.get("content-type")?.split(";")[0] ?? "";
      const schema = closed(operation?.responses["200"]?.content[type]?.schema);
      if (type === "application/json") return holds(schema, await response.json());
      const events = (await response.text()).split("\n\n").filter((event) => event !== "" && !event.includes("[DONE]"));
      assert.ok(events.length > 2);
      for (const event of events) holds(schema, JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? ""));
    });

  it("describes model listings and errors in each interface", async () => {
    for (const [path, at] of [
      ["/v1/models", "/v1/models"],
      ["/v1/models/{model}", "/v1/models/judge"],
    ] as const)
      holds(
        closed(paths[path]?.["get"]?.responses["200"]?.content["application/json"]?.schema),
        await (await fetch(http.url + at)).json(),
      );
    for (const [path, at] of [
      ["/v1/embeddings", "/v1/embeddings"],
      ["/embed", "/embed"],
      ["/models/{model}", "/models/nobody"],
    ] as const) {
      const failure = paths[path]?.["post"]?.responses["4XX"]?.content["application/json"]?.schema;
      holds(closed(failure), await http.json(at, {}));
    }
  });

  it("names each operation once, and describes the keys and the responses of the server's routes", async () => {
    const ids = Object.values(paths).flatMap((ways) => Object.values(ways).map(({ operationId: id }) => id));
    assert.ok(ids.length > 15 && ids.includes("post_v1_chat_completions"));
    assert.deepEqual([...new Set(ids)], ids);
    const own = ["/health", "/ready"].map((path) => [path, "application/json"] as const);
    for (const [path, type] of own)
      holds(
        closed(paths[path]?.["get"]?.responses["200"]?.content[type]?.schema),
        await (await fetch(http.url + path)).json(),
      );
    assert.ok(paths["/metrics"]?.["get"]?.responses["200"]?.content["text/plain"]);
    const info = paths["/info"]?.["get"];
    assert.deepEqual(
      info?.parameters?.map(({ name, in: where }) => [name, where]),
      [["model", "query"]],
    );
    for (const model of ["judge", "letters"])
      holds(
        closed(info?.responses["200"]?.content["application/json"]?.schema),
        await (await fetch(`${http.url}/info?model=${model}`)).json(),
      );
    const { components } = (await (await fetch(`${http.url}/openapi.json`)).json()) as {
      components: { securitySchemes: Record<string, { scheme: string }> };
    };
    assert.equal(components.securitySchemes["key"]?.scheme, "bearer");
  });
});
