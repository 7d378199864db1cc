/** Words of a page that are broken although they would fit on a line. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";

/** Asserts that no word inside the first match of `selector` is broken. A word may break after a hyphen. */
export async function assertWholeWords(page: Page, selector: string): Promise<void> {
  const broken: readonly string[] = await page.evaluate(`(${String(look)})(${JSON.stringify(selector)})`);
  assert.deepEqual(broken, []);
}

// Runs in the page.
function look(selector: string): readonly string[] {
  interface Rect {
    readonly top: number;
    readonly width: number;
  }
  interface Text {
    readonly textContent: string | null;
  }
  interface Walked {
    nextNode(): Text | null;
  }
  interface Range {
    setStart(node: Text, offset: number): void;
    setEnd(node: Text, offset: number): void;
    getClientRects(): Iterable<Rect>;
  }
  interface Root {
    readonly clientWidth: number;
  }
  const { document } = globalThis as unknown as {
    document: {
      querySelector(selector: string): Root | null;
      createTreeWalker(root: Root, what: number): Walked;
      createRange(): Range;
    };
  };
  const root = document.querySelector(selector);
  if (!root) return [`there is no ${selector}`];
  // Padding takes some of the line.
  const room = root.clientWidth - 60;
  const walker = document.createTreeWalker(root, 4);
  const found: string[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const { 0: word, index } of (node.textContent ?? "").matchAll(/[^\s-]+-?/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
      const lines = new Set(rects.map(({ top }) => Math.round(top)));
      if (lines.size > 1 && rects.reduce((sum, { width }) => sum + width, 0) < room) found.push(word);
    }
  return found;
}
