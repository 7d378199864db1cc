/**
 * transformers folders as users open them: the handler.py written for inference endpoints, sentence-transformers, PEFT.
 * One Python process runs all of them, and the results are compared with the notebook's.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import type { TagsPrediction } from "#stdlib/tasks/token_classification.run.js";
import type { EmbeddingPrediction } from "#stdlib/tasks/sentence_similarity.run.js";
import type { ScorePrediction } from "#stdlib/tasks/regression.run.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { verifyDeployment } from "#kernel/features/deploy/verify.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

const TEXTS = ["a good b train", "bad", `kind mean ${"the train was fine ".repeat(12).trim()}`];
const PROMPTS = ["good bad", "a kind"];
const MOST = 12;

/** Name of the notebook's model for each folder with a handler. */
const HANDLED = {
  labels: "labels",
  "labels-adapter": "labels",
  tags: "tags",
  vectors: "vectors",
  "scores-adapter": "scores",
  tales: "tales",
  "tales-adapter": "tales",
} as const;
type Folder = keyof typeof HANDLED;

/** Prints one JSON object: the response of each handler, and the embeddings of sentence-transformers for the texts. */
const ASKS = `
import importlib.util, json, sys
asked = json.loads(sys.argv[1])
said = {}
for name, request in asked.items():
    spec = importlib.util.spec_from_file_location("handler_" + name.replace("-", "_"), f"build/{name}/handler.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said[name] = module.EndpointHandler(f"build/{name}")(request)
from sentence_transformers import SentenceTransformer
said["sentences"] = SentenceTransformer("build/vectors", device="cpu").encode(asked["vectors"]["inputs"]).tolist()
print(json.dumps(said))
`;

interface Said {
  readonly labels: readonly (readonly { readonly label: string; readonly score: number }[])[];
  readonly "labels-adapter": Said["labels"];
  readonly "scores-adapter": readonly { readonly score: number }[];
  readonly tags: readonly (readonly { readonly word: string; readonly entity: string }[])[];
  readonly vectors: readonly (readonly number[])[];
  readonly sentences: readonly (readonly number[])[];
  readonly tales: readonly { readonly generated_text: string }[];
  readonly "tales-adapter": Said["tales"];
}

describe("transformers folder in other programs", function () {
  this.timeout(600_000);
  let book: NotebookOfOne;
  let said: Said;
  const own = (folder: Folder): ModelHandle => book.values.get(HANDLED[folder]) as ModelHandle;

  before(async () => {
    const { python } = await ensurePythonEnv("oracles");
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    for (const task of TASKS.filter(({ name }) => new Set<string>(Object.values(HANDLED)).has(name)))
      await book.run(programOf(task, "lora(rank: 2)"));
    for (const [folder, name] of Object.entries(HANDLED)) {
      const weights = folder.endsWith("adapter") ? "adapter" : "merged";
      await book.run(
        `deploy ${name} to huggingface("build/${folder}", weights: ${weights}, handler: true) { rows: 0 }`,
      );
    }
    const requests = Object.entries(HANDLED).map(([folder, name]) => [
      folder,
      name === "tales" ? { inputs: PROMPTS, parameters: { max_new_tokens: MOST } } : { inputs: TEXTS },
    ]);
    const file = join(book.folder, "asks.py");
    writeFileSync(file, ASKS);
    const { stdout } = await promisify(execFile)(python, [file, JSON.stringify(Object.fromEntries(requests))], {
      cwd: book.folder,
      maxBuffer: 1e8,
      env: { ...process.env, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" },
    });
    said = JSON.parse(stdout.trim().split("\n").at(-1)!) as Said;
  });
  after(() => book.close());

  for (const folder of ["labels", "labels-adapter"] as const)
    it(`gives the notebook's labels and probabilities with handler.py: ${folder}`, async () => {
      const want = await own(folder).predict<LabelPrediction>(TEXTS);
      for (const [i, { label, probabilities }] of want.entries()) {
        const given = said[folder][i]!;
        assert.equal(given[0]!.label, label);
        for (const { label, score } of given) assert.ok(Math.abs(score - probabilities[label]!) <= 1e-4);
      }
    });

  it("gives the notebook's word tags with handler.py, up to the truncation", async () => {
    const want = await own("tags").predict<TagsPrediction>(TEXTS);
    assert.ok(want[2]!.cut > 0);
    assert.deepEqual(
      said.tags.map((words) => words.map(({ word, entity }) => [word, entity])),
      want.map(({ tokens }) => tokens.map(({ token, tag }) => [token, tag])),
    );
  });

  for (const by of ["vectors", "sentences"] as const)
    it(`gives the notebook's vectors with ${by === "vectors" ? "handler.py" : "sentence-transformers"}`, async () => {
      const want = await own("vectors").predict<EmbeddingPrediction>(TEXTS);
      for (const [i, { embedding }] of want.entries()) {
        assert.equal(said[by][i]!.length, embedding.length);
        embedding.forEach((x, j) => assert.ok(Math.abs(x - said[by][i]![j]!) <= 1e-4, `${by} ${String(i)}`));
      }
    });

  it("gives the notebook's scores with handler.py", async () => {
    const want = await own("scores-adapter").predict<ScorePrediction>(TEXTS);
    for (const [i, { score }] of want.entries())
      assert.ok(Math.abs(score - said["scores-adapter"][i]!.score) <= 1e-4, `${String(i)}: ${String(score)}`);
  });

  it("is verified as a PEFT adapter on the given base", async () => {
    const place = join(book.folder, "build/scores-adapter");
    const homeless = verifyDeployment(place, "transformers");
    await assert.rejects(homeless, ({ code }: CodedError) => code === "adapter-needs-base");
    const { proof, found } = await verifyDeployment(place, "transformers", join(book.folder, "bert"));
    assert.deepEqual([found, proof.verdict, proof.runtime?.title], [[], "equal", "transformers"]);
  });

  for (const folder of ["tales", "tales-adapter"] as const)
    it(`generates the notebook's text with handler.py: ${folder}`, async () => {
      const want = await own(folder).predict<WrittenContinuation>(PROMPTS, { max_tokens: MOST });
      assert.deepEqual(
        said[folder].map(({ generated_text }) => generated_text),
        want.map(({ continuation }) => continuation),
      );
    });
});
