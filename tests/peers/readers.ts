/**
 * `npm run readers [PAGE…]`: runs the Python code of docs/deploying unchanged on small models that are trained and
 * deployed here, and compares the output with the notebook's. The other programs are large, so this is not part of the
 * suite.
 */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { ensurePythonEnv, type PythonGroup } from "#tools/python-env.mjs";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { made, WRITING } from "#tests/kernel/deployments/writing-models.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";

const pages = new URL("../../../docs/deploying/", import.meta.url);
const ASKED = "The parcel never came.";
interface Reader {
  readonly group: PythonGroup;
  readonly deploys: string;
  /** A separate chat model to query. Defaults to `helper` or `router`. */
  readonly chats?: string;
  /** Runs only if named, since its dependencies are very large. */
  readonly named?: true;
}
const DEPLOYED: Readonly<Record<string, Reader>> = {
  openvino: { group: "readers", deploys: 'deploy router to onnx("build/router")' },
  vllm: {
    ...{ group: "vllm", chats: "teller", named: true },
    // vLLM does not support heads as small as the other models'.
    deploys: `model teller { base: "SmolLM2-135M-Instruct", task: chat, technique: lora(rank: 8), max_length: 64 }
train teller on chats_rows { steps: 4, batch_size: 4, seed: 1 }
deploy teller to huggingface("build/teller", weights: merged)`,
  },
  ollama: { group: "readers", chats: "helper", deploys: 'deploy helper to gguf("build/helper.gguf", quantize: f32)' },
  executorch: { group: "executorch", deploys: 'deploy router to huggingface("build/router-hf", weights: merged)' },
};

async function main(names: readonly string[]): Promise<void> {
  const book = new NotebookOfOne();
  try {
    await trained(book);
    for (const name of names) {
      const { group, deploys } = DEPLOYED[name]!;
      await book.run(deploys);
      const python =
        process.env["READERS_PYTHON"] ??
        (await ensurePythonEnv(group, { onProgress: (line) => console.error(line) })).python;
      const page = readFileSync(new URL(`${name}.md`, pages), "utf8");
      for (const [, code] of page.matchAll(/```python\n([^]*?)```/g)) {
        writeFileSync(join(book.folder, "asks.py"), code!);
        const { stdout } = await promisify(execFile)(python, ["asks.py"], { cwd: book.folder, maxBuffer: 1e8 });
        console.log(`${name}: ${await compared(book, name, stdout.trim().split("\n").at(-1) ?? "")}`);
      }
    }
  } finally {
    await book.close();
  }
}

async function trained(book: NotebookOfOne): Promise<void> {
  await ensureNodeEnv("llama");
  writeSmallTasks(book.folder);
  await made(
    join(book.folder, "llama"),
    WRITING.find(({ name }) => name === "llama")!,
  );
  await book.run(programOf(TASKS[0]!, "full", "router"));
  await book.run(
    programOf({ ...TASKS.find(({ name }) => name === "chats")!, more: "" }, "full", "unused").split("\n")[0]!,
  );
  await book.run(
    'model helper { base: "llama", task: chat, max_length: 64 }\ntrain helper on chats_rows { steps: 20, batch_size: 8, seed: 1 }',
  );
}

/** Compares the printed output with the notebook's; throws if they differ. */
async function compared(book: NotebookOfOne, name: string, said: string): Promise<string> {
  const { chats } = DEPLOYED[name]!;
  if (chats !== undefined) {
    const model = book.values.get(chats) as ModelHandle;
    const [own] = await model.predict<{ text: string; continuation: string }>("good", { max_tokens: 16 });
    // A barely trained model writes bytes that are not valid text, and each program displays them differently.
    const shown = (text: string): string => text.replaceAll("\ufffd", "").trim();
    if (shown(own!.continuation) !== shown(said)) throw new Error(`${said}, the notebook says ${own!.continuation}`);
    return JSON.stringify(said);
  }
  const router = book.values.get("router") as ModelHandle;
  const [own] = await router.predict<{ text: string; label: string; probabilities: Record<string, number> }>(ASKED);
  const [label, logits] = [said.slice(0, said.indexOf(" ")), JSON.parse(said.slice(said.indexOf(" "))) as number[]];
  const sum = logits.reduce((all, x) => all + Math.exp(x), 0);
  const far = Object.values(own!.probabilities).reduce(
    (most, p, i) => Math.max(most, Math.abs(p - Math.exp(logits[i]!) / sum)),
    0,
  );
  if (label !== own!.label || far > 0.01) throw new Error(`${said}, the notebook says ${JSON.stringify(own)}`);
  return `${label}; greatest difference of a probability ${far.toExponential(1)}`;
}

await main(
  process.argv.length > 2 ? process.argv.slice(2) : Object.keys(DEPLOYED).filter((name) => !DEPLOYED[name]!.named),
);
