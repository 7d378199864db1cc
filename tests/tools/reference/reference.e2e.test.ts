/**
 * The reference: not stale, every example of a record compiles, links resolve, and figures equal the published ones.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { allCodes, codeEntryOf } from "#dsl/language/diagnostics/codes.js";
import { compareReferencePages } from "#kernel/apps/cli/commands/reference.js";
import { BEGINNERS_MISTAKES, said } from "#tools/reference/code-page.js";
import { wholeExample } from "#tools/reference/examples.js";
import { productions } from "#tools/reference/grammar.js";
import { headingAnchor } from "#kernel/display/markdown.js";
import { railroad } from "#tools/reference/railroad.js";
import { exampleOf } from "#tools/reference/technique-page.js";
import { Trials } from "#tools/reference/tried.js";
import { registry } from "#stdlib/registry.js";
import { readMarkup } from "#tests/kernel/display/markup.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const folder = join(root, "docs", "reference");
const main = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));
const reference = (...args: string[]) =>
  spawnSync(process.execPath, [main, "reference", ...args], { cwd: root, encoding: "utf8" });

/** Path → text, in the order of the paths. */
function textsIn(from: string): Map<string, string> {
  const files = (readdirSync(from, { recursive: true }) as string[]).filter((file) => /\.\w+$/.test(file)).sort();
  return new Map(files.map((file) => [file.split(sep).join("/"), readFileSync(join(from, file), "utf8")]));
}

/**
 * Figures from the makers' hub pages and the papers (bodies with pooler where the checkpoint has one; without heads).
 */
const PUBLISHED: Readonly<Record<string, number>> = {
  "all-MiniLM-L6-v2": 22_713_216,
  "google-bert/bert-base-uncased": 109_482_240,
  "google-bert/bert-large-uncased": 335_141_888,
  "distilbert/distilbert-base-uncased": 66_362_880,
  "FacebookAI/roberta-base": 124_055_040,
  "google/mobilebert-uncased": 24_581_888,
  "openai-community/gpt2": 124_439_808,
  "openai-community/gpt2-xl": 1_557_611_200,
  "SmolLM2-135M-Instruct": 134_515_008,
  "HuggingFaceTB/SmolLM2-360M-Instruct": 361_821_120,
  "TinyLlama/TinyLlama-1.1B-Chat-v1.0": 1_100_048_384,
  "meta-llama/Llama-3.2-1B-Instruct": 1_235_814_400,
  "meta-llama/Llama-2-7b-hf": 6_738_415_616,
  "meta-llama/Llama-3.1-8B": 8_030_261_248,
  "mistralai/Mistral-7B-v0.1": 7_241_732_096,
  "Qwen/Qwen2.5-0.5B-Instruct": 494_032_768,
  "Qwen/Qwen2.5-7B-Instruct": 7_615_616_512,
  "google/gemma-2b-it": 2_506_172_416,
  "google/gemma-7b-it": 8_537_680_896,
  "CohereForAI/c4ai-command-r-v01": 34_980_831_232,
  "t5-small": 60_506_624,
  "t5-base": 222_903_552,
  "google/flan-t5-small": 76_961_152,
  "google/flan-t5-base": 247_577_856,
};

describe("reference documentation", function () {
  this.timeout(60_000);
  let trials: Trials;
  before(async () => {
    trials = await Trials.over(registry);
  });

  it("matches the records, the codes and the grammar", () => {
    const made = mkdtempSync(join(tmpdir(), "tunebook-reference-"));
    try {
      const { status, stderr } = reference("--out", made);
      assert.equal(status, 0, stderr);
      const wrong = compareReferencePages(folder, textsIn(made));
      assert.deepEqual(wrong, { stale: [], left: [] }, "run `npm run docs` and commit what it writes");
    } finally {
      rmSync(made, { recursive: true });
    }
  });

  it("is reported as stale page by page, and preserves handwritten pages", () => {
    const copy = mkdtempSync(join(tmpdir(), "tunebook-reference-"));
    try {
      cpSync(folder, copy, { recursive: true });
      const pages = textsIn(folder);
      pages.delete("run-folder.md");
      assert.deepEqual(compareReferencePages(copy, pages), { stale: [], left: [] });
      writeFileSync(join(copy, "techniques", "lora.md"), "old");
      writeFileSync(join(copy, "techniques", "gone.md"), "of a word that is no more");
      rmSync(join(copy, "syntax", "word.svg"));
      assert.deepEqual(compareReferencePages(copy, pages), {
        stale: ["syntax/word.svg", "techniques/lora.md"],
        left: ["techniques/gone.md"],
      });
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it("shows examples that compile for every record", () => {
    const wrong = registry.words
      .filter((word) => !word.planned)
      .flatMap((word) => {
        const program = wholeExample(word, registry, (task) => trials.baseFor(task));
        const { errors, needs } = trials.compiled(program);
        return errors.length + needs.length > 0 ? [{ word: `${word.kind} ${word.name}`, errors, program }] : [];
      });
    assert.deepEqual(wrong, []);
    // Names that are not a word, or not allowed at their place, are reported.
    const f1 = registry.find("metric", "f1")!;
    for (const example of ["metrics: [f2]", "metrics: [pearson]", "metrics: [f1(centre)]"]) {
      const program = wholeExample({ ...f1, example }, registry, (task) => trials.baseFor(task));
      assert.notDeepEqual(trials.compiled(program).errors, [], program);
    }
  });

  it("shows programs of techniques and families that have a training plan", () => {
    for (const technique of trials.built("technique")) assert.ok(trials.compiled(exampleOf(technique, trials)).plan);
    for (const page of readdirSync(join(folder, "families"))) {
      const [, program] = /```tune\n([\s\S]*?)```/.exec(readFileSync(join(folder, "families", page), "utf8"))!;
      assert.ok(trials.compiled(program!).plan, page);
    }
  });

  it("has a section for each code, with the message of its example", () => {
    const pages = readdirSync(join(folder, "codes")).map((page) => readFileSync(join(folder, "codes", page), "utf8"));
    const sections = pages.flatMap((page) => [...page.matchAll(/^## ([a-z0-9-]+)$/gm)].map(([, code = ""]) => code));
    assert.deepEqual(sections.toSorted(), [...allCodes()].sort());
    for (const code of sections) {
      const example = codeEntryOf(code)?.example;
      if (example !== undefined)
        assert.match(said(example, code, trials), new RegExp(`^(error|warning)\\[${code}\\]`), code);
    }
  });

  it("shows a wrong and a corrected program for the codes that beginners meet first", () => {
    assert.equal(BEGINNERS_MISTAKES.length, 20);
    for (const { code, bad, good } of BEGINNERS_MISTAKES) {
      assert.ok(
        trials.compiled(bad).diagnostics.some((one) => one.code === code),
        `${code}: ${bad}`,
      );
      assert.deepEqual(trials.compiled(good).errors, [], good);
      assert.ok(!trials.compiled(good).diagnostics.some((one) => one.code === code), `${code}: ${good}`);
    }
  });

  it("has the published parameter counts of well-known checkpoints", () => {
    for (const [name, parameters] of Object.entries(PUBLISHED))
      assert.equal(trials.named(name)!.facts.parameters, parameters, name);
    for (const family of trials.built("model")) assert.ok(trials.of(family).length > 0, family.name);
  });

  it("cites a source for every family and every technique except `full`", () => {
    const without = (["model", "technique"] as const).flatMap((kind) =>
      trials.built(kind).flatMap(({ name, references = [] }) => (references.length > 0 ? [] : [name])),
    );
    assert.deepEqual(without, ["full"]);
    for (const { references = [] } of registry.words)
      for (const { title, by, year, url: at } of references)
        assert.ok(title && by && year > 1980 && year < 2100 && new URL(at).protocol === "https:", title);
  });

  it("has no broken links", () => {
    const pages = (readdirSync(folder, { recursive: true }) as string[]).filter((page) => page.endsWith(".md"));
    const text = new Map(pages.map((page) => [normalize(page), readFileSync(join(folder, page), "utf8")]));
    const files = new Set((readdirSync(folder, { recursive: true }) as string[]).map((file) => normalize(file)));
    let seen = 0;
    for (const [page, content] of text)
      for (const [, to = ""] of content.replace(/```[\s\S]*?```/g, "").matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)) {
        const [path = "", part] = to.split("#");
        const target = path === "" ? page : normalize(join(dirname(page), path));
        seen += 1;
        if (target.startsWith("..")) continue;
        assert.ok(files.has(target), `${page}: ${to}`);
        if (part === undefined) continue;
        const headings = [...text.get(target)!.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => headingAnchor(heading!));
        assert.ok(headings.includes(part), `${page}: ${to}`);
      }
    assert.ok(seen > 500);
  });

  it("has a diagram for each production of the grammar", () => {
    const all = productions();
    const names = new Set(all.map(({ name }) => name));
    assert.ok(all.length > 12);
    for (const { name, shape } of all) {
      const svg = railroad(shape, name);
      readMarkup(svg.trim(), "svg");
      const [width, height] = ["width", "height"].map((of) =>
        Number(new RegExp(`<svg[^>]* ${of}="(\\d+)"`).exec(svg)![1]),
      );
      for (const [, x, y, w, h] of svg.matchAll(
        /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
      )) {
        assert.ok(Number(x) + Number(w) <= width! && Number(y) + Number(h) <= height!, name);
      }
      for (const [, used] of JSON.stringify(shape).matchAll(/"is":"rule","name":"(\w+)"/g))
        assert.ok(names.has(used!), used);
    }
  });
});
