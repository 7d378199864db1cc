/**
 * The language bundles for an environment without Node and without a browser: they import only their own modules and
 * four libraries.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./browser.js";

describe("dsl package", function () {
  this.timeout(60_000);

  it("bundles without any platform module", async () => {
    const folder = join(root, "dist/dsl");
    const entryPoints = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".js"))
      .map((name) => join(folder, name));
    const { metafile, errors } = await build({
      ...{ entryPoints, bundle: true, write: false, metafile: true, platform: "neutral", format: "esm" },
      ...{
        outdir: join(root, "dist/dsl-bundle"),
        mainFields: ["module", "main"],
        absWorkingDir: root,
        logLevel: "silent",
      },
    });
    assert.deepEqual(errors, []);
    const rooms = new Set(
      Object.keys(metafile.inputs).map((input) =>
        input.replace(/^(dist\/\w+|node_modules\/(?:@[^/]+\/)?[^/]+)\/.*$/, "$1"),
      ),
    );
    const foreign = [...rooms].filter((room) => room !== "dist/dsl" && !room.startsWith("node_modules/"));
    assert.deepEqual(foreign, []);
    assert.ok(rooms.has("node_modules/chevrotain") && rooms.has("node_modules/@noble/hashes"));
  });
});
