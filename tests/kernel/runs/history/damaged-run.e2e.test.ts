/** A run whose plan, lock or log is damaged: commands that name it report this and suggest what to do. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runsText } from "#kernel/apps/cli/runs/runs-table.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { loadStatementOf, readRunDetails } from "#kernel/runs/history/run-details.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

describe("damaged run", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  let run: RunFolder;
  let copy: string;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}recipe quick { steps: 4, batch_size: 16, optimizer: adamw(learning_rate: 1e-3) }
train m on d with quick as night`);
    run = RunFolder.open((book.values.get("night") as ModelHandle).folder!);
    copy = join(book.folder, "copy");
    cpSync(run.path, copy, { recursive: true });
  });
  beforeEach(() => {
    rmSync(run.path, { recursive: true });
    cpSync(copy, run.path, { recursive: true });
  });
  after(() => book.close());

  const told = async (path: string) => {
    const error = await book.run(`model x { load: ${JSON.stringify(path)} }`).catch((e: unknown) => e);
    assert.ok(error instanceof RefusedError, String(error));
    return error;
  };
  const ways = () => ["night", run.id, `runs/${run.id}`, run.path];
  const harms: readonly (readonly [string, string, (file: string) => void])[] = ["lock.json", "plan.json"].flatMap(
    (name) =>
      [
        ["gone", (file: string) => rmSync(file)],
        ["empty", (file: string) => writeFileSync(file, "")],
        ["cut", (file: string) => writeFileSync(file, readFileSync(file, "utf8").slice(0, 40))],
        ["another's", (file: string) => writeFileSync(file, '{"name": "night", "version": 1}')],
        ["a list", (file: string) => writeFileSync(file, "[]")],
        [
          "a folder",
          (file: string) => {
            rmSync(file);
            mkdirSync(file);
          },
        ],
      ].map(([what, harm]) => [name, what, harm] as (typeof harms)[number]),
  );
  for (const [name, what, harm] of harms)
    it(`is reported by name, id and path, in the table and panel, if ${name} is ${what}`, async () => {
      harm(join(run.path, name));
      for (const path of ways()) {
        const { diagnostics, message } = await told(path);
        assert.equal(diagnostics[0]!.code, "run-unreadable", `${path}: ${message}`);
        assert.match(
          message,
          new RegExp(`${run.id} is damaged: ${name.replace(".", "\\.")} (is missing|cannot be read)`),
        );
      }
      const list = new RunList(book.runs);
      await list.look();
      assert.match(list.get(run.id)!.problem!, new RegExp(`^${name.replace(".", "\\.")} (is|cannot)`));
      assert.equal(await loadStatementOf(list, run.id, []), null);
      assert.equal((await readRunDetails(list, run.id, null))!.load, null);
      const table = await runsText(book.folder, {
        ...{ filter: "", sort: "started", on: null, reverse: false, fold: true, limit: "20", json: false },
      });
      assert.match(table, new RegExp(`damaged: ${run.id}: ${name.replace(".", "\\.")}`));
    });
  it("is not loaded by name if an intact run has the same name", async () => {
    cpSync(copy, join(book.runs, "night-20200101-000000-abcdef"), { recursive: true });
    rmSync(join(run.path, "lock.json"));
    await book.run('model lone { load: "night" }');
    rmSync(join(book.runs, "night-20200101-000000-abcdef"), { recursive: true });
  });
  it("is reported on resume if its lock is unreadable, and resumes without its plan", async () => {
    for (const name of ["lock.json", "plan.json"]) {
      const log = readFileSync(run.eventsFile, "utf8");
      writeFileSync(run.eventsFile, log.replace('"reason":"done"', '"reason":"interrupted"'));
      const before = readFileSync(join(run.path, name));
      writeFileSync(join(run.path, name), "{ torn");
      const error = (await book.run("train m on d with quick as night { resume: true }").catch((e: unknown) => e)) as {
        code?: string;
        message: string;
      };
      if (name === "lock.json") {
        assert.equal(error.code, "run-unreadable");
        assert.match(error.message, /lock\.json cannot be read/);
      } else assert.equal(error.code, undefined, "its lock says enough to go on");
      writeFileSync(join(run.path, name), before);
    }
  });
  for (const [what, harm] of [
    ["gone", (file: string) => rmSync(file)],
    ["empty", (file: string) => writeFileSync(file, "")],
    ["of bytes", (file: string) => writeFileSync(file, Buffer.from([0, 255, 10, 123, 10, 200, 10]))],
  ] as const)
    it(`loads with a warning, and is marked in the table, if its log is ${what}`, async () => {
      harm(run.eventsFile);
      for (const [i, path] of ways().entries()) {
        book.warnings.length = 0;
        await book.run(`model lost_${what.replace(" ", "_")}_${i} { load: ${JSON.stringify(path)} }`);
        assert.deepEqual(
          book.warnings.map(({ code }) => code),
          ["run-without-log"],
        );
      }
      // The last write was an hour ago.
      const old = new Date(Date.now() - 3600_000);
      for (const path of what === "gone" ? [run.path] : [run.path, run.eventsFile]) utimesSync(path, old, old);
      const list = new RunList(book.runs);
      await list.look();
      assert.match(list.get(run.id)!.problem ?? "", /its log is lost/);
    });
});
