/**
 * `tunebook bench deployments`: tests which models can be deployed to which targets, and how closely they match the
 * notebook. The models cover every family with random weights (from scratch, a few steps), every task, and the locally
 * available bases, tuned. Each is deployed to every target. A table cell shows the proof's own figure, or the reason
 * why there is none.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { registry } from "#stdlib/registry.js";
import { formatProofNumber, type DeploymentProof } from "#kernel/deployments/proof.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { verifyDeployment } from "#kernel/features/deploy/verify.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { programs, rows, type Deployed } from "./deployments/programs.js";

const TARGETS: readonly (readonly [head: string, target: (at: string) => string])[] = [
  ["huggingface", (at) => `huggingface("${at}")`],
  ["adapter", (at) => `huggingface("${at}", weights: adapter)`],
  ["onnx", (at) => `onnx("${at}")`],
  ["onnx f16", (at) => `onnx("${at}", quantize: f16)`],
  ["onnx int8", (at) => `onnx("${at}", quantize: int8)`],
  ["onnx int4", (at) => `onnx("${at}", quantize: int4)`],
  ["gguf f32", (at) => `gguf("${at}.gguf", quantize: f32)`],
  ["gguf q8_0", (at) => `gguf("${at}.gguf", quantize: q8_0)`],
  ["savedmodel", (at) => `savedmodel("${at}")`],
  ["tflite", (at) => `tflite("${at}.tflite")`],
  ["tflite int8", (at) => `tflite("${at}.tflite", quantize: int8)`],
  ["page int8", (at) => `page("${at}.html")`],
  ["page int4", (at) => `page("${at}.html", quantize: int4)`],
  ["coreml", (at) => `coreml("${at}.mlpackage")`],
];

class Notebook {
  readonly folder = mkdtempSync(join(tmpdir(), "tunebook-deployments-"));
  private readonly session = new TuneSession({ folder: this.folder, runs: join(this.folder, "runs") });
  private cells = 0;
  async run(text: string): Promise<void> {
    const id = `cell ${String(++this.cells)}`;
    const screen = { display: () => undefined, update: () => undefined };
    await this.session.run(
      { id, title: id, text, cell: this.cells },
      { screen, hostContext: plainHostContext(this.folder) },
      () => undefined,
    );
  }
  async close(): Promise<void> {
    await this.session.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Summarises the proof: the greatest difference, and how many outputs agree. */
function told({ verdict, compared, unproved }: DeploymentProof): string {
  if (verdict === "not run" || !compared) return `not run (${(unproved ?? "").slice(0, 40)})`;
  const { difference, greatest, agree, inputs, tokens } = compared;
  const near = difference === null ? "" : `${formatProofNumber(difference / Math.max(1, greatest))} `;
  const same = tokens ? `${String(tokens.agree)}/${String(tokens.of)} tokens` : `${String(agree)}/${String(inputs)}`;
  return `${near}${same}`;
}

/** Targets that are also verified in Python, with the head of the additional column. */
const IN_PYTHON: Readonly<Record<string, string>> = { huggingface: "in transformers", adapter: "in PEFT" };

/** Verifies the folder just written in transformers itself, an adapter in PEFT. */
async function inTransformers(book: Notebook, { name }: Deployed, i: number): Promise<string> {
  const place = join(book.folder, `build/${name}-${String(i)}`);
  if (!existsSync(place)) return "–";
  try {
    return told((await verifyDeployment(place, "transformers")).proof);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { why } = error.data as { readonly why?: string };
    return `– **${error.code}** ${why ?? ""}`;
  }
}

async function cell(book: Notebook, { name }: Deployed, target: (at: string) => string, i: number): Promise<string> {
  const at = `build/${name}-${String(i)}`;
  try {
    await book.run(`deploy ${name} to ${target(at)} { rows: 0 }`);
    const homes = [at, `${at}.gguf.files`, `${at}.tflite.files`, `${at}.mlpackage.files`, `${at}.mlpackage`];
    const home = homes.map((one) => join(book.folder, one, "proof.json")).find((file) => existsSync(file));
    return home === undefined ? "no proof" : told(JSON.parse(readFileSync(home, "utf8")) as DeploymentProof);
  } catch (error) {
    if (error instanceof RefusedError)
      return `– ${(error.diagnostics[0]!.data as { readonly why?: string }).why ?? error.message}`;
    if (!(error instanceof CodedError)) throw error;
    const why = error.data as { readonly why?: string; readonly found?: readonly string[] };
    return `– ${error.code === "cannot-deploy" ? "" : `**${error.code}** `}${why.why ?? why.found?.join(", ") ?? error.message}`;
  }
}

const options = new Command("tunebook bench deployments")
  .option("--only <name>", "models whose names hold this")
  .option("--targets <names>", "targets whose heads hold one of these, by commas")
  .parse()
  .opts<{ only?: string; targets?: string }>();
const wanted = options.targets?.split(",") ?? [];
const targets = TARGETS.filter(([head]) => wanted.length === 0 || wanted.some((one) => head.includes(one)));
const heads = targets.flatMap(([head]) => (IN_PYTHON[head] === undefined ? [head] : [head, IN_PYTHON[head]]));
const line = (cells: readonly string[]): string =>
  `| ${cells.map((one) => one.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |\n`;

const book = new Notebook();
try {
  for (const [file, text] of Object.entries(rows())) writeFileSync(join(book.folder, file), text);
  process.stdout.write(line(["model", "family", "task", ...heads]));
  process.stdout.write(line(Array.from({ length: heads.length + 3 }, () => "---")));
  for (const one of programs(registry)) {
    if (options.only !== undefined && !one.name.includes(options.only)) continue;
    try {
      await book.run(one.program);
    } catch (error) {
      process.stdout.write(
        line([one.name, one.family, one.task, error instanceof Error ? error.message : String(error)]),
      );
      continue;
    }
    const cells: string[] = [];
    for (const [i, [head, target]] of targets.entries()) {
      cells.push(await cell(book, one, target, i));
      if (IN_PYTHON[head] !== undefined) cells.push(await inTransformers(book, one, i));
    }
    process.stdout.write(line([one.name, one.family, one.task, ...cells]));
  }
} finally {
  await book.close();
}
