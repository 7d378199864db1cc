import assert from "node:assert/strict";
import type { Count, Tree } from "../figure.js";
import { figures } from "../figures.js";
import { parseSource } from "../file.js";

type Files = Readonly<Record<string, string>>;
const many = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join("\n");

function treeOf(files: Files): Tree {
  return {
    tracked: Object.keys(files),
    sources: Object.entries(files).map(([file, text]) => parseSource(file, text)),
    lines: (file) => files[file]!.split("\n").length,
  };
}
const count = (name: string, files: Files): Count =>
  figures.find((figure) => figure.name === name)!.count(treeOf(files));

/**
 * Per figure: a small tree that contains what it counts, the value, and a tree that does not. A text alone is
 * `dsl/a.ts`.
 */
const EXAMPLES: Readonly<Record<string, readonly [has: Files | string, value: number, hasNot: Files | string]>> = {
  "no-op spreads": ["f({ ...({ a, b }) });", 1, "f({ ...a, b: { c } });"],
  "side-effect imports of codes": ['import "./codes.js";', 1, 'import { A } from "./codes.js";'],
  "unclear identifiers": ["const { told } = x; interface A { of: 1 } class B { at() {} }", 3, "const report = x.told;"],
  "as unknown as": ["y = (x as unknown) as T;", 1, "y = x as unknown; z = x as T as U;"],
  "as never": ["f(x as never); g(y as never[]);", 2, "f(x as T); const p: Promise<never> = q;"],
  "JSON.parse as": [
    "y = JSON.parse(s) as T; const z: U = JSON.parse(s);",
    2,
    "y = JSON.parse(s) as unknown; const z: unknown = JSON.parse(s);",
  ],
  "string tests of a row format": [
    'a = s.rows === "apart"; b = ["texts"].includes(s.rows); switch (rows) { case "words": }\n' +
      'c = t.rowFormat.name !== "seq2seq"; d = t.rowFormat === causalLm;',
    5,
    {
      "dsl/a.ts": 'a = by === "words"; const t = { rows: "apart" }; b = t.rowFormat === undefined;',
      "stdlib/row-formats/apart.ts": 'a = s.rows === "apart";',
    },
  ],
  "files named by a participle or adverb": [
    { "dsl/asked.ts": "", "stdlib/there.run.ts": "" },
    2,
    { "dsl/request.ts": "", "stdlib/rows-asked.ts": "" },
  ],
  "lines of the loop that name a feature": [
    { "kernel/training/loop/loop.ts": 'import { a } from "../ranks/b.js";\nconst isFederated = a;\n// ranks' },
    2,
    {
      "kernel/training/loop/loop.ts": "const exactly = source; // exact",
      "kernel/training/train.ts": "const gang = 1;",
    },
  ],
  "type names exported more than three times": [
    {
      "dsl/a.ts": "export interface A {}",
      "dsl/b.ts": "export type A = 1;",
      "dsl/c.ts": "export class A {}",
      "page/d.ts": "export type A = 2;",
    },
    1,
    {
      "dsl/a.ts": "export interface A {}",
      "dsl/b.ts": "export type A = 1;",
      "dsl/c.ts": "export class A {}",
      "page/d.ts": "type A = 2;",
    },
  ],
  "fields of TrainRequest": [
    {
      "kernel/a.ts":
        'import type { B } from "./b.js";\nexport interface TrainRequest extends B, Omit<C, "z"> { a: 1; f(): void }\ninterface C { y: 1; z: 2 }',
      "kernel/b.ts": "export interface B { b: 1 }",
    },
    4,
    { "kernel/a.ts": "export interface TrainRequest {}" },
  ],
  "fields of TrainingLoopInput": [
    { "kernel/training/a.ts": 'export type TrainingLoopInput = Pick<A, "x"> & { b: 1 };\ninterface A { x: 1; y: 2 }' },
    2,
    {
      "kernel/training/a.ts": "export interface TrainingLoopInput {}",
      "kernel/a.ts": "export interface TrainingLoopInput { a: 1 }",
    },
  ],
  "fields of OpenModel": [
    { "kernel/a.ts": "export interface OpenModel { a: 1 }" },
    1,
    { "kernel/a.ts": "export interface OpenModel {}" },
  ],
  "tracked files": [{ a: "", b: "" }, 2, {}],
  "lines of tests/corpus": [{ "tests/corpus/a.txt": "1\n2" }, 2, { "tests/a.txt": "1\n2" }],
  "files of docs/reference": [{ "docs/reference/a.md": "" }, 1, { "docs/a.md": "" }],
  "files of the largest module": [
    { "kernel/features/train/a.ts": "", "kernel/features/train/b.ts": "", "kernel/features/serve/c.ts": "" },
    2,
    {},
  ],
  "files of kernel/session": [{ "kernel/session/a/b.ts": "" }, 1, { "kernel/sessions.ts": "" }],
  "files with more than 20 imports": [
    many(21, (i) => `import { a } from "./${String(i)}.js";`),
    1,
    many(21, () => 'import type { a } from "./a.js";'),
  ],
  "most imports of a file": [
    {
      "dsl/a.ts": 'import { b, c } from "./barrel.js";\nimport { d } from "node:fs";',
      "dsl/barrel.ts": 'export { b } from "./b.js";\nexport { c } from "./c.js";',
    },
    3,
    "",
  ],
  "mutual pairs of folders": [
    { "dsl/a/x.ts": 'import "../b/y.js";', "dsl/b/y.ts": "", "dsl/b/z.ts": 'type A = import("../a/x.js").X;' },
    1,
    { "dsl/a/x.ts": 'import "../b.js";', "dsl/b.ts": 'import "./a/x.js";', "kernel/a/x.ts": 'import "#dsl/a/x.js";' },
  ],
  "mutual pairs in kernel/session, its own files counted": [
    { "kernel/session/a.ts": 'import "./b/c.js";', "kernel/session/b/c.ts": 'import "../a.js";' },
    1,
    { "kernel/data/a.ts": 'import "./b/c.js";', "kernel/data/b/c.ts": 'import "../a.js";' },
  ],
  "import circles": [
    { "dsl/a.ts": 'import "./b.js";', "dsl/b.ts": 'export type { A } from "./a.js";' },
    1,
    { "dsl/a.ts": 'import "./b.js";', "dsl/b.ts": 'const load = () => import("./a.js");' },
  ],
  "imports of one feature by another": [
    { "kernel/features/sweep/a.ts": 'import "../serve/b.js";' },
    1,
    { "kernel/features/sweep/a.ts": 'import "../train/b.js";\nimport "./c.js";\nimport "../../data/d.js";' },
  ],
  "marker words per 1,000 comment words": [
    '// one two three told\nconst a = "// held"; /* five kept */',
    333.3,
    "const said = `// told ${a} // held`; // one two",
  ],
};

const files = (example: Files | string): Files => (typeof example === "string" ? { "dsl/a.ts": example } : example);

describe("code figures", () => {
  for (const [name, [has, value, hasNot]] of Object.entries(EXAMPLES))
    it(`count ${name}`, () => {
      assert.equal(count(name, files(has)).value, value);
      assert.equal(count(name, files(hasNot)).value, 0);
    });

  it("list each place with its line", () => {
    assert.deepEqual(count("as never", { "dsl/a.ts": "\nf(x as never);" }).places, [{ file: "dsl/a.ts", line: 2 }]);
  });

  it("have an example each", () => {
    const perFolder = /of (dsl|stdlib|kernel|page)$/;
    const names = figures.map(({ name }) => name).filter((name) => !perFolder.test(name));
    assert.deepEqual(Object.keys(EXAMPLES).sort(), names.sort());
  });

  it("report a type that no longer exists", () => {
    assert.throws(() => count("fields of OpenModel", { "kernel/a.ts": "" }), /declares no type OpenModel/);
  });
});
