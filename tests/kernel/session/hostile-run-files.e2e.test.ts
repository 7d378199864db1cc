/** Run folders from untrusted sources: every reader ends with a result or a coded error, and in time. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { changedJson } from "../fetch/changed-json.js";
import { operations, troubleOf, type Where } from "./hostile-runs.js";
import { files, writeRunFiles } from "./run-files.js";

describe("hostile run folder", function () {
  this.timeout(120_000);
  let at: Where;
  let path: string;
  const good = new Map<string, Buffer>();
  const names = [...files.json, ...files.lines];
  before(async () => {
    at = await writeRunFiles(mkdtempSync(join(tmpdir(), "tunebook-hostile-")));
    path = join(at.folder, "runs", at.id);
    for (const name of names) good.set(name, readFileSync(join(path, name)));
  });
  after(() => rmSync(at.folder, { recursive: true, force: true }));

  const restore = (name: string): void => {
    rmSync(join(path, name), { recursive: true, force: true });
    writeFileSync(join(path, name), good.get(name)!);
  };
  /** Runs these operations with the changed file and restores it. */
  async function stands(name: string, change: () => void, which = readersOf(name)): Promise<void> {
    change();
    try {
      for (const operation of which) assert.equal(await troubleOf(operations[operation]!, at), null, operation);
    } finally {
      restore(name);
    }
  }
  /** Most files of a run have a single reader; its plan, lock and log are read by all. */
  const readersOf = (name: string): readonly string[] =>
    ["plan.json", "lock.json", "events.jsonl"].includes(name)
      ? Object.keys(operations)
      : ["tunebook runs", "small files", "tunebook serve", "a seed's training that runs by itself"];
  const write = (name: string, text: string) => (): void => writeFileSync(join(path, name), text);

  /** Generates changed JSON for the file, or for one line of it. */
  const changedFile = (name: string): fc.Arbitrary<string> => {
    const text = good.get(name)!.toString("latin1");
    if (!(files.lines as readonly string[]).includes(name)) return changedJson(JSON.parse(text));
    const lines = text.split("\n");
    const heads = name === "rows.bin" ? 1 : lines.length - 1;
    return fc
      .nat(heads - 1)
      .chain((n) => changedJson(JSON.parse(lines[n]!)).map((line) => lines.with(n, line).join("\n")));
  };

  it("is read completely if nothing is wrong", async () => {
    const ended: string[] = [];
    for (const [name, operation] of Object.entries(operations))
      try {
        await operation(at);
        ended.push(name);
      } catch (error) {
        assert.match(String(error), /this test starts no engine/, name);
      }
    assert.equal(ended.length, Object.keys(operations).length - 1);
  });

  it("gives a result or a coded error for any change in a JSON file", async () => {
    const round = fc
      .constantFrom(...names)
      .chain((name) => fc.tuple(fc.constant(name), changedFile(name), fc.constantFrom(...readersOf(name))));
    await fc.assert(
      fc.asyncProperty(round, ([name, text, operation]) => stands(name, write(name, text), [operation])),
      { numRuns: 250, seed: Number(process.env["TUNEBOOK_SEED"] ?? 7) },
    );
  });

  const nested: Readonly<Record<string, (depth: number) => string>> = {
    lists: (n) => "[".repeat(n) + "]".repeat(n),
    calls: (n) => '{"kind":"a","word":"b","arguments":{"x":'.repeat(n) + "0" + "}}".repeat(n),
  };
  for (const [what, text] of Object.entries(nested))
    it(`gives a result or a coded error for deeply nested ${what}`, async () => {
      for (const name of ["plan.json", "lock.json"])
        for (const depth of [250, 30_000]) {
          const whole = good.get(name)!.toString();
          await stands(name, write(name, whole.replace(/^\{/, `{"more": ${text(depth)},`)));
          await stands(name, write(name, whole.replace('"arguments": {', `"arguments": {"x": ${text(depth)},`)));
        }
    });

  it("gives a result or a coded error for extreme numbers and special keys", async () => {
    for (const name of names) {
      const whole = good.get(name)!.toString("latin1");
      for (const number of ["1e999", "-1", "1e300"])
        await stands(name, write(name, whole.replaceAll(/(?<=: ?)\d+(?:\.\d+)?(?=[,}\n])/g, number)));
      for (const key of ["__proto__", "constructor"])
        await stands(name, write(name, whole.replaceAll("{", `{"${key}": {"toString": 1, "detach": true},`)));
    }
    assert.equal(({} as { detach?: unknown }).detach, undefined);
  });

  it("gives a result or a coded error for a line of 100 MB", async () => {
    const long = `{"at":"${"x".repeat(100 * 2 ** 20)}","kind":"step"`;
    for (const name of ["plan.json", "events.jsonl"]) await stands(name, write(name, long), ["tunebook runs"]);
  });

  it("gives a result or a coded error for folders, links and devices as files", async () => {
    const odd: readonly ((file: string) => void)[] = [
      (file) => mkdirSync(file),
      (file) => symlinkSync(file, file),
      (file) => symlinkSync("/nowhere/at/all", file),
      ...(process.platform === "linux" ? [(file: string) => symlinkSync("/dev/zero", file)] : []),
    ];
    for (const name of [...names, "process.log", "checkpoints/step-000088.safetensors"]) {
      if (!good.has(name)) good.set(name, name === "process.log" ? Buffer.alloc(0) : readFileSync(join(path, name)));
      for (const make of odd)
        await stands(name, () => {
          rmSync(join(path, name), { force: true });
          make(join(path, name));
        });
    }
  });

  it("leaves other runs in the table and is listed with the faulty file and field", async () => {
    const { runsText } = await import("#kernel/apps/cli/runs/runs-table.js");
    const asked = { filter: "", sort: "started", on: null, reverse: false, fold: false, limit: "50" } as const;
    cpSync(path, join(at.folder, "runs", "copy"), { recursive: true });
    const plan = good.get("plan.json")!.toString().replace('"batch_size": ', '"batch_size": "x", "y": ');
    writeFileSync(join(path, "plan.json"), plan);
    const { rows } = JSON.parse(await runsText(at.folder, { ...asked, json: true })) as {
      readonly rows: readonly { readonly id: string; readonly run: { readonly state: string; problem?: string } }[];
    };
    restore("plan.json");
    const states = new Map(rows.map(({ id, run }) => [id, run]));
    assert.equal(states.get("copy")?.problem, undefined);
    assert.equal(
      states.get(at.id)?.problem,
      'plan.json cannot be read: recipe.training.batch_size is "x", not a number',
    );
  });
});
