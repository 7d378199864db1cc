import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chatTemplateIn } from "#kernel/bases/chat-template.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { codeOf } from "../data/rows/plans.js";

const models = fileURLToPath(new URL("../../../../tests/fixtures/models/", import.meta.url));

describe("damaged files of a model folder", function () {
  this.timeout(60_000);
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), "tunebook-files-"))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const copy = (name = "chat-llama"): string => {
    const folder = mkdtempSync(join(home, "m-"));
    cpSync(join(models, name), folder, { recursive: true });
    return folder;
  };
  /** Runs everything that reads a folder before it is used. */
  const use = async (folder: string): Promise<unknown> => {
    await resolveBase(folder, { folder: home });
    chatTemplateIn(folder);
    return loadTokenizer(folder);
  };
  const all = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
  const kinds: Readonly<Record<string, (file: string) => void>> = {
    "a FIFO": (file) => execFileSync("mkfifo", [file]),
    "a folder": (file) => void mkdirSync(file),
    "a link to itself": (file) => symlinkSync(file, file),
    "a device": (file) => symlinkSync("/dev/zero", file),
    "a folder behind a link": (file) => symlinkSync("/", file),
  };
  for (const [what, make] of Object.entries(kinds))
    for (const name of [...all, "chat_template.jinja", "chat_template.json", "modules.json"])
      it(`give a coded error at once if ${name} is ${what}`, async () => {
        const folder = copy();
        rmSync(join(folder, name), { force: true });
        make(join(folder, name));
        const { code } = await codeOf(() => use(folder));
        assert.equal(code, "base-damaged");
        if (name === "config.json" || name === "model.safetensors")
          assert.equal((await codeOf(() => openModelFolder(folder))).code, "base-damaged");
      });

  it("give a coded error for deep, huge, mistyped JSON and duplicate keys", async () => {
    const texts: Readonly<Record<string, string>> = {
      "a million levels": "[".repeat(1_000_000),
      "a million levels inside": `{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`,
      "3 million values": `{"a":[${"0,".repeat(3_000_000)}0]}`,
      "33 MiB": `{"a":"${"x".repeat(33 * 2 ** 20)}"}`,
      "a key twice": '{"a":{"b":1,"b":2}}',
      "a key twice, once escaped": '{"hidden_size":1,"hidden_\\u0073ize":2}',
      list: "[]",
      null: "null",
      number: "5",
      text: '"x"',
      nothing: "",
      "no JSON": "{'a': 1}",
      NaN: '{"a": NaN}',
    };
    for (const name of ["config.json", "tokenizer_config.json", "model.safetensors.index.json", "chat_template.json"])
      for (const [what, text] of Object.entries(texts)) {
        const folder = copy();
        writeFileSync(join(folder, name), text);
        if (name.endsWith(".index.json")) rmSync(join(folder, "model.safetensors"));
        assert.equal((await codeOf(() => use(folder))).code, "base-damaged", `${name}: ${what}`);
      }
    // The same key in two different objects is not a duplicate.
    const folder = copy();
    writeFileSync(join(folder, "tokenizer_config.json"), '{"a":{"b":1},"c":{"b":1},"b":[{"b":1},{"b":2}]}');
    await use(folder);
  });

  it("give an error with the bound for num_hidden_layers: 2147483647, on every path", async () => {
    for (const [key, value] of [
      ["num_hidden_layers", 2147483647],
      ["hidden_size", 2 ** 53],
      ["vocab_size", 2 ** 31],
    ] as const) {
      const folder = copy("bert-plain");
      const { readFileSync } = await import("node:fs");
      const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as object;
      writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, [key]: value }));
      for (const open of [() => use(folder), () => openModelFolder(folder)]) {
        const { code, data } = await codeOf(open);
        assert.deepEqual([code, data["key"]], ["bad-config", key]);
        assert.match(String(data["problem"]), /more than the \d+ that a model may have/);
      }
    }
  });

  it("give a coded error if the cache is unwritable or has circular links", async () => {
    const names = ["TUNEBOOK_CACHE", "HF_HOME", "HF_HUB_OFFLINE", "HOME", "XDG_CACHE_HOME", "PIP_INDEX_URL"];
    const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    const circle = join(home, "circle");
    symlinkSync(circle, circle);
    writeFileSync(join(home, "file"), "");
    try {
      delete process.env["XDG_CACHE_HOME"];
      process.env["HF_HUB_OFFLINE"] = "1";
      for (const place of ["/dev/null", circle, join(home, "file"), join(home, "file", "below")]) {
        delete process.env["HF_HOME"];
        delete process.env["TUNEBOOK_CACHE"];
        process.env["HOME"] = place;
        const { code, data } = await codeOf(async () => {
          const { folder } = await resolveBase("all-MiniLM-L6-v2", { folder: home });
          assert.fail(`${place}: found in ${folder}; the cache is ${String(process.env["TUNEBOOK_CACHE"])}`);
        });
        assert.equal(code, "cannot-write", place);
        assert.match(String(data["why"]), /a part of its path is a file|in a circle/);
      }
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
