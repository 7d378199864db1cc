/**
 * `npm run notebooks [NAME …]`: runs the notebooks and stores their outputs, so that readers on the web see results.
 * Figures are stored as PNG, because GitHub removes SVG and styles from HTML. Small tables stay HTML; large ones are
 * stored as text only.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { chromiumArguments, ensureBrowser } from "#tools/browser.mjs";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const cli = join(root, "dist/kernel/apps/cli/main.js");

type Bundle = Readonly<Record<string, unknown>>;
interface Output {
  readonly output_type: string;
  readonly data?: Bundle;
  readonly [key: string]: unknown;
}
export interface StoredCell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly outputs?: readonly Output[];
  readonly execution_count?: number | null;
}
export interface StoredNotebook {
  readonly cells: readonly StoredCell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export const textOf = (text: unknown): string => (Array.isArray(text) ? text.join("") : String(text ?? ""));

/** Changes with the source of any cell, so that a test finds stored outputs that are out of date. */
export function hashOfSources({ cells }: StoredNotebook): string {
  const sources = cells.map(({ cell_type, source }) => [cell_type, textOf(source)]);
  return createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 16);
}

async function main(names: readonly string[]): Promise<void> {
  const files = readdirSync(join(root, "notebooks")).filter(
    (file) => /(?<!\.executed)\.ipynb$/.test(file) && (names.length === 0 || names.includes(basename(file, ".ipynb"))),
  );
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: chromiumArguments });
  const folder = mkdtempSync(join(tmpdir(), "tunebook-notebooks-"));
  try {
    const page = await browser.newPage({ viewport: { width: 840, height: 16 } });
    cpSync(join(root, "notebooks"), folder, {
      recursive: true,
      filter: (path) => !path.startsWith(join(root, "notebooks/runs")),
    });
    for (const file of files) await store(file, folder, page);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

async function store(file: string, folder: string, page: Page): Promise<void> {
  const written = JSON.parse(readFileSync(join(root, "notebooks", file), "utf8")) as StoredNotebook;
  const executed = join(folder, "executed.json");
  const options = ["--out", executed, "--runs", join(folder, "runs")];
  execFileSync(process.execPath, [cli, "run", join(folder, file), ...options], { stdio: "inherit" });
  const { cells } = JSON.parse(readFileSync(executed, "utf8").replaceAll(folder, ".")) as StoredNotebook;
  const stored: StoredCell[] = [];
  for (const [i, cell] of written.cells.entries()) {
    if (cell.cell_type !== "code") stored.push(cell);
    else {
      const { outputs = [], execution_count = null } = cells[i]!;
      stored.push({ ...cell, outputs: await Promise.all(outputs.map((one) => pictured(one, page))), execution_count });
    }
  }
  const metadata = { ...written.metadata, tunebook: { outputs_of: hashOfSources(written) } };
  writeFileSync(join(root, "notebooks", file), `${JSON.stringify({ ...written, cells: stored, metadata }, null, 1)}\n`);
  console.log(`${file}: ${String(stored.flatMap(({ outputs = [] }) => outputs).length)} outputs stored`);
}

let turn: Promise<unknown> = Promise.resolve();
const MAX_HTML = 6_000;
/** Replaces the HTML of a figure by its picture, and drops large HTML. */
async function pictured(output: Output, page: Page): Promise<Output> {
  const markup = output.data && textOf(output.data["text/html"]);
  if (!markup) return output;
  if (!/<svg|image\/svg/.test(markup)) {
    const { "text/html": _, ...rest } = output.data;
    return markup.length > MAX_HTML ? { ...output, data: rest } : output;
  }
  const drawn = turn.then(async () => {
    await page.setContent(
      `<body style="margin:8px;background:#fff;color:#111;font-family:sans-serif">${markup}</body>`,
    );
    return page.screenshot({ fullPage: true });
  });
  turn = drawn.catch(() => undefined);
  const data = { "text/plain": output.data!["text/plain"], "image/png": (await drawn).toString("base64") };
  return { ...output, data };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
