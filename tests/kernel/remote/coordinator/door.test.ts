/** Rejected connections, and clients that would keep connections open. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Coordinator } from "#kernel/remote/coordinator/coordinator.js";
import { GivenWork } from "./given-work.js";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const patience = { headers: 300, body: 300, piece: 300 };

describe("coordinator HTTP server", () => {
  let folder: string;
  let coordinator: Coordinator;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    coordinator = await Coordinator.open({ version: "1", scratch: join(folder, "arriving"), patience });
  });
  after(async () => {
    await coordinator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Said {
    readonly status: number;
    readonly code: string | null;
    readonly message: string;
  }
  function say(
    path: string,
    o: {
      readonly token?: string | null;
      readonly method?: string;
      readonly body?: string | Buffer;
      readonly headers?: Record<string, string>;
    } = {},
  ): Promise<Said> {
    const { token = coordinator.token } = o;
    return new Promise((done, failed) => {
      const headers = { ...(token !== null && { authorization: `Bearer ${token}` }), ...o.headers };
      const asked = request(
        `${coordinator.url}${path}`,
        { method: o.method ?? "POST", headers, agent: false },
        (answer) => {
          // An error while sending the rest does not matter once the response has arrived.
          asked.on("error", () => undefined);
          void read(answer).then(done, failed);
        },
      );
      asked.once("error", failed);
      asked.end(o.method === "GET" ? undefined : (o.body ?? "{}"));
    });
  }
  async function read(answer: IncomingMessage): Promise<Said> {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { error } = JSON.parse(text.startsWith("{") ? text : "{}") as { error?: { code: string; message: string } };
    return { status: answer.statusCode ?? 0, code: error?.code ?? null, message: error?.message ?? text };
  }

  it("rejects requests with a missing or wrong token", async () => {
    for (const token of [null, "", "wrong", `${coordinator.token}x`, coordinator.token.slice(1)])
      for (const path of ["/tunebook/1/hello", "/tunebook/1/take", `/tunebook/1/blobs/${hashOf("")}`, "/"]) {
        const { status, code, message } = await say(path, { token });
        assert.deepEqual([status, code], [401, "worker-token"]);
        assert.ok(!message.includes(coordinator.token));
      }
    assert.deepEqual(
      (await say("/tunebook/1/hello", { headers: { authorization: `Basic ${coordinator.token}` }, token: null }))
        .status,
      401,
    );
  });

  it("does not buffer a 100 MB body, with or without a token", async () => {
    const body = Buffer.alloc(100 * 2 ** 20, 32);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    assert.equal((await say("/tunebook/1/hello", { body, token: null })).status, 401);
    const { status, message } = await say("/tunebook/1/hello", { body });
    assert.deepEqual([status, message.includes("longer than 8 MiB")], [400, true]);
    const chunked = await say("/tunebook/1/hello", { body, headers: { "transfer-encoding": "chunked" } });
    assert.equal(chunked.status, 400);
    // Memory is released in a later turn, on a busy machine not in the next one.
    let kept = Infinity;
    for (let turn = 0; turn < 40 && kept >= 64 * 2 ** 20; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      collect();
      kept = process.memoryUsage().arrayBuffers - before;
    }
    assert.ok(kept < 64 * 2 ** 20, `${String(kept)} bytes`);
  });

  it("reads a rejected body to the end so that the sender gets the response", async () => {
    const { hostname, port } = new URL(coordinator.url);
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.on("data", (bytes) => (answer += bytes.toString()));
    const bytes = 32 * 2 ** 20;
    socket.write(`POST /tunebook/1/hello HTTP/1.1\r\nhost: x\r\ncontent-length: ${String(bytes)}\r\n\r\n`);
    // More than the network buffers take: it is sent completely only if the server reads it.
    await new Promise<void>((sent, failed) => {
      socket.once("error", failed);
      socket.write(Buffer.alloc(bytes, 32), (error) => (error ? failed(error) : sent()));
    });
    await new Promise((closed) => socket.once("close", closed).end());
    assert.match(answer, /^HTTP\/1\.1 401 /);
  });

  it("rejects paths and methods outside the protocol", async () => {
    for (const [path, method] of [
      ["/", "GET"],
      ["/tunebook/1/", "POST"],
      ["/tunebook/1/constructor", "POST"],
      ["/tunebook/1/hello", "GET"],
      ["/tunebook/2/hello", "POST"],
      [`/tunebook/1/blobs/${hashOf("")}`, "DELETE"],
    ] as const)
      assert.deepEqual((await say(path, { method })).status, 400, `${method} ${path}`);
    for (const body of [
      "",
      "[]",
      "null",
      "{",
      '{"tunebook":1}',
      '{"__proto__":{}}',
      '{"tunebook":"1","name":"","threads":1}',
      ...["\\u001b[2J", "a\\nb", "a\\rb", "\\u0007", "\\u009b31m", "\\u202egnp.x", "\\u007f", "a\\tb"].map(
        (name) => `{"tunebook":"1","name":"${name}","threads":1}`,
      ),
    ])
      assert.deepEqual((await say("/tunebook/1/hello", { body })).code, "request-refused", body);
  });

  it("accepts only hashes as file names and returns 404 for unknown files", async () => {
    for (const hash of ["..%2F..%2Fetc%2Fpasswd", "../../etc/passwd", "x".repeat(64), hashOf("x").toUpperCase(), "%00"])
      assert.deepEqual((await say(`/tunebook/1/blobs/${hash}`, { method: "GET" })).code, "request-refused", hash);
    const unknown = await say(`/tunebook/1/blobs/${hashOf("unknown")}`, { method: "GET" });
    assert.deepEqual([unknown.status, unknown.code], [404, "not-offered"]);
  });

  it("rejects uploads that are unannounced, have other bytes or lack a valid lease", async () => {
    const put = (hash: string, body: string, lease: string) =>
      say(`/tunebook/1/blobs/${hash}`, { method: "PUT", body, headers: { "x-tunebook-lease": lease } });
    assert.equal((await put(hashOf("a"), "a", "none")).code, "lease-lost");
    coordinator.give(new GivenWork("one", join(folder, "run")));
    const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${coordinator.url}/tunebook/1/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${coordinator.token}` },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const { worker } = await post("hello", { tunebook: "1", name: "a", threads: 1 });
    const { lease } = (await post("take", { worker }))["work"] as { lease: string };
    assert.equal((await put(hashOf("a"), "a", lease)).code, "not-offered");
    for (const path of [
      "../out",
      "/etc/passwd",
      "plan.json",
      "lock.json",
      "events.jsonl",
      ...["PLAN.JSON", "Lock.json", "EVENTS.jsonl", "plan.json.", "nul", "checkpoints/CON.safetensors", "package.json"],
      ".writer-x",
      "a/../../b",
      "a//b",
      "a\\b",
      "checkpoints/.x",
    ])
      assert.match(
        JSON.stringify(await post("holds", { worker, lease, run: 0, files: [{ path, hash: hashOf("a"), bytes: 1 }] })),
        /request-refused/,
        path,
      );
    const two = ["checkpoints/a", "Checkpoints/b"].map((path) => ({ path, hash: hashOf("a"), bytes: 1 }));
    assert.match(JSON.stringify(await post("holds", { worker, lease, run: 0, files: two })), /request-refused/);
    const announced = { worker, lease, run: 0, files: [{ path: "checkpoints/a", hash: hashOf("a"), bytes: 1 }] };
    assert.deepEqual(await post("holds", announced), { lacks: [hashOf("a")] });
    assert.equal((await put(hashOf("a"), "b", lease)).code, "request-refused");
    assert.equal((await put(hashOf("a"), "aa", lease)).code, "request-refused");
    assert.equal((await put(hashOf("a"), "", lease)).code, "request-refused");
    assert.deepEqual(readdirSync(join(folder, "arriving", lease)), []);
    assert.ok(!existsSync(join(folder, "run")));
    assert.equal((await put(hashOf("a"), "a", lease)).status, 200);
    assert.deepEqual(await post("holds", announced), { lacks: [] });
    assert.ok(existsSync(join(folder, "run", "checkpoints", "a")));
  });

  it("closes connections that send headers or bodies too slowly", async () => {
    const host = new URL(coordinator.url);
    const slowly = (text: string): Promise<number> =>
      new Promise((closed) => {
        const began = performance.now();
        const socket: Socket = connect(Number(host.port), host.hostname);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          clearInterval(drops);
          closed(performance.now() - began);
        });
        socket.write(text);
        const drops = setInterval(() => socket.write("x"), 50);
      });
    const head = `POST /tunebook/1/hello HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${coordinator.token}\r\n`;
    const times = await Promise.all([
      slowly("POST /tunebook/1/hello HTTP/1.1\r\nhost: "),
      slowly(`${head}content-length: 1000000\r\n\r\n{`),
      ...Array.from({ length: 50 }, () => slowly("GET / HTTP/1.1\r\nx: ")),
    ]);
    assert.ok(Math.max(...times) < 5000, times.join());
    assert.equal((await say("/tunebook/1/beat", { body: "{}" })).code, "request-refused");
  });
});
