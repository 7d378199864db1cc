/**
 * Where the keys of texts lie: the store is cut into pages of PAGE places. A text takes pages as it grows. A page that is full
 * is known by its tokens and all before them, and stays after its text has ended until its place is needed: a later text
 * that begins alike holds it too and reads that part no more. What was held last goes last.
 */
import { must } from "#dsl/language/diagnostics/must.js";

export const PAGE_TOKENS = 16;

/** A full page: what stands in it, and what came before. */
interface Known {
  readonly page: number;
  readonly before: Known | null;
  /** Its tokens, as `keyOf` writes them. */
  readonly key: string;
  readonly after: Map<string, Known>;
}

/** Pages of one text, in order. */
export class SequencePages {
  readonly pages: number[] = [];
  /** The last page that is known by its tokens; null: none yet. */
  known: Known | null = null;
  /** How many of `pages` are known. */
  full = 0;
}

export class KvPageTable {
  private readonly free: number[];
  /** How many texts hold a page. */
  private readonly holders: Int32Array;
  private readonly byPage = new Map<number, Known>();
  /** Known pages that nobody holds, the one to go first in front. */
  private readonly idle = new Set<Known>();
  /** Beginnings, of each adapter and salt by itself. */
  private readonly roots = new Map<string, Map<string, Known>>();

  constructor(readonly count: number) {
    this.free = Array.from({ length: count }, (_, i) => count - 1 - i);
    this.holders = new Int32Array(count);
  }

  /** Pages that can be had. */
  get room(): number {
    return this.free.length + this.idle.size;
  }

  /** The pages that hold the beginning of `tokens`, at most `most` of its tokens. */
  begin(root: string, tokens: readonly number[], most: number): SequencePages {
    const sequence = new SequencePages();
    for (let end = PAGE_TOKENS; end <= most; end += PAGE_TOKENS) {
      const next = this.children(root, sequence.known).get(keyOf(tokens, end));
      if (!next) break;
      this.hold(next);
      sequence.pages.push(next.page);
      sequence.known = next;
      sequence.full++;
    }
    return sequence;
  }

  /** How many pages that nobody holds `begin` would take. */
  idleIn(root: string, tokens: readonly number[], most: number): { readonly found: number; readonly idle: number } {
    let [found, idle] = [0, 0];
    let known: Known | null = null;
    for (let end = PAGE_TOKENS; end <= most; end += PAGE_TOKENS) {
      const next: Known | undefined = this.children(root, known).get(keyOf(tokens, end));
      if (!next) break;
      known = next;
      found++;
      if (this.idle.has(next)) idle++;
    }
    return { found, idle };
  }

  /** Makes room for so many tokens; false: there are no pages left, and what was got is kept. */
  grow(sequence: SequencePages, tokens: number): boolean {
    while (sequence.pages.length * PAGE_TOKENS < tokens) {
      const page = this.free.pop() ?? this.takeIdle();
      if (page === undefined) return false;
      this.holders[page] = 1;
      sequence.pages.push(page);
    }
    return true;
  }

  /** The first `done` of `tokens` are read: pages that they fill are known from now on. */
  fill(root: string, sequence: SequencePages, tokens: readonly number[], done: number): void {
    while ((sequence.full + 1) * PAGE_TOKENS <= done) {
      const key = keyOf(tokens, (sequence.full + 1) * PAGE_TOKENS);
      const children = this.children(root, sequence.known);
      const page = must(sequence.pages[sequence.full], "a page that is full");
      const same = children.get(key);
      if (same) {
        // Another text has read the same meanwhile: one of the two is enough.
        this.hold(same);
        this.release(page);
        sequence.pages[sequence.full] = same.page;
        sequence.known = same;
      } else {
        const known: Known = { page, before: sequence.known, key, after: new Map() };
        children.set(key, known);
        this.byPage.set(page, known);
        sequence.known = known;
      }
      sequence.full++;
    }
  }

  /** The text is over, or stops for others. Its last pages go first, so that no page outlives the one before it. */
  end(sequence: SequencePages): void {
    for (const page of [...sequence.pages].reverse()) this.release(page);
    sequence.pages.length = 0;
    sequence.known = null;
    sequence.full = 0;
  }

  private children(root: string, known: Known | null): Map<string, Known> {
    if (known) return known.after;
    const rootPages = this.roots.get(root) ?? new Map<string, Known>();
    this.roots.set(root, rootPages);
    return rootPages;
  }
  private hold(known: Known): void {
    this.idle.delete(known);
    this.holders[known.page]! += 1;
  }
  private release(page: number): void {
    this.holders[page]! -= 1;
    if (this.holders[page]! > 0) return;
    const known = this.byPage.get(page);
    if (known) this.idle.add(known);
    else this.free.push(page);
  }
  private forget(begin: Known): void {
    for (const [root, rootPages] of this.roots) {
      if (rootPages.get(begin.key) !== begin) continue;
      rootPages.delete(begin.key);
      if (rootPages.size === 0) this.roots.delete(root);
      return;
    }
  }
  private takeIdle(): number | undefined {
    for (const known of this.idle) {
      this.idle.delete(known);
      this.byPage.delete(known.page);
      if (known.before) known.before.after.delete(known.key);
      else this.forget(known);
      return known.page;
    }
    return undefined;
  }
}

/** The tokens of the page that ends before `end`. */
function keyOf(tokens: readonly number[], end: number): string {
  return tokens.slice(end - PAGE_TOKENS, end).join();
}
