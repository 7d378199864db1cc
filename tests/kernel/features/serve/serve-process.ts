/** `tunebook serve` as a separate process, and small models of every type for it. */
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { made, WRITING } from "#tests/kernel/deployments/writing-models.js";
import type { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { until } from "#tests/until.js";

const main = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));

export class ServedProcess {
  private constructor(
    readonly url: string,
    readonly child: ChildProcess,
    private readonly said: { text: string },
  ) {}

  /** Starts the process and waits until it is ready. */
  static async start(folders: readonly string[], more: readonly string[] = []): Promise<ServedProcess> {
    const port = await freePort();
    const args = [main, "serve", ...folders, "--port", String(port), ...more];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    const said = { text: "" };
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (said.text += String(chunk)));
    const server = new ServedProcess(`http://127.0.0.1:${String(port)}`, child, said);
    const ready = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`it ended with ${String(child.exitCode)}:\n${said.text}`);
      const answer = await fetch(`${server.url}/ready`).catch(() => null);
      await answer?.arrayBuffer();
      return answer?.ok === true;
    };
    try {
      await until(ready, () => `a server that is ready; it said\n${said.text}`, 120);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
    return server;
  }

  get output(): string {
    return this.said.text;
  }
  /** Sends SIGTERM and returns the exit status. */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = new Promise<number | null>((done) => child.once("exit", done));
    child.kill("SIGTERM");
    return ended;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Hermes's format of tools and calls. */
const TEMPLATE = [
  "{% if tools %}<|im_start|>system\nTools: <tools>{% for t in tools %}{{ t | tojson }}{% endfor %}</tools>",
  'A call is <tool_call>{"name": …, "arguments": …}</tool_call><|im_end|>\n{% endif %}',
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content %}{{ m.content }}{% endif %}",
  "{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}<|im_end|>\n{% endfor %}",
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
].join("");

/**
 * Trains models and deploys them below `build/`: one per entry of `tasks` (`TASKS`) and, if `helper` is set, a chat
 * model that calls tools.
 */
export async function builtModels(
  book: NotebookOfOne,
  tasks: readonly string[],
  helper: boolean,
): Promise<Readonly<Record<string, string>>> {
  writeSmallTasks(book.folder);
  // ONNX Runtime starts faster than other engines. The served models run on the engine that `auto` selects.
  await book.run("engine { engine: onnx, threads: 1 }");
  const place = (name: string): string => join(book.folder, "build", name);
  for (const name of tasks) {
    const task = TASKS.find((one) => one.name === name)!;
    await book.run(`${programOf(task, "full")}\ndeploy ${name} to huggingface("build/${name}")`);
  }
  if (helper) await builtHelper(book);
  return Object.fromEntries([...tasks, ...(helper ? ["helper"] : [])].map((name) => [name, place(name)]));
}

async function builtHelper(book: NotebookOfOne): Promise<void> {
  const base = join(book.folder, "caller");
  const small = WRITING.find(({ name }) => name === "llama")!;
  // Tool definitions need many positions.
  await made(base, { ...small, name: "caller", config: { ...small.config, max_position_embeddings: 4096 } });
  const settings = join(base, "tokenizer_config.json");
  const own = JSON.parse(readFileSync(settings, "utf8")) as object;
  writeFileSync(settings, JSON.stringify({ ...own, chat_template: TEMPLATE }));
  const rows = programOf({ ...TASKS.find(({ name }) => name === "chats")!, more: "" }, "full").split("\n")[0]!;
  await book.run(`${rows}
model helper { base: "caller", task: chat, technique: full, max_length: 2048 }
train helper on chats_rows { steps: 10, batch_size: 8, seed: 1 }
deploy helper to huggingface("build/helper")`);
}
