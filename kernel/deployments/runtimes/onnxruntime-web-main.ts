/**
 * The process of a demo page: its worker receives the same messages as from the page's window, and also returns its
 * tokens.
 */
import { registerCodes, mustExist } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { dataAndModelCodes } from "#dsl/compiler/checks/world-codes.js";
import { runtimesCodes } from "./codes.js";
import { deployingCodes } from "../codes.js";
import { fetchCodes } from "../../fetch/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { tableCodes } from "#stdlib/sources/shared/table-codes.js";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { NDArray } from "#dsl/tensor/program.js";
import { openPage, unpackPagePart } from "../page-file.js";
import { PageWorker } from "./page-worker.js";
import { answerRuntimeRequests } from "./serve.js";

registerCodes(internalCodes, dataAndModelCodes, runtimesCodes, deployingCodes, fetchCodes, sourcesCodes, tableCodes);

/** Array type of the page's worker. */
interface Array32 {
  readonly dtype: "f32" | "i32";
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
}

/**
 * Bytes of a function that run before its optimizing compilation. The default budget is spent during the runtime's
 * start on functions that are never called again: half of the time of a small model's proof. A large model's kernels
 * exceed this at once.
 */
setFlagsFromString("--wasm-tiering-budget=200000000");

answerRuntimeRequests(async ({ place }) => {
  const { contents, built, file } = await openPage(readFileSync(place, "utf8"));
  const demo: unknown = JSON.parse(contents.demo);
  const worker = new PageWorker(unpackPagePart(built.worker).toString("utf8"));
  await worker.ask("open", {
    demo,
    tokenizer: contents.tokenizer,
    runtime: built.runtime,
    threads: 1,
    model: file === null ? contents.model : copied(readFileSync(join(dirname(place), file))),
  });
  return {
    version: built.version,
    async run({ feeds, wanted }) {
      const given = Object.entries(feeds).map(([name, array]) => [name, sent(array)]);
      const reply = await worker.ask<Readonly<Record<string, Array32>>>("run", {
        feeds: Object.fromEntries(given) as unknown,
        wanted: [...wanted],
      });
      return Object.fromEntries(Object.entries(reply).map(([name, array]) => [name, received(array)]));
    },
    async reads(texts) {
      const ids = await worker.ask<readonly (readonly number[])[]>("ids", texts);
      const places = await worker.ask<readonly (readonly number[])[]>("places", texts);
      const valuesOf = (all: typeof ids, text: number): readonly number[] => mustExist(all[text], "the encoded text");
      return texts.map((_, text) => ({ ids: valuesOf(ids, text), places: valuesOf(places, text) }));
    },
  };
});

function copied(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
function sent({ dtype, shape, bytes }: NDArray): Array32 {
  return { dtype: dtype as Array32["dtype"], shape: [...shape], data: copied(bytes) };
}
function received({ dtype, shape, data }: Array32): NDArray {
  return { dtype, shape: [...shape], bytes: new Uint8Array(data) };
}
