/**
 * `npm run pictures`: makes the pictures of README in a real JupyterLab, light and dark, and writes them to
 * `docs/pictures`. The chart shows the figures that README's own table gives.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { JupyterLab, root, type Book } from "./jupyterlab.js";

const folder = join(root, "docs/pictures");
const cells = [
  `data reviews {
  source: csv("data/sentiment.csv")
  columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates]
  split: by_column(part)
  allow: { near-leak: "exclamations that many people write" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }
recipe quick { epochs: 3, optimizer: adamw(learning_rate: 2e-3) }`,
  `model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(ranks: 8) }`,
  `show mood.plan on reviews with quick`,
  `train mood on reviews with quick`,
  `evaluate mood on reviews.test { metrics: [accuracy, f1] }`,
];
const [DEFINITIONS, MISTAKE, PLAN, TRAINING, SCORES] = [0, 1, 2, 3, 4] as const;
const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
  cells: cells.map((source, n) => ({
    cell_type: "code",
    id: `cell-${String(n)}`,
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
  })),
};

/** One bar per row of README's figures: seconds of the whole training, beside PyTorch. */
function secondsOfReadme(): readonly { readonly what: string; readonly ours: number; readonly peer: number }[] {
  const lines = readFileSync(join(root, "README.md"), "utf8").split("\n");
  const rows = lines.flatMap((line) => {
    const match = /^\| ([^|]+) \| ([\d.]+) s[^|]* \| ([\d.]+) s/.exec(line);
    return match ? [{ what: match[1]!.trim(), ours: Number(match[2]), peer: Number(match[3]) }] : [];
  });
  if (rows.length === 0) throw new Error("README has no row with seconds");
  return rows;
}

function chartPage(theme: Theme): string {
  const rows = secondsOfReadme();
  const longest = Math.max(...rows.map(({ peer, ours }) => Math.max(peer, ours)));
  const [ink, muted, ground, ours, peer] =
    theme === "light"
      ? ["#1f2328", "#59636e", "#ffffff", "#0072b2", "#b8bfc7"]
      : ["#f0f6fc", "#9198a1", "#0d1117", "#56b4e9", "#59636e"];
  const bar = (name: string, seconds: number, color: string): string => `<div class="row"><span>${name}</span>
    <i style="width:${String((seconds / longest) * 520)}px;background:${color}"></i><b>${String(seconds)} s</b></div>`;
  return `<style>body{margin:0;font:15px/1.4 system-ui,sans-serif;color:${ink};background:${ground}}
    #chart{width:820px;padding:20px 24px}h2{font-size:16px;margin:14px 0 4px}p{color:${muted};margin:0}
    .row{display:flex;align-items:center;margin:6px 0}.row span{width:190px}i{height:18px;border-radius:2px}
    b{margin-left:10px;font-weight:500}</style><div id="chart">
    ${rows.map((row) => `<h2>${row.what}</h2>${bar("Tunebook", row.ours, ours)}${bar("PyTorch", row.peer, peer)}`).join("")}
    </div>`;
}

/** Takes a picture of an element, at most `height` pixels of it. */
async function shoot(book: Book, part: Locator, name: string, theme: Theme, height: number): Promise<void> {
  await book.mouseAside();
  await part.scrollIntoViewIfNeeded();
  const box = await part.boundingBox();
  if (!box) throw new Error(`nothing to see of ${name}`);
  const path = join(folder, `${name}-${theme}.png`);
  await book.page.screenshot({ path, clip: { ...box, height: Math.min(box.height, height) } });
  console.log(path);
}

async function pictures(lab: JupyterLab, theme: Theme): Promise<void> {
  const book = await lab.open(`${theme}.ipynb`, { dark: theme === "dark" });
  await book.page.setViewportSize({ width: 1280, height: 1800 });
  await book.kernelReady();
  await book.run(DEFINITIONS);
  await book.ran(DEFINITIONS);
  await book.run(MISTAKE);
  await book.ran(MISTAKE);
  await shoot(book, book.cell(MISTAKE), "mistake", theme, 400);
  await book.run(DEFINITIONS);
  await book.ran(DEFINITIONS);
  for (const [n, name, height] of [
    [PLAN, "plan", 640],
    [TRAINING, "training", 640],
    [SCORES, "scores", 560],
  ] as const) {
    await book.run(n);
    await book.ran(n);
    await book.page.waitForTimeout(1500);
    await shoot(book, book.cell(n).locator(".jp-OutputArea").first(), name, theme, height);
  }
  await book.page.setContent(chartPage(theme));
  await shoot(book, book.page.locator("#chart"), "chart", theme, 600);
  await book.page.close();
}

mkdirSync(folder, { recursive: true });
const lab = await JupyterLab.start({
  "light.ipynb": { notebook },
  "dark.ipynb": { notebook },
  data: join(root, "notebooks/data"),
});
try {
  for (const theme of THEMES) await pictures(lab, theme);
} finally {
  await lab.stop();
}
