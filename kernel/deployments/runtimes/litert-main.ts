/**
 * The process of LiteRT.js: LiteRT compiled to WebAssembly, on the CPU. Its loader is made for web pages and loads a
 * script with `importScripts`, which is emulated here.
 */
import { registerCodes, mustExist } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { dataAndModelCodes } from "#dsl/compiler/checks/world-codes.js";
import { runtimesCodes } from "./codes.js";
import { fetchCodes } from "../../fetch/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { tableCodes } from "#stdlib/sources/shared/table-codes.js";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import type { NDArray } from "#dsl/tensor/program.js";
import { moduleIn } from "#tools/node-env.mjs";
import { graphNamed } from "./process.js";
import { packageVersionIn } from "./package-version.js";
import { answerRuntimeRequests } from "./serve.js";

registerCodes(internalCodes, dataAndModelCodes, runtimesCodes, fetchCodes, sourcesCodes, tableCodes);

interface LiteRt {
  loadLiteRt(folder: string): Promise<unknown>;
  loadAndCompile(file: Uint8Array, options: { readonly accelerator: "wasm" }): Promise<Model>;
  readonly Tensor: new (values: Int32Array, shape: readonly number[]) => Held;
}
interface Model {
  run(inputs: Readonly<Record<string, Held>>): Promise<Record<string, Held>>;
}
interface Held {
  toTypedArray(): Float32Array | Int32Array;
  delete(): void;
}

answerRuntimeRequests(async ({ place, graphs, library }) => {
  const main = moduleIn(mustExist(library, "the folder of LiteRT.js"), "@litertjs/core");
  const folder = join(main, "..", "..");
  const version = packageVersionIn(folder);
  const wasm = join(folder, "wasm") + sep;
  Object.assign(globalThis, {
    self: globalThis,
    require: createRequire(main),
    __dirname: wasm,
    importScripts: (script: string) => void runInThisContext(readFileSync(script, "utf8"), { filename: script }),
  });
  const { loadLiteRt, loadAndCompile, Tensor } = (await import(pathToFileURL(main).href)) as LiteRt;
  await loadLiteRt(wasm);
  const model = await loadAndCompile(new Uint8Array(readFileSync(place)), { accelerator: "wasm" });
  return {
    version,
    async run({ graph, feeds, wanted }) {
      const { inputs, outputs } = graphNamed(graphs, graph);
      const given = Object.entries(inputs).map(([name, port]) => {
        const { bytes, shape } = mustExist(feeds[name], "a graph's inputs");
        return [port.name, new Tensor(new Int32Array(Uint8Array.from(bytes).buffer), shape)] as const;
      });
      const outputTensors = await model.run(Object.fromEntries(given));
      try {
        return Object.fromEntries(
          wanted.map((name) => [
            name,
            array(mustExist(outputTensors[outputs[name]!.name], "an answer"), outputs[name]!.shape),
          ]),
        );
      } finally {
        for (const created of [...given.map(([, tensor]) => tensor), ...Object.values(outputTensors)]) created.delete();
      }
    },
  };

  function array(held: Held, named: readonly (number | string)[]): NDArray {
    const values = held.toTypedArray();
    const fixed = Object.values(graphs)[0]?.fixed ?? {};
    const shape = named.map((d) => (typeof d === "number" ? d : fixed[d]!));
    const copy = Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return { dtype: values instanceof Float32Array ? "f32" : "i32", shape, bytes: copy };
  }
});
