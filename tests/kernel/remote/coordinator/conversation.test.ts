/**
 * One recorded conversation of a worker with its coordinator, compared with the committed file, which documents the
 * protocol for other workers. TUNEBOOK_BLESS=1 rewrites the file. Random values are replaced by placeholders that name
 * them.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Coordinator } from "#kernel/remote/coordinator/coordinator.js";
import { GivenWork } from "./given-work.js";

const golden = fileURLToPath(new URL("../../../../../tests/golden/cluster/conversation.txt", import.meta.url));
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("protocol between worker and coordinator", () => {
  it("matches the committed transcript", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    const rows = join(folder, "rows.csv");
    writeFileSync(rows, "text,label\nfine,yes\n");
    const reads = [{ path: rows, hash: hashOf("text,label\nfine,yes\n"), bytes: 20 }];
    const work = new GivenWork("trial 1 of search", join(folder, "run"), reads);
    const coordinator = await Coordinator.open({ version: "0.1.0", scratch: join(folder, "arriving") });
    const written: string[] = [];
    const names = new Map([
      [coordinator.token, "TOKEN"],
      [folder, "FOLDER"],
    ]);
    const plain = (text: string): string => [...names].reduce((all, [own, as]) => all.replaceAll(own, as), text);
    const say = async (line: string, body: string | object | null, token = coordinator.token, lease?: string) => {
      const [method = "", path = ""] = line.split(" ");
      const text = body === null ? null : typeof body === "string" ? body : JSON.stringify(body);
      const answer = await fetch(`${coordinator.url}/tunebook/1/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(lease !== undefined && { "x-tunebook-lease": lease }) },
        ...(text !== null && { body: text }),
      });
      const said = await answer.text();
      const parsed = said.startsWith("{") ? (JSON.parse(said) as Record<string, unknown>) : {};
      for (const [value, as] of [
        [parsed["worker"], "WORKER"],
        [(parsed["work"] as { lease?: string } | undefined)?.lease, "LEASE"],
      ])
        if (typeof value === "string") names.set(value, String(as));
      written.push(plain(`> ${line}${text === null ? "" : ` ${text}`}\n< ${String(answer.status)} ${said}\n`));
      return parsed;
    };
    try {
      await say("POST hello", { tunebook: "0.1.0", name: "a:1", threads: 1 }, "another");
      await say("POST hello", { tunebook: "0.0.9", name: "a:1", threads: 1 });
      const { worker } = await say("POST hello", { tunebook: "0.1.0", name: "a:1", threads: 1 });
      await say("POST beat", { worker, lease: null });
      coordinator.give(work);
      const taken = await say("POST take", { worker });
      const { lease } = taken["work"] as { lease: string };
      await say(`GET blobs/${reads[0]?.hash ?? ""}`, null);
      await say(`GET blobs/${"0".repeat(64)}`, null);
      await say("GET blobs/..%2f..%2fetc%2fpasswd", null);
      const step = (n: number) => ({ is: "step", run: 0, step: n, tokens: 100 });
      await say("POST tell", { worker, lease, from: 0, items: [{ is: "steps", run: 0, steps: 8 }, step(1)] });
      await say("POST tell", { worker, lease, from: 1, items: [step(1), step(2)] });
      await say("POST tell", { worker, lease, from: 9, items: [step(9)] });
      work.says = "prune";
      await say("POST beat", { worker, lease });
      const files = [{ path: "checkpoints/step-000002.safetensors", hash: hashOf("weights"), bytes: 7 }];
      await say("POST holds", { worker, lease, run: 0, files });
      await say(`PUT blobs/${hashOf("weights")}`, "WEIGHTS", coordinator.token, lease);
      await say(`PUT blobs/${hashOf("weights")}`, "weights", coordinator.token, lease);
      await say("POST holds", { worker, lease, run: 0, files });
      await say("POST holds", { worker, lease, run: 0, files: [{ ...files[0], path: "../../plan.json" }] });
      await say("POST done", { worker, lease, outcome: { result: { outcomes: [] } } });
      await say("POST done", { worker, lease, outcome: { result: { outcomes: [] } } });
      await say("POST tell", { worker, lease, from: 3, items: [step(3)] });
      coordinator.give(work);
      const again = await say("POST take", { worker });
      const { lease: second } = again["work"] as { lease: string };
      await say("POST back", { worker, lease: second, why: "a proxy answers" });
      await say("POST leave", { worker });
      await say("POST take", { worker });
    } finally {
      await coordinator.close();
    }
    const kept = readFileSync(join(folder, "run", "checkpoints", "step-000002.safetensors"), "utf8");
    rmSync(folder, { recursive: true, force: true });
    assert.equal(kept, "weights");
    assert.deepEqual(
      work.items.map((item) => (item.is === "step" ? item.step : item.is)),
      ["steps", 1, 2],
    );
    assert.equal(work.results.length, 1);
    const now = written.join("\n");
    if (process.env["TUNEBOOK_BLESS"]) writeFileSync(golden, now);
    assert.equal(now, readFileSync(golden, "utf8"));
  });
});
