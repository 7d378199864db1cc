/**
 * SmolLM2-135M-Instruct, prompted with its own chat template and two examples: the log-probabilities equal
 * transformers'.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { plainHostContext } from "#kernel/host/host-context.js";
import { parsePromptTemplate } from "#stdlib/contenders/shared/prompting/template.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";

interface Golden {
  readonly smollm2: {
    readonly instruction: string;
    readonly shots: readonly (readonly [text: string, label: string])[];
    readonly labels: readonly string[];
    readonly cases: readonly {
      readonly text: string;
      readonly tokens: number;
      readonly likelihoods: readonly number[];
    }[];
  };
}
const file = new URL("../../../../../tests/golden/oracle/likelihoods.json", import.meta.url);
const { smollm2: golden } = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("SmolLM2-135M as a prompted classifier", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(() => void (book = new NotebookOfOne()));
  after(() => book.close());

  it("gives each label the likelihood that transformers gives, with two examples per prompt", async () => {
    const { fill } = parsePromptTemplate(golden.instruction);
    const shots = golden.shots.map(([text, answer]) => ({ question: fill([text]), answer }));
    const base = await book.session.weights.baseModels.prompted(
      "SmolLM2-135M-Instruct",
      plainHostContext(book.folder),
      {
        writes: false,
      },
    );
    assert.ok(base.chats);
    const rows = golden.cases.map(({ text }) => ({ shots, values: [text], fill }));
    const read = await base.read(rows, { likelihood: golden.labels }, { batchSize: 8 });
    assert.ok(read.shared > 80, `${read.shared} tokens are read once`);
    const all = Uint32Array.from(rows.keys());
    const { outputs: said, tokens } = await read.likelihoods(all, golden.labels);
    assert.equal(
      tokens,
      golden.cases.reduce((sum, one) => sum + one.tokens, 0),
    );
    said.forEach((own, row) =>
      own.forEach((one, label) => {
        const wanted = golden.cases[row]!.likelihoods[label]!;
        assert.ok(
          Math.abs(one - wanted) < 1e-4,
          `${golden.cases[row]!.text}, ${golden.labels[label]!}: ${one}, not ${wanted}`,
        );
      }),
    );
  });
});
