/** The real kernel, as a front end sees it: one test for each guarantee of the wire. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { startKernel, type ExecutionResult, type KernelClient } from "#kernel/apps/jupyter/client/client.js";
import type { Message } from "#kernel/apps/jupyter/client/messages.js";
import type { RunListing } from "#kernel/runs/history/run-listing.js";
import type { AssistantMethods } from "#kernel/apps/jupyter/cells/assistant-port.js";
import { until } from "#tests/until.js";

const textOf = ({ outputs }: ExecutionResult): string =>
  outputs.map((output) => ("text" in output ? output.text : "")).join("");
const resultOf = ({ outputs }: ExecutionResult): unknown =>
  outputs.flatMap((output) => (output.output_type === "execute_result" ? [output.data["text/plain"]] : []))[0];

describe("kernel over the wire protocol", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-wire-"));
  let kernel: KernelClient;
  before(async () => {
    kernel = await startKernel({ cwd: folder, env: { JUPYTER_DATA_DIR: folder } });
    await tellsWhenItBegins(kernel);
  });
  after(async () => {
    await kernel.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  /**
   * Cells call `begin()`, which writes a file when they start: printed output would arrive only after the loop ends.
   */
  const begun = join(folder, "begun");
  const tellsWhenItBegins = async (client: KernelClient): Promise<void> => {
    const { status } = await client.execute(
      "import { existsSync, writeFileSync } from 'node:fs'; const begin = () => writeFileSync('begun', '')",
    );
    assert.equal(status, "ok");
  };
  const hasBegun = async (): Promise<void> => {
    await until(() => existsSync(begun), "a cell that has begun");
    rmSync(begun);
  };

  /** Runs a cell that does not end, calls `act` meanwhile, and returns its result. */
  async function while_<T>(code: string, act: () => Promise<T>): Promise<T> {
    const cell = kernel.execute(code);
    await hasBegun();
    const value = await act();
    await kernel.interrupt();
    await cell;
    return value;
  }

  describe("execute", () => {
    it("sends result, input message, busy and idle in order under one parent", async () => {
      const types: string[] = [];
      const cell = await kernel.execute("console.log('a'); 6 * 7", {
        onMessage: ({ header, content }) =>
          types.push(`${header.msg_type} ${String(content["execution_state"] ?? "")}`.trim()),
      });
      assert.deepEqual(types, ["status busy", "execute_input", "stream", "execute_result", "status idle"]);
      assert.equal(resultOf(cell), "42");
      const next = await kernel.execute("1");
      assert.equal(next.count, (cell.count ?? 0) + 1);
    });

    it("sends no output, no count and no history entry with `silent`", async () => {
      const before = await kernel.execute("'before'");
      const types: string[] = [];
      const silent = await kernel.execute("console.log('quiet'); 1", {
        silent: true,
        onMessage: ({ header }) => types.push(header.msg_type),
      });
      assert.equal(silent.status, "ok");
      assert.deepEqual(types, ["status", "status"]);
      await kernel.execute("'unstored'", { storeHistory: false });
      const after = await kernel.execute("'after'");
      assert.equal(after.count, (before.count ?? 0) + 1);
      const { history } = await kernel.history({ hist_access_type: "tail", n: 2 });
      assert.deepEqual(
        (history as unknown[][]).map((entry) => entry[2]),
        ["'before'", "'after'"],
      );
    });

    it("evaluates user expressions, each with its own error", async () => {
      const { reply } = await kernel.execute("const answer = 42", {
        userExpressions: { good: "answer + 1", bad: "nope" },
      });
      const replies = reply["user_expressions"] as Record<string, { status: string; data?: Record<string, string> }>;
      assert.equal(replies["good"]?.status, "ok");
      assert.equal(replies["good"]?.data?.["text/plain"], "43");
      assert.equal(replies["bad"]?.status, "error");
    });

    it("sends one error if it fails and aborts queued cells, unless stop_on_error is false", async () => {
      // The cell fails once the others are queued: later requests are not aborted.
      const failing = kernel.execute(
        "{ const { existsSync } = await import('node:fs'); " +
          "while (!existsSync('fail')) await new Promise((go) => setTimeout(go, 20)); } " +
          "throw new RangeError('on purpose')",
      );
      const waiting = [kernel.execute("1"), kernel.execute("2")];
      await kernel.request("kernel_info_request", {}, { channel: "control" }); // sent after the queued requests
      writeFileSync(join(folder, "fail"), "");
      const { reply, outputs } = await failing;
      assert.deepEqual([reply["status"], reply["ename"], reply["evalue"]], ["error", "RangeError", "on purpose"]);
      assert.deepEqual(
        outputs.map(({ output_type }) => output_type),
        ["error"],
      );
      assert.deepEqual(
        (await Promise.all(waiting)).map(({ status }) => status),
        ["aborted", "aborted"],
      );
      const tolerant = kernel.execute("throw 1", { stopOnError: false });
      const next = kernel.execute("3");
      assert.deepEqual([(await tolerant).status, (await next).status], ["error", "ok"]);
    });

    it("delivers all of 50,000 lines in a few messages", async () => {
      let messages = 0;
      const cell = await kernel.execute("for (let i = 0; i < 50_000; i++) console.log('line ' + i)", {
        onMessage: () => messages++,
      });
      const lines = textOf(cell).trimEnd().split("\n");
      assert.equal(lines.length, 50_000);
      assert.ok(lines.every((line, index) => line === `line ${String(index)}`));
      assert.ok(messages < 1000, `${String(messages)} messages`);
    });

    it("preserves the order of stdout, stderr and displays", async () => {
      const { outputs } = await kernel.execute(
        "console.log('1'); console.error('2'); display({ three: 3 }); console.log('4')",
      );
      assert.deepEqual(
        outputs.map((output) => ("name" in output ? output.name : output.output_type)),
        ["stdout", "stderr", "display_data", "stdout"],
      );
    });

    it("sends display, update and clear messages", async () => {
      const seen: Message[] = [];
      await kernel.execute(
        "const shown = display.html('<b>1</b>', { id: 'x1' }); shown.update('<b>2</b>'); display.clear(true)",
        {
          onMessage: (message) => seen.push(message),
        },
      );
      const [first, second, third] = seen.filter(({ header }) => /display|clear/.test(header.msg_type));
      assert.deepEqual(
        [first, second].map((message) => [message?.header.msg_type, message?.content["transient"]]),
        [
          ["display_data", { display_id: "x1" }],
          ["update_display_data", { display_id: "x1" }],
        ],
      );
      assert.deepEqual(third?.content, { wait: true });
    });

    it("sends late output to the cell that produced it", async () => {
      let late = 0;
      const first = await kernel.execute(
        "const look = setInterval(() => { if (!existsSync('go')) return; clearInterval(look); console.log('late'); }, 5)",
        { onOutput: () => late++ },
      );
      await kernel.execute("'other'");
      assert.equal(textOf(first), "");
      writeFileSync(join(folder, "go"), "");
      await until(() => late > 0, "late output");
      assert.equal(textOf(first), "late\n");
      rmSync(join(folder, "go"));
    });

    it("prompts the user, and fails if the front end takes no input", async () => {
      const asked: [string, boolean][] = [];
      const onInput = (prompt: string, hidden: boolean): string => {
        asked.push([prompt, hidden]);
        return `${prompt}!`;
      };
      const cell = await kernel.execute("[await input('name? '), await password('key? ')]", { onInput });
      assert.equal(resultOf(cell), "[ 'name? !', 'key? !' ]");
      assert.deepEqual(asked, [
        ["name? ", false],
        ["key? ", true],
      ]);
      const alone = await kernel.execute("await input('anyone?')");
      assert.equal(alone.status, "error");
      assert.match(String(alone.reply["evalue"]), /anyone\?.* input/);
    });

    it("replaces a lone surrogate, and sends a page payload", async () => {
      const { reply, outputs } = await kernel.execute("display.page('long'); process.stdout.write('a\\ud800b')");
      assert.deepEqual(
        (reply["payload"] as { source: string }[]).map(({ source }) => source),
        ["page"],
      );
      assert.equal(outputs.map((output) => ("text" in output ? output.text : "")).join(""), "a\ufffdb");
    });
  });

  describe("interrupts", () => {
    const endless: Readonly<Record<string, string>> = {
      "an awaiting cell": "begin(); await new Promise(() => undefined)",
      "a synchronous loop": "begin(); for (;;);",
      "a loop after an await": "await null; begin(); for (;;);",
      "a loop inside Node": "begin(); 'x'.repeat(40).replace(/(x+x+)+y/, ''); for (;;);",
      "a cell that prints without end": "begin(); for (;;) console.log('flood')",
      "a cell that waits for input": "begin(); await input('?')",
      "a regular expression that does not end":
        "await new Promise((r) => setTimeout(r, 20)); begin(); 'x'.repeat(40).replace(/(x+x+)+y/, '')",
      "a loop that catches": "begin(); for (;;) { try { for (;;); } catch {} }",
    };
    for (const [name, code] of Object.entries(endless))
      it(`end ${name}; state survives`, async () => {
        await kernel.execute("var kept = 'kept'");
        const cell = kernel.execute(code, { onInput: () => new Promise<string>(() => undefined) });
        await hasBegun();
        await kernel.interrupt();
        const { status, reply } = await cell;
        assert.deepEqual([status, reply["ename"]], ["error", "Interrupted"]);
        assert.equal(resultOf(await kernel.execute("kept")), "'kept'");
      });

    it("end a loop by SIGINT too", async () => {
      const cell = kernel.execute("begin(); for (;;);");
      await hasBegun();
      await kernel.interrupt("signal");
      assert.equal((await cell).reply["ename"], "Interrupted");
    });

    it("end code that a finished cell left running", async () => {
      await kernel.execute("setTimeout(() => { begin(); for (;;); }, 50)");
      await hasBegun();
      await kernel.interrupt();
      assert.equal(resultOf(await kernel.execute("'free'")), "'free'");
      await kernel.execute("setTimeout(() => { begin(); 'x'.repeat(40).replace(/(x+x+)+y/, ''); }, 50)");
      await hasBegun();
      await kernel.interrupt();
      assert.equal(resultOf(await kernel.execute("'free again'")), "'free again'");
    });

    it("do nothing when idle", async () => {
      await kernel.interrupt();
      await kernel.interrupt("signal");
      await pause(100); // an ignored signal gives no sign of its arrival
      assert.equal(resultOf(await kernel.execute("1 + 1")), "2");
    });
  });

  it("handles heartbeat, completion, inspection, info and control requests while a cell runs", async () => {
    await kernel.complete("Math.hyp");
    const answers = await while_("begin(); for (;;);", async () => {
      await kernel.heartbeat();
      const { matches } = await kernel.complete("Math.hyp");
      const { found } = await kernel.inspect("Math.hypot");
      const { status } = await kernel.isComplete("1 +");
      const info = await kernel.request("kernel_info_request", {}, { channel: "control", seconds: 2 });
      const usage = await kernel.request("usage_request", {}, { channel: "control", seconds: 2 });
      return { matches, found, status, info: info.content, usage: usage.content };
    });
    assert.ok((answers.matches as string[]).includes("hypot"));
    assert.deepEqual([answers.found, answers.status], [true, "incomplete"]);
    assert.equal(answers.info["protocol_version"], "5.5");
    assert.ok((answers.usage["kernel_memory"] as number) > 1e7);
    assert.ok((answers.usage["pid"] as number) > 0);
  });

  it("returns to busy after a reply during a running cell", async () => {
    const states: [string, boolean][] = [];
    let goOn: (word: string) => void = () => undefined;
    const going = new Promise<string>((resolve) => (goOn = resolve));
    const cell = kernel.execute("begin(); await input('go on? ')", { onInput: () => going });
    await hasBegun();
    const stop = kernel.onPublished(({ header, parent, content }) => {
      if (header.msg_type === "status")
        states.push([String(content["execution_state"]), parent.msg_type === "execute_request"]);
    });
    await kernel.isComplete("1");
    goOn("yes");
    await cell;
    stop();
    assert.deepEqual(states, [
      ["busy", false],
      ["idle", false],
      ["busy", true],
      ["idle", true],
    ]);
  });

  it("counts the cursor position in code points", async () => {
    const code = "const s = '😀😀'; s.toUpperC";
    const { matches, cursor_start, cursor_end } = await kernel.complete(code);
    assert.ok((matches as string[]).includes("toUpperCase"));
    assert.equal([...code].slice(cursor_start as number, cursor_end as number).join(""), "toUpperC");
  });

  it("distinguishes complete, incomplete and invalid code", async () => {
    const status = async (code: string): Promise<unknown> => (await kernel.isComplete(code))["status"];
    assert.deepEqual(await Promise.all(["const a = 1", "function f() {", "const = 1"].map(status)), [
      "complete",
      "incomplete",
      "invalid",
    ]);
    const { indent } = await kernel.isComplete("function f() {");
    assert.match(String(indent), /^\s+$/);
  });

  it("opens comms of its targets, responds on them while a cell runs, and closes unknown ones", async () => {
    const answers: unknown[] = [];
    const comm = await kernel.openComm("tunebook.assist", {}, (data) => answers.push(data));
    const info = await while_("begin(); for (;;);", async () => {
      await comm.send({ id: 7, method: "check", code: "1 + 1" });
      await until(() => answers.length > 0, "an answer");
      return kernel.commInfo("tunebook.assist");
    });
    assert.deepEqual(answers, [{ id: 7, result: { diagnostics: [] } }]);
    assert.deepEqual(info["comms"], { [comm.id]: { target_name: "tunebook.assist" } });
    assert.deepEqual((await kernel.commInfo("other"))["comms"], {});
    const closed = new Promise<Message>((resolve) =>
      kernel.onPublished((message) => {
        if (message.header.msg_type === "comm_close") resolve(message);
      }),
    );
    const unknown = await kernel.openComm("nobody", {}, () => undefined);
    assert.equal((await closed).content["comm_id"], unknown.id);
  });

  it("checks a Tune cell while it is typed", async () => {
    const code = 'data t {\n  sorce: csv("x.csv")\n}';
    const answer = new Promise<Record<string, unknown>>((resolve) => {
      void kernel.openComm("tunebook.assist", {}, resolve).then((comm) => comm.send({ id: 1, method: "check", code }));
    });
    const { diagnostics } = (await answer)["result"] as AssistantMethods["check"]["result"];
    const [first] = diagnostics;
    assert.equal(code.slice(first?.from, first?.to), "sorce");
    assert.equal(first?.severity, "error");
    assert.deepEqual(first.fix?.edits, [{ from: first.from, to: first.to, text: "source" }]);
  });

  it("sends run updates until the subscription ends, without a busy status", async () => {
    const heard: Record<string, unknown>[] = [];
    const busy: unknown[] = [];
    kernel.onPublished(({ header, content }) => header.msg_type === "status" && busy.push(content));
    const comm = await kernel.openComm("tunebook.assist", {}, (data) => heard.push(data));
    const runs = join(folder, "runs");
    const hears = (count: number): Promise<unknown> =>
      until(
        () => heard.length === count,
        () => JSON.stringify(heard),
      );
    await comm.send({ id: 1, method: "watchRuns", filter: "", limit: 5 });
    await hears(2);
    assert.deepEqual(heard[0], { id: 1, result: null });
    const listing = (i: number) => heard[i]?.["result"] as RunListing;
    assert.deepEqual([heard[1]?.["watch"], listing(1).order], [1, []]);
    const asked = busy.length;
    mkdirSync(join(runs, "first", "checkpoints"), { recursive: true });
    await hears(3);
    assert.deepEqual(
      listing(2).runs.map((run) => run.id),
      ["first"],
    );
    assert.equal(busy.length, asked, "the kernel said that it is busy");
    await comm.send({ id: 2, method: "unwatchRuns" });
    await hears(4);
    // Another watcher is notified of two changes in sequence. If the first watcher were still active, it would have
    // been notified of the first change.
    let told: Record<string, unknown> = {};
    const other = await kernel.openComm("tunebook.assist", {}, (data) => (told = data));
    await other.send({ id: 1, method: "watchRuns", filter: "", limit: 5 });
    for (const name of ["second", "third"]) {
      mkdirSync(join(runs, name, "checkpoints"), { recursive: true });
      await until(
        () => (told["result"] as RunListing | null)?.runs.some(({ id }) => id === name),
        () => JSON.stringify(told),
      );
    }
    await other.close();
    assert.equal(heard.length, 4);
    await comm.send({ id: 3, method: "watchRuns" });
    await hears(5);
    assert.deepEqual(heard[4], { id: 3, error: "watchRuns lacks a parameter" });
    await comm.close();
    rmSync(runs, { recursive: true });
  });

  it("carries comms of the main thread in both directions", async () => {
    const cell = await kernel.execute(`
      const comms = (globalThis as any)[Symbol.for("tunebook.comms")];
      comms.register("echo", (comm: any, { data }: any) => {
        comm.send({ opened: data });
        return { message: (m: any) => comm.send({ echo: m.data }), closed: () => console.log("closed") };
      });`);
    assert.equal(cell.status, "ok", JSON.stringify(cell.reply));
    const heard: unknown[] = [];
    const comm = await kernel.openComm("echo", { a: 1 }, (data) => heard.push(data));
    await comm.send({ b: 2 });
    await until(
      () => heard.length === 2,
      () => JSON.stringify(heard),
    );
    assert.deepEqual(heard, [{ opened: { a: 1 } }, { echo: { b: 2 } }]);
    assert.deepEqual((await kernel.commInfo("echo"))["comms"], { [comm.id]: { target_name: "echo" } });
    await comm.close();
    assert.deepEqual((await kernel.commInfo("echo"))["comms"], {});
  });

  it("replies to unsupported requests and survives unknown ones", async () => {
    const { content } = await kernel.request(
      "debug_request",
      { seq: 3, command: "attach" },
      { channel: "control", seconds: 5 },
    );
    assert.deepEqual([content["success"], content["request_seq"]], [false, 3]);
    const { content: ports } = await kernel.request("connect_request", {}, { seconds: 5 });
    assert.equal(ports["shell_port"], kernel.connection.shell_port);
    await assert.rejects(kernel.request("no_such_request", {}, { seconds: 0.3 }));
    await assert.rejects(kernel.request("constructor", {}, { seconds: 0.3 }));
    assert.equal((await kernel.request("complete_request", {}, { seconds: 5 })).content["status"], "error");
    assert.equal((await kernel.request("execute_request", {}, { seconds: 5 })).content["status"], "error");
  });

  it("drops malformed frames and survives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(Buffer.from("<IDS|MSG>"))), {
          minLength: 1,
          maxLength: 9,
        }),
        (frames) => kernel.sendRaw(frames.map((frame) => Buffer.from(frame))),
      ),
      { numRuns: 50 },
    );
    assert.equal(resultOf(await kernel.execute("'alive'")), "'alive'");
  });

  it("shuts down in order and reports whether it will restart", async () => {
    const other = await startKernel({ cwd: folder, env: { JUPYTER_DATA_DIR: folder } });
    await tellsWhenItBegins(other);
    const cell = other.execute("begin(); for (;;);");
    await hasBegun();
    const told = new Promise<Message>((resolve) =>
      other.onPublished((message) => {
        if (message.header.msg_type === "shutdown_reply") resolve(message);
      }),
    );
    assert.deepEqual(await other.shutdown(true), { status: "ok", restart: true });
    assert.deepEqual((await told).content, { status: "ok", restart: true });
    assert.equal((await other.process.ended).status, 0);
    void cell.catch(() => undefined);
  });

  it("ends when killed, and preserves its history after SIGKILL", async () => {
    const other = await startKernel({ cwd: folder, env: { JUPYTER_DATA_DIR: folder } });
    await other.execute("'before the crash'");
    const { content } = await other.request("usage_request", {}, { channel: "control", seconds: 5 });
    const pid = content["pid"] as number;
    await other.kill();
    await until(() => !isAlive(pid), `the end of process ${String(pid)}`);
    const { history } = await kernel.history({ hist_access_type: "search", pattern: "*the crash*" });
    assert.equal((history as unknown[]).length, 1);
  });

  it("reports why it cannot start", () => {
    const entry = kernelEntry();
    assert.throws(
      () => execFileSync(process.execPath, [entry, join(folder, "none.json")], { stdio: "pipe" }),
      (error) => {
        const { status, stderr } = error as { status: number; stderr: Buffer };
        assert.equal(status, 1);
        assert.match(stderr.toString(), /error\[bad-connection-file\]/);
        return true;
      },
    );
    assert.throws(
      () => execFileSync(process.execPath, [entry, kernel.connectionFile], { stdio: "pipe" }),
      (error) => /error\[port-unavailable\]/.test((error as { stderr: Buffer }).stderr.toString()),
    );
  });
});

function kernelEntry(): string {
  return new URL("../../../../../kernel/apps/jupyter/wire/main.js", import.meta.url).pathname;
}

/** A process that has ended but was not reaped counts as ended. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = join("/proc", String(pid), "stat");
  return !existsSync(stat) || !/^\d+ \(.*\) Z/s.test(readFileSync(stat, "utf8"));
}
