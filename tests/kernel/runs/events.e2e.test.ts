/**
 * events.jsonl matches docs/reference/run-folder.md: every step has a loss equal to PyTorch's on the same rows, and
 * every event has the documented fields.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";

const root = new URL("../../../..", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("tests/golden/oracle/chat.json", root), "utf8")) as {
  readonly templates: Readonly<Record<string, { readonly cases: readonly { readonly messages: unknown }[] }>>;
  readonly training: { readonly losses: readonly number[]; readonly norms: readonly number[] };
};
const page = readFileSync(new URL("docs/reference/run-folder.md", root), "utf8");

/** Returns the documented fields of an event kind, from the page's table. */
function documented(kind: string): readonly string[] {
  const [, fields] = new RegExp(`^\\| \`${kind}\` \\| (.*?) \\|`, "m").exec(page) ?? [];
  assert.ok(fields, `${kind} is not on the page`);
  return [...fields.replace(/\([^)]*\)/g, "").matchAll(/`(\w+)`/g)].map(([, name]) => name!);
}

describe("event log of a run", function () {
  this.timeout(60_000);
  let book: NotebookOfOne;
  before(() => {
    book = new NotebookOfOne();
    cpSync(new URL("tests/fixtures/models/chat-llama/", root), join(book.folder, "llama"), { recursive: true });
    const rows = golden.templates["chatml"]!.cases.slice(0, 8);
    writeFileSync(
      join(book.folder, "chats.jsonl"),
      rows.map(({ messages }) => JSON.stringify({ messages })).join("\n"),
    );
  });
  after(() => book.close());

  it("holds PyTorch's loss and norm of each step and the documented fields", async () => {
    await book.run(`
data chats { source: jsonl("chats.jsonl"), columns: { messages: messages } }
model helper { base: "llama", task: chat, template: chatml }
recipe same { steps: 10, batch_size: 4, schedule: linear(warmup: 6%), clip: 1.0, optimizer: adamw(learning_rate: 1e-2, weight_decay: 0.01) }
train helper on chats with same { shuffle: none, dropout: 0, log: every(steps: 1) }`);
    const { folder } = book.values.get("helper") as ModelHandle;
    const lines = readFileSync(join(folder!, "events.jsonl"), "utf8").split("\n");
    assert.equal(lines.pop(), "", "each line ends");
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual([events[0]!["kind"], events.at(-1)!["kind"]], ["started", "stopped"]);
    const steps = events.filter(({ kind }) => kind === "step");
    assert.deepEqual(
      steps.map(({ step }) => step),
      golden.training.losses.map((_, i) => i + 1),
    );
    for (const [field, theirs, tolerance] of [
      ["loss", golden.training.losses, 1e-4],
      ["norm", golden.training.norms, 1e-3],
    ] as const)
      steps.forEach((s, i) => {
        const ours = s[field] as number;
        assert.ok(
          Math.abs(ours - theirs[i]!) <= tolerance * theirs[i]!,
          `${field} of step ${i + 1}: ${ours}, not ${theirs[i]}`,
        );
      });
    for (const { at, run, kind, ...own } of events) {
      assert.equal(new Date(at as string).toISOString(), at);
      assert.equal(run, folder!.split(/[\\/]/).at(-1));
      const fields = documented(kind as string).filter(
        (name) => name !== "resumedFrom" && (name !== "by" || own["best"] === true),
      );
      assert.deepEqual(Object.keys(own).sort(), [...fields].sort(), kind as string);
    }
    for (const kind of ["allowed", "evaluated", "stopping"]) assert.ok(documented(kind).length > 0);
  });
});
