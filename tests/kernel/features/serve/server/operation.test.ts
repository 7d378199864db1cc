/** A running server: how requests end, what it reports about itself, and how it stops. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Backwards, LongOrShort, served, type Served } from "../http/word-models.js";

const messages = [{ role: "user", content: "one two three" }];
/** Waits until the condition is true; otherwise the test's timeout ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

describe("running server", () => {
  const judge = new LongOrShort("judge");
  const writer = new Backwards("writer");
  let http: Served;
  beforeEach(() => {
    Object.assign(judge, { slow: 0, fails: null, ended: 0 });
    Object.assign(writer, { pace: 0, slow: 0, dies: null, ended: 0, wrote: 0 });
  });
  afterEach(() => http.stop(1000));
  const start = async (o: Parameters<typeof served>[1] = {}): Promise<void> => {
    http = await served([judge, writer], o);
  };
  const ask = (headers: Record<string, string> = {}): Promise<Response> =>
    http.post("/predict", { model: "judge", inputs: "a planted text" }, headers);

  it("ends a request after its time limit: with a status, or an event in a stream", async () => {
    await start({ limits: { time: 600 } });
    judge.slow = 60_000;
    const late = await ask();
    assert.deepEqual([late.status, late.headers.get("x-error-code")], [504, "request-time"]);
    await until(() => judge.ended === 1);
    writer.pace = 20;
    const content = "w ".repeat(190);
    const asked = { model: "writer", stream: true, messages: [{ role: "user", content }] };
    const said = await (await http.post("/v1/chat/completions", asked)).text();
    assert.ok(said.includes('"content":"w"') && said.includes('"code":"request-time"'), said);
    assert.ok(said.endsWith("data: [DONE]\n\n"));
    await until(() => writer.working === 0);
    assert.equal(http.models.held, 0);
  });

  it("aborts the work for a client that disconnects, before or during its response", async () => {
    await start();
    judge.slow = 60_000;
    const gone = new AbortController();
    const asked = fetch(`${http.url}/predict`, {
      ...{ method: "POST", headers: { "content-type": "application/json" }, signal: gone.signal },
      body: JSON.stringify({ model: "judge", inputs: "a" }),
    });
    await until(() => judge.working === 1);
    gone.abort();
    await assert.rejects(asked);
    await until(() => judge.ended === 1 && http.models.held === 0);
    writer.pace = 20;
    const content = "w ".repeat(150);
    const stream = await http.post("/v1/chat/completions", {
      model: "writer",
      stream: true,
      messages: [{ role: "user", content }],
    });
    const reader = stream.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await until(() => writer.ended === 1 && http.models.held === 0);
    assert.ok(writer.wrote < 150);
    await until(() => http.lines.length === 2);
    assert.deepEqual(
      http.lines.map((line) => line["status"]),
      [499, 499],
    );
  });

  it("waits for a slow reader, with bounded buffering", async () => {
    await start({ limits: { body: 8 << 20 } });
    // Text that fills all buffers on the way: 150 words of 200 kB.
    const content = Array.from({ length: 150 }, (_, i) => String(i).padEnd(200_000, "x")).join(" ");
    const body = JSON.stringify({
      model: "writer",
      prompt: content.slice(0, 7 << 20),
      max_tokens: 150,
      n: 8,
      stream: true,
    });
    const socket = connect(http.port, "127.0.0.1");
    const length = String(Buffer.byteLength(body));
    socket.write(
      `POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`,
    );
    await once(socket, "readable");
    let before = -1;
    while (writer.wrote !== before) {
      before = writer.wrote;
      await sleep(100);
    }
    // Generation pauses although more is left: 8 texts of 35 words.
    assert.ok(writer.wrote > 0 && writer.wrote < 8 * 35, String(writer.wrote));
    let said = 0;
    socket.on("data", (piece: Buffer) => (said += piece.length));
    await until(() => writer.working === 0);
    assert.ok(said > 8 * (6 << 20), String(said));
    socket.destroy();
  });

  it("returns the request id, or a generated one if the client's is invalid", async () => {
    await start();
    assert.equal((await ask({ "x-request-id": "mine-1.2" })).headers.get("x-request-id"), "mine-1.2");
    const own = (await ask({ "x-request-id": "a b" })).headers.get("x-request-id") ?? "";
    assert.match(own, /^[0-9a-f]{10}-[0-9a-z]+$/);
    assert.equal(http.lines[1]?.["id"], own);
  });

  it("logs a line for each request: time, route, model, outcome and duration", async () => {
    await start();
    await ask();
    await http.post("/models/judge?q=planted", { inputs: "w ".repeat(30) });
    const [first, second] = http.lines;
    const { time, id, ms, ...rest } = first ?? {};
    assert.ok(!Number.isNaN(Date.parse(String(time))) && typeof id === "string" && typeof ms === "number");
    assert.deepEqual(rest, { method: "POST", route: "/predict", status: 200, model: "judge", read: 3 });
    assert.deepEqual([second?.["route"], second?.["read"], second?.["cut"]], ["/models/:model", 20, 1]);
    await http.post("/v1/completions", { model: "writer", prompt: "a b c", max_tokens: 2 });
    const third = http.lines[2] ?? {};
    assert.deepEqual([third["read"], third["written"]], [3, 2]);
    assert.ok(!JSON.stringify(http.lines).includes("planted"));
  });

  it("reports the location of an internal error, without any request text", async () => {
    await start();
    judge.fails = new TypeError("can't read a planted text");
    const failed = await ask();
    const said = await failed.text();
    assert.deepEqual([failed.status, failed.headers.get("x-error-code")], [500, "server-fault"]);
    const [line] = http.lines;
    assert.deepEqual([line?.["code"], line?.["fault"]], ["server-fault", "TypeError"]);
    assert.match(String((line!["at"] as readonly string[])[0]), /operation\.test\.js/);
    assert.ok(!(said + JSON.stringify(http.lines)).includes("planted"));
    assert.ok(said.includes(String(line?.["id"])));
  });

  it("provides Prometheus metrics, a description of all routes, and its status", async () => {
    await start();
    await ask();
    await (
      await http.post("/v1/completions", { model: "writer", prompt: "a b c", max_tokens: 2, stream: true })
    ).text();
    await http.post("/v1/chat/completions", { model: "writer", messages });
    await http.post("/v1/responses", { model: "writer", input: "a b c d" });
    await http.post("/models/writer", { inputs: "a b", parameters: { max_new_tokens: 1 } });
    await http.post("/tokenize", { model: "writer", inputs: "a b" });
    await http.post("/predict", {});
    http.models.unready = "it is being read";
    for (const name of ["judge", "writer", "nobody"]) await http.post("/embed", { model: name, inputs: "a" });
    http.models.unready = null;
    await until(() => http.load().underWay === 0);
    const figures = await (await fetch(`${http.url}/metrics`)).text();
    for (const line of [
      'tunebook_requests_total{route="/predict",model="judge",status="200"} 1',
      'tunebook_requests_total{route="/predict",model="",status="400"} 1',
      'tunebook_request_seconds_count{route="/v1/completions",model="writer",status="2xx"} 1',
      'tunebook_request_seconds_count{route="/predict",model="",status="4xx"} 1',
      'tunebook_requests_total{route="/embed",model="judge",status="503"} 1',
      'tunebook_requests_total{route="/embed",model="writer",status="503"} 1',
      'tunebook_requests_total{route="/embed",model="",status="404"} 1',
      'tunebook_time_to_first_token_seconds_count{route="/v1/completions",model="writer"} 1',
      'tunebook_time_per_output_token_seconds_count{route="/v1/completions",model="writer"} 1',
      'tunebook_model_ready{model="writer"} 1',
      "tunebook_requests_memory_bytes 0",
      'tunebook_tokens_total{route="/predict",model="judge",way="read"} 3',
      'tunebook_tokens_total{route="/v1/completions",model="writer",way="read"} 3',
      'tunebook_tokens_total{route="/v1/completions",model="writer",way="written"} 2',
      'tunebook_tokens_total{route="/v1/chat/completions",model="writer",way="read"} 3',
      'tunebook_tokens_total{route="/v1/chat/completions",model="writer",way="written"} 3',
      'tunebook_tokens_total{route="/v1/responses",model="writer",way="read"} 4',
      'tunebook_tokens_total{route="/v1/responses",model="writer",way="written"} 4',
      'tunebook_tokens_total{route="/models/:model",model="writer",way="read"} 2',
      'tunebook_tokens_total{route="/models/:model",model="writer",way="written"} 1',
      'tunebook_tokens_total{route="/tokenize",model="writer",way="read"} 3',
      'tunebook_cached_tokens_total{model="judge"} 2',
      "# TYPE tunebook_cached_tokens_total counter",
    ])
      assert.ok(figures.includes(`${line}\n`), `${line}\n${figures}`);
    const load = http.load();
    assert.doesNotMatch(figures, /tokens_total\{route="\/tokenize",model="writer",way="written"/);
    assert.deepEqual([load.failed, load.models["judge"]?.batches], [4, 3]);
    assert.ok(load.requests >= 3 && load.perSecond > 0 && load.tokensPerSecond > 0 && (load.p50 ?? 0) > 0);
    judge.slow = 200;
    await ask();
    await until(() => http.load().requests > load.requests);
    const { p50, p99 } = http.load();
    assert.ok(p99 !== null && p50 !== null && p99 >= 199 && p50 < p99);
    const { openapi, paths } = (await (await fetch(`${http.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<
        string,
        { post?: { requestBody?: { content: Record<string, { schema: { required?: string[] } }> } } }
      >;
    };
    assert.equal(openapi, "3.1.0");
    const body = paths["/v1/chat/completions"]?.post?.requestBody?.content["application/json"];
    assert.deepEqual(body?.schema.required, ["messages"]);
    for (const path of ["/v1/completions", "/v1/models/{model}", "/embed", "/rerank", "/models/{model}", "/health"])
      assert.ok(path in paths, path);
    http.models.unready = "it is being read";
    const ready = await fetch(`${http.url}/ready`);
    const models = { judge: "it is being read" };
    assert.deepEqual(
      [ready.status, await ready.json()],
      [503, { status: "not ready", why: "it is being read", models }],
    );
    const health = await fetch(`${http.url}/health`);
    assert.deepEqual([health.status, await health.json()], [200, { status: "ok", models }]);
    assert.match(await (await fetch(`${http.url}/metrics`)).text(), /^tunebook_model_ready\{model="judge"\} 0$/m);
    const closed = await ask();
    assert.deepEqual([closed.status, closed.headers.get("retry-after")], [503, "3"]);
    http.models.unready = null;
  });

  it("hides model names and failure reasons from clients without a valid key", async () => {
    await start({ keys: [createHash("sha256").update("mine").digest("hex")] });
    http.models.unready = "it is being read";
    const told = async (path: string, key: string): Promise<unknown> =>
      (await fetch(http.url + path, { headers: { authorization: `Bearer ${key}` } })).json();
    const models = { judge: "it is being read" };
    assert.deepEqual(await told("/ready", "other"), { status: "not ready" });
    assert.deepEqual(await told("/health", "other"), { status: "ok" });
    assert.deepEqual(await told("/ready", "mine"), { status: "not ready", why: "it is being read", models });
    assert.deepEqual(await told("/health", "mine"), { status: "ok", models });
    http.models.unready = null;
  });

  it("is not ready while draining, and still answers until it stops", async () => {
    await start({ drain: 400 });
    const stopped = http.stop(1000);
    await sleep(20);
    assert.equal((await fetch(`${http.url}/ready`)).status, 503);
    assert.equal((await fetch(`${http.url}/health`)).status, 200);
    const answer = await ask();
    assert.deepEqual([answer.status, answer.headers.get("connection")], [200, "keep-alive"]);
    assert.equal(await stopped, 0);
    await assert.rejects(ask());
    await start({ drain: 60_000 });
    // Without a drain time nobody is notified.
    assert.equal(await http.stop(0), 0);
  });

  it("continues its counters if a model is replaced", async () => {
    await start();
    const read = async (): Promise<string | undefined> =>
      /tunebook_read_tokens_total\{model="judge"\} (\d+)/.exec(await (await fetch(`${http.url}/metrics`)).text())?.[1];
    assert.equal(await read(), "5");
    (http.models.all as LongOrShort[])[0] = new LongOrShort("judge");
    assert.equal(await read(), "10");
  });

  it("restricts its web page to one script by a nonce, and marks API responses as no page", async () => {
    await start();
    const page = await fetch(http.url);
    const policy = page.headers.get("content-security-policy") ?? "";
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
    const text = await page.text();
    assert.ok(
      nonce.length >= 16 && policy.startsWith("default-src 'none'") && text.includes(`<script nonce="${nonce}">`),
    );
    assert.doesNotMatch(text, /innerHTML|insertAdjacent|document\.write|src="|https?:\/\//);
    const again = (await fetch(http.url)).headers.get("content-security-policy") ?? "";
    assert.ok(!again.includes(nonce));
    const answer = await ask();
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
  });

  it("reports a port that is in use", async () => {
    await start();
    await assert.rejects(served([judge], { port: http.port }), { code: "port-taken" });
    await assert.rejects(served([judge], { host: "203.0.113.1" }), { code: "not-listened" });
  });

  interface Answer {
    readonly status: number | undefined;
    readonly headers: IncomingMessage["headers"];
    readonly text: string;
  }
  /** Sends one request over an agent's connections. */
  const over = (agent: Agent, body: unknown, path = "/predict"): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const asked = request(http.url + path, { method: "POST", agent, headers });
      asked.on("error", reject).on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
        response.on("error", reject);
      });
      asked.end(JSON.stringify(body));
    });

  it("stops after answering requests in progress, also on open connections", async () => {
    await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await over(agent, { model: "judge", inputs: "a" });
    judge.slow = 300;
    writer.pace = 100;
    const asked = ask();
    const stream = http.post("/v1/chat/completions", { model: "writer", stream: true, messages });
    await until(() => judge.working === 1 && writer.working === 1);
    const stopped = http.stop(10_000);
    await sleep(50);
    // A request on an open connection is answered normally, and the connection then closes.
    const last = await over(agent, { model: "judge", inputs: "a" });
    assert.deepEqual([last.status, last.headers.connection], [200, "close"]);
    assert.equal((await asked).status, 200);
    assert.ok((await (await stream).text()).endsWith("data: [DONE]\n\n"));
    assert.equal(await stopped, 0);
    await assert.rejects(ask());
    assert.equal(await http.stop(0), 0);
    agent.destroy();
  });

  it("cuts off requests that exceed the grace period, with an error", async () => {
    await start();
    judge.slow = 60_000;
    writer.pace = 50;
    const asked = ask();
    const content = "w ".repeat(150);
    const stream = http.post("/v1/chat/completions", {
      model: "writer",
      stream: true,
      messages: [{ role: "user", content }],
    });
    await until(() => judge.working === 1 && writer.working === 1 && writer.wrote > 1);
    assert.equal(await http.stop(100), 2);
    const answer = await asked;
    assert.deepEqual([answer.status, answer.headers.get("x-error-code")], [503, "server-stops"]);
    assert.ok((await (await stream).text()).includes('"code":"server-stops"'));
  });

  it("breaks no response when stopped under load, ten times", async () => {
    for (let time = 0; time < 10; time++) {
      await start();
      judge.slow = 3;
      const agent = new Agent({ keepAlive: true, maxSockets: 16 });
      const broken: unknown[] = [];
      let [answered, open] = [0, true];
      const asks = async (): Promise<void> => {
        while (open)
          try {
            const { status, headers, text } = await over(agent, { model: "judge", inputs: "a b" });
            if (status !== 200 || !text.includes("short")) broken.push([status, text]);
            answered++;
            if (headers.connection === "close") return;
          } catch (error) {
            // Refused connections are expected, because the listener is closed before anything is sent.
            if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") broken.push(error);
            return;
          }
      };
      const all = Array.from({ length: 16 }, asks);
      await until(() => answered > 50);
      const cut = await http.stop(5000);
      open = false;
      await Promise.all(all);
      agent.destroy();
      assert.deepEqual([cut, broken], [0, []]);
      assert.equal(http.models.held, 0);
    }
  });

  it("ends a request with slow headers or a slow body", async () => {
    await start({ wait: { headers: 100, request: 200, idle: 1000 } });
    const type = "content-type: application/json\r\ncontent-length: 50\r\n";
    for (const sent of [
      "POST /predict HTTP/1.1\r\nhost: a",
      `POST /predict HTTP/1.1\r\nhost: localhost\r\n${type}\r\n{`,
    ]) {
      const socket = connect(http.port, "127.0.0.1");
      socket.write(sent);
      const [piece] = (await once(socket, "data")) as [Buffer];
      assert.match(piece.toString(), /^HTTP\/1.1 408 /);
      await once(socket.resume(), "close");
    }
    assert.equal((await ask()).status, 200);
    await until(() => http.models.held === 0 && http.load().underWay === 0);
  });

  it("stays available and can stop while idle connections are open", async () => {
    await start();
    const sockets: Socket[] = Array.from({ length: 20 }, () => connect(http.port, "127.0.0.1"));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    sockets[0]?.write("POST /predict HTTP/1.1\r\nhost: localhost\r\n");
    assert.equal((await ask()).status, 200);
    const ended = Promise.all(
      sockets.map((socket) =>
        once(
          socket.resume().on("error", () => undefined),
          "close",
        ),
      ),
    );
    assert.equal(await http.stop(1000), 0);
    await ended;
  });
});
