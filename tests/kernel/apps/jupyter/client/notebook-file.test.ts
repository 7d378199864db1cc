import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readNotebook, writeNotebook } from "#kernel/apps/jupyter/client/notebook-file.js";

describe("notebook file", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-notebook-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const written = (content: unknown): string => {
    const file = join(folder, "a.ipynb");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };

  it("round-trips without changes", async () => {
    const notebook = {
      cells: [
        {
          cell_type: "markdown",
          id: "title",
          metadata: { a: 1 },
          source: ["# A\n", "b"],
          attachments: { "x.png": {} },
        },
        {
          ...{ cell_type: "code", id: "code-1", metadata: { tags: ["parameters"] }, source: ["1\n", "\n", "2"] },
          outputs: [
            { output_type: "stream", name: "stdout", text: ["a\n", "b"] },
            {
              output_type: "display_data",
              data: { "text/html": ["<p>\n", "</p>"], "application/json": { a: ["b\n"] } },
              metadata: {},
            },
          ],
          execution_count: 3,
        },
      ],
      metadata: { kernelspec: { name: "tunebook" } },
      nbformat: 4,
      nbformat_minor: 5,
    };
    const file = written(notebook);
    await writeNotebook(file, await readNotebook(file));
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), notebook);
    assert.deepEqual(readdirSync(folder), ["a.ipynb"]);
  });
  it("is written into a new folder, and fails with a coded error if none can be made", async () => {
    const book = await readNotebook(written({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const file = join(folder, "Ergebnis/Tag zwei/x.ipynb");
    await writeNotebook(file, book);
    assert.deepEqual((await readNotebook(file)).cells, []);
    await assert.rejects(writeNotebook(join(file, "y.ipynb"), book), { code: "cannot-write" });
    await assert.rejects(writeNotebook(join(file, "y/z.ipynb"), book), { code: "cannot-write" });
    rmSync(join(folder, "Ergebnis"), { recursive: true });
  });
  it("gets an id for each cell whose id is missing, duplicate or malformed", async () => {
    const cell = (id?: string) => ({
      cell_type: "code",
      metadata: {},
      source: "",
      outputs: [],
      ...(id === undefined ? {} : { id }),
    });
    const { cells } = await readNotebook(
      written({ nbformat: 4, cells: [cell("a"), cell("a"), cell("no spaces"), cell()] }),
    );
    const ids = cells.map((c) => c.id);
    assert.equal(ids[0], "a");
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id, /^[\w-]{1,64}$/);
  });
  it("is rejected with a coded error and a reason if it is not a notebook", async () => {
    const refused = async (file: string): Promise<string> => {
      const error = await readNotebook(file).then(
        () => assert.fail("it was read"),
        (e: unknown) => e,
      );
      assert.ok(error instanceof CodedError);
      return `${error.code}: ${error.message}`;
    };
    assert.match(await refused(join(folder, "none.ipynb")), /^notebook-missing/);
    assert.match(await refused(written('{"cells": [')), /^notebook-unreadable.*JSON/);
    assert.match(await refused(written([])), /no JSON object/);
    assert.match(await refused(written({ nbformat: 3, worksheets: [] })), /nbformat is 3/);
    assert.match(await refused(written({ nbformat: 4 })), /no list of cells/);
    assert.match(
      await refused(written({ nbformat: 4, cells: [{ cell_type: "code", source: "" }, { cell_type: "x" }] })),
      /cell 2/,
    );
  });
});
