/** Commands and editors in an untrusted folder: files are read, but nothing runs, is written or is fetched. */
import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import type { PublishDiagnosticsParams } from "vscode-languageserver";
import { buildVsix } from "#editors/vscode/build.mjs";
import { startKernel } from "#kernel/apps/jupyter/client/client.js";
import { OpenedFolder } from "./opened-folder.js";

const main = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));

describe("untrusted folder", function () {
  this.timeout(120_000);
  const opened = new OpenedFolder();
  const home = mkdtempSync(join(tmpdir(), "tunebook-home-"));
  let before_: readonly string[];
  /** An empty cache, an empty configuration, and a model hub that counts requests. */
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    ...{ TUNEBOOK_CACHE: join(home, "cache"), TUNEBOOK_CONFIG: join(home, "config"), HF_HOME: join(home, "hf") },
    ...{ HF_ENDPOINT: opened.address, PIP_INDEX_URL: `${opened.address}/simple` },
  });
  const tunebook = (...args: readonly string[]): Promise<{ status: number; out: string; err: string }> =>
    new Promise((done) =>
      execFile(process.execPath, [main, ...args], { cwd: opened.folder, env: env() }, (error, out, err) =>
        done({ status: error === null ? 0 : Number(error.code), out, err }),
      ),
    );
  const untouched = (): void => {
    assert.deepEqual(opened.touched(), { ran: "", connections: 0 });
    assert.deepEqual(opened.state(), before_);
    assert.deepEqual(opened.outsideNames(), ["elsewhere.csv"]);
  };

  before(async () => {
    await opened.start();
    before_ = opened.state();
  });
  after(() => {
    opened.end();
    rmSync(home, { recursive: true, force: true });
  });

  for (const args of [
    ["check", "book.ipynb"],
    ["plan", "program.tune"],
    ["fmt", "--check", "program.tune", "book.ipynb"],
    ["fix", "--diff", "program.tune", "book.ipynb"],
  ] as const)
    it(`is only read by ${args.join(" ")}`, async () => {
      const { status, err } = await tunebook(...args);
      assert.ok(status === 0 || status === 1, err);
      assert.doesNotMatch(err, /error\[internal\]|^\s+at /m);
      untouched();
    });
  it("is only read by the import of a Python program", async () => {
    assert.equal((await tunebook("import", "train.py")).status, 0);
    untouched();
  });
  it("is only read by show", async () => {
    await tunebook("show", "plan", "program.tune");
    untouched();
  });

  it("gets a note instead of each download", async () => {
    const { out } = await tunebook("check", "--json", "program.tune");
    const { diagnostics } = JSON.parse(out) as {
      diagnostics: readonly { code: string; severity: string; start: { line: number } }[];
    };
    assert.deepEqual(
      diagnostics.map(({ code, severity, start }) => [code, severity, start.line]),
      [
        ["sql-package", "error", 6],
        ["not-fetched", "note", 8],
        ["not-fetched", "note", 9],
      ],
    );
  });

  for (const [name, server] of [
    ["the language server", () => Promise.resolve([main, "language-server", "--stdio"])],
    [
      "VS Code's server",
      async () => {
        await buildVsix({ into: join(home, "vscode") });
        return [join(home, "vscode", "extension", "dist", "server", "server.mjs"), "--stdio"];
      },
    ],
  ] as const)
    it(`is only read by ${name}`, async () => {
      const child = spawn(process.execPath, await server(), { cwd: opened.folder, env: env() });
      try {
        const asked = await askedOf(child, pathToFileURL(join(opened.folder, "program.tune")).href, opened.program);
        assert.ok(asked.codes.includes("sql-package"), asked.codes.join());
        assert.ok(asked.codes.includes("not-fetched"), asked.codes.join());
        untouched();
      } finally {
        child.kill();
      }
    });

  it("is only read by a kernel that checks, completes and plans cells but runs none", async () => {
    const kernel = await startKernel({ cwd: opened.folder, env: env() });
    try {
      const replies: Record<string, unknown>[] = [];
      const comm = await kernel.openComm("tunebook.assist", {}, (data) => replies.push(data));
      const typescript = 'import { op } from "arquero";\nop.';
      const cells = [opened.program, typescript].map((code, i) => ({ id: `cell-${String(i)}`, code }));
      await comm.send({ id: 1, method: "check", code: opened.program });
      await comm.send({ id: 2, method: "complete", code: typescript, offset: typescript.length });
      await comm.send({
        id: 3,
        method: "plan",
        cells,
        at: { cell: "cell-0", offset: opened.program.length },
        measure: true,
      });
      await kernel.request("complete_request", { code: typescript, cursor_pos: typescript.length });
      await kernel.request("inspect_request", { code: typescript, cursor_pos: 12, detail_level: 1 });
      while (replies.filter(({ id }) => id === 1 || id === 3).length < 2)
        await new Promise((wake) => setTimeout(wake, 20));
      assert.ok(JSON.stringify(replies).includes("not-fetched"));
      untouched();
    } finally {
      await kernel.shutdown();
    }
  });
  it("becomes trusted, without its subfolders, once a program or cell runs in it", async () => {
    const places = ["program", "notebook"].map((name) => join(home, name));
    for (const place of places) mkdirSync(place);
    writeFileSync(join(places[0]!, "a.tune"), "recipe quick { epochs: 1 }\n");
    const cell = { cell_type: "code", id: "a", metadata: {}, outputs: [], execution_count: null, source: "1 + 1" };
    const book = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
    writeFileSync(join(places[1]!, "a.ipynb"), JSON.stringify(book));
    for (const file of [join(places[0]!, "a.tune"), join(places[1]!, "a.ipynb")])
      assert.equal((await tunebook("run", file)).status, 0);
    const { out } = await tunebook("trust", "--json");
    assert.deepEqual(JSON.parse(out) as unknown, {
      folders: places.map((path) => ({ path: realpathSync(path), subfolders: false })),
    });
  });
  it("allows downloads once trusted by tunebook trust or --trust", async () => {
    await tunebook("check", "--trust", "program.tune");
    assert.equal(opened.touched().ran, "");
    assert.ok(opened.touched().connections > 0);
    const { out } = await tunebook("trust", "--json");
    const { folders } = JSON.parse(out) as { folders: readonly { path: string; subfolders: boolean }[] };
    assert.deepEqual(folders.at(-1), { path: realpathSync(opened.folder), subfolders: true });
    assert.deepEqual(opened.state(), before_);
  });
  it("stays restricted if the editor says so, whatever the list of trusted folders contains", async () => {
    const uri = pathToFileURL(join(opened.folder, "program.tune")).href;
    const found = await Promise.all(
      [true, false].map(async (trusted) => {
        const child = spawn(process.execPath, [main, "language-server"], { cwd: opened.folder, env: env() });
        try {
          return (await askedOf(child, uri, opened.program, { trusted })).codes.includes("not-fetched");
        } finally {
          child.kill();
        }
      }),
    );
    assert.deepEqual(found, [false, true]);
  });
});

/**
 * Opens a program in a server, hovers over it, completes in it and requests its plan. Returns the codes of the
 * published diagnostics.
 */
async function askedOf(
  child: ChildProcess,
  uri: string,
  text: string,
  initializationOptions: object = {},
): Promise<{ readonly codes: readonly string[] }> {
  const client = createProtocolConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  const published = new Promise<PublishDiagnosticsParams>((done) =>
    client.onNotification("textDocument/publishDiagnostics", done),
  );
  client.listen();
  await client.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions,
  });
  await client.sendNotification("initialized", {});
  await client.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "tune", version: 1, text },
  });
  const { diagnostics } = await published;
  const position = { line: 5, character: 25 };
  for (const method of ["hover", "completion", "definition", "signatureHelp"])
    await client.sendRequest(`textDocument/${method}`, { textDocument: { uri }, position });
  await client.sendRequest("tunebook/plan", { textDocument: { uri } });
  client.dispose();
  return { codes: diagnostics.map(({ code }) => String(code)) };
}
