/** The written documents: links and file names that exist, README's limits, and its program. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { Facts } from "#dsl/language/types/facts.js";
import { registry } from "#stdlib/registry.js";
import { headingAnchor } from "#kernel/display/markdown.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Files that are written or made by `npm run docs`; installed and built ones are left out. */
const tracked = readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
  if (!entry.isDirectory()) return [entry.name];
  if (["node_modules", "dist", ".git", "coverage", "runs"].includes(entry.name)) return [];
  return readdirSync(join(root, entry.name), { recursive: true, encoding: "utf8" }).map((path) =>
    `${entry.name}/${path}`.replaceAll("\\", "/"),
  );
});
const files = new Set(tracked);
const folders = new Set(tracked.flatMap((file) => file.split("/").map((_, i, all) => all.slice(0, i).join("/"))));
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const VERBS = new Set(registry.verbs().map(({ name }) => name));
const documents = tracked.filter(
  (file) => file.endsWith(".md") && !/^tests\/(?:golden|fixtures)|^editors\/|node_modules|\/dist\//.test(file),
);

/** Text outside of code blocks. */
const prose = (text: string): string => text.replace(/^(`{3,}).*\n[^]*?^\1$/gm, "");

function headings(file: string): ReadonlySet<string> {
  const lines = prose(read(file)).split("\n");
  return new Set(lines.flatMap((line) => (/^#+ /.test(line) ? [headingAnchor(line.replace(/^#+ /, ""))] : [])));
}

/** Links of a document to files or headings that do not exist. */
function brokenLinks(file: string): readonly string[] {
  const targets = Array.from(prose(read(file)).matchAll(/(?:\]\(|(?:src|srcset)=")([^)\s"]+)/g), ([, to = ""]) => to);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = "", heading] = target.split("#");
    const to = path === "" ? file : posix.join(posix.dirname(file), path).replace(/\/$/, "");
    if (!files.has(to)) return !folders.has(to);
    return heading !== undefined && to.endsWith(".md") && !headings(to).has(heading);
  });
}

describe("documents", () => {
  it("link only to files and headings that exist", () => {
    const broken = documents.flatMap((file) => brokenLinks(file).map((target) => `${file}: ${target}`));
    assert.deepEqual(broken, []);
  });

  it("of the architecture name only source files that exist", () => {
    const unknown = documents
      .filter((file) => /(?:CONTEXT|ARCHITECTURE)\.md$/.test(file))
      .flatMap((file) =>
        Array.from(read(file).matchAll(/`([\w./-]+\.(?:ts|mjs))`/g), ([, name = ""]) => name)
          .filter((name) => !tracked.some((path) => path === name || path.endsWith(`/${name}`)))
          .map((name) => `${file}: ${name}`),
      );
    assert.deepEqual(unknown, []);
  });
});

/** Errors of a page's programs, compiled as the cells of one notebook. */
function programErrors(file: string): readonly string[] {
  const cells: Source[] = [];
  const errors: string[] = [];
  for (const [, text = ""] of read(file).matchAll(/```(?:tune)?\n([^]*?)```/g)) {
    if (!VERBS.has(/^\w+/.exec(text)?.[0] ?? "")) continue;
    cells.push({ id: String(cells.length), title: file, text });
    const { diagnostics } = compile(cells, registry, Facts.none, "assist", emptyEnvironment);
    for (const { code, severity, data } of diagnostics) {
      // A page may use names that another page defines.
      const isMissingName = code === "unknown-name" || code === "not-trained";
      const isMissingBase = code === "wrong-type" && (data as { readonly key?: string })?.key === "base";
      if (severity === "error" && !isMissingName && !isMissingBase)
        errors.push(`${file}: ${code} ${text.slice(0, 60)}`);
    }
  }
  return errors;
}

describe("programs of the documents", () => {
  it("have no errors except names that other pages define", () => {
    const pages = documents.filter((file) => /^docs\/[\w/-]+\.md$|^README/.test(file) && !/reference/.test(file));
    assert.deepEqual(pages.flatMap(programErrors), []);
  });
});

describe("README", () => {
  const text = read("README.md");

  it("has at most 900 words, and no line over 200 letters", () => {
    assert.ok(text.split(/\s+/).length <= 900);
    assert.deepEqual(
      text.split("\n").filter((line) => line.length > 200),
      [],
    );
  });

  it("shows a program without errors of its text", () => {
    const [, program = ""] = /```\n(data reviews[^]*?)```/.exec(text) ?? [];
    const { diagnostics } = compile(
      [{ id: "readme", title: "README.md", text: program }],
      registry,
      Facts.none,
      "assist",
      emptyEnvironment,
    );
    assert.notEqual(program, "");
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
  });

  it("names only commands that exist", () => {
    const commands = readdirSync(join(root, "kernel/apps/cli/commands")).map((file) => file.replace(/\.ts$/, ""));
    const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
    for (const [, name = ""] of text.matchAll(/npx tunebook (\S+?)[`\s]/g)) assert.ok(commands.includes(name), name);
    for (const [, name = ""] of text.matchAll(/npm (?:run )?(\w+)/g))
      assert.ok(name === "Node" || name in scripts, `npm run ${name}`);
  });
});

describe("bench/README.md", () => {
  it("lists every benchmark", () => {
    const text = read("bench/README.md");
    const programs = tracked.filter(
      (file) => /^bench\/[\w-]+\.ts$/.test(file) && /\/bench\/|tunebook bench/.test(read(file).slice(0, 1500)),
    );
    const missing = programs
      .map((file) => file.slice("bench/".length, -".ts".length))
      .filter((name) => !text.includes(`\`${name}\``));
    assert.ok(programs.length > 40);
    assert.deepEqual(missing, []);
  });
});
