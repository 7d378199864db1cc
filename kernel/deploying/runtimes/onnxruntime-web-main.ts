/** The process of a demo page: its worker asked as the page's window asks it, and what it reads of texts compared. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "#dsl/diagnostics/must.js";
import type { NDArray } from "#dsl/graph/program.js";
import type { Demo } from "#stdlib/lib/targets/page/demo.js";
import { does } from "../../core/session/words.js";
import { tokensAt } from "../../core/data/token-rows.js";
import { askerOf } from "../../inference/asker.js";
import { askingOf } from "../beside.js";
import { readDeployment } from "../deployment.js";
import { goldenOf, type Golden } from "../golden.js";
import { homeOf } from "../output.js";
import { opened, unpackedPart } from "../page-file.js";
import { PageWorker } from "./page-worker.js";
import { serve } from "./serve.js";

/** As the page's worker has them. */
interface Array32 {
  readonly dtype: "f32" | "i32";
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
}

type AskedGolden = Extract<Golden, { is: "asked" }>;

serve(async ({ place, graphs }) => {
  const { own, built } = await opened(readFileSync(place, "utf8"));
  const demo = JSON.parse(own.demo) as Demo;
  const { file } = demo.model;
  const worker = new PageWorker(unpackedPart(built.worker).toString("utf8"));
  await worker.ask("open", {
    ...{ demo, tokenizer: own.tokenizer, runtime: built.runtime, threads: 1 },
    model: file === null ? own.model : copied(readFileSync(join(dirname(place), file))),
  });
  await demandTokens(worker, place);
  return {
    version: built.version,
    async run({ feeds, wanted }) {
      const given = Object.entries(feeds).map(([name, array]) => [name, sent(array)]);
      const said = await worker.ask<Readonly<Record<string, Array32>>>("run", {
        ...{ feeds: Object.fromEntries(given) as unknown, wanted: [...wanted] },
      });
      return Object.fromEntries(Object.entries(said).map(([name, array]) => [name, received(array)]));
    },
  };

  /** Throws where a text of all sorts becomes other tokens in the page than here. */
  async function demandTokens(worker: PageWorker, place: string): Promise<void> {
    const home = homeOf({ writes: "file", path: place });
    const deployment = readDeployment(home);
    const asking = await askingOf(home, deployment, { version: "", run: never, close: () => Promise.resolve() });
    const { read } = await askerOf(asking, deployment.name);
    const { rows: fed } = (await does(deployment.task, "task")).supervision;
    // Of texts that are read each by itself no two need belong together.
    const roles = fed === "apart" ? [] : deployment.roles;
    const { inputs } = goldenOf({ maxLength: demo.maxLength, roles, mask: null, writes: false }) as AskedGolden;
    const { rows } = await read(inputs);
    const ids = await worker.ask<readonly (readonly number[])[]>("ids", inputs);
    const places = await worker.ask<readonly (readonly number[])[]>("places", inputs);
    const { window } = rows.asked;
    // Of a question the rows are parts of its context, one after the other.
    const all = Array.from(rows.lengths, (_, row) => ({ row, of: window?.(row).of ?? row }));
    inputs.forEach((text, i) => {
      const own = all.filter(({ of }) => of === i);
      const here = own.flatMap(({ row }) => Array.from(tokensAt(rows.ids, row)));
      const there = must(ids[i], "the tokens of a text");
      const standing = own.flatMap(({ row }) => {
        const part = window?.(row);
        return part ? [part.first, ...part.starts, ...part.ends] : [];
      });
      if (String(here) === String(there) && String(standing) === String(places[i])) return;
      throw new Error(`the page reads ${JSON.stringify(text).slice(0, 80)} otherwise than the notebook`);
    });
  }

  function never(): never {
    throw new Error(`nothing is computed of ${Object.keys(graphs).join(", ")} while tokens are compared`);
  }
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
