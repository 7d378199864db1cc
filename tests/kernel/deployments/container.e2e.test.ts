/** Containers, tested without a container engine: the written files are checked, and Node starts the server. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import type { DeploymentProof } from "#kernel/deployments/proof.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { checkedDockerfile } from "./dockerfile.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

class Served {
  private constructor(
    private readonly child: ChildProcess,
    readonly at: string,
    /** Output on stdout and stderr. */
    readonly said: string[],
  ) {}
  static async over(folder: string): Promise<Served> {
    const { folder: env } = await ensureNodeEnv("transformers");
    if (!existsSync(join(folder, "node_modules"))) symlinkSync(join(env, "node_modules"), join(folder, "node_modules"));
    const child = spawn(process.execPath, ["server.mjs"], {
      cwd: folder,
      env: { ...process.env, PORT: "0", NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      lines.on("line", (line) => {
        said.push(line);
        const [, number] = /^listening on (\d+)$/.exec(line) ?? [];
        if (number !== undefined) resolve(number);
      });
      child.once("close", () => reject(new Error(said.join("\n"))));
    });
    return new Served(child, `http://127.0.0.1:${port}`, said);
  }
  async ask<T>(body: unknown): Promise<T> {
    const answer = await fetch(this.at, { method: "POST", body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as T;
  }
  async status(path: string, o: RequestInit = {}): Promise<number> {
    return (await fetch(this.at + path, o)).status;
  }
  async stop(): Promise<number | null> {
    this.child.kill("SIGTERM");
    const [status] = (await once(this.child, "close")) as [number | null];
    return status;
  }
}

describe("container target", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  const task = (name: string) => TASKS.find((one) => one.name === name)!;
  const deploy = async (name: string): Promise<string> => {
    await book.run(`${programOf(task(name), "full")}\ndeploy ${name} to container("build/${name}", server: small)`);
    return join(book.folder, "build", name);
  };
  before(() => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
  });
  after(() => book.close());

  it("is verified, and builds only from its own files", async () => {
    const folder = await deploy("labels");
    const proof = JSON.parse(readFileSync(join(folder, "proof.json"), "utf8")) as DeploymentProof;
    assert.equal(proof.verdict, "equal");
    checkedDockerfile(readFileSync(join(folder, "Dockerfile"), "utf8"), folder);
    const compose = parse(readFileSync(join(folder, "compose.yaml"), "utf8")) as {
      services: Record<string, Record<string, unknown>>;
    };
    assert.deepEqual(Object.keys(compose.services), ["labels"]);
    const service = compose.services["labels"]!;
    assert.deepEqual([service["build"], service["ports"], service["read_only"]], [".", ["127.0.0.1:8080:8080"], true]);
    assert.match(readFileSync(join(folder, ".dockerignore"), "utf8"), /^node_modules$/m);
    const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const version of Object.values(dependencies)) assert.match(version, /^\d+\.\d+\.\d+$/);
    for (const file of ["server.mjs", "Dockerfile", "compose.yaml", "package.json"])
      assert.ok(!readFileSync(join(folder, file), "utf8").includes(book.folder), file);
  });

  it("answers like the notebook, rejects invalid requests and ends on request", async () => {
    const served = await Served.over(join(book.folder, "build/labels"));
    try {
      assert.equal(await served.status("/health"), 200);
      const texts = ["good bad a", "kind", "mean poor fine ".repeat(30)];
      const handle = book.values.get("labels") as ModelHandle;
      const own = await handle.predict<{ text: string; label: string; probabilities: Record<string, number> }>(texts);
      const answers = await served.ask<{ label: string; score: number }[][]>({ inputs: texts });
      answers.forEach((scores, i) => {
        assert.equal(scores[0]!.label, own[i]!.label);
        for (const { label, score } of scores)
          assert.ok(Math.abs(score - own[i]!.probabilities[label]!) < 1e-4, `${label}: ${String(score)}`);
      });
      assert.deepEqual(await served.ask({ inputs: texts[0], parameters: { top_k: 1 } }), answers[0]!.slice(0, 1));
      const post = (body: string): Promise<number> => served.status("/", { method: "POST", body });
      assert.deepEqual(
        [await post("{"), await post("{}"), await post('{"inputs": 5}'), await post('{"inputs": []}')],
        [400, 400, 400, 400],
      );
      for (const pair of ['["a", {"text": "b", "text_pair": "c"}]', '{"text": "a", "text_pair": 5}'])
        assert.equal(await post(`{"inputs": ${pair}}`), 400, pair);
      assert.deepEqual([await served.status("//"), await served.status("/?x#y")], [404, 405]);
      assert.deepEqual([await served.status("/"), await served.status("/else")], [405, 404]);
      assert.equal(await post(JSON.stringify({ inputs: "x".repeat(2e6) })).catch(() => 413), 413);
      const many = await Promise.all(Array.from({ length: 20 }, () => served.ask({ inputs: "canary secret" })));
      assert.equal(many.length, 20);
      assert.ok(!served.said.join("").includes("canary"));
    } finally {
      assert.equal(await served.stop(), 0);
    }
  });

  for (const [name, inputs, check] of [
    ["sets", "good", (a) => a.length === 2 && a.every(({ score }) => (score as number) < 1)],
    ["scores", "good", (a) => a.length === 1 && typeof a[0]!["score"] === "number"],
    ["tags", "good bad a", (a) => a.every(({ entity }) => typeof entity === "string")],
    ["vectors", ["good", "bad"], (a) => a.length === 2 && (a[0] as unknown as number[]).length > 4],
    ["rewrites", "good", (a) => typeof a[0]!["generated_text"] === "string"],
    ["tales", "good", (a) => String(a[0]!["generated_text"]).startsWith("good")],
  ] as readonly (readonly [string, unknown, (answer: Record<string, unknown>[]) => boolean])[])
    it(`answers in the format of its task: ${name}`, async () => {
      const served = await Served.over(await deploy(name));
      try {
        const answer = await served.ask<Record<string, unknown>[]>({ inputs, parameters: { max_new_tokens: 4 } });
        assert.ok(check(answer), JSON.stringify(answer));
      } finally {
        await served.stop();
      }
    });
});
