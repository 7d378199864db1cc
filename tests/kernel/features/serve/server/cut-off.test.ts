/** Clients that neither read nor close: their connections end anyway, and the log reports the true outcome. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { openLog } from "#kernel/features/serve/server/log.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { certificateOf } from "../http/certificate.js";
import { Backwards, Letters, LongOrShort, served, type Served } from "../http/word-models.js";

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
/** Opens a connection that sends the text, reads nothing and ignores the end. */
async function mute(port: number, sent: string): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
  await once(socket, "connect");
  socket.pause();
  socket.write(sent);
  return socket;
}
const posted = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;

describe("stalled clients", () => {
  const judge = new LongOrShort("judge");
  const writer = new Backwards("writer");
  let http: Served;
  const start = async (o: Parameters<typeof served>[1] = {}): Promise<void> => {
    http = await served([judge, writer], o);
  };
  beforeEach(() => Object.assign(judge, { fails: null }));
  afterEach(() => http.stop(0));

  it("are disconnected soon after an invalid or incomplete request", async () => {
    await start({ wait: { headers: 100, request: 200, idle: 60_000 } });
    const sockets = [
      await mute(http.port, "POST /predict HTTP/1.1\r\nhost: a"),
      await mute(http.port, "no HTTP\r\n\r\n"),
    ];
    assert.equal(http.connections, 2);
    await until(() => http.connections === 0);
    for (const socket of sockets) socket.destroy();
  });

  it("are disconnected when the time limit of an unread response is over", async () => {
    await start({ limits: { time: 1000, body: 8 << 20 } });
    // A response larger than all buffers on the way.
    const asked = { model: "writer", prompt: "x".repeat(4 << 20), n: 8, max_tokens: 5 };
    const socket = await mute(http.port, posted("/v1/completions", JSON.stringify(asked)));
    const stream = await mute(http.port, posted("/v1/completions", JSON.stringify({ ...asked, stream: true })));
    await until(() => http.lines.length === 2 && http.load().underWay === 0 && http.connections === 0);
    assert.equal(http.models.held, 0);
    const said = http.lines.map(({ route, status, code }) => [route, status, code]);
    assert.deepEqual(said.toSorted(), [
      ["/v1/completions", 504, "request-time"],
      ["/v1/completions", 504, "request-time"],
    ]);
    const figures = await (await fetch(`${http.url}/metrics`)).text();
    const counted = [...figures.matchAll(/tunebook_requests_total\{[^}]*status="504"\} (\d+)/g)];
    assert.equal(
      counted.reduce((sum, [, n]) => sum + Number(n), 0),
      2,
    );
    socket.destroy();
    stream.destroy();
  });

  it("are logged with status 499 if they disconnect during a response", async () => {
    await start({ limits: { body: 8 << 20 } });
    const asked = { model: "writer", prompt: "x".repeat(4 << 20), n: 8, max_tokens: 5 };
    const socket = await mute(http.port, posted("/v1/completions", JSON.stringify(asked)));
    await until(() => writer.working === 0 && http.models.held === 1 && http.load().tokensPerSecond > 0);
    await sleep(100);
    socket.destroy();
    await until(() => http.load().underWay === 0);
    assert.equal(http.lines[0]?.["status"], 499);
  });

  it("do not block a stopping server, even before the TLS handshake", async () => {
    await start({ tls: certificateOf("one") });
    const socket = await mute(http.port, "");
    await until(() => http.connections === 1);
    const began = performance.now();
    assert.equal(await http.stop(20_000), 0);
    assert.ok(performance.now() - began < 5000);
    assert.equal(http.connections, 0);
    socket.destroy();
  });

  it("are logged with the outcome of an interrupted stream, not with its first status", async () => {
    await start();
    writer.pace = 20;
    const asked = await http.post("/v1/completions", {
      model: "writer",
      prompt: "w ".repeat(150),
      max_tokens: 150,
      stream: true,
    });
    const stopped = http.stop(0);
    await asked.text();
    await stopped;
    writer.pace = 0;
    assert.deepEqual([http.lines[0]?.["status"], http.lines[0]?.["code"]], [503, "server-stops"]);
  });

  it("receive no file name of the server, which only its log contains", async () => {
    await start();
    judge.fails = new CodedError("broken-tokenizer", {
      file: "/srv/secret/tokenizer.json",
      why: "it ended at planted",
    });
    const failed = await http.post("/predict", { model: "judge", inputs: "a Planted text" });
    const said = await failed.text();
    assert.deepEqual([failed.status, failed.headers.get("x-error-code")], [500, "server-fault"]);
    assert.ok(!said.includes("/srv") && !said.includes("planted"), said);
    await until(() => http.lines.length === 1);
    const [line = {}] = http.lines;
    assert.equal(line["fault"], "broken-tokenizer");
    assert.match(String(line["message"]), /secret\/tokenizer\.json/);
    assert.ok(!JSON.stringify(line).toLowerCase().includes("planted"));
    let text = "";
    const log = openLog({ write: (piece: string) => (text += piece) });
    log.say("request", line);
    log.say("request", { status: 504 });
    log.say("request", { status: 200 });
    const levels = text
      .trim()
      .split("\n")
      .map((one) => (JSON.parse(one) as { level: string }).level);
    assert.deepEqual(levels, ["error", "warning", "info"]);
  });
});

describe("concurrent request bodies", () => {
  it("share a memory limit: bodies beyond it are rejected unread", async () => {
    const length = 64 << 20;
    const http = await served([new LongOrShort("judge")], { limits: { body: length, memory: 8 * length } });
    const head = `POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${String(length)}\r\n\r\n{`;
    const sockets = await Promise.all(Array.from({ length: 8 }, () => mute(http.port, head)));
    await until(() => http.load().underWay === 8);
    const refused = await http.post("/predict", { inputs: "a" });
    assert.deepEqual([refused.status, refused.headers.get("x-error-code")], [503, "bodies-full"]);
    assert.equal((await fetch(`${http.url}/health`)).status, 200);
    for (const socket of sockets) socket.destroy();
    await until(() => http.load().underWay === 0);
    assert.equal((await http.post("/predict", { inputs: "a" })).status, 200);
    await http.stop(0);
  });
});

describe("concurrent responses", () => {
  it("share a memory limit: requests beyond it are rejected before any computation", async () => {
    const [judge, writer, letters] = [new LongOrShort("judge"), new Backwards("writer"), new Letters("letters")];
    const http = await served([judge, writer, letters], { limits: { memory: 50_000 } });
    const many = { model: "judge", inputs: Array.from({ length: 100 }, () => "a") };
    const writes = { model: "writer", prompt: "a b", logprobs: 2, max_tokens: 150 };
    const echoes = { ...writes, prompt: "a ".repeat(150), max_tokens: 0, echo: true };
    const words = "a ".repeat(300);
    const ids = Array.from({ length: 1000 }, () => 5);
    for (const [body, path] of [
      [many, "/predict"],
      [writes, "/v1/completions"],
      [echoes, "/v1/completions"],
      [{ model: "letters", inputs: words }, "/embed_all"],
      [{ model: "letters", inputs: words }, "/tokenize"],
      [{ model: "letters", ids }, "/decode"],
    ] as const) {
      Object.assign(judge, { slow: 60_000 });
      const gone = new AbortController();
      const first = http.post("/predict", many, {}, gone.signal);
      await until(() => judge.working === 1);
      const refused = await http.post(path, body);
      assert.deepEqual(
        [refused.status, refused.headers.get("x-error-code"), refused.headers.get("retry-after")],
        [503, "bodies-full", "1"],
        path,
      );
      assert.deepEqual([judge.working, writer.working, writer.wrote], [1, 0, 0]);
      gone.abort();
      await assert.rejects(first);
      await until(() => judge.working === 0 && http.load().underWay === 0);
      Object.assign(judge, { slow: 0 });
      const [alone, and] = await Promise.all([http.post(path, body), fetch(`${http.url}/metrics`)]);
      assert.deepEqual([alone.status, and.status], [200, 200]);
      await alone.text();
      await until(() => http.load().underWay === 0);
      assert.match(await (await fetch(`${http.url}/metrics`)).text(), /^tunebook_requests_memory_bytes 0$/m);
      writer.wrote = 0;
    }
    await http.stop(0);
  });
});

describe("paths that the router itself would reject", () => {
  let http: Served;
  before(async () => {
    http = await served([new LongOrShort("judge")]);
  });
  after(() => http.stop(0));
  for (const path of ["/%zz", `/models/${"x".repeat(600)}`, "/models/%E0%A4%A"])
    it(`pass the same access checks and are logged: ${path.slice(0, 20)}`, async () => {
      const before = http.lines.length;
      const refused = await http.post(path, { inputs: "a" }, { origin: "https://evil.example" });
      assert.deepEqual([refused.status, refused.headers.get("x-error-code")], [403, "origin-unknown"]);
      assert.equal((await http.post(path, { inputs: "a" })).status, 404);
      await until(() => http.lines.length === before + 2);
      assert.deepEqual(
        http.lines.slice(before).map(({ status }) => status),
        [403, 404],
      );
    });
  it("exclude model names with escaped characters", async () => {
    assert.equal((await http.post("/models/%6Audge?a=%zz", { inputs: "a" })).status, 200);
  });
});
