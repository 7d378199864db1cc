import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { startKernel, type KernelClient } from "#kernel/apps/jupyter/client/client.js";
import { runNotebook } from "#kernel/apps/jupyter/client/notebook.js";

const coded = async (work: Promise<unknown>): Promise<CodedError> => {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (e: unknown) => e,
  );
  assert.ok(error instanceof CodedError, String(error));
  return error;
};

describe("Jupyter client", () => {
  describe("with Tunebook's kernel", function () {
    this.timeout(60_000);
    let kernel: KernelClient;
    before(async () => {
      kernel = await startKernel();
    });
    after(() => kernel.shutdown());

    it("collects streams, results and errors of a cell", async () => {
      const ok = await kernel.execute('console.log("a"); console.error("b"); 6 * 7');
      assert.equal(ok.status, "ok");
      assert.deepEqual(
        ok.outputs.map((o) => o.output_type),
        ["stream", "stream", "execute_result"],
      );
      const failed = await kernel.execute('throw new RangeError("no")');
      assert.equal(failed.status, "error");
      assert.equal(failed.reply["ename"], "RangeError");
      assert.equal(failed.outputs.at(-1)?.output_type, "error");
    });
    it("receives late output in the cell that produced it", async () => {
      const first = await kernel.execute('setTimeout(() => console.log("late"), 100); 1');
      const late = new Promise<void>((done) => {
        const timer = setInterval(() => {
          if (first.outputs.length < 2) return;
          clearInterval(timer);
          done();
        }, 10);
      });
      await kernel.execute("2");
      await late;
      assert.deepEqual(first.outputs[1], { output_type: "stream", name: "stdout", text: "late\n" });
    });
    it("handles completion, is-complete, history and heartbeat requests", async () => {
      await kernel.execute("const answers = [1, 2, 3]");
      const { matches } = await kernel.complete("answers.fla");
      assert.ok((matches as string[]).some((match) => match.includes("flat")));
      assert.equal((await kernel.isComplete("if (true) {"))["status"], "incomplete");
      const { history } = await kernel.history({ hist_access_type: "tail", n: 1 });
      assert.equal((history as [number, number, string][]).at(-1)?.[2], "const answers = [1, 2, 3]");
      assert.ok((await kernel.heartbeat()) < 5000);
    });
    it("restricts the connection file to its owner, then removes it and leaves no timers", async () => {
      const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
      assert.equal(statSync(kernel.connectionFile).mode & 0o077, 0);
      const other = await startKernel();
      const before = timers();
      await other.shutdown();
      assert.equal(existsSync(other.connectionFile), false);
      assert.equal(timers(), before);
    });
    it("reports a killed kernel process and the code that it was running", async () => {
      const other = await startKernel();
      const running = coded(other.execute("await new Promise(() => {})"));
      setTimeout(() => other.process.kill("SIGKILL"), 200);
      assert.equal((await running).code, "kernel-ended");
      assert.equal((await coded(other.execute("1"))).code, "kernel-ended");
      await other.kill();
    });

    describe("running a notebook", () => {
      let folder: string;
      before(() => {
        folder = mkdtempSync(join(tmpdir(), "tunebook-headless-"));
      });
      after(() => rmSync(folder, { recursive: true, force: true }));
      const notebook = (...cells: readonly { source: string; tags?: string[] }[]): { file: string; out: string } => {
        const file = join(folder, "book.ipynb");
        const made = cells.map(({ source, tags }) => ({
          cell_type: "code",
          source,
          metadata: tags ? { tags } : {},
          outputs: [],
        }));
        writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: made }));
        return { file, out: join(folder, "out.ipynb") };
      };
      interface Executed {
        readonly nbformat_minor: number;
        readonly metadata: {
          readonly kernelspec: { readonly name: string };
          readonly papermill: { readonly exception: boolean };
        };
        readonly cells: readonly {
          readonly id: string;
          readonly source: string[];
          readonly outputs: { output_type: string }[];
        }[];
      }
      const executed = (file: string): Executed => JSON.parse(readFileSync(file, "utf8")) as Executed;

      it("sets the parameters, saves every output and does not change the notebook", async () => {
        const { file, out } = notebook({ source: "const rate = 1", tags: ["parameters"] }, { source: "rate * 2" });
        const before = readFileSync(file, "utf8");
        const result = await runNotebook(file, { out, parameters: { rate: "21" } });
        assert.equal(result.ok, true, JSON.stringify(result.failed));
        const book = executed(out);
        assert.deepEqual(book.cells[2]?.outputs, [
          { output_type: "execute_result", data: { "text/plain": ["42"] }, metadata: {}, execution_count: 3 },
        ]);
        assert.equal(book.nbformat_minor, 5);
        assert.equal(book.metadata.kernelspec.name, "tunebook");
        assert.equal(readFileSync(file, "utf8"), before);
      });
      it("stops at a failing cell, unless it is allowed to fail, and saves earlier outputs", async () => {
        const { file, out } = notebook(
          { source: 'throw new Error("meant")', tags: ["raises-exception"] },
          { source: '"before"' },
          { source: 'throw new TypeError("not meant")' },
          { source: '"after"' },
        );
        const result = await runNotebook(file, { out });
        assert.equal(result.ok, false);
        assert.deepEqual([result.failed?.number, result.failed?.ename], [3, "TypeError"]);
        const kinds = executed(out).cells.map((cell) => cell.outputs.map((o) => o.output_type));
        assert.deepEqual(kinds, [["error"], ["execute_result"], ["error"], []]);
        assert.equal(executed(out).metadata.papermill.exception, true);
      });
      it("runs no cell if it is aborted before the kernel is ready", async () => {
        const { file, out } = notebook({ source: 'console.log("on")' }, { source: "1" });
        const result = await runNotebook(file, { out, signal: AbortSignal.abort() });
        assert.deepEqual([result.ok, result.failed?.number, result.failed?.ename], [false, 1, "Interrupted"]);
        assert.deepEqual(executed(out).cells[0]?.outputs, []);
      });
      it("interrupts the running cell when it is aborted", async () => {
        const { file, out } = notebook({ source: 'console.log("on"); await new Promise(() => {})' }, { source: "1" });
        const controller = new AbortController();
        const result = await runNotebook(file, { out, signal: controller.signal, onOutput: () => controller.abort() });
        assert.deepEqual([result.ok, result.failed?.number], [false, 1]);
        assert.equal(executed(out).cells[0]?.outputs[0]?.output_type, "stream");
      });
    });
  });

  it("reports the log of a kernel that ends before it is ready", async () => {
    const script = 'console.error("no such thing"); process.exit(7)';
    const error = await coded(startKernel({ argv: [process.execPath, "-e", script] }));
    assert.equal(error.code, "kernel-ended");
    assert.deepEqual(error.data, { status: 7, signal: null, log: ["no such thing"] });
  });
  it("starts a kernel again with new ports if another program took one", async function () {
    this.timeout(30_000);
    const folder = mkdtempSync(join(tmpdir(), "tunebook-ports-"));
    const marker = join(folder, "started");
    const entry = new URL("../wire/main.js", import.meta.resolve("#kernel/apps/jupyter/client/client.js")).href;
    const script = `
      import { appendFileSync, readFileSync } from "node:fs";
      appendFileSync(${JSON.stringify(marker)}, "x");
      if (readFileSync(${JSON.stringify(marker)}).length < 2) {
        console.error("error[port-unavailable]: taken");
        process.exit(1);
      }
      await import(${JSON.stringify(entry)});`;
    const program = join(folder, "kernel.mjs");
    writeFileSync(program, script);
    const kernel = await startKernel({ argv: [process.execPath, program, "{connection_file}"] });
    try {
      assert.equal((await kernel.execute("1 + 1")).status, "ok");
      assert.equal(readFileSync(marker, "utf8"), "xx");
    } finally {
      await kernel.shutdown();
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it("gives up on a kernel that never responds, and ends it", async function () {
    this.timeout(15_000);
    const argv = [process.execPath, "-e", "setInterval(() => {}, 1000)"];
    const error = await coded(startKernel({ argv, readySeconds: 2 }));
    assert.deepEqual([error.code as string, error.data as object], ["kernel-not-ready", { seconds: 2, log: [] }]);
  });
  it("reports a kernel that cannot be started", async () => {
    const error = await coded(startKernel({ argv: ["/no/such/program"] }));
    assert.equal(error.code, "kernel-ended");
    assert.match(JSON.stringify(error.data), /ENOENT/);
  });
});
