import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Engine } from "#kernel/engines/engine.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { feedsOf, trainProgram } from "./tiny-net.js";

const caller = fileURLToPath(new URL("./host-caller.js", import.meta.url));

describe("engine host process", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-host-"))));
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("fails every call with a coded error if killed; a new one resumes from the checkpoint", async () => {
    const file = join(folder, "last.safetensors");
    const first = await startEngine({ engine: "tensorflow" });
    const session = await first.open({ train: trainProgram() }, []);
    for (let step = 1; step <= 3; step++) await session.run("train", feedsOf(step));
    await session.save(file);
    // More requests than the host can answer before the signal reaches it.
    const waiting = Array.from({ length: 2000 }, (_, i) => session.run("train", feedsOf(4 + i)));
    const ends = Promise.allSettled(waiting);
    process.kill(first.info.pid, "SIGKILL");
    const died = { code: "engine-died", data: { engine: "tensorflow", signal: "SIGKILL", exit: null, memory: true } };
    await assert.rejects(first.died, died);
    const last = (await ends).at(-1)!;
    assert.ok(last.status === "rejected");
    assert.equal((last.reason as { code: string }).code, "engine-died");
    await assert.rejects(session.run("train", feedsOf(1)), { code: "engine-died" });
    await first.close();

    const second = await startEngine({ engine: "tensorflow" });
    const again = await second.open({ train: trainProgram() }, []);
    assert.equal((await again.load(file)).length, Object.keys(trainProgram().state).length);
    await again.run("train", feedsOf(4));
    await second.close();
    await assert.rejects(again.run("train", feedsOf(5)), { code: "engine-closed" });
  });

  it("does not let TensorFlow rewrite our compiled graphs, unless configured to", async () => {
    const said = async (rewriting: string): Promise<string> => {
      const env = { TF_CPP_VMODULE: "meta_optimizer=1", TF_CPP_MIN_LOG_LEVEL: "0", TUNEBOOK_REWRITING: rewriting };
      const engine = await startEngine({ engine: "tensorflow", env });
      const session = await engine.open({ train: trainProgram() }, []);
      await session.run("train", feedsOf(1));
      process.kill(engine.info.pid, "SIGKILL");
      const { cause } = await engine.died.catch((error: Error) => error);
      return String(cause);
    };
    assert.match(await said("1"), /meta_optimizer/);
    const words = await said("0");
    assert.match(words, /SavedModel load/);
    assert.doesNotMatch(words, /meta_optimizer/);
  });

  it("survives an interrupt", async () => {
    const engine = await startEngine({ engine: "tfjs" });
    const session = await engine.open({ train: trainProgram() }, []);
    const running = session.run("train", feedsOf(1));
    process.kill(engine.info.pid, "SIGINT");
    await running;
    await session.run("train", feedsOf(2));
    await engine.close();
  });

  it("falls back to ONNX if TensorFlow is not set up, and names the command that sets it up", async () => {
    const cache = process.env["TUNEBOOK_CACHE"];
    process.env["TUNEBOOK_CACHE"] = folder;
    let engine: Engine;
    try {
      await assert.rejects(startEngine({ engine: "tensorflow" }), { code: "engine-unavailable" });
      engine = await startEngine({ engine: "auto" });
    } finally {
      if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
      else process.env["TUNEBOOK_CACHE"] = cache;
    }
    assert.equal(engine.info.name, "onnx");
    assert.match(engine.info.why, /not been set up.*tunebook setup/);
    await engine.close();
  });

  it("ends when its caller is killed, after finishing the checkpoint", async () => {
    const file = join(folder, "large.safetensors");
    const child = call(["save", file], "");
    const host = Number(await word(child, /host (\d+)\nsaving/));
    child.kill("SIGKILL");
    await once(child, "exit");
    for (let i = 0; i < 200 && isAlive(host); i++) await new Promise((wake) => setTimeout(wake, 50));
    assert.ok(!isAlive(host), "the host lives on");
    assert.equal(readHeader(file).tensors["large"]!.bytes, 160e6);
  });

  it("reports a full disk, and keeps the previous file", async () => {
    const file = join(folder, "full.safetensors");
    // The file-size limit of 1 MB simulates a full disk. Without the trap the signal would end the process.
    const child = call(["full", file], "trap '' XFSZ; ulimit -f 1024; ");
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code, 0);
    assert.deepEqual(Object.keys(readHeader(file).tensors), ["small"]);
    assert.equal(existsSync(`${file}.part`), false);
  });

  function call(args: readonly string[], shell: string): ChildProcess {
    const command = `${shell}exec "$0" "$@"`;
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const child = spawn("bash", ["-c", command, process.execPath, caller, ...args], { stdio: [...stdio] });
    children.push(child);
    return child;
  }
});

async function word(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const found = pattern.exec(text);
    if (found) return found[1] ?? found[0];
  }
  throw new Error(`${String(pattern)} was not said, but: ${text}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
