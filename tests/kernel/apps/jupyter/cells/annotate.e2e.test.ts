/**
 * An annotation session over its comm, as a front end opens it: rows are labelled, the file contains the labels, the
 * data use them, and killing the kernel loses nothing.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startKernel, type KernelClient } from "#kernel/apps/jupyter/client/client.js";
import type { Comm } from "#kernel/apps/jupyter/client/comm.js";
import type { AnnotationReply, AnnotationRow, AnnotationState } from "#kernel/apps/jupyter/ports/annotate-contract.js";
import { Folder } from "../../../data/rows/plans.js";

const mime = "application/vnd.tunebook.annotate+json";
const hostile = '<img src=x onerror="alert(1)">';

class AnnotationClient {
  state: AnnotationState | undefined;
  closed: unknown;
  private readonly replies: AnnotationReply[] = [];
  private comm: Comm | undefined;

  static async open(kernel: KernelClient, annotation: unknown): Promise<AnnotationClient> {
    const own = new AnnotationClient();
    own.comm = await kernel.openComm("tunebook.annotate", { desk: annotation }, (data, message) => {
      if (message.header.msg_type === "comm_close") own.closed = data;
      if (data["method"] === "update") own.state = data["state"] as AnnotationState;
      if (data["method"] === "custom") own.replies.push(data["content"] as AnnotationReply);
    });
    for (let tries = 0; tries < 300 && !own.state && own.closed === undefined; tries++) await pause();
    return own;
  }
  async ask(content: object): Promise<AnnotationReply> {
    await this.comm?.send({ method: "custom", content });
    for (let tries = 0; tries < 300; tries++, await pause()) {
      const reply = this.replies.shift();
      if (reply) return reply;
    }
    throw new Error("no reply came");
  }
  async rows(): Promise<readonly AnnotationRow[]> {
    const reply = await this.ask({ ask: "rows", from: 0, to: 100 });
    return "rows" in reply ? reply.rows : [];
  }
}
const pause = () => new Promise((done) => setTimeout(done, 20));

describe("annotation in the kernel", function () {
  this.timeout(120_000);
  const folder = new Folder();
  const kernels: KernelClient[] = [];
  const start = async (): Promise<KernelClient> => {
    const kernel = await startKernel({ cwd: folder.path });
    kernels.push(kernel);
    return kernel;
  };
  after(async () => {
    await Promise.all(kernels.map((kernel) => kernel.kill().catch(() => undefined)));
    folder.remove();
  });
  folder.write(
    "tickets.csv",
    `body,team\nrefund,billing\ncrash,tech\n"${hostile.replaceAll('"', '""')}",tech\nlate,\n`,
  );
  const data = 'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, clean: drop_empty }';
  const ok = async (kernel: KernelClient, code: string) => {
    const { status, outputs, reply } = await kernel.execute(code);
    assert.equal(status, "ok", JSON.stringify(reply));
    return outputs.map((one) => (one as { data?: Record<string, unknown> }).data ?? {});
  };
  const text = (shown: readonly Record<string, unknown>[]) => shown.map((one) => String(one["text/plain"])).join("\n");
  const file = join(folder.path, "tickets.annotations.jsonl");
  const lines = () => readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore

  it("shows rows, records decisions and applies them to the data", async () => {
    const kernel = await start();
    await ok(kernel, data);
    const [shown] = await ok(kernel, 'annotate tickets as checked { annotator: "ann" }');
    assert.match(String(shown?.["text/plain"]), /0 of 4 rows decided by ann, 4 wait[^]*await checked\.decide\(4, /);
    assert.ok(!String(shown?.["text/html"]).includes("<img"), "a row's text is no HTML");
    const { desk: id } = shown![mime] as { desk: string };
    const annotation = await AnnotationClient.open(kernel, id);
    assert.deepEqual(
      [annotation.state?.labels, annotation.state?.total, annotation.state?.at],
      [["billing", "tech"], 4, 0],
    );
    const rows = await annotation.rows();
    assert.deepEqual([rows[0]?.row, rows[0]?.label, rows[0]?.why], [4, null, "no label"]);
    const at = (row: number) => rows.findIndex((one) => one.row === row);
    assert.equal(rows[at(3)]?.texts[0]?.text, hostile);
    const saved = await annotation.ask({ ask: "decide", at: 0, does: "label", label: "billing" });
    assert.deepEqual(saved, { saved: { at: 0, decided: { does: "label", label: "billing" } }, done: 1 });
    await annotation.ask({ ask: "decide", at: at(2), does: "drop" });
    await annotation.ask({ ask: "decide", at: at(1), does: "skip" });
    assert.deepEqual(await annotation.ask({ ask: "undo" }), {
      saved: { at: at(1), decided: null },
      done: 2,
      back: at(1),
    });
    assert.deepEqual(
      lines().map(({ does, row, annotator, before }) => [does, row, annotator, before]),
      [
        ["label", 4, "ann", null],
        ["drop", 2, "ann", "tech"],
        ["skip", 1, "ann", "billing"],
        ["undo", 1, "ann", "billing"],
      ],
    );
    const card = text(await ok(kernel, "show checked"));
    assert.match(card, /4 rows in, 3 kept/);
    assert.match(card, /2 rows by ann \(2\); 1 row labelled, 1 row dropped/);
  });

  it("reports a failed save and leaves the row undecided until a save succeeds", async () => {
    const [kernel] = kernels;
    mkdirSync(join(folder.path, "full"));
    writeFileSync(join(folder.path, "full/t.csv"), "text,label\na,x\nb,y\n");
    await ok(kernel!, 'data t { source: csv("full/t.csv"), columns: { text: text, label: label } }');
    const [shown] = await ok(kernel!, "annotate t as u");
    symlinkSync("/dev/full", join(folder.path, "full/t.annotations.jsonl"));
    const annotation = await AnnotationClient.open(kernel!, (shown![mime] as { desk: string }).desk);
    const reply = await annotation.ask({ ask: "decide", at: 0, does: "label", label: "x" });
    assert.match("fault" in reply ? reply.fault : "", /disk is full|no space/i);
    assert.equal("decided" in reply ? reply.decided : 0, null);
    rmSync(join(folder.path, "full/t.annotations.jsonl"));
    assert.ok("saved" in (await annotation.ask({ ask: "decide", at: 0, does: "label", label: "x" })));
  });

  it("resumes after a killed kernel and reports the agreement of two annotators", async () => {
    await kernels[0]!.kill();
    const kernel = await start();
    const gone = await AnnotationClient.open(kernel, "no such desk");
    assert.ok(gone.closed !== undefined, "the comm of an unknown session is closed");
    await ok(kernel, data);
    const [shown] = await ok(kernel, 'annotate tickets as checked { annotator: "bo" }');
    assert.match(String(shown?.["text/plain"]), /0 of 4 rows decided by bo/);
    const annotation = await AnnotationClient.open(kernel, (shown![mime] as { desk: string }).desk);
    const rows = await annotation.rows();
    const other = await AnnotationClient.open(kernel, (shown![mime] as { desk: string }).desk);
    await annotation.ask({ ask: "decide", at: 0, does: "label", label: "tech" });
    assert.deepEqual(other.state?.total, 4);
    await ok(kernel, 'checked.decide(1, "billing"); checked.decide(2, null, "drop")');
    assert.equal((await kernel.execute('checked.decide(99, "billing")')).status, "error");
    assert.equal((await kernel.execute('checked.decide(1, "biling")')).status, "error");
    const told = text(await ok(kernel, "show checked.agreement"));
    assert.match(told, /Agreement on checked: 0\.\d+ on 2 rows by ann, bo/);
    assert.match(told, /1 row on which annotators disagree/);
    assert.match(told, /–\s+billing\s+tech\s+– \(a tie\)\s+late/);
    assert.equal(rows.length, 4);
    const again = text(await ok(kernel, 'annotate tickets as checked { annotator: "ann" }'));
    assert.match(again, /2 of 4 rows decided by ann, 2 wait/);
  });
});
