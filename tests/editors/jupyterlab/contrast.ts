/** Words of a page that are too faint to read: their contrast with the background is below WCAG's 4.5 : 1. */
import type { Page } from "playwright-core";
import { until } from "#tests/until.js";

export interface Faint {
  readonly text: string;
  readonly ratio: number;
}

/** Waits until rendering has settled and all text is readable. */
export async function assertReadable(page: Page, selector: string): Promise<void> {
  let faint: readonly Faint[] = [];
  await until(
    async () => (faint = await faintWords(page, selector)).length === 0,
    () => `words that can be read: ${JSON.stringify(faint)}`,
    10,
  );
}

/** Checks the elements inside the first match of `selector`; the opacity of ancestors counts. */
export function faintWords(page: Page, selector: string): Promise<readonly Faint[]> {
  return page.evaluate(`(${String(look)})(${JSON.stringify(selector)})`);
}

// Runs in the page.
function look(selector: string): readonly Faint[] {
  interface Node {
    readonly parentElement: Node | null;
    readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string | null }>;
    getClientRects(): { readonly length: number };
    querySelectorAll(selector: string): Iterable<Node>;
  }
  interface Style {
    readonly color: string;
    readonly backgroundColor: string;
    readonly opacity: string;
    readonly visibility: string;
  }
  const { document, getComputedStyle } = globalThis as unknown as {
    document: { querySelector(selector: string): Node | null };
    getComputedStyle(node: Node): Style;
  };
  const rgba = (text: string): readonly number[] => {
    const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    // Mixed colours have components from 0 to 1.
    return text.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top: readonly number[], below: readonly number[], alpha: number): readonly number[] =>
    below.map((c, i) => (i < 3 ? (top[i] ?? 0) * alpha + c * (1 - alpha) : 1));
  const light = (color: readonly number[]): number => {
    const [r = 0, g = 0, b = 0] = color.map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found: Faint[] = [];
  for (const node of document.querySelector(selector)?.querySelectorAll("*") ?? []) {
    const text = [...node.childNodes]
      .flatMap((child) => (child.nodeType === 3 ? [child.textContent?.trim() ?? ""] : []))
      .join(" ")
      .trim();
    if (text === "" || node.getClientRects().length === 0) continue;
    const line: Node[] = [];
    for (let at: Node | null = node; at; at = at.parentElement) line.push(at);
    let back: readonly number[] = [255, 255, 255, 1];
    let opacity = 1;
    for (const at of line.reverse()) {
      const style = getComputedStyle(at);
      const ground = rgba(style.backgroundColor);
      back = over(ground, back, ground[3] ?? 1);
      opacity *= Number(style.opacity);
    }
    const ink = rgba(getComputedStyle(node).color);
    const [a, b] = [light(over(ink, back, (ink[3] ?? 1) * opacity)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push({ text: text.slice(0, 40), ratio: Math.round(ratio * 100) / 100 });
  }
  return found;
}
