/** Searches for many byte sequences at once, in a time that is independent of their number. */

/** Number of leading bytes that are hashed to look up a sequence. */
const HEAD = 4;
const SLOTS = 2 ** 16;

export class MultiPatternSearch {
  /** Maps the hash of a sequence's first bytes to the index of its list, from 1; 0 if there is none. */
  private readonly slots = new Uint16Array(SLOTS);
  private readonly lists: number[][] = [[]];

  /** @param sought fewer than 65,536 sequences of at least four bytes each */
  constructor(private readonly sought: readonly Buffer[]) {
    for (const [i, bytes] of sought.entries()) {
      const slot = slotOf(bytes.readInt32BE(0));
      if (this.slots[slot] === 0) this.slots[slot] = this.lists.push([]) - 1;
      this.lists[this.slots[slot] ?? 0]?.push(i);
    }
  }

  /** Returns the first offset of each sequence; −1 if it does not occur. */
  firstIn(bytes: Buffer): Int32Array {
    const found = new Int32Array(this.sought.length).fill(-1);
    let head = 0;
    for (let i = 0; i < bytes.length; i++) {
      head = (head << 8) | (bytes[i] ?? 0);
      const list = this.slots[slotOf(head)] ?? 0;
      if (list === 0) continue;
      const start = i + 1 - HEAD;
      for (const one of this.lists[list] ?? [])
        if (found[one] === -1 && this.stands(one, bytes, start)) found[one] = start;
    }
    return found;
  }

  /** Compares from the end, because the first bytes are known to match. */
  private stands(one: number, bytes: Buffer, start: number): boolean {
    const sought = this.sought[one];
    if (!sought || start < 0 || start + sought.length > bytes.length) return false;
    for (let i = sought.length - 1; i >= 0; i--) if (sought[i] !== bytes[start + i]) return false;
    return true;
  }
}

function slotOf(head: number): number {
  return Math.imul(head, 0x9e3779b1) >>> 16;
}
