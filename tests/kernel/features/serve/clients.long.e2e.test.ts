/**
 * OpenAI's Python client, with single and concurrent requests, complete answers and streams: results equal the
 * notebook's.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { TextTaskPrediction } from "#kernel/inference/prompts.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { builtModels, ServedProcess } from "./serve-process.js";

const program = fileURLToPath(new URL("../../../../../tests/kernel/features/serve/python_clients.py", import.meta.url));

describe("OpenAI client for Python", function () {
  this.timeout(600_000);
  const book = new NotebookOfOne();
  let server: ServedProcess | undefined;
  after(async () => {
    await server?.stop();
    await book.close();
  });

  it("receives the same outputs as the notebook", async () => {
    const folders = await builtModels(book, ["vectors", "tales"], true);
    server = await ServedProcess.start(Object.values(folders));
    const { python } = await ensurePythonEnv("clients");
    const { stdout } = await promisify(execFile)(python, [program, `${server.url}/v1`], { maxBuffer: 1e8 });
    const said = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    const own = async <T>(name: string, asked: string, o = {}): Promise<T> =>
      (await (book.values.get(name) as ModelHandle).predict<TextTaskPrediction>(asked, o))[0] as T;
    const continued = async (name: string, asked: string, tokens: number): Promise<string> =>
      (await own<{ readonly continuation: string }>(name, asked, { max_tokens: tokens })).continuation;

    assert.deepEqual(said["models"], ["helper", "tales", "vectors"]);
    const chat = await continued("helper", "good", 16);
    for (const way of ["chat", "chat streamed", "chat by events"]) assert.equal(said[way], chat, way);
    for (const way of ["response", "response streamed", "response at the end"]) assert.equal(said[way], chat, way);
    assert.deepEqual(said["together"], Array(8).fill(chat));
    const text = await continued("tales", "good bad", 12);
    for (const way of ["text", "text streamed"]) assert.equal(said[way], text, way);
    const { mood, sure } = said["object"] as Readonly<Record<string, unknown>>;
    assert.ok((mood === "glad" || mood === "sad") && typeof sure === "boolean");
    const [name, given] = said["call"] as [string, Readonly<Record<string, unknown>>];
    assert.equal(name, "tell_mood");
    assert.deepEqual(Object.keys(given).sort(), ["mood", "sure"]);
    const { embedding } = await own<{ readonly embedding: Float32Array }>("vectors", "good fine");
    for (const way of ["vector", "vector as numbers"])
      (said[way] as readonly number[]).forEach((x, i) => assert.ok(Math.abs(x - embedding[i]!) < 1e-4, way));
    assert.equal(said["unknown"], "model_not_found");
  });
});
