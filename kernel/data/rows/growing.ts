/** A typed array that grows at its end. */
type Numbers = Float64Array | Int32Array;

export class GrowingArray<T extends Numbers> {
  private array: T;
  length = 0;

  constructor(
    private readonly make: new (size: number) => T,
    first: readonly number[] = [],
  ) {
    this.array = new make(1024);
    for (const value of first) this.push(value);
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new this.make(2 * this.length);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  /** Returns a view of the present values, without a copy. */
  values(): T {
    return this.array.subarray(0, this.length) as T;
  }
}
