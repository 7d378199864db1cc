/**
 * Secrets are planted everywhere that a program and its environment may contain them. Then every file and all output is
 * searched for them.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sourceRequestOf } from "#kernel/data/sources/addresses.js";
import { call } from "../../data/rows/plans.js";
import { serveFiles, type FileServer } from "../../fetch/file-server.js";
import { writeNotebookFiles } from "../../session/kept-runs.js";
import { TrackerServer } from "../../trackers/server.js";
import { called, type Called } from "./called.js";

/** Variables that the program names, and variables that are read implicitly. */
const ENV = {
  PLANTED_TOKEN: "planted-token-4cfe81",
  PLANTED_QUERY: "sig=planted-query-9ab2c7&se=2030",
  PLANTED_TRACKER: "planted-tracker-77d0e3",
  HF_TOKEN: "hf_planted-hub-5512aa",
};
/** Credentials in an address from the environment, and in one on the command line. */
const ACCOUNT = { hub: "planted-end@point-1f0c94", ray: "planted-ray-a3d8e6" };
const IN_TEXT = {
  password: "planted-pass-61b0f2",
  query: "planted-signature-08ee4d",
  other: "planted-fragment-3bb1c0",
};
const QUERY = `?sig=${IN_TEXT.query}&x=a@b#${IN_TEXT.other}`;

describe("planted secrets", function () {
  this.timeout(60_000);
  let folder: string;
  let server: FileServer;
  let tracker: TrackerServer;
  const had = new Map<string, string | undefined>();
  const outputs: (Called & { readonly args: string })[] = [];
  const run = async (...args: string[]): Promise<Called> => {
    const one = await called(folder, ...args);
    outputs.push({ ...one, args: args.join(" ") });
    return one;
  };
  const ran = async (...args: string[]): Promise<Called> => {
    const one = await run(...args);
    assert.equal(one.status, 0, `${args.join(" ")}\n${one.stdout}${one.stderr}`);
    return one;
  };
  const address = (name: string): string => `${server.url}/${name}.csv`;
  const ids = (): readonly string[] => readdirSync(join(folder, "runs")).filter((id) => /-\d{8}-/.test(id));

  /**
   * Returns each secret in its possible forms: plain, in base64 (basic authentication), in a URL, and as a hash that
   * would allow checking guesses.
   */
  const forms = (): ReadonlyMap<string, string> => {
    const secrets = [
      ...Object.values(ENV),
      ENV.PLANTED_QUERY.slice(4, 24),
      ...Object.values(IN_TEXT),
      ...Object.values(ACCOUNT),
      "point-1f0c94",
    ];
    const whole = [...secrets, `${address("signed")}${QUERY}`, `${address("signed")}${QUERY.split("#")[0]!}`];
    return new Map([
      ...secrets.map((one) => [one, one] as const),
      ...secrets.map((one) => [encodeURIComponent(one), one] as const),
      ...secrets.map((one) => [Buffer.from(`ann:${one}`).toString("base64").replace(/=+$/, ""), one] as const),
      ...whole.map((one) => [createHash("sha256").update(one).digest("hex").slice(0, 32), `hash of ${one}`] as const),
    ]);
  };
  const found = (text: string): readonly string[] =>
    [...forms()].flatMap(([form, of]) => (text.includes(form) ? [`${of} as ${form}`] : []));

  before(async () => {
    for (const [name, value] of Object.entries(ENV)) {
      had.set(name, process.env[name]);
      process.env[name] = value;
    }
    folder = mkdtempSync(join(tmpdir(), "tunebook-planted-"));
    [server, tracker] = await Promise.all([serveFiles(), TrackerServer.start()]);
    for (const name of ["HF_ENDPOINT", "TUNEBOOK_CONFIG"]) had.set(name, process.env[name]);
    process.env["TUNEBOOK_CONFIG"] = join(folder, "config");
    process.env["HF_ENDPOINT"] = withAccount(server.url, ACCOUNT.hub);
    writeNotebookFiles(folder);
    const body = readFileSync(join(folder, "rows.csv"));
    for (const name of ["guarded", "signed"]) server.files.set(`/${name}.csv`, { body });
    const data = `columns: { text: text, label: label }, split: by_column(part)`;
    writeFileSync(
      join(folder, "bad.tune"),
      `data d { source: csv("${withAccount(address("signed"), IN_TEXT.password)}"), ${data} }`,
    );
    writeFileSync(
      join(folder, "odd.tune"),
      `data d { source: csv("${address("signed")}${QUERY}"), columns: { text: texts, label: label }, split: by_column(part) }`,
    );
    writeFileSync(
      join(folder, "base.tune"),
      `data d { source: csv("rows.csv"), ${data} }
model m { base: "nobody/has-this", task: text_classification }
train m on d`,
    );
    const signed = withAccount(`${address("signed")}${QUERY}`, IN_TEXT.password);
    writeFileSync(
      join(folder, "axolotl.yaml"),
      `base_model: bert\ndatasets:\n  - path: "${signed}"\n    type: completion\n`,
    );
    const cells = ["signed", "odd"].map((name, i) => ({
      ...{ cell_type: "code", id: name, metadata: {}, execution_count: null, outputs: [] },
      source: `data ${name} { source: csv("${address("signed")}${QUERY}"), columns: { text: text${i === 0 ? "" : "s"}, label: label }, split: by_column(part) }`,
    }));
    const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(folder, "odd.ipynb"), JSON.stringify(notebook));
    writeFileSync(
      join(folder, "small.tune"),
      `experiment { name: "tries", trackers: mlflow("${tracker.url}", user: "ann", token: secret(env: PLANTED_TRACKER)) }
data guarded { source: csv("${address("guarded")}", token: secret(env: PLANTED_TOKEN), query: secret(env: PLANTED_QUERY)), ${data} }
data signed { source: csv("${address("signed")}${QUERY}"), ${data} }
data local { source: csv("rows.csv"), ${data} }
model small { base: "bert", task: text_classification, technique: full, max_length: 16 }
recipe once { steps: 2, batch_size: 8, seed: 7 }
train small on guarded with once
evaluate small on guarded.test { metrics: [accuracy] }
evaluate small on signed.test { metrics: [accuracy] }
train small on signed with once as second
report small, second as "report.html" { rows: true }
`,
    );
    writeFileSync(
      join(folder, "local.tune"),
      `data local { source: csv("rows.csv"), ${data} }
model small { base: "bert", task: text_classification, technique: full, max_length: 16 }
train small on local { steps: 1 }
deploy small to huggingface("me/small", push: secret(env: PLANTED_TOKEN))
`,
    );
  });
  after(async () => {
    for (const path of [address("guarded"), `${address("signed")}${QUERY}`]) {
      const { file } = sourceRequestOf(path, call("source", "csv"));
      rmSync(dirname(file), { recursive: true, force: true });
    }
    await Promise.all([server.close(), tracker.stop()]);
    rmSync(folder, { recursive: true, force: true });
    for (const [name, value] of had) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("reach the servers that they are for, and no other file or output", async () => {
    assert.equal((await run("check", "bad.tune")).status, 1);
    assert.equal((await run("check", "bad.tune", "--json")).status, 1);
    assert.equal((await run("check", "--trust", "odd.tune")).status, 1);
    const unknown = await run("check", "base.tune");
    assert.match(unknown.stdout + unknown.stderr, /hub http:\/\/127\.0\.0\.1:\d+\//);
    // The signed query is not carried over.
    const { status, stderr } = await run("import", "axolotl.yaml", "--out", "imported.tune");
    assert.equal(status, 1);
    assert.doesNotMatch(stderr, /everything was carried over/);
    await run("check", "imported.tune");
    await run("doctor", "--ray", withAccount("http://127.0.0.1:1", ACCOUNT.ray));
    await ran("check", "small.tune");
    await ran("plan", "small.tune");
    await ran("plan", "small.tune", "--json");
    await ran("run", "small.tune");
    await run("run", "odd.ipynb");
    await ran("runs", "--json");
    await ran("runs");
    const [first = "", second = ""] = ids().toSorted();
    await ran("runs", "show", first);
    await ran("runs", "show", second);
    await run("diff", `runs/${first}`, `runs/${second}`);
    await ran("replay", `runs/${ids().find((id) => id.startsWith("second")) ?? ""}`);
    await run("bundle", "small.tune", "-o", "small.tar");
    await ran("bundle", "local.tune", "-o", "local.tar");

    const guarded = server.asked.filter(({ path }) => path === "/guarded.csv");
    assert.equal(guarded[0]?.headers.authorization, `Bearer ${ENV.PLANTED_TOKEN}`);
    assert.ok(tracker.authorization.size > 0);
    const signed = server.asked.filter(({ path }) => path === "/signed.csv");
    assert.ok(signed.length > 0 && signed.every(({ headers }) => headers.authorization === undefined));

    const programs = new Set(["axolotl.yaml", "bad.tune", "odd.tune", "small.tune", "odd.ipynb", "odd.executed.ipynb"]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    assert.ok(
      ["plan.json", "scored-data.json", "report.html", "local.tar"].every((name) =>
        files.some((file) => basename(file) === name),
      ),
    );
    const executed = JSON.parse(readFileSync(join(folder, "odd.executed.ipynb"), "utf8")) as {
      cells: { outputs: unknown[] }[];
    };
    const shown = executed.cells.map(({ outputs: own }) => JSON.stringify(own));
    assert.ok(
      shown.every((one) => one.includes("/signed.csv")),
      shown.join("\n"),
    );
    const places = files
      .filter((file) => !programs.has(basename(file)))
      .flatMap((file) => found(textOf(file)).map((one) => `${file.slice(folder.length)}: ${one}`));
    const told = outputs.flatMap(({ args, stdout, stderr }) =>
      found(stdout + stderr).map((one) => `output of ${args}: ${one}`),
    );
    const sent = [...tracker.runs.values(), ...[...tracker.files.values()].map(String)];
    assert.deepEqual(
      [...places, ...told, ...found(JSON.stringify([sent, shown])).map((one) => `a tracker or a cell: ${one}`)],
      [],
    );
  });
});

function withAccount(address: string, password: string): string {
  return address.replace("://", `://ann:${password}@`);
}

function textOf(file: string): string {
  const bytes = readFileSync(file);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("latin1");
}
