/** Pushing to a local hub: private, in one commit, resumable; the token is written nowhere. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { HubServer } from "./hub-server.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

const SECRET = "hf_right";

describe("push of a deployment to a hub", function () {
  this.timeout(120_000);
  const hub = new HubServer();
  const kept = Object.fromEntries(["HF_ENDPOINT", "TUNEBOOK_TEST_TOKEN"].map((name) => [name, process.env[name]]));
  let book: NotebookOfOne;
  before(async () => {
    process.env["HF_ENDPOINT"] = await hub.start();
    process.env["TUNEBOOK_TEST_TOKEN"] = SECRET;
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    // Each split has different texts, so no leak is found.
    const rows = Array.from({ length: 30 }, (_, i) => ({
      text: `${"abcdefgh"[i % 8]!} ${["good", "bad", "fine", "poor"][i >> 3]!} ${"abcdefgh"[i >> 2]!}`,
      label: i % 2 ? "yes" : "no",
      part: i % 5 ? "train" : "test",
    }));
    writeFileSync(join(book.folder, "labels.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const program = programOf(TASKS[0]!, "full").replace(
      "seed: 1 }",
      'seed: 1, allow: { near-leak: "letters are near each other" } }',
    );
    await book.run(program.replace("split:", 'allow: { near-leak: "letters" }, split:'));
  });
  after(async () => {
    for (const [name, value] of Object.entries(kept))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    await book.close();
    await hub.stop();
  });
  const push = (more = "", repository = "me/router", env = "TUNEBOOK_TEST_TOKEN"): Promise<unknown> =>
    book.run(`deploy labels to huggingface("${repository}", push: secret(env: ${env})${more})`);
  const refused = (work: Promise<unknown>, code: string, says: RegExp): Promise<void> =>
    assert.rejects(work, (error: CodedError) => {
      assert.equal(error.code, code, String(error));
      assert.match(error.message, says);
      assert.ok(!error.message.includes(SECRET));
      return true;
    });

  it("resumes after a lost connection, and shows nothing until it is complete", async () => {
    hub.partsLeft = 3;
    await refused(push(), "push-failed", /me\/router failed/);
    assert.deepEqual(hub.repositories.get("me/router")!.files, {});
    hub.partsLeft = null;
    await push();
    const { files, commits, private: hidden } = hub.repositories.get("me/router")!;
    assert.ok(hidden);
    assert.equal(commits, 1);
    assert.ok(
      ["README.md", "config.json", "model.safetensors", "proof.json", "tokenizer.json", "tunebook.json"].every(
        (name) => name in files,
      ),
    );
    assert.equal((JSON.parse(String(files["proof.json"])) as { verdict: string }).verdict, "equal");
    // Files that were already uploaded are not sent again.
    const before = hub.asked.filter((line) => line.startsWith("PUT")).length;
    await push();
    assert.equal(hub.asked.filter((line) => line.startsWith("PUT")).length, before);
  });

  it("is never more public than requested", async () => {
    await push(", private: false", "me/open");
    assert.equal(hub.repositories.get("me/open")!.private, false);
    await refused(push("", "me/open"), "push-public", /is public/);
  });

  it("is refused without a token, with a wrong one, or with an invalid repository name", async () => {
    await refused(push("", "me/router", "TUNEBOOK_NO_SUCH"), "secret-missing", /TUNEBOOK_NO_SUCH/);
    await refused(push("", "router"), "wrong-repository", /"router"/);
    process.env["TUNEBOOK_TEST_TOKEN"] = "hf_wrong";
    await refused(push(), "push-failed", /401/);
    process.env["TUNEBOOK_TEST_TOKEN"] = SECRET;
  });

  it("is refused if the texts of its data leak or contain personal data", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => {
      const text = `${"abcdefgh"[(i >> 1) % 8]!} good ${"abcdefgh"[i >> 2]!}${i > 27 ? " ask a@b.org" : ""}`;
      return JSON.stringify({ text, label: (i >> 1) % 2 ? "yes" : "no", part: i % 2 ? "train" : "test" });
    });
    writeFileSync(join(book.folder, "leaky.jsonl"), rows.join("\n"));
    const allows = 'allow: { split-leak: "on purpose", near-leak: "letters", personal-data: "made up" }, split:';
    await book.run(programOf({ ...TASKS[0]!, name: "leaky" }, "full").replace("split:", allows));
    // An allowed finding does not block the push.
    await book.run('deploy leaky to huggingface("me/allowed", push: secret(env: TUNEBOOK_TEST_TOKEN))');
    const [run] = readdirSync(book.runs)
      .filter((id) => /^leaky-\d/.test(id))
      .sort();
    const file = join(book.runs, run!, "plan.json");
    const plan = JSON.parse(readFileSync(file, "utf8")) as { effects: { allowed?: unknown } };
    delete plan.effects.allowed;
    writeFileSync(file, JSON.stringify(plan));
    await book.run(`model loaded { load: "runs/${run!}" }`);
    await refused(
      book.run('deploy loaded to huggingface("me/leaky", push: secret(env: TUNEBOOK_TEST_TOKEN))'),
      "push-with-findings",
      /(?:in more than one split|nearly identical).*contain personal data/,
    );
    assert.deepEqual(hub.repositories.get("me/leaky")?.files ?? {}, {});
  });

  it("leaves the token in no run file, output or repository file", () => {
    const files = readdirSync(book.runs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 10);
    for (const entry of files)
      assert.ok(!readFileSync(join(entry.parentPath, entry.name)).includes(SECRET), entry.name);
    assert.ok(!JSON.stringify(book.shown).includes(SECRET));
    for (const { files } of hub.repositories.values())
      for (const [name, bytes] of Object.entries(files)) assert.ok(!bytes.includes(SECRET), name);
    assert.ok(hub.tokens.has(SECRET));
    for (const id of readdirSync(book.runs)) assert.ok(!existsSync(join(book.runs, id, "pushed")), id);
  });
});
