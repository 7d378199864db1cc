/**
 * Manages the KV cache in pages of `TOKENS_PER_KV_PAGE` tokens. A text takes pages as it grows. A full page is identified by
 * its tokens and all tokens before them, and remains after its text has ended until its memory is needed. A later text
 * with the same prefix shares the page and skips that part. The least recently used page is evicted first.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";

export const TOKENS_PER_KV_PAGE = 16;

/** A full page: its content and its predecessor. */
interface Known {
  readonly page: number;
  readonly before: Known | null;
  /** Its tokens in the format of `keyOf`. */
  readonly key: string;
  readonly after: Map<string, Known>;
}

export class SequencePages {
  readonly pages: number[] = [];
  /** The last page that is identified by its tokens; null if there is none yet. */
  known: Known | null = null;
  /** Number of identified pages in `pages`. */
  full = 0;
}

export class KvPageTable {
  private readonly free: number[];
  /** Number of texts that use each page. */
  private readonly holders: Int32Array;
  private readonly byPage = new Map<number, Known>();
  /** Identified pages that no text uses, next to evict first. */
  private readonly idle = new Set<Known>();
  /** Prefix trees, one per adapter and salt. */
  private readonly roots = new Map<string, Map<string, Known>>();

  constructor(readonly count: number) {
    this.free = Array.from({ length: count }, (_, i) => count - 1 - i);
    this.holders = new Int32Array(count);
  }

  get room(): number {
    return this.free.length + this.idle.size;
  }

  /** Takes the pages of the longest cached prefix of `tokens`, at most `most` tokens. */
  begin(root: string, tokens: readonly number[], most: number): SequencePages {
    const sequence = new SequencePages();
    for (let end = TOKENS_PER_KV_PAGE; end <= most; end += TOKENS_PER_KV_PAGE) {
      const next = this.children(root, sequence.known).get(keyOf(tokens, end));
      if (!next) break;
      this.hold(next);
      sequence.pages.push(next.page);
      sequence.known = next;
      sequence.full++;
    }
    return sequence;
  }

  /** Returns how many cached pages `begin` would reuse, and how many of them no text uses at present. */
  idleIn(root: string, tokens: readonly number[], most: number): { readonly found: number; readonly idle: number } {
    let [found, idle] = [0, 0];
    let known: Known | null = null;
    for (let end = TOKENS_PER_KV_PAGE; end <= most; end += TOKENS_PER_KV_PAGE) {
      const next: Known | undefined = this.children(root, known).get(keyOf(tokens, end));
      if (!next) break;
      known = next;
      found++;
      if (this.idle.has(next)) idle++;
    }
    return { found, idle };
  }

  /**
   * Reserves pages for so many tokens. Returns false if no pages are left; pages already taken stay with the sequence.
   */
  grow(sequence: SequencePages, tokens: number): boolean {
    while (sequence.pages.length * TOKENS_PER_KV_PAGE < tokens) {
      const page = this.free.pop() ?? this.takeIdle();
      if (page === undefined) return false;
      this.holders[page] = 1;
      sequence.pages.push(page);
    }
    return true;
  }

  /** Records that the first `done` tokens are computed: pages that they fill are identified from then on. */
  fill(root: string, sequence: SequencePages, tokens: readonly number[], done: number): void {
    while ((sequence.full + 1) * TOKENS_PER_KV_PAGE <= done) {
      const key = keyOf(tokens, (sequence.full + 1) * TOKENS_PER_KV_PAGE);
      const children = this.children(root, sequence.known);
      const page = mustExist(sequence.pages[sequence.full], "a page that is full");
      const same = children.get(key);
      if (same) {
        // Another text has computed the same page meanwhile: one of the two is enough.
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

  /**
   * Releases the pages of a text that has ended or was preempted. The last pages are released first, so that no page
   * outlives its predecessor.
   */
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

/** Returns the key of the page that ends before `end`. */
function keyOf(tokens: readonly number[], end: number): string {
  return tokens.slice(end - TOKENS_PER_KV_PAGE, end).join();
}
