/** A program that calls an engine's host, for tests that kill it midway: `save FILE` or `full FILE`. */
import "#tests/register-codes.js";
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import type { Program } from "#dsl/tensor/program.js";
import { startEngine } from "#kernel/engines/start-engine.js";

const [what, file] = process.argv.slice(2) as [string, string];

/** Has the state variables `large` (160 MB) and `small`. */
function program(): Program {
  const graph = new Graph();
  const state = (name: string, size: number): ReturnType<Graph["state"]> =>
    graph.state(name, { type: { dtype: "f32", shape: [size] }, trains: false, initial: { ones: true } });
  graph.output("sum", state("large", 40e6).sum().add(state("small", 10).sum()));
  return graph.program();
}

const engine = await startEngine({ engine: "tfjs" });
const session = await engine.open({ program: program() }, []);
if (what === "save") {
  console.log(`host ${String(engine.info.pid)}`);
  const saved = session.save(file);
  console.log("saving");
  await saved;
  // Keeps the process alive until it is killed.
  setInterval(() => undefined, 1000);
} else {
  await session.save(file, ["small"]);
  await assert.rejects(session.save(file), { code: "disk-full" });
  await assert.rejects(session.save(file), { code: "disk-full" });
  await session.run("program", {});
  await engine.close();
}
