/**
 * Estimates how many packed rows some texts fill, from their length histogram. Each text, longest first, goes into the
 * row with the least remaining space that fits it, as the training packs them (kernel/data/sequences/packing.ts).
 * Lengths within a histogram bin are spread evenly.
 */

/** A number of texts of one length. */
export interface TextsOfLength {
  readonly length: number;
  readonly count: number;
}

/** Maximum texts packed in the estimate; larger sets are scaled from a sample of this size. */
const LAID = 4096;

/** Counts packed rows. `capacity`: tokens per row, at least the length of the longest text. */
export function countPackedRows(texts: readonly TextsOfLength[], capacity: number): number {
  const all = texts.reduce((sum, { count }) => sum + count, 0);
  const scale = Math.max(1, all / LAID);
  const open = new Room(capacity);
  let [seen, laid] = [0, 0];
  for (const { length, count } of texts.toSorted((a, b) => b.length - a.length)) {
    seen += count;
    for (; laid < Math.round(seen / scale); laid++) open.lay(Math.min(capacity, Math.max(1, Math.round(length))));
  }
  return Math.round(open.rows * scale);
}

/** Open rows by remaining space. */
class Room {
  rows = 0;
  private readonly left = new Map<number, number>();
  /** Remaining spaces of the open rows, smallest first. */
  private rooms: number[] = [];
  constructor(private readonly capacity: number) {}

  lay(length: number): void {
    const found = this.rooms.find((room) => room >= length);
    if (found === undefined) this.rows++;
    else this.take(found);
    const left = (found ?? this.capacity) - length;
    if (left > 0) this.give(left);
  }

  private take(room: number): void {
    const rows = (this.left.get(room) ?? 0) - 1;
    this.left.set(room, rows);
    if (rows === 0) this.rooms = this.rooms.filter((one) => one !== room);
  }

  private give(room: number): void {
    const rows = this.left.get(room) ?? 0;
    this.left.set(room, rows + 1);
    if (rows > 0) return;
    const index = this.rooms.findIndex((one) => one > room);
    this.rooms.splice(index < 0 ? this.rooms.length : index, 0, room);
  }
}
