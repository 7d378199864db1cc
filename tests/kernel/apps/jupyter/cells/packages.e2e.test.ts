/**
 * Types of packages: searched from the notebook's folder upwards, then among Tunebook's own. Also tests the cost of a
 * compiler failure.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MessagePort, Worker } from "node:worker_threads";
import { AssistantClient } from "#kernel/apps/jupyter/cells/assistant-client.js";
import { Notebook, traceback } from "./notebook.js";

const modules = fileURLToPath(new URL("../../../../../../node_modules/", import.meta.url));

describe("package types in a cell", function () {
  this.timeout(120_000);
  let book: Notebook;
  before(async () => {
    book = await Notebook.open();
    // A typical setup: code without types, and its types from @types.
    for (const name of ["yauzl", "@types/yauzl", "seedrandom", "@types/seedrandom", "pend", "buffer-crc32"])
      cpSync(join(modules, name), join(book.folder, "node_modules", name), { recursive: true });
  });
  after(() => book.close());

  /** Checks the type of `code`, as TypeScript prints it when the value is assigned to `never`. */
  const isA = async (code: string, type: RegExp): Promise<void> => {
    const at = code.lastIndexOf(";") + 1;
    const said = traceback(await book.run(`${code.slice(0, at)} const value: never = ${code.slice(at)};`));
    assert.match(said, /TS2322\]: Type '[^]*' is not assignable to type 'never'/, `${code} is any`);
    assert.match(said, type);
  };

  it("come from @types in the notebook's folder", async () => {
    await isA("import yauzl from 'yauzl'; yauzl.fromBuffer", /ZipFile/);
    await isA("import seedrandom from 'seedrandom'; seedrandom('a')", /PRNG/i);
    await isA("(await import('yauzl')).ZipFile", /ZipFile/);
  });
  it("fall back to Tunebook's copies, both bundled types and @types", async () => {
    await isA("import * as aq from 'arquero'; aq.table({ a: [1] })", /ColumnTable/);
    await isA("import YAML from 'yaml'; new YAML.Document()", /Document/);
    await isA("import { parse } from 'csv-parse/sync'; parse('a')", /string/);
    await isA("import { createTwoFilesPatch } from 'diff'; createTwoFilesPatch", /string/);
    await isA("import { Command } from 'commander'; new Command()", /Command/);
    await isA("import lockfile from 'proper-lockfile'; lockfile.lock", /LockOptions/);
    await isA("import write from 'write-file-atomic'; write.sync", /Buffer/);
    await isA("import { tensor1d } from '@tensorflow/tfjs-core'; tensor1d([1])", /Tensor1D/);
    await isA("import { request } from 'undici'; request", /Dispatcher/);
  });
  it("prefer the folder if both have the package", async () => {
    const folder = join(book.folder, "node_modules", "yaml");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "yaml", main: "i.js", types: "i.d.ts" }));
    writeFileSync(join(folder, "i.js"), "exports.mine = 1;");
    writeFileSync(join(folder, "i.d.ts"), "export declare const mine: 1;");
    // The compiler already knows the other package, so this needs another notebook.
    const other = await Notebook.open();
    try {
      cpSync(join(book.folder, "node_modules"), join(other.folder, "node_modules"), { recursive: true });
      const ran = await other.run("import { mine } from 'yaml'; mine");
      assert.equal(traceback(ran), "");
      assert.equal(ran.text, "1");
    } finally {
      await other.close();
    }
  });
  it("resolve re-exports of other packages and the folder's own imports (`#..`)", async () => {
    const other = await Notebook.open();
    try {
      const install = (name: string, types: string, code: string): void => {
        const folder = join(other.folder, "node_modules", name);
        mkdirSync(join(folder, "lib"), { recursive: true });
        const manifest = { name, version: "1.0.0", types: "lib/index.d.ts", main: "lib/index.js" };
        writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
        writeFileSync(
          join(folder, "lib", "index.d.ts"),
          'export * from "./Instance";\nexport * from "./Connection";\n',
        );
        writeFileSync(
          join(folder, "lib", "Connection.d.ts"),
          "export declare class Connection { run(q: string): number }",
        );
        writeFileSync(join(folder, "lib", "Instance.d.ts"), types);
        writeFileSync(join(folder, "lib", "index.js"), code);
      };
      // Same structure as @duckdb/node-api, on which the compiler's declaration printer failed.
      install(
        "base-of",
        'import { Connection } from "./Connection";\nexport declare class Instance { static create(at: string): Promise<Instance>; connect(): Promise<Connection> }',
        "class Connection { run() { return 5; } }\nexports.Connection = Connection;\nexports.Instance = class { static async create() { return new this(); } async connect() { return new Connection(); } };",
      );
      mkdirSync(dirname(join(other.folder, "own/x")), { recursive: true });
      writeFileSync(join(other.folder, "own", "twice.mjs"), "export const twice = (x) => 2 * x;");
      writeFileSync(join(other.folder, "own", "twice.d.mts"), "export declare const twice: (x: number) => number;");
      writeFileSync(join(other.folder, "package.json"), JSON.stringify({ imports: { "#own/*": "./own/*" } }));
      const code =
        "import { Instance } from 'base-of'; const con = await (await Instance.create(':memory:')).connect(); con.run('x')";
      const ran = await other.run(code);
      assert.equal(traceback(ran), "");
      assert.equal(ran.text, "5");
      assert.match(traceback(await other.run("const no: number = con;")), /TS2322\]: Type 'Connection'/);
      const own = await other.run("import { twice } from '#own/twice.mjs'; twice(4)");
      assert.equal(traceback(own), "");
      assert.equal(own.text, "8");
      assert.match(traceback(await other.run("const no: string = twice(1);")), /TS2322\]: Type 'number'/);
    } finally {
      await other.close();
    }
  });
});

describe("standard library of a cell", function () {
  this.timeout(120_000);
  it("matches the running Node version", async () => {
    const book = await Notebook.open();
    try {
      const gives = async (code: string, text: string): Promise<void> => {
        const ran = await book.run(code);
        assert.equal(traceback(ran), "");
        assert.equal(ran.text, text);
      };
      await gives("[3, 1, 2].toSorted().findLast((x) => x > 1)", "3");
      await gives("[1, 2].toReversed().with(0, 5).toSpliced(1, 1)", "[ 5 ]");
      await gives("[...new Float32Array([2, 1]).toSorted()]", "[ 1, 2 ]");
      await gives("'a'.isWellFormed()", "true");
      const newer: readonly (readonly [string, boolean, string])[] = [
        ["Object.keys(Object.groupBy([1, 2], (x) => (x > 1 ? 'a' : 'b'))).length", "groupBy" in Object, "2"],
        ["(await Array.fromAsync([1, 2])).length", "fromAsync" in Array, "2"],
        ["new Set([1]).union(new Set(['a'])).size", "union" in Set.prototype, "2"],
        ["[1, 2].values().map((x) => x + 1).toArray().length", "Iterator" in globalThis, "2"],
        ["RegExp.escape('.').length", "escape" in RegExp, "2"],
      ];
      for (const [code, has, text] of newer)
        if (has) await gives(code, text);
        else assert.match(traceback(await book.run(code)), /TS2339|TS2550/);
      await gives("const it: Iterator<number> = { next: () => ({ value: 1, done: true }) }; it.next().done", "true");
    } finally {
      await book.close();
    }
  });
});

describe("compiler failure", () => {
  it("fails only the cell that causes it", async function () {
    this.timeout(120_000);
    const book = await Notebook.open();
    try {
      await book.run("const before: number = 1;");
      const long = await book.run(`const long = "a"${'.concat("b")'.repeat(20_000)};`);
      assert.equal(long.outcome.status === "error" && long.outcome.ename, "compiler-failed");
      assert.match(traceback(await book.run("const text: string = before;")), /TS2322/);
      assert.equal((await book.run("before + 1")).text, "2");
    } finally {
      await book.close();
    }
  });
  it("restarts a thread that ended, with earlier declarations restored", async function () {
    this.timeout(120_000);
    const folder = dirname(fileURLToPath(import.meta.url));
    const assistant = new AssistantClient({ folder, runs: join(folder, "runs"), declarations: "" });
    const ports: MessagePort[] = [];
    assistant.onRestart((port) => ports.push(port));
    try {
      const ok = async (code: string): Promise<void> => {
        const answer = await assistant.ask("convert", { code });
        assert.ok("compiled" in answer, JSON.stringify(answer));
        await assistant.ask("commit", {});
      };
      await assistant.ask("tuneNames", { names: [["router", "{ history: number[] }"]] });
      await ok("class Kept { size = 2 }\nconst kept = new Kept();");
      const { worker } = assistant as unknown as { worker: Worker };
      const waiting = assistant.ask("convert", { code: "kept" });
      void worker.terminate();
      await assert.rejects(waiting, { code: "assistant-stopped" });
      await ok("const size: number = kept.size + router.history.length;");
      const wrong = await assistant.ask("convert", { code: "const no: string = new Kept().size" });
      assert.ok("complaints" in wrong);
      const [port] = ports;
      assert.ok(port);
      const answer = new Promise<unknown>((resolve) => port.once("message", resolve));
      port.postMessage({ id: 1, method: "complete", params: { code: "kept.si", offset: 7 } });
      assert.equal(
        ((await answer) as { result: { matches: readonly { text: string }[] } }).result.matches[0]?.text,
        "size",
      );
      port.close();
    } finally {
      await assistant.dispose();
    }
  });
});
