/**
 * How many packed rows some texts fill, by the histogram of their lengths: each text goes into the row with the least room
 * that still holds it, the longest first, as when the training packs them (kernel/data/sequences/packing.ts). Of texts
 * that share a bin of the histogram the lengths are spread over the bin.
 */

/** So many texts of that length. */
export interface TextsOfLength {
  readonly length: number;
  readonly count: number;
}

/** Texts that are laid at most; of more, as many rows are filled as such a part of them fills. */
const LAID = 4096;

/** `capacity`: tokens of a row, at least as long as the longest text. */
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

/** Rows that are begun, by the room that each has left. */
class Room {
  rows = 0;
  private readonly left = new Map<number, number>();
  /** Rooms that some row has, the least first. */
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
