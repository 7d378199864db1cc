import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request } from "node:http";
import { Backwards, LongOrShort, served, type Served } from "./word-models.js";

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");
const body = { inputs: "a b" };

describe("access control of a server", () => {
  let http: Served;
  afterEach(() => http.stop(1000));
  const statusOf = async (path: string, headers: Record<string, string>, method = "GET"): Promise<number> =>
    (await fetch(http.url + path, { method, headers })).status;

  it("gives a text generation model one prefix-cache salt per key", async () => {
    const writer = new Backwards("writer");
    http = await served([writer], { keys: [hashOf("first"), hashOf("second")] });
    const salts = new Set<unknown>();
    for (const key of ["first", "second"])
      for (const [path, asked] of [
        ["/v1/completions", { model: "writer", prompt: "a" }],
        ["/models/writer", { inputs: "a" }],
      ] as const) {
        assert.equal((await http.post(path, asked, { authorization: `Bearer ${key}` })).status, 200);
        salts.add(writer.asked?.salt);
        assert.equal(writer.asked?.client, writer.asked?.salt);
      }
    assert.equal(salts.size, 2);
    assert.ok(!salts.has(undefined));
  });

  it("requires a key for everything except /health, /ready and the empty page", async () => {
    http = await served([new LongOrShort("a-name")], { keys: [hashOf("first"), hashOf("second")] });
    for (const path of ["/v1/models", "/v1/models/a-name", "/metrics", "/openapi.json", "/info"])
      assert.equal(await statusOf(path, {}), 401, path);
    for (const path of ["/health", "/ready", "/"]) assert.equal(await statusOf(path, {}), 200, path);
    const refused = await http.post("/predict", body);
    assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, "Bearer"]);
    for (const authorization of ["Bearer first", "bearer second"])
      assert.equal((await http.post("/predict", body, { authorization })).status, 200);
    assert.equal((await http.post("/predict", body, { "x-api-key": "second" })).status, 200);
    for (const authorization of ["Bearer third", "Bearer ", "Basic first", "first", `Bearer ${hashOf("first")}`])
      assert.equal((await http.post("/predict", body, { authorization })).status, 401, authorization);
    const told = (await (await http.post("/v1/embeddings", {})).json()) as { error: { code: string } };
    assert.equal(told.error.code, "invalid_api_key");
    const page = await (await fetch(http.url)).text();
    assert.ok(page.includes("Try a model") && !page.includes("a-name"));
  });

  it("applies new keys immediately", async () => {
    http = await served([new LongOrShort("judge")], { keys: [hashOf("first")] });
    const ask = async (key: string): Promise<number> =>
      (await http.post("/predict", body, { "x-api-key": key })).status;
    assert.equal(await ask("first"), 200);
    http.change({ keys: [hashOf("other")], tls: null });
    assert.deepEqual([await ask("first"), await ask("other")], [401, 200]);
    assert.ok(!JSON.stringify(http.lines).includes("first"));
  });

  /** Sends the headers of a browser whose page was pointed at this server by DNS rebinding. */
  const byName = (host: string, headers: Record<string, string> = {}): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port: http.port, path: "/v1/models", headers: { host, ...headers } });
      asked
        .on("response", (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });

  it("accepts its configured host names and addresses, and no other name", async () => {
    http = await served([new LongOrShort("judge")], { hosts: ["models.example"] });
    for (const host of [
      "localhost",
      `LOCALHOST:${String(http.port)}`,
      "127.0.0.1:1",
      "[::1]:80",
      "10.1.2.3",
      "models.example:443",
    ])
      assert.equal(await byName(host), 200, host);
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost", "[::1"])
      assert.equal(await byName(host), 421, `host ${host}`);
  });

  it("accepts requests from its web pages, and from no other origin", async () => {
    http = await served([new LongOrShort("judge")]);
    const own = `localhost:${String(http.port)}`;
    // The `https` origin is accepted for servers behind a proxy that speaks HTTPS.
    for (const origin of [`http://${own}`, `https://${own}`]) assert.equal(await byName(own, { origin }), 200);
    for (const origin of [
      `ftp://${own}`,
      `http://${own}.evil.example`,
      "http://localhost",
      "http://evil.example",
      "null",
    ])
      assert.equal(await byName(own, { origin }), 403, origin);
  });

  it("limits requests per key and minute, and those with wrong keys per address", async () => {
    http = await served([new LongOrShort("judge")], { keys: [hashOf("a"), hashOf("b")], limits: { rate: 3 } });
    const ask = (key: string): Promise<Response> => http.post("/predict", body, { "x-api-key": key });
    const statuses = async (key: string, times: number): Promise<number[]> => {
      const all: number[] = [];
      for (let i = 0; i < times; i++) all.push((await ask(key)).status);
      return all;
    };
    assert.deepEqual(await statuses("a", 4), [200, 200, 200, 429]);
    assert.deepEqual(await statuses("b", 1), [200]);
    assert.deepEqual(await statuses("wrong", 4), [401, 401, 401, 429]);
    const refused = await ask("a");
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assert.equal(((await refused.json()) as { error_type: string }).error_type, "Overloaded");
    assert.equal(await statusOf("/health", {}), 200);
  });
});
