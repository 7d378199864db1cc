import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Notebook, traceback } from "./notebook.js";

describe("import in a cell", () => {
  let book: Notebook;
  before(async () => {
    book = await Notebook.open();
    const install = (name: string, manifest: object, files: Readonly<Record<string, string>>): void => {
      const folder = join(book.folder, "node_modules", name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.0.0", ...manifest }));
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    };
    install(
      "esm-only",
      { type: "module", exports: { ".": { types: "./index.d.ts", import: "./index.js" } } },
      {
        "index.js": "export const value = await Promise.resolve(5); export default function twice(x) { return x * 2; }",
        "index.d.ts": "export declare const value: number; export default function twice(x: number): number;",
      },
    );
    install(
      "cjs-only",
      { main: "main.cjs" },
      { "main.cjs": "const hidden = 'made'; module.exports = { ['ma' + 'de']: () => hidden, plain: 1 };" },
    );
  });
  after(() => book.close());

  const gives = async (code: string, text: unknown): Promise<void> => {
    const ran = await book.run(code);
    assert.equal(traceback(ran), "");
    assert.equal(ran.text, text);
  };

  it("loads an ESM package with the types of its exports", async () => {
    await gives("import twice, { value } from 'esm-only'; [twice(value), value]", "[ 10, 5 ]");
    assert.match(traceback(await book.run("const wrong: string = value;")), /TS2322/);
    await gives("import * as whole from 'esm-only'; Object.keys(whole)", "[ 'default', 'value' ]");
    await gives("(await import('esm-only')).value", "5");
  });
  it("loads a CommonJS package, including its computed exports", async () => {
    await gives("import cjs, { plain } from 'cjs-only'; [cjs.made(), plain]", "[ 'made', 1 ]");
    await gives("import { made } from 'cjs-only'; made()", "'made'");
    await gives("require('cjs-only').plain", "1");
  });
  it("loads Node's built-in modules", async () => {
    await gives(
      "import path, { join } from 'node:path'; import * as os from 'os'; [join('a', 'b') === path.join('a', 'b'), typeof os.cpus]",
      "[ true, 'function' ]",
    );
  });
  it("loads packages bundled with Tunebook", async () => {
    await gives(
      "import * as aq from 'arquero'; import { op } from 'arquero'; const table = aq.table({ x: [1, 4] });",
      undefined,
    );
    await gives("table.derive({ root: d => op.sqrt(d.x), half: d => aq.op.abs(d.x) / 2 }).array('root')", "[ 1, 2 ]");
  });
  it("loads files from the notebook's folder and reloads changed ones", async () => {
    book.file("inner.ts", "export const inner: number = 1;");
    book.file(
      "helper.ts",
      "import { inner } from './inner.js';\nexport type Kind = 'a' | 'b';\nexport const outer = (): number => inner * 10;\nexport default 'def';\nexport * from './inner';",
    );
    await gives(
      "import text, { outer, inner, type Kind } from './helper'; const kind: Kind = 'a'; [text, outer(), inner, kind]",
      "[ 'def', 10, 1, 'a' ]",
    );
    book.file("inner.ts", "export const inner: number = 22;\n");
    await gives("import { outer } from './helper.ts'; outer()", "220");
    await gives("(await import('./helper.ts')).outer()", "220");
    book.file("plain.cjs", "exports.answer = 42;");
    await gives("import { answer } from './plain.cjs'; answer", "42");
    book.file("rows.json", '{ "rows": [1, 2, 3] }');
    await gives("import data from './rows.json'; data.rows.length", "3");
    book.file("rows.json", '{ "rows": [1] }');
    await gives("import data from './rows.json'; data.rows.length", "1");
  });
  it("finds a file created after a failed import", async () => {
    assert.match(traceback(await book.run("import { late } from './late';")), /TS2307/);
    book.file("late.ts", "export const late = true;");
    await gives("import { late } from './late'; late", "true");
  });
  it("loads files that import each other", async () => {
    book.file(
      "one.ts",
      "import * as two from './two';\nexport const name = 'one';\nexport const other = () => two.name;",
    );
    book.file(
      "two.ts",
      "import * as one from './one';\nexport const name = 'two';\nexport const other = () => one.name;",
    );
    await gives(
      "import * as one from './one'; import * as two from './two'; [one.other(), two.other()]",
      "[ 'two', 'one' ]",
    );
  });
  it("reports missing modules and exports", async () => {
    const missing = await book.run("import nothing from 'no-such-package-here';");
    assert.match(traceback(missing), /TS2307\]: Cannot find module 'no-such-package-here'[^]*--> Cell \[\d+\]:1:21/);
    const atRun = await book.run("await import('no-such-' + 'package-here')");
    assert.equal(atRun.outcome.status === "error" && atRun.outcome.ename, "module-not-found");
    book.file("broken.ts", "export const x = (;\n");
    const broken = await book.run("await import('./broken' + '.ts')");
    assert.match(traceback(broken), /file-does-not-compile[^]*broken\.ts:1:19/);
    book.file("lies.d.ts", "export declare const promised: number;");
    book.file("lies.js", "export const kept = 1;");
    assert.match(
      traceback(await book.run("import { promised } from './lies.js'; promised")),
      /module-has-no-export[^]*exports: kept/,
    );
  });
});
