/**
 * Bundles from folders that also contain keys, settings and backups: only files that the program or the run needs are
 * packed.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { bundleOfProgram, bundleOfRun } from "#kernel/apps/checking/bundled-program.js";
import { checkTuneSources, sourcesOfTuneFile } from "#kernel/apps/checking/checking.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { writeRunFiles } from "../../session/run-files.js";
import type { Where } from "../../session/hostile-runs.js";

const DECOYS = [
  ...[".env", ".env.local", ".netrc", ".npmrc", ".pypirc", ".git/config", ".ssh/id_rsa", ".aws/credentials"],
  ...["id_rsa", "id_rsa.pub", "server.pem", "credentials.json", "secrets.yaml", "token.txt", "passwords.txt"],
  ...["model.safetensors.bak", "config.json~", "tokenizer.json.orig", "config.local.json", "notes.md", "backup.zip"],
  ...["optimizer.pt", "training_args.bin", "keys/private.key", "adapter/id_rsa", "checkpoints/rsa", "1_Pooling/key"],
];
const rows = (of: string): string =>
  ["text,label", ...Array.from({ length: 40 }, (_, i) => `${of} good w${String(i)},${i % 2 ? "yes" : "no"}`)].join(
    "\n",
  );

describe("bundle of a folder with decoys", function () {
  this.timeout(60_000);
  let folder: string;
  let at: Where;
  const put = (path: string, text: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-decoys-"));
    at = await writeRunFiles(folder);
    for (const part of ["one", "two"]) put(`rows/${part}.csv`, rows(part));
    put("rows/rows.csv.old", "decoy");
    put("set/train.csv", rows("three"));
    put("set/README.md", "# A data set\n");
    cpSync(join(folder, "runs", at.id, "adapter"), join(folder, "adapter"), { recursive: true });
    for (const where of ["", "bert", "rows", "set", "adapter", join("runs", at.id), join("runs", at.id, "adapter")])
      for (const name of DECOYS) {
        const path = join(where, name);
        if (!existsSync(join(folder, path))) put(path, "decoy");
      }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const program =
    (): string => `data d { source: csv("rows/*.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }
data h { source: hub("set"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }
model m { base: "bert", task: text_classification, technique: lora(rank: 2, from: "adapter"), max_length: 16 }
model old { load: "${at.id}" }
train m on d { steps: 1, batch_size: 4 }
evaluate old on h.validation`;
  const base = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
  const inBert = (): string[] => base.map((name) => `bert/${name}`).filter((name) => existsSync(join(folder, name)));

  it("of a program contains its rows, its base and the files that open its runs", async () => {
    const path = join(folder, "small.tune");
    writeFileSync(path, program());
    const datasets = new DatasetCache();
    const checked = await checkTuneSources(sourcesOfTuneFile(path, "small.tune", program()), folder, { datasets });
    assert.deepEqual(
      checked.diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
    const { files } = await bundleOfProgram(path, checked, { datasets, hostContext: plainHostContext(folder) });
    const packed = files.map((one) => one.path).sort();
    const run = `runs/${at.id}`;
    const expected = [
      ...["small.tune", "rows/one.csv", "rows/two.csv", "set/train.csv", "set/README.md"],
      ...["adapter/README.md", "adapter/adapter_config.json", "adapter/adapter_model.safetensors"],
      ...["README.md", "adapter_config.json", "adapter_model.safetensors"].map((name) => `${run}/adapter/${name}`),
      ...["plan.json", "lock.json", "events.jsonl", "scores.jsonl", "calibration.json"].map((name) => `${run}/${name}`),
      ...["learnt.json", "rows.bin", "scored-data.json", "since-before.json"].map((name) => `${run}/${name}`),
      `${run}/checkpoints/step-000088.safetensors`,
      ...inBert(),
    ];
    assert.deepEqual(packed, expected.sort());
  });

  it("of one run contains its plan, record, rows and base", async () => {
    const { files } = await bundleOfRun(RunFolder.open(join(folder, "runs", at.id)), {});
    const run = `runs/${at.id}`;
    assert.deepEqual(
      files.map((one) => one.path).sort(),
      [
        ...["plan.json", "lock.json", "events.jsonl", "scores.jsonl", "calibration.json"].map(
          (name) => `${run}/${name}`,
        ),
        ...["rows.csv", ...inBert()],
      ].sort(),
    );
  });

  it("is rejected if a file of the base is a link", async () => {
    const path = join(folder, "linked.tune");
    cpSync(join(folder, "bert"), join(folder, "linked"), { recursive: true });
    const [outside, link] = [join(folder, "..", `${basename(folder)}-auth.json`), join(folder, "linked", base[0]!)];
    try {
      renameSync(link, outside);
      symlinkSync(outside, link);
      const text = `data d { source: csv("rows/*.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }
model m { base: "linked", task: text_classification, max_length: 16 }
train m on d { steps: 1, batch_size: 4 }`;
      const datasets = new DatasetCache();
      const checked = await checkTuneSources(sourcesOfTuneFile(path, "linked.tune", text), folder, { datasets });
      writeFileSync(path, text);
      await assert.rejects(
        bundleOfProgram(path, checked, { datasets, hostContext: plainHostContext(folder) }),
        (error: unknown) => {
          assert.ok(error instanceof CodedError && error.code === "not-bundled");
          assert.ok(JSON.stringify(error.data).includes("linked/config.json"));
          return true;
        },
      );
    } finally {
      rmSync(outside, { force: true });
      rmSync(join(folder, "linked"), { recursive: true });
    }
  });

  it("is rejected if rows are missing", async () => {
    rmSync(join(folder, "rows.csv"));
    await assert.rejects(bundleOfRun(RunFolder.open(join(folder, "runs", at.id)), {}), { code: "not-bundled" });
  });
});
