/** Outputs stored in the notebooks: they belong to the current cells, and a reader on the web sees figures. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hashOfSources, textOf, type StoredNotebook } from "./stored-outputs.js";

const folder = fileURLToPath(new URL("../../../../notebooks/", import.meta.url));
const files = readdirSync(folder).filter((file) => /(?<!\.executed)\.ipynb$/.test(file));

describe("outputs stored in notebooks", () => {
  for (const file of files)
    it(`${file}: match its cells, with pictures and without paths of a machine`, () => {
      const text = readFileSync(`${folder}${file}`, "utf8");
      const notebook = JSON.parse(text) as StoredNotebook;
      assert.deepEqual(
        notebook.metadata["tunebook"],
        { outputs_of: hashOfSources(notebook) },
        "run `npm run notebooks`",
      );
      assert.doesNotMatch(text, /\/(?:tmp|home|root|Users)\//);
      const outputs = notebook.cells.flatMap(({ outputs: all = [] }) => all);
      const bundles = outputs.flatMap(({ data }) => (data ? [data] : []));
      assert.ok(
        bundles.some((bundle) => typeof bundle["image/png"] === "string"),
        "a figure",
      );
      assert.ok(bundles.every((bundle) => !textOf(bundle["text/html"]).includes("<svg")));
      // Each output has text, for readers without HTML.
      assert.ok(bundles.every((bundle) => textOf(bundle["text/plain"]) !== ""));
    });
  it("are found to be out of date if a cell changes", () => {
    const notebook = JSON.parse(readFileSync(`${folder}${files[0]!}`, "utf8")) as StoredNotebook;
    const [first, ...rest] = notebook.cells;
    const changed = { ...notebook, cells: [{ ...first!, source: `${textOf(first!.source)} ` }, ...rest] };
    assert.notEqual(hashOfSources(changed), hashOfSources(notebook));
  });
});
