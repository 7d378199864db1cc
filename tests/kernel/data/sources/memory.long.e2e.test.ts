/** The memory that streaming data takes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { call, streamedPlan as plan } from "./streamed-plan.js";

describe("memory of streamed data", () => {
  let folder: string;
  const cache = process.env["TUNEBOOK_CACHE"];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-stream-"));
    process.env["TUNEBOOK_CACHE"] = join(folder, "cache");
  });
  after(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });

  it("does not grow with the data size", function () {
    this.timeout(120_000);
    const live = (count: number, stream: boolean): number => {
      const path = join(folder, `big-${count}.jsonl`);
      const fd = openSync(path, "w");
      for (let i = 0; i < count; i += 1000)
        writeSync(
          fd,
          Array.from(
            { length: 1000 },
            (_, k) =>
              `${JSON.stringify({ text: `row ${i + k} `.repeat(20), label: String(k % 3), part: k % 9 ? "train" : "test" })}\n`,
          ).join(""),
        );
      closeSync(fd);
      const settings = JSON.stringify({ ...plan("jsonl", path, stream), clean: [call("cleaner", "drop_duplicates")] });
      const child = fileURLToPath(new URL("./live-while-preparing.js", import.meta.url));
      // Full collections take most of the time. A single thread avoids threads that spin while waiting for processors.
      const args = ["--expose-gc", "--single-threaded-gc", child, settings, folder];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      return Number(stdout);
    };
    // 25,000 rows of about 220 characters: 5 MB of text, 22 MB of tokens. With fewer rows, the peak depends on when it
    // is measured.
    const [few, many, whole] = [live(25_000, true), live(50_000, true), live(25_000, false)];
    assert.ok(many - few < 6, `${few} MiB for 25,000 rows, ${many} MiB for 50,000: more than 250 bytes of each`);
    assert.ok(whole > few + 25, `${whole} MiB when read whole, ${few} MiB streamed`);
  });
});
