/**
 * Lines and columns of a text, both from 1; columns count code points. An offset at the end of the text is valid too.
 */
export interface Position {
  readonly line: number;
  readonly column: number;
}
export class LineIndex {
  private readonly starts: number[] = [0];
  constructor(readonly text: string) {
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) this.starts.push(i + 1);
  }
  get count(): number {
    return this.starts.length;
  }
  positionAt(offset: number): Position {
    const place = Math.min(Math.max(0, offset), this.text.length);
    const line = this.lineAt(place);
    return { line, column: codePoints(this.text, this.startOf(line), place) + 1 };
  }
  startOf(line: number): number {
    return this.starts[line - 1] ?? this.text.length;
  }
  lineAt(place: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
  /** Returns the line's text without its line break. */
  line(number: number): string {
    const start = this.startOf(number);
    return this.text.slice(start, (this.starts[number] ?? this.text.length + 1) - 1).replace(/\r$/, "");
  }
}

function codePoints(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    const pair = unit >= 0xd800 && unit <= 0xdbff && i + 1 < end && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (pair) i++;
    count++;
  }
  return count;
}
