/** The five ports of a real kernel, attacked with anything that a peer with access can send. */
import assert from "node:assert/strict";
import { request } from "node:https";
import { startKernel, type KernelClient } from "#kernel/apps/jupyter/client/client.js";
import { encodeSignedMessage, newHeader, signMessageParts } from "#kernel/apps/jupyter/client/messages.js";
import { until } from "#tests/until.js";
import { Garbage } from "./garbage.js";
import { examine, ports, send, throwGarbage } from "./fuzz-ports.js";

/** Starts a TLS handshake, as a browser or `curl -k` does; it may fail or get no response. */
function asked(url: string): Promise<void> {
  return new Promise((resolve) => {
    const asking = request(url, { rejectUnauthorized: false, timeout: 3000 });
    asking.on("timeout", () => asking.destroy());
    asking.on("error", () => undefined);
    asking.on("close", () => resolve());
    asking.end();
  });
}

describe("kernel ports under garbage input", function () {
  this.timeout(60_000);
  let kernel: KernelClient;
  const log: string[] = [];
  before(async () => {
    kernel = await startKernel({ onLog: (line) => log.push(line) });
    await kernel.execute("globalThis.overheard = 1");
  });
  after(() => kernel.shutdown());
  afterEach(async () => assert.deepEqual(await examine(kernel), []));

  for (const port of ports)
    it(`survive curl -k https://… on ${port}`, async () => {
      const url = `https://127.0.0.1:${String(kernel.connection[`${port}_port`])}/`;
      await asked(url);
      assert.deepEqual(await examine(kernel), []);
      await send(kernel, port, { chunks: [Buffer.alloc(4000, port)] });
    });

  it("survive a message of 10,000 parts, one of an empty part, and lengths of 2^63", async () => {
    const garbage = new Garbage(5, [[Buffer.from("x")]]);
    for (const port of ports)
      for (const burst of [garbage.parts(10_000), garbage.burst("one empty frame"), garbage.burst("lengths")])
        await send(kernel, port, burst);
  });

  it("survive 2,000 random frames, and run replayed requests only once", async () => {
    await kernel.execute("globalThis.overheard = 0");
    const seed = Number(process.env["TUNEBOOK_SEED"] ?? 7);
    const { frames, troubles } = await throwGarbage(kernel, { frames: 2000, seed });
    assert.deepEqual(troubles, []);
    assert.ok(Object.keys(frames).length > 10, `seed ${String(seed)}: ${JSON.stringify(frames)}`);
  });

  it("ignore replayed signed messages on every channel, and log them", async () => {
    await kernel.execute("globalThis.overheard = 0");
    const { key } = kernel.connection;
    const content = { code: "globalThis.overheard += 1", silent: true };
    const header = newHeader("execute_request", kernel.session);
    const frames = encodeSignedMessage({ header, parent: {}, metadata: {}, content, buffers: [] }, key);
    for (let times = 0; times < 3; times++) await kernel.sendRaw(frames);
    await kernel.execute("1");
    const told = (): boolean => log.some((line) => /came a second time and was refused/.test(line));
    await until(told, () => log.join("\n"));
  });

  it("log garbage only a few times", () => {
    assert.ok(log.length < 30, log.join("\n"));
  });
});

describe("kernel under malformed signed requests", function () {
  this.timeout(60_000);
  let kernel: KernelClient;
  before(async () => {
    kernel = await startKernel();
    await kernel.execute("globalThis.overheard = 1");
  });
  after(() => kernel.shutdown());
  afterEach(async () => assert.deepEqual(await examine(kernel), []));

  const nested = (depth: number): unknown => {
    let value: unknown = 0;
    for (let level = 0; level < depth; level++) value = { a: value };
    return value;
  };
  const raw = (header: string, content: string): Promise<void> => {
    const parts = [header, "{}", "{}", content].map((text) => Buffer.from(text, "latin1"));
    return kernel.sendRaw([
      Buffer.from("<IDS|MSG>"),
      Buffer.from(signMessageParts(parts, kernel.connection.key)),
      ...parts,
    ]);
  };
  const header = (type: string, more = ""): string =>
    `{"msg_id":"${Math.random()}","msg_type":${JSON.stringify(type)},"session":"s"${more}}`;
  const deep = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

  it("survives headers nested 30,000 deep, of a megabyte, without fields, or with null in them", async () => {
    await raw(header("kernel_info_request", `,"x":${deep(30_000)}`), "{}");
    await raw(header("execute_request", `,"x":${deep(30_000)}`), '{"code":"1"}');
    await raw(header("kernel_info_request", `,"x":"${"x".repeat(1 << 20)}"`), "{}");
    for (const bad of ["null", "[]", "{}", '{"msg_id":null,"msg_type":null,"session":null}', "{", ""])
      await raw(bad, "{}");
  });

  for (const type of ["comm_open", "comm_msg", "execute_request", "complete_request", "history_request", "nothing"])
    it(`survives ${type} with content nested 100,000 deep`, async () => {
      const inner = `{"comm_id":"c","target_name":"tunebook.assist","data":{"id":${deep(100_000)},"x":${deep(100_000)}},`;
      await raw(header(type), `${inner}"code":"1","silent":true,"user_expressions":{"a":${deep(100_000)}}}`);
      await raw(header(type), `{"comm_id":"c","target_name":"x","data":${deep(100_000)},"code":${deep(100_000)}}`);
    });

  it("survives comms of cells with data nested 100,000 deep", async () => {
    const target = "{ message(comm: unknown) { globalThis.told = comm } }";
    await kernel.execute(`(globalThis as any)[Symbol.for("tunebook.comms")].register("mine", () => (${target}))`);
    await raw(header("comm_open"), '{"comm_id":"m","target_name":"mine","data":{}}');
    await raw(header("comm_msg"), `{"comm_id":"m","data":${deep(100_000)}}`);
  });

  it("survives message types named like properties of every object", async () => {
    for (const type of ["constructor", "__proto__", "toString", "hasOwnProperty", "", "comm_", "x".repeat(50_000)])
      await raw(header(type), '{"comm_id":"c","code":"1","data":null}');
  });

  it("survives fields that are null, of another type, or not text", async () => {
    const values = [null, true, -1, 1.5, 1e308, "", "\u0000", [], {}, ["x"]];
    const types = [
      "complete",
      "inspect",
      "is_complete",
      "history",
      "comm_info",
      "connect",
      "usage",
      "interrupt",
      "debug",
    ];
    for (const type of types)
      for (const value of values) {
        const names = ["code", "cursor_pos", "detail_level", "target_name", "n", "session", "start", "stop", "pattern"];
        const content = Object.fromEntries(names.map((name) => [name, value]));
        await raw(header(`${type}_request`), JSON.stringify(content));
        await raw(header(`${type}_request`), JSON.stringify({ ...content, code: "1", hist_access_type: "range" }));
        await raw(header(`${type}_request`), JSON.stringify({ ...content, code: "1", hist_access_type: "search" }));
      }
    for (const value of values)
      await raw(
        header("execute_request"),
        JSON.stringify({ code: value, silent: value, user_expressions: value, stop_on_error: false }),
      );
  });

  it("survives code that is not UTF-8, or has lone surrogates or NUL characters", async () => {
    for (const code of ["\\ud800", "\\u0000", "\xff\xfe", "// \xc0\x80"])
      for (const type of ["execute", "complete", "inspect", "is_complete"])
        await raw(header(`${type}_request`), `{"code":"${code}","silent":true,"stop_on_error":false}`);
  });

  it("survives invalid cells, positions and numbers on the assistant's comm", async () => {
    const answers: unknown[] = [];
    const comm = await kernel.openComm("tunebook.assist", {}, (data) => answers.push(data));
    const methods = [
      "check",
      "format",
      "complete",
      "inspect",
      "plan",
      "run",
      "deleteRun",
      "watchRuns",
      "constructor",
      null,
    ];
    const bad = [null, -1, 1.5, "", [], {}, [null], [{ id: "a", code: null }], nested(100)];
    for (const method of methods)
      for (const value of bad) {
        const fields = { code: value, offset: value, cells: value, at: value, run: value, filter: value, limit: value };
        await comm.send({ id: 1, method, ...fields });
        await comm.send({ id: 1, method, ...fields, code: "data d = csv(", cells: [{ id: "a", code: "train" }] });
      }
    await until(
      () => answers.length >= 2 * methods.length * bad.length,
      () => `${String(answers.length)} answers`,
    );
  });
});
