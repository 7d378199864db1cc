/** Packages in a notebook's folder are not loaded: reading a file must not run code that came with it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFile } from "#kernel/apps/checking/checking.js";

describe("SQL packages in the notebook's folder", () => {
  let parent: string;
  let folder: string;
  const cache = process.env["TUNEBOOK_CACHE"];
  const marker = (): string => join(parent, "code-ran");
  before(() => {
    parent = mkdtempSync(join(tmpdir(), "tunebook-sql-trap-"));
    folder = join(parent, "project");
    // The cache has no installed packages, so these are the only ones a check could load.
    process.env["TUNEBOOK_CACHE"] = join(parent, "cache");
    for (const place of [parent, folder])
      for (const name of ["@duckdb/node-api", "node-sqlite3-wasm"]) {
        const home = join(place, "node_modules", name);
        mkdirSync(home, { recursive: true });
        writeFileSync(join(home, "package.json"), JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
        writeFileSync(
          join(home, "index.js"),
          `require("node:fs").appendFileSync(${JSON.stringify(marker())}, ${JSON.stringify(`${name}\n`)});`,
        );
      }
    writeFileSync(join(folder, "rows.csv"), "id,text,label\n1,one,x\n2,two,y\n");
    writeFileSync(join(folder, "rows.sqlite"), "SQLite format 3\0");
  });
  after(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    rmSync(parent, { recursive: true, force: true });
  });

  for (const [database, query] of [
    ["DuckDB", `sql("select text, label from 'rows.csv' order by id")`],
    ["SQLite", `sql("select text, label from rows order by id", database: "rows.sqlite")`],
  ] as const)
    it(`are not run by a query check for ${database}`, async () => {
      const file = join(folder, "rows.tune");
      writeFileSync(
        file,
        `data rows { source: ${query}, columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }\n`,
      );
      const { diagnostics } = await checkFile(file);
      assert.ok(!existsSync(marker()));
      assert.deepEqual(
        diagnostics.map(({ code }) => code),
        ["sql-package"],
      );
    });
});
