import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  codeEntryOf,
  registerCodes,
  diagnosticText,
  type Code,
  type CodeEntry,
} from "#dsl/language/diagnostics/codes.js";

const built = fileURLToPath(new URL("../..", import.meta.url));
/** Paths of the compiled modules in `built`, with `/` as separator. */
const modules = ["dsl", "stdlib", "kernel", "page", "editors"].flatMap((name) =>
  readdirSync(join(built, name), { recursive: true, encoding: "utf8" })
    .map((file) => `${name}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".js")),
);
const texts = new Map(modules.map((file) => [file, readFileSync(join(built, file), "utf8")]));

/** Returns the modules that load with a module, including itself. */
function loadedWith(entry: string): ReadonlySet<string> {
  const loaded = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = texts.get(file);
    if (text === undefined || loaded.has(file)) continue;
    loaded.add(file);
    for (const [, from = ""] of text.matchAll(/^(?:import|export)\b[^"';]*"([^"]+)";/gm))
      waiting.push(from.startsWith("#") ? from.slice(1) : relative(built, join(built, dirname(file), from)));
  }
  return loaded;
}

/** Returns the names of the constants that a module registers at top level. */
const registered = (file: string): readonly string[] =>
  [...(texts.get(file) ?? "").matchAll(/^registerCodes\(([^)]*)\);$/gm)].flatMap(([, names = ""]) => names.split(", "));

/** The module that exports each table, by table name. */
const tables = new Map(
  [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/^export const (\w+Codes) = \{$/gm)].map(([, name = ""]) => [name, file] as const),
  ),
);
async function codesOf(name: string): Promise<readonly string[]> {
  const file = tables.get(name);
  assert.ok(file, `a module exports ${name}`);
  const module = (await import(new URL(`../../${file}`, import.meta.url).href)) as Record<string, object>;
  return Object.keys(module[name] ?? {});
}

describe("diagnostic code tables", () => {
  it("are all registered for the command line", async () => {
    assert.ok(tables.size > 100);
    const missing: string[] = [];
    for (const name of tables.keys())
      for (const code of await codesOf(name)) if (codeEntryOf(code) === undefined) missing.push(`${name}: ${code}`);
    assert.deepEqual(missing, []);
  });

  it("show an unknown code and its data as the message, without control characters", () => {
    const { message } = diagnosticText({ code: "no-such-code" as Code, data: { file: "a\u001b[31m.csv" } });
    assert.equal(message, 'no-such-code {"file":"a\\u001b[31m.csv"}');
  });

  it("cannot register a code twice", () => {
    const entry: CodeEntry<never> = { severity: "error", message: () => "", explain: "" };
    assert.throws(() => registerCodes({ internal: entry }), /twice/);
  });
});

describe("main module of a process or thread", () => {
  const mains = modules.filter((file) =>
    /^kernel\/(?!apps\/cli).*(?:[/-]main|\.worker)\.js$|^page\/\w+\/worker\.js$/.test(file),
  );
  const others = [
    "apps/worker/rank",
    "apps/worker/joined-client",
    "apps/jupyter/wire/kernel-process",
    "apps/jupyter/wire/worker",
  ];
  for (const file of [...mains, ...others.map((name) => `kernel/${name}.js`)])
    it(`${file} registers each code that its modules throw`, async () => {
      assert.ok(existsSync(join(built, file)));
      const loaded = [...loadedWith(file)];
      const thrown = new Set(
        loaded.flatMap((one) =>
          [...(texts.get(one) ?? "").matchAll(/new CodedError\("([a-z-]+)"/g)].map(([, code = ""]) => code),
        ),
      );
      const all = loaded.some((one) => /^registerAllCodes\(\);$/m.test(texts.get(one) ?? ""));
      if (all) return;
      const known = new Set<string>();
      for (const name of loaded.flatMap(registered)) for (const code of await codesOf(name)) known.add(code);
      assert.deepEqual(
        [...thrown].filter((code) => !known.has(code)),
        [],
      );
    });
});
