/**
 * `node dist/tests/peers/tuned-texts.js [--webgpu]`: SmolLM2 fine-tuned here (LoRA, 12 steps), deployed as ONNX and run
 * by transformers.js in Node and in Chromium (wasm, WebGPU on the software adapter). After each of some prompts, 64
 * greedy tokens must equal the notebook's. Exits with status 1 if a text differs, or if fine-tuning changed none.
 */
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { inNode, ModelPage } from "#tests/kernel/deployments/transformers-js.js";

const TOKENS = 64;
const PROMPTS = ["The parcel that was sent on Monday", "Dear customer, the train", "My invoice"];
const THINGS = ["parcel", "invoice", "train", "ticket", "password", "refund"];
const row = (i: number): string => {
  const said = (k: number): string =>
    `the ${THINGS[(i + k) % 6]!} of day ${String((i * 7 + k * 5) % 28)} was late by ${String((i * 3 + k) % 9)} hours`;
  return `Report ${String(i)}: ${Array.from({ length: 6 }, (_, k) => said(k)).join(", and then ")}.`;
};

const PROGRAM = `data reports { source: jsonl("reports.jsonl"), columns: { text: text } }
model plain { base: "SmolLM2-135M-Instruct", task: text_generation, max_length: 64 }
model tuned { base: "SmolLM2-135M-Instruct", task: text_generation, technique: lora(rank: 8), max_length: 64 }
train tuned on reports { steps: 12, batch_size: 4, seed: 1, optimizer: adamw(learning_rate: 2e-3) }
deploy tuned to onnx("models/tuned") { rows: 0 }`;

const asks = (model: string): string => `
  const tokenizer = await AutoTokenizer.from_pretrained("tuned");
  const model = await AutoModelForCausalLM.from_pretrained("tuned", ${model});
  const said = [];
  for (const prompt of ${JSON.stringify(PROMPTS)}) {
    const inputs = tokenizer(prompt);
    const all = await model.generate({ ...inputs, max_new_tokens: ${String(TOKENS)}, do_sample: false });
    const ids = all.tolist()[0].slice(inputs.input_ids.dims[1]).map(Number);
    said.push(tokenizer.decode(ids, { skip_special_tokens: true }));
  }`;

const written = async (book: NotebookOfOne, name: string): Promise<readonly WrittenContinuation[]> =>
  (book.values.get(name) as ModelHandle).predict<WrittenContinuation>(PROMPTS, { max_tokens: TOKENS });

const book = new NotebookOfOne();
let equal = true;
function tell(where: string, said: readonly string[], own: readonly WrittenContinuation[]): void {
  const same = own.filter(({ continuation }, i) => said[i] === continuation).length;
  equal &&= same === own.length;
  console.log(`${where}: ${String(same)} of ${String(own.length)} texts the same`);
  own.forEach(({ continuation }, i) => {
    if (said[i] !== continuation) console.log(`  ${JSON.stringify(said[i])}\n  ${JSON.stringify(continuation)}`);
  });
}
try {
  const rows = Array.from({ length: 240 }, (_, i) => JSON.stringify({ text: row(i) }));
  writeFileSync(join(book.folder, "reports.jsonl"), rows.join("\n"));
  await book.run(PROGRAM);
  const own = await written(book, "tuned");
  const before = await written(book, "plain");
  const changed = own.filter(({ continuation }, i) => continuation !== before[i]!.continuation).length;
  const tokens = own.reduce((n, one) => n + one.tokens, 0);
  console.log(
    `tuned: ${String(changed)} of ${String(own.length)} texts otherwise than the base's, ${String(tokens)} tokens`,
  );
  if (changed === 0) equal = false;

  const models = join(book.folder, "models");
  const printed = await inNode(
    join(book.folder, "node"),
    `import { env, AutoTokenizer, AutoModelForCausalLM } from "@huggingface/transformers";
    env.allowRemoteModels = false;
    env.localModelPath = ${JSON.stringify(`${models}/`)};
    ${asks("{}")}
    console.log(JSON.stringify(said));`,
  );
  tell("transformers.js in Node", JSON.parse(printed) as string[], own);
  const names = "const { AutoTokenizer, AutoModelForCausalLM } = transformers;";
  for (const device of ["wasm", ...(process.argv.includes("--webgpu") ? ["webgpu"] : [])]) {
    const page = await ModelPage.over(models);
    try {
      tell(device, await page.asks(`${names} ${asks(`{ device: "${device}" }`)} return said;`), own);
    } finally {
      await page.close();
    }
  }
} finally {
  await book.close();
}
process.exit(equal ? 0 : 1);
