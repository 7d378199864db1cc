import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Message } from "#stdlib/conversations/kind.js";
import { TokenizerSandbox, SandboxError } from "#kernel/bases/isolated/client.js";
import { sandboxRenderer } from "#kernel/bases/chat-renderer.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { codeOf } from "../data/rows/plans.js";
import { deep, honest, hostile, text } from "./hostile-tokenizers.js";

const limits = { seconds: 5, charactersPerSecond: 1e6, bytes: 400 * 2 ** 20, bytesPerCharacter: 0 };
const turns: readonly Message[] = [
  { role: "user", content: "Is it so?" },
  { role: "assistant", content: "It is." },
];
const specials = { bos: "<s>", eos: "</s>", opening: "", all: ["<s>", "</s>"] };

describe("sandboxed tokenizers and templates", function () {
  this.timeout(120_000);
  let folder: string;
  let host: TokenizerSandbox;
  let number = 0;
  before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-apart-"))));
  beforeEach(() => (host = new TokenizerSandbox(limits)));
  afterEach(() => host.close());
  after(() => rmSync(folder, { recursive: true }));

  const written = (json: object | string): string => {
    const own = mkdtempSync(join(folder, `${String(++number)}-`));
    writeFileSync(join(own, "tokenizer.json"), typeof json === "string" ? json : JSON.stringify(json));
    return own;
  };
  const good = async (): Promise<void> => {
    const tokenizer = await loadTokenizer(written({ ...honest, version: "1.0" }), host);
    assert.deepEqual(
      (await tokenizer.encode(["a a x"], 9)).map((ids) => [...ids]),
      [[0, 0, 1]],
    );
  };

  for (const [what, json] of Object.entries(hostile))
    it(`return a coded error for a tokenizer with ${what}, and the next one works`, async () => {
      const use = async (): Promise<unknown> => {
        const tokenizer = await loadTokenizer(written(json), host);
        return tokenizer.encode([text], 100);
      };
      const { code, data } = await codeOf(use);
      assert.ok(["broken-tokenizer", "unknown-tokenizer-part"].includes(code), JSON.stringify(data));
      await good();
    });

  it("reject a tokenizer.json that is too deep, too long or too large before parsing", async () => {
    assert.equal((await codeOf(() => loadTokenizer(written(deep(1000)), host))).code, "broken-tokenizer");
    for (const wrong of ["[".repeat(1_000_000), `{"a":${"[".repeat(5_000_000)}`, `[${"{},".repeat(13_000_000)}{}]`]) {
      const { code, data } = await codeOf(() => loadTokenizer(written(wrong), host));
      assert.equal(code, "broken-tokenizer");
      assert.match(String(data["why"]), /levels deep|values/);
    }
  });

  it("get responses from the next process if one request ends the process", async () => {
    const bad = await loadTokenizer(written(hostile["a pattern that looks back without an end"]!), host);
    const fine = await loadTokenizer(written(honest), host);
    const { pid } = host;
    const refused = codeOf(() => bad.encode([text], 100));
    const answers = await Promise.all(Array.from({ length: 20 }, () => fine.encode(["a x"], 9)));
    assert.equal((await refused).code, "broken-tokenizer");
    for (const [ids] of answers) assert.deepEqual([...ids!], [0, 1]);
    assert.notEqual(host.pid, pid);
  });

  it("allow a loaded tokenizer file to be deleted, but not to be reloaded after a change", async () => {
    const own = written(honest);
    const tokenizer = await loadTokenizer(own, host);
    rmSync(join(own, "tokenizer.json"));
    assert.equal((await tokenizer.encode(["a"], 9)).length, 1);
    writeFileSync(join(own, "tokenizer.json"), JSON.stringify({ ...honest, added_tokens: [] }, null, 1));
    host.close();
    while (host.pid !== undefined) await new Promise((wake) => setTimeout(wake, 5));
    await codeOf(() => tokenizer.encode(["a"], 9)).then(({ code, data }) =>
      assert.deepEqual([code, data["why"]], ["broken-tokenizer", "it was changed since it was read"]),
    );
  });

  const templates: Readonly<Record<string, string>> = {
    "counts without an end": "{% for i in range(1000000000) %}{{ i }}{% endfor %}",
    "nests loops": `${"{% for i in range(99999) %}".repeat(4)}{% set x = 1 %}${"{% endfor %}".repeat(4)}`,
    "grows a list":
      "{% set ns = namespace(x=[1,2,3,4]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "writes far more than it read": `{% for i in range(30000) %}${"y".repeat(3000)}{% endfor %}`,
    "is not Jinja": "{% for %}",
    "is not closed": "{% if true %}",
  };
  for (const [what, source] of Object.entries(templates))
    it(`return a coded error for a chat template that ${what}, and the next one works`, async () => {
      const template = sandboxRenderer("some base", source, host);
      const { code, data } = await codeOf(() => template.renderChats([turns], { specials, addGenerationPrompt: true }));
      assert.equal(code, "broken-template", JSON.stringify(data));
      assert.equal(data["base"], "some base");
      const stop = await template.stop(specials).catch((error: { readonly code: string }) => error.code);
      assert.ok(["broken-template", "</s>"].includes(stop), stop);
      const plain = sandboxRenderer("another", "{% for m in messages %}{{ m.content }}{% endfor %}", host);
      assert.deepEqual(await plain.renderChats([turns], { specials, addGenerationPrompt: true }), [
        [{ text: "Is it so?It is." }],
      ]);
    });

  it("reject the row of a template that recurses or throws", async () => {
    for (const source of [
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{{ raise_exception('no') }}",
      `{% set ns = namespace(x="aaaaaaaaaaaaaaaa") %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}`,
      "{{ messages.constructor.constructor('return process')().exit(3) }}",
      "{{ (1).constructor }}{{ undefined_thing.x.y }}",
    ]) {
      const [pieces] = await sandboxRenderer("b", source, host).renderChats([turns], {
        specials,
        addGenerationPrompt: true,
      });
      assert.ok(pieces && ("refused" in pieces || !JSON.stringify(pieces).includes("process")), source);
    }
  });

  it("have no credentials in their process", async () => {
    const before = process.env["HF_TOKEN"];
    process.env["HF_TOKEN"] = "hf_secret";
    try {
      await good();
      const environment = readFileSync(`/proc/${String(host.pid)}/environ`, "utf8");
      assert.ok(!environment.includes("hf_secret"));
      assert.ok(environment.includes("PATH="));
    } finally {
      if (before === undefined) delete process.env["HF_TOKEN"];
      else process.env["HF_TOKEN"] = before;
    }
  });

  it("report why there is no response if the process dies", async () => {
    await good();
    const asked = host.ask("stop", { source: "{% for i in range(100000000) %}{% endfor %}", specials }, 0);
    host.close();
    await assert.rejects(asked, (error) => error instanceof SandboxError && /signal SIGKILL/.test(error.message));
    await good();
  });

  it("do not delay the exit of a finished program", async () => {
    const { execFile } = await import("node:child_process");
    const caller = `import { loadTokenizer } from "#kernel/bases/tokenizer.js";
      const t = await loadTokenizer(${JSON.stringify(written(honest))}); await t.encode(["a"], 9); console.log("done");`;
    const root = fileURLToPath(new URL("../../../..", import.meta.url));
    const said = await new Promise((resolve) =>
      execFile(process.execPath, ["--input-type=module", "-e", caller], { cwd: root, timeout: 30_000 }, (_, out) =>
        resolve(out),
      ),
    );
    assert.equal(said, "done\n");
  });
});
