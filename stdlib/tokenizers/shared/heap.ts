/** A binary heap: pops the first element by `before`. */
export class Heap<T> {
  private readonly items: T[] = [];
  constructor(private readonly before: (a: T, b: T) => boolean) {}

  push(item: T): void {
    const { items, before } = this;
    let index = items.push(item) - 1;
    while (index > 0) {
      const up = (index - 1) >> 1;
      if (!before(item, items[up]!)) break;
      items[index] = items[up]!;
      index = up;
    }
    items[index] = item;
  }

  pop(): T | undefined {
    const { items, before } = this;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    let index = 0;
    for (;;) {
      let down = 2 * index + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && before(items[down + 1]!, items[down]!)) down++;
      if (!before(items[down]!, last)) break;
      items[index] = items[down]!;
      index = down;
    }
    items[index] = last;
    return first;
  }
}
