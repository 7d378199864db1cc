/**
 * `npm run house:graphs`: emits the graphs of many recipes and compares their hashes with the committed ones. `--write`
 * replaces the committed ones; `--print RECIPE` prints the recipe and the ONNX graphs of one, to compare two trees.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { onnxGraph } from "#dsl/tensor/backends/onnx/emit.js";
import { printOnnx, printTensorflow } from "#dsl/tensor/backends/print.js";
import { tensorflowGraph } from "#dsl/tensor/backends/tensorflow/emit.js";
import { printProgram } from "#dsl/tensor/print.js";
import { differences, FILE, hashAll, plannedAll } from "./compare.js";
import { programsOf } from "./emit.js";

const [option, name = ""] = process.argv.slice(2);
if (option === "--print") await print(name);
else await check(option === "--write");

async function check(writes: boolean): Promise<void> {
  const hashes = await hashAll();
  const count = Object.values(hashes).flatMap((of) => Object.keys(of)).length;
  if (writes) writeFileSync(FILE, `${JSON.stringify(hashes, null, 1)}\n`);
  const moved = differences(JSON.parse(readFileSync(FILE, "utf8")), hashes);
  for (const line of moved) console.log(line);
  console.log(`${String(Object.keys(hashes).length)} recipes, ${String(count)} hashes, ${String(moved.length)} differ`);
  process.exitCode = moved.length === 0 ? 0 : 1;
}

async function print(wanted: string): Promise<void> {
  const planned = (await plannedAll()).get(wanted);
  if (!planned) throw new Error(`no recipe is called ${wanted}`);
  console.log(JSON.stringify(planned.plan.recipe, null, 1));
  for (const [program, graph] of Object.entries(await programsOf(planned))) {
    console.log(`// ${program}\n${printProgram(graph)}\n${JSON.stringify(graph.state, null, 1)}`);
    console.log(printTensorflow(tensorflowGraph({ [program]: graph }, { kernels: true }).nodes));
    console.log(printOnnx(onnxGraph(graph).text));
  }
}
