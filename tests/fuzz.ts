/** `npm run fuzz [WHAT] [COUNT] [SEED]`: throws random input at one part until it breaks. Without WHAT: Tune programs. */
import type { FuzzRun } from "./fuzzing.js";

const fuzzers: Readonly<Record<string, () => Promise<{ readonly run: FuzzRun }>>> = {
  tune: () => import("./dsl/fuzz.js"),
  logs: () => import("./kernel/runs/fuzz-logs.js"),
  ports: () => import("./kernel/apps/jupyter/wire/fuzz-ports.js"),
  tokenizer: () => import("./kernel/bases/fuzz-models.js").then((m) => ({ run: m.tokenizer })),
  config: () => import("./kernel/bases/fuzz-models.js").then((m) => ({ run: m.config })),
  template: () => import("./kernel/bases/fuzz-models.js").then((m) => ({ run: m.template })),
};

const args = process.argv.slice(2);
const what = args[0] !== undefined && !/^\d+$/.test(args[0]) ? args.shift() : "tune";
const fuzzer = fuzzers[what ?? ""];
if (!fuzzer) {
  console.log(`there is no fuzzer ${what ?? ""}: ${Object.keys(fuzzers).join(", ")}`);
  process.exit(2);
}
const count = Number(args[0] ?? 100_000);
const seed = Number(args[1] ?? Date.now() % 1_000_000);
const begun = performance.now();
const { run } = await fuzzer();
const troubles = await run({ count, seed, progress: (line) => console.log(line) });
for (const trouble of troubles) console.log(`\n${trouble}`);
const seconds = (performance.now() - begun) / 1000;
console.log(
  `${what ?? ""}: ${count.toLocaleString("en-US")} with seed ${seed}: ${troubles.length} troubles in ${seconds.toFixed(0)} s`,
);
process.exit(troubles.length === 0 ? 0 : 1);
