/** The control socket of a training: who may use it, what it answers, and hostile input, which has no effect. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { RunEvent } from "#kernel/events/events.js";
import { socketAddressOf } from "#kernel/remote/supervisor/address.js";
import { ControlClient } from "#kernel/remote/supervisor/client.js";
import { SOCKET_NAME, type TrainingStatus } from "#kernel/remote/supervisor/protocol.js";
import { ControlServer } from "#kernel/remote/supervisor/server.js";
import { until } from "../../../until.js";

const status: TrainingStatus = {
  name: "night",
  run: "night-1",
  process: process.pid,
  step: 3,
  steps: 10,
  stopping: false,
};
const event = (step: number): RunEvent => ({
  ...{ at: "2026-11-28T00:00:00.000Z", run: "night-1", kind: "step", step, epoch: 1 },
  ...{ tokens: 5, loss: step === 7 ? Number.NaN : 0.5, rate: 1e-3, norm: 1, seconds: 0.1 },
});

describe("control socket of a training", function () {
  if (process.platform === "win32") return;
  this.timeout(30_000);
  let folder: string;
  let server: ControlServer;
  const done: string[] = [];
  const trains = { status: () => status, stop: () => void done.push("stop"), kill: () => void done.push("kill") };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-control-"));
    done.length = 0;
    server = (await ControlServer.open(folder, trains))!;
    assert.ok(server);
  });
  afterEach(async () => {
    await server.close();
    assert.ok(!existsSync(join(folder, SOCKET_NAME)));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a raw connection that does not follow the protocol. */
  async function raw(): Promise<{ socket: Socket; heard: () => string }> {
    const address = socketAddressOf(folder)!;
    const socket = createConnection(address.path);
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    socket.on("error", () => undefined);
    await once(socket, "connect");
    await until(() => text.includes("\n"), "a first line");
    return { socket, heard: () => text };
  }
  const proofIn = (heard: string): string => /"file":"([^"]+)"/.exec(heard)![1]!;
  const works = async (): Promise<void> => {
    const client = await ControlClient.to(folder);
    assert.deepEqual(await client!.ask("status"), { is: "status", ...status });
    client!.close();
  };

  it("is private to its owner, responds and leaves no files", async () => {
    assert.equal(statSync(join(folder, SOCKET_NAME)).mode & 0o777, 0o600);
    await works();
    const client = (await ControlClient.to(folder))!;
    assert.deepEqual(await client.ask("stop"), { is: "stopping" });
    assert.deepEqual(done, ["stop"]);
    assert.deepEqual(await client.ask("kill"), { is: "stopping" });
    await until(() => done.includes("kill"));
    client.close();
    assert.deepEqual(readdirSync(folder), [SOCKET_NAME]);
  });

  it("streams events to followers, including NaN losses", async () => {
    writeFileSync(join(folder, "events.jsonl"), "12345\n");
    const client = (await ControlClient.to(folder))!;
    assert.deepEqual(await client.ask("follow"), { is: "following", behind: 6 });
    server.event(event(6));
    server.validating(3, 8);
    server.event(event(7));
    assert.deepEqual(await client.hears(), { is: "event", event: event(6) });
    assert.deepEqual(await client.hears(), { is: "validating", done: 3, of: 8 });
    const last = await client.hears();
    assert.ok(last?.is === "event" && last.event.kind === "step" && Number.isNaN(last.event.loss));
    await server.close();
    assert.equal(await client.hears(), null);
  });

  it("rejects a client that cannot prove its identity", async () => {
    const strangers: ((file: string) => void)[] = [
      () => undefined,
      (file) => mkdirSync(file),
      (file) => symlinkSync("/etc/passwd", file),
      // Somebody may create a hard link to one of our files.
      (file) => {
        writeFileSync(join(folder, "mine"), "");
        linkSync(join(folder, "mine"), file);
      },
    ];
    if (process.getuid?.() === 0)
      strangers.push((file) => {
        writeFileSync(file, "");
        chownSync(file, 65534, 65534);
      });
    for (const [i, make] of strangers.entries()) {
      const { socket, heard } = await raw();
      const file = join(folder, proofIn(heard()));
      make(file);
      socket.write('{"ask":"proved"}\n{"ask":"stop"}\n');
      await until(() => heard().includes("refused"), `stranger ${String(i)} is refused`);
      await until(() => socket.closed);
      rmSync(file, { recursive: true, force: true });
    }
    assert.deepEqual(done, []);
    await works();
  });

  it("survives garbage, endless lines and too many connections", async () => {
    for (const said of [
      "\n\n\0\x1b[2J\n",
      "{]\n",
      '{"ask":"proved"',
      '{"ask":"run","code":"process.exit()"}\n',
      '{"ask":["stop"]}\n',
    ]) {
      const { socket } = await raw();
      socket.write(said);
      if (said.endsWith("\n")) await until(() => socket.closed, JSON.stringify(said));
      else socket.destroy();
    }
    const { socket: long } = await raw();
    long.write("x".repeat(100_000));
    await until(() => long.closed, "a long line's end");
    const many: Socket[] = [];
    for (let i = 0; i < 60; i++) {
      const socket = createConnection(socketAddressOf(folder)!.path);
      socket.on("error", () => undefined);
      many.push(socket);
    }
    await delay(50);
    for (const socket of many) socket.destroy();
    await delay(50);
    const { socket: asks, heard } = await raw();
    writeFileSync(join(folder, proofIn(heard())), "");
    asks.write('{"ask":"proved"}\n' + '{"ask":"status"}\n'.repeat(500));
    await until(() => asks.closed, "the end of one who asks too much");
    assert.deepEqual(done, []);
    await works();
  });

  it("drops a follower that does not read, and continues", async () => {
    const { socket, heard } = await raw();
    writeFileSync(join(folder, proofIn(heard())), "");
    socket.write('{"ask":"proved"}\n{"ask":"follow"}\n');
    await until(() => heard().includes("following"));
    socket.pause();
    for (let n = 0; n < 60_000; n++) server.event(event(n));
    await delay(20);
    const begun = performance.now();
    server.event(event(1));
    assert.ok(performance.now() - begun < 1000);
    socket.destroy();
    await works();
  });

  it("works in a folder whose path exceeds the socket path limit", async () => {
    const deep = join(folder, "a".repeat(60), "b".repeat(60), "ä".repeat(30));
    mkdirSync(deep, { recursive: true });
    const other = (await ControlServer.open(deep, trains))!;
    assert.ok(other);
    const client = (await ControlClient.to(deep))!;
    assert.equal((await client.ask("status"))?.is, "status");
    client.close();
    if (process.platform === "linux") assert.equal(statSync(join(deep, SOCKET_NAME)).mode & 0o777, 0o600);
    await other.close();
    assert.deepEqual(readdirSync(deep), []);
  });

  it("gives no client if nothing listens or the folder is read-only", async () => {
    await server.close();
    assert.equal(await ControlClient.to(folder), null);
    writeFileSync(join(folder, SOCKET_NAME), "no socket");
    assert.equal(await ControlClient.to(folder), null);
    // A socket left by a dead process does not block a new one.
    server = (await ControlServer.open(folder, trains))!;
    await works();
    if (process.getuid?.() === 0) return;
    chmodSync(folder, 0o500);
    assert.equal(await ControlClient.to(folder), null);
    chmodSync(folder, 0o700);
  });
});
