import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureNodeEnv, nodeEnv } from "#tools/node-env.mjs";
import { ToolError } from "#tools/python-env.mjs";

describe("private Node environments", function () {
  this.timeout(60_000);
  const names = ["TUNEBOOK_CACHE", "npm_config_cache", "npm_config_offline"] as const;
  const saved = { ...process.env };
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "tunebook-node-"));
    process.env["TUNEBOOK_CACHE"] = cache;
  });
  afterEach(() => {
    rmSync(cache, { recursive: true, force: true });
    for (const name of names)
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
  });

  it("are not considered complete if npm fails, and report npm's error", async () => {
    process.env["npm_config_offline"] = "true";
    process.env["npm_config_cache"] = join(cache, "npm");
    const error = await ensureNodeEnv("transformers").catch((e: unknown) => e);
    assert.ok(error instanceof ToolError);
    assert.equal(error.code, "npm-failed");
    assert.match(error.message, /cache|ENOTCACHED/);
    const { folder, ready } = nodeEnv("transformers");
    assert.ok(existsSync(folder) && !ready);
    assert.ok(!readdirSync(join(cache, "node")).some((name) => name.endsWith(".lock")));
  });
});
