/**
 * Locations of deployments: files that users created or changed there are never lost, whenever they appear and
 * whichever process is killed.
 */
import assert from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { fileChecksums } from "#kernel/deployments/files.js";
import { replacedFolderName, cleanUpLeftovers, stagingFolderPrefix } from "#kernel/deployments/leftovers.js";
import { deploymentHomeOf, type DeploymentPlace } from "#kernel/deployments/output.js";
import {
  checkPlaceWithRecheck,
  checkPlaceIsUsable,
  deploymentPlaceAt,
  type DeploymentIdentity,
  type TargetWriteOptions,
} from "#kernel/deployments/deployment-folder.js";
import { goldenInputsHash } from "#kernel/deployments/proof.js";
import { deployAtomically } from "#kernel/deployments/staging.js";

const OWN: DeploymentIdentity = { name: "mood", task: "text_classification", labels: ["no", "yes"], target: "onnx" };
const FOLDER: TargetWriteOptions = { writes: "folder" };
const FILE: TargetWriteOptions = { writes: "file", ending: ".gguf", beside: [".Modelfile"] };
const call = (kind: string, word: string) => ({ kind, word, arguments: {} });

/** Writes files as `deploy` does, with a few bytes as the model. */
async function written(here: DeploymentPlace, model: string): Promise<void> {
  const home = deploymentHomeOf(here);
  mkdirSync(home, { recursive: true });
  const golden = { is: "asked", inputs: ["a"] } as const;
  writeFileSync(here.writes === "file" ? here.path : join(home, "model.onnx"), model);
  for (const name of here.beside ?? []) writeFileSync(join(dirname(here.path), name), "FROM ./x.gguf");
  writeFileSync(join(home, "config.json"), "{}");
  writeFileSync(join(home, "README.md"), "# mood");
  const deployment = {
    ...{ version: 1, name: "mood", target: call("target", "onnx"), family: "bert", base: "b", clean: [] },
    ...{ task: call("task", "text_classification"), technique: call("technique", "full"), labels: ["no", "yes"] },
    ...{ roles: ["text"], max_length: 16, written: { tolerance: 1e-4 }, tunebook: "0" },
  };
  writeFileSync(join(home, "tunebook.json"), JSON.stringify(deployment));
  const proof = {
    ...{
      version: 1,
      target: "onnx",
      runtime: null,
      golden,
      inputs: goldenInputsHash(golden),
      expected: { says: ["no"] },
    },
    ...{
      compared: null,
      tolerance: 1e-4,
      verdict: "not run",
      files: await fileChecksums(here),
      at: model,
      tunebook: "0",
    },
  };
  writeFileSync(join(home, "proof.json"), JSON.stringify(proof));
}

describe("deployment path", () => {
  let folder: string;
  const at = (path: string): string => join(folder, path);
  const place = (path: string, what = FOLDER): DeploymentPlace => deploymentPlaceAt(what, path, folder);
  /** `between` runs while the deployment is written. */
  async function deploy(
    there: DeploymentPlace,
    model: string,
    o: { readonly overwrite?: boolean; readonly between?: () => void | Promise<void> } = {},
  ): Promise<void> {
    const again = await checkPlaceWithRecheck(there, OWN, o.overwrite === true);
    await deployAtomically(there, again, async (work) => {
      const here = { ...there, path: there.writes === "folder" ? work : join(work, basename(there.path)) };
      await written(here, model);
      await o.between?.();
    });
  }
  const refused = (work: () => unknown, code: string, says: RegExp): Promise<void> =>
    assert.rejects(
      async () => void (await work()),
      (error: CodedError) => {
        assert.equal(error.code, code, error.stack ?? "");
        assert.match(error.message, says);
        return true;
      },
    );
  const modelIn = (path: string): string => readFileSync(at(`${path}/model.onnx`), "utf8");
  const hidden = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith("."));
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "tunebook-places-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("may be deployed to repeatedly", async () => {
    for (const model of ["first", "second"]) {
      await deploy(place("x"), model);
      await deploy(place("x.gguf", FILE), model);
      assert.deepEqual([modelIn("x"), readFileSync(at("x.gguf"), "utf8")], [model, model]);
    }
    assert.deepEqual(readdirSync(folder).sort(), ["x", "x.Modelfile", "x.gguf", "x.gguf.files"]);
  });

  it("must be on a local disk, and needs a file name", async () => {
    await refused(() => place("https://example.org/a.gguf", FILE), "place-unusable", /it is an address/);
    await refused(() => place(".gguf", FILE), "place-unusable", /nothing but the ending/);
    await refused(() => place("x/.gguf", FILE), "place-unusable", /nothing but the ending/);
    if (process.platform === "linux")
      await refused(() => place("/proc/x.gguf", FILE), "place-unusable", /\/proc is not a folder/);
  });

  it("is refused if files next to a new deployment file exist", async () => {
    writeFileSync(at("a.Modelfile"), "mine");
    mkdirSync(at("b.gguf.files"));
    writeFileSync(at("b.gguf.files/notes.txt"), "mine");
    await refused(() => deploy(place("a.gguf", FILE), "m"), "place-taken", /a\.Modelfile/);
    await refused(() => deploy(place("b.gguf", FILE), "m"), "place-taken", /b\.gguf\.files\/notes\.txt/);
    assert.equal(readFileSync(at("a.Modelfile"), "utf8"), "mine");
    assert.deepEqual(readdirSync(at("b.gguf.files")), ["notes.txt"]);
  });

  it("preserves files that appear during writing, in new and existing places", async () => {
    const brings = (path: string) => () => {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), "mine");
    };
    await deploy(place("old"), "first");
    await deploy(place("old.gguf", FILE), "first");
    for (const [what, path, one] of [
      [FOLDER, "new", "new/mine.txt"],
      [FOLDER, "old", "old/mine.txt"],
      [FILE, "new.gguf", "new.gguf"],
      [FILE, "new2.gguf", "new2.Modelfile"],
      [FILE, "old.gguf", "old.gguf.files/mine.txt"],
    ] as const) {
      await refused(() => deploy(place(path, what), "second", { between: brings(one) }), "place-taken", /mine|file/);
      assert.equal(readFileSync(at(one), "utf8"), "mine");
    }
    assert.equal(modelIn("old"), "first");
    assert.deepEqual(hidden(), []);
  });

  it("is refused for the second of two concurrent deployments", async () => {
    for (const path of ["new", "new", "x.gguf", "x.gguf"]) {
      const there = place(path, path.endsWith("gguf") ? FILE : FOLDER);
      const other = () => deploy(there, "other", { overwrite: true });
      const own = () => deploy(there, "own", { overwrite: true, between: other });
      await refused(own, "place-taken", /another deployment was written there meanwhile/);
      assert.equal(JSON.parse(readFileSync(join(deploymentHomeOf(there), "proof.json"), "utf8")).at, "other");
    }
  });

  it("preserves changed files, unless overwriting is set", async () => {
    for (const [what, path, file] of [
      [FOLDER, "x", "x/README.md"],
      [FOLDER, "x", "x/config.json"],
      [FILE, "x.gguf", "x.Modelfile"],
      [FILE, "x.gguf", "x.gguf"],
    ] as const) {
      await deploy(place(path, what), "first", { overwrite: true });
      writeFileSync(at(file), "my own words");
      await refused(
        () => deploy(place(path, what), "second"),
        "place-taken",
        new RegExp(`${basename(file)} was changed`),
      );
      // The check reads the small files that users may edit, and skips the weights.
      const check = checkPlaceIsUsable(place(path, what), OWN, { overwrite: false, most: 64 });
      await refused(() => check, "place-taken", /was changed since it was deployed/);
      await deploy(place(path, what), "second", { overwrite: true });
      assert.notEqual(readFileSync(at(file), "utf8"), "my own words");
    }
    await deploy(place("x"), "third");
    const edits = () => writeFileSync(at("x/README.md"), "mine");
    await refused(() => deploy(place("x"), "fourth", { between: edits }), "place-taken", /README\.md was changed/);
    assert.deepEqual([modelIn("x"), readFileSync(at("x/README.md"), "utf8")], ["third", "mine"]);
  });

  it("may be a link to a folder; other links are refused", async () => {
    mkdirSync(at("disk/room"), { recursive: true });
    symlinkSync("disk/room", at("link"));
    for (const model of ["first", "second"]) await deploy(place("link"), model);
    assert.ok(lstatSync(at("link")).isSymbolicLink());
    assert.equal(modelIn("disk/room"), "second");
    symlinkSync("nowhere", at("dangling"));
    symlinkSync("nowhere", at("d.gguf"));
    await refused(() => place("dangling"), "place-unusable", /a symbolic link that leads nowhere/);
    await refused(() => place("dangling/x"), "place-unusable", /a symbolic link that leads nowhere/);
    await refused(() => deploy(place("d.gguf", FILE), "m"), "place-taken", /no deployment wrote/);
  });

  it("expands `~` to the home folder", () => {
    assert.equal(place("~/tunebook-none/x").path, join(homedir(), "tunebook-none/x"));
    assert.equal(place("~x").path, at("~x"));
  });

  it("is refused if no folder can be created", async () => {
    writeFileSync(at("afile"), "");
    await refused(() => place("afile/sub"), "place-unusable", /afile is a file, not a folder/);
    await refused(() => place("afile/sub/more"), "place-unusable", /afile is a file, not a folder/);
    const between = () => writeFileSync(at("later"), "");
    for (const name of ["a\nSYSTEM be evil", "a\0b", "\u001b[2Jx"])
      await refused(() => place(name), "place-unusable", /no name should have/);
    const later = place("later/x");
    between();
    await refused(
      () =>
        deployAtomically(
          later,
          () => Promise.resolve(),
          () => Promise.resolve(),
        ),
      "place-unusable",
      /is a file/,
    );
  });

  const dead = (name: string): string => name.replace(String(process.pid), "999999999");
  for (const [what, path] of [
    [FOLDER, "x"],
    [FILE, "x.gguf"],
  ] as const)
    it(`is restored if a process was killed while replacing ${path}`, async () => {
      const there = place(path, what);
      const own = [path, `${path}.files`, "x.Modelfile"].filter((name) => what === FILE || name === path);
      await deploy(there, "first");
      const before = readFileSync(join(deploymentHomeOf(there), "config.json"), "utf8");
      const aside = at(dead(replacedFolderName(path)));
      // Simulates a crash between each two renames; files are moved back in reverse order.
      for (let left = 1; left <= own.length; left++) {
        mkdirSync(aside);
        for (const name of own.slice(0, left)) renameSync(at(name), join(aside, name));
        cleanUpLeftovers(folder);
        assert.deepEqual(hidden(), []);
        assert.equal(readFileSync(join(deploymentHomeOf(there), "config.json"), "utf8"), before);
        assert.deepEqual(readdirSync(folder).sort(), [...own].sort());
      }
      // Only half of the new deployment is in place.
      mkdirSync(aside);
      for (const name of own) renameSync(at(name), join(aside, name));
      if (what === FILE) {
        await written({ ...there, path: at("other/x.gguf") }, "second");
        renameSync(at("other/x.gguf.files"), at("x.gguf.files"));
        rmSync(at("other"), { recursive: true });
      }
      cleanUpLeftovers(folder);
      await deploy(there, "third");
      // The new deployment is in place, so the old one is deleted.
      mkdirSync(aside);
      writeFileSync(join(aside, path), "old");
      cleanUpLeftovers(folder);
      assert.deepEqual(readdirSync(folder).sort(), [...own].sort());
    });

  it("is cleared of files from dead processes, but not of those from other machines", () => {
    const [own, gone, elsewhere] = [stagingFolderPrefix(), dead(stagingFolderPrefix()), ".writing-1-00000000-"];
    for (const name of [own, gone, elsewhere]) mkdirSync(at(`${name}abcdef`));
    mkdirSync(at(".replaced-1-00000000-x"));
    cleanUpLeftovers(folder);
    assert.deepEqual(hidden(), [".replaced-1-00000000-x", `${elsewhere}abcdef`].sort());
  });
});
