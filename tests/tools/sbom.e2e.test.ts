/** The software bill of materials lists what is installed and what setup downloads later, and nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { WHEEL_CHECKSUMS } from "#kernel/engines/native/versions.js";
import { billOfMaterials, type Bill } from "#tools/sbom.mjs";

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly dev?: true; readonly devOptional?: true }>
  >;
}

describe("software bill of materials", function () {
  this.timeout(60_000);
  let bill: Bill;
  before(async () => {
    bill = await billOfMaterials();
  });

  it("lists exactly the non-development packages of the lockfile", () => {
    const { packages } = JSON.parse(
      readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8"),
    ) as Lock;
    const wanted = Object.entries(packages)
      .filter(([path, { dev, devOptional }]) => path !== "" && dev !== true && devOptional !== true)
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, "")}@${String(version)}`);
    const installed = bill.components.filter(({ scope, purl }) => scope === "required" && purl.startsWith("pkg:npm/"));
    const listed = installed.map(({ name, version }) => `${name}@${version}`);
    assert.deepEqual(
      [...new Set(wanted)].filter((one) => !bill.components.some((c) => `${c.name}@${c.version}` === one)),
      [],
    );
    assert.deepEqual(
      listed.filter((one) => !wanted.includes(one)),
      [],
    );
    assert.ok(!bill.components.some(({ name }) => name === "mocha" || name === "openai"));
  });
  it("lists the wheels that setup downloads, with their required checksums", () => {
    const wheels = bill.components.filter(({ purl }) => purl.startsWith("pkg:pypi/"));
    assert.deepEqual(
      Object.fromEntries(wheels.map((one) => [one["bom-ref"], one.hashes[0]?.content])),
      WHEEL_CHECKSUMS,
    );
  });
  it("lists DuckDB, installed only by `tunebook setup sql`, as optional", () => {
    const found = bill.components.find(({ name }) => name === "@duckdb/node-api");
    assert.equal(found?.scope, "optional");
  });
  it("has a licence and a checksum for every component, and each component once", () => {
    for (const { name, licenses } of bill.components) assert.ok(licenses.length > 0, name);
    assert.deepEqual(
      bill.components.filter(({ hashes }) => hashes.length === 0).map(({ name }) => name),
      [],
    );
    assert.equal(new Set(bill.components.map((one) => one["bom-ref"])).size, bill.components.length);
  });
  it("is reproducible, and contains no path of this machine", async () => {
    const text = JSON.stringify(bill);
    assert.equal(JSON.stringify(await billOfMaterials()), text);
    assert.ok(!text.includes(process.cwd()));
    assert.deepEqual([bill.bomFormat, bill.metadata.component.name], ["CycloneDX", "tunebook"]);
  });
});
