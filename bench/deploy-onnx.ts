/**
 * `tunebook bench deploy-onnx [--runs N]`: tunes MiniLM on the quickstart's reviews, deploys it as ONNX in full
 * precision and quantised, and compares both. It reports sizes, label agreement over all reviews and over each review
 * joined with the next, and the proof's scores on the test rows. It also times one text of 64 tokens, alternating, in a
 * separate thread. Ends with status 1 where int8 misses its bounds: 0.3 of the size, 99 of 100 labels, a score no more
 * than 0.02 worse, 0.6 of the time.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { parse } from "csv-parse/sync";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { runTuneFile } from "#kernel/features/run-file.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

const DATA = fileURLToPath(new URL("../../notebooks/data/sentiment.csv", import.meta.url));
const FORMS = ["f32", "f16", "int8", "int4"] as const;
type Form = (typeof FORMS)[number];
const BOUNDS = { size: 0.3, agree: 0.99, worse: -0.02, time: 0.6 };
const LENGTH = 64;

const { runs } = new Command("deploy-onnx")
  .option("--runs <n>", "texts that are timed, by turns", Number, 200)
  .parse()
  .opts<{ runs: number }>();

function program(): string {
  const deploy = (form: Form): string =>
    `deploy router to onnx("${form}"${form === "f32" ? "" : `, quantize: ${form}`}) on reviews.test`;
  return `data reviews { source: csv("sentiment.csv"), columns: { text: text, label: label }, split: by_column(part) }
model router { base: "all-MiniLM-L6-v2", task: text_classification }
train router on reviews { epochs: 3 }
${FORMS.map(deploy).join("\n")}
`;
}

interface Deployed {
  readonly form: Form;
  readonly bytes: number;
  readonly session: InferenceSession;
  /** Paired difference of accuracy with its 95 % interval. */
  readonly score: { readonly deployed: number; readonly low: number; readonly high: number };
}
async function opened(folder: string, form: Form): Promise<Deployed> {
  const models = join(folder, form, "onnx");
  const file = join(models, readdirSync(models)[0] ?? "");
  const proof = JSON.parse(readFileSync(join(folder, form, "proof.json"), "utf8")) as {
    readonly scores: { readonly metrics: Readonly<Record<string, Deployed["score"]>> };
  };
  return {
    form,
    bytes: statSync(file).size,
    session: await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 }),
    score: proof.scores.metrics["accuracy"] ?? { deployed: NaN, low: NaN, high: NaN },
  };
}

function feeds(session: InferenceSession, ids: ArrayLike<number>): Record<string, Tensor> {
  const row = (of: (id: number) => number): Tensor =>
    new Tensor("int64", BigInt64Array.from(Array.from(ids, (id) => BigInt(of(id)))), [1, ids.length]);
  const all: Record<string, Tensor> = {
    input_ids: row((id) => id),
    attention_mask: row(() => 1),
    token_type_ids: row(() => 0),
  };
  return Object.fromEntries(session.inputNames.map((name) => [name, all[name]!]));
}
async function labelOf({ session }: Deployed, ids: ArrayLike<number>): Promise<number> {
  const { data } = (await session.run(feeds(session, ids)))["logits"]!;
  const scores = Array.from(data as Float32Array);
  return scores.indexOf(Math.max(...scores));
}

async function agreement(
  deployed: readonly Deployed[],
  texts: readonly ArrayLike<number>[],
): Promise<readonly number[]> {
  const same = deployed.map(() => 0);
  for (const ids of texts) {
    const labels: number[] = [];
    for (const one of deployed) labels.push(await labelOf(one, ids));
    labels.forEach((label, i) => (same[i]! += Number(label === labels[0])));
  }
  return same.map((n) => n / texts.length);
}

/** Milliseconds per run of each deployment, alternating. */
async function times(deployed: readonly Deployed[], ids: ArrayLike<number>): Promise<readonly number[][]> {
  const took = deployed.map((): number[] => []);
  for (let run = -10; run < runs; run++)
    for (const [i, { session }] of deployed.entries()) {
      const fed = feeds(session, ids);
      const begun = performance.now();
      await session.run(fed);
      if (run >= 0) took[i]!.push(performance.now() - begun);
    }
  return took;
}
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[of.length >> 1] ?? NaN;

const folder = mkdtempSync(join(tmpdir(), "tunebook-deploy-onnx-"));
try {
  cpSync(DATA, join(folder, "sentiment.csv"));
  writeFileSync(join(folder, "a.tune"), program());
  const silent = { display: () => undefined, update: () => undefined };
  const { ok } = await runTuneFile(join(folder, "a.tune"), { screen: silent });
  if (!ok) throw new Error("it was not deployed");
  const deployed = [];
  for (const form of FORMS) deployed.push(await opened(folder, form));
  const reviews = (parse(readFileSync(DATA), { columns: true }) as { text: string }[]).map(({ text }) => text);
  const joined = reviews.slice(1).map((text, i) => `${reviews[i] ?? ""} ${text}`);
  const tokenizer = await loadTokenizer(join(folder, "f32"));
  const texts = await tokenizer.encode([...reviews, ...joined], LENGTH);
  const [agree, took] = [
    await agreement(deployed, texts),
    await times(
      deployed,
      Array.from({ length: LENGTH }, (_, i) => (i === 0 ? 101 : i === LENGTH - 1 ? 102 : 2000 + 7 * i)),
    ),
  ];
  const [whole] = deployed;
  const rows = deployed.map((one, i) => ({
    one,
    size: one.bytes / (whole?.bytes ?? NaN),
    agree: agree[i] ?? NaN,
    // Ratio within each turn, so that other load on the machine affects both.
    time: median((took[i] ?? []).map((t, turn) => t / (took[0]?.[turn] ?? NaN))),
    milliseconds: median(took[i] ?? []),
  }));
  console.log(
    `${processor()}; ${String(texts.length)} texts, ${String(runs)} turns of ${String(LENGTH)} tokens, one thread`,
  );
  console.log(
    table(
      ["form", "MB", "size", "labels agree", "accuracy (test)", "paired difference", "ms", "time"],
      rows.map(({ one, size, agree, time, milliseconds }) => [
        ...[one.form, (one.bytes / 1e6).toFixed(1), size.toFixed(3), `${(100 * agree).toFixed(2)} %`],
        ...[one.score.deployed.toFixed(3), `${one.score.low.toFixed(4)} … ${one.score.high.toFixed(4)}`],
        ...[milliseconds.toFixed(1), time.toFixed(2)],
      ]),
    ),
  );
  const int8 = rows[FORMS.indexOf("int8")]!;
  const held =
    int8.size <= BOUNDS.size &&
    int8.agree >= BOUNDS.agree &&
    int8.one.score.low > BOUNDS.worse &&
    int8.time <= BOUNDS.time;
  console.log(held ? "int8 keeps its bounds" : `int8 misses a bound: ${JSON.stringify(BOUNDS)}`);
  process.exitCode = held ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
