/**
 * `tunebook lab` as it is called: the arguments that reach JupyterLab. A small program replaces JupyterLab, as only its
 * arguments matter.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));

describe("tunebook lab", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "tunebook-lab-cli-")));
    for (const name of ["bin", "books", "cache"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "books", "quick.ipynb"), "{}");
    const told = JSON.stringify(join(folder, "told.json"));
    const program = `#!${process.execPath}
const args = process.argv.slice(2);
if (args[0] === "--version") console.log("4.4.1");
else require("node:fs").writeFileSync(${told}, JSON.stringify(args));
`;
    writeFileSync(join(folder, "bin", "jupyter-lab"), program, { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Returns JupyterLab's arguments, or the printed text if it was not called. */
  const lab = (...args: readonly string[]): Promise<readonly string[] | string> => {
    rmSync(join(folder, "told.json"), { force: true });
    const PATH = [join(folder, "bin"), process.env["PATH"]].join(delimiter);
    const env = { ...process.env, PATH, TUNEBOOK_CACHE: join(folder, "cache") };
    return new Promise((done) => {
      execFile(process.execPath, [main, "lab", ...args], { cwd: join(folder, "books"), env }, (error, out, err) => {
        if (error) return done(err);
        if (out.includes("Usage:")) return done(out);
        const told = JSON.parse(readFileSync(join(folder, "told.json"), "utf8")) as readonly string[];
        done(told.filter((arg) => arg !== "--allow-root"));
      });
    });
  };

  it("passes Jupyter's options on, wherever the notebook is among them", async () => {
    const options = ["--no-browser", "--port", "8890", "--ip=0.0.0.0", "--ServerApp.token=abc"];
    for (const args of [
      ["quick.ipynb", ...options],
      [...options, "quick.ipynb"],
      ["--no-browser", "quick.ipynb", ...options.slice(1)],
      ["quick.ipynb", "--", ...options],
    ])
      assert.deepEqual(await lab(...args), ["quick.ipynb", ...options], args.join(" "));
    assert.deepEqual(await lab(...options), options);
    assert.deepEqual(await lab("--", "--no-browser"), ["--no-browser"]);
    assert.deepEqual(await lab(), []);
  });
  it("opens a notebook of another folder in that folder, unless a root is given", async () => {
    const there = join(folder, "books", "quick.ipynb");
    writeFileSync(join(folder, "other.ipynb"), "{}");
    assert.deepEqual(await lab(join(folder, "other.ipynb"), "-y"), [
      `--ServerApp.root_dir=${folder}`,
      "other.ipynb",
      "-y",
    ]);
    const root = `--ServerApp.root_dir=${folder}`;
    assert.deepEqual(await lab("quick.ipynb", root), [there, root]);
  });
  it("reports a missing notebook, and does not mistake an option's value for one", async () => {
    assert.match(String(await lab("none.ipynb", "--no-browser")), /^error\[notebook-missing\]/);
    assert.match(String(await lab("none")), /^error\[notebook-missing\]/);
    const url = ["--LabApp.default_url", "/lab/tree/none.ipynb"];
    assert.deepEqual(await lab(...url), url);
  });
  it("mentions Jupyter's options in its help, and passes --help-all on", async () => {
    assert.match(String(await lab("--help")), /--no-browser/);
    assert.deepEqual(await lab("--help-all"), ["--help-all"]);
  });
});
