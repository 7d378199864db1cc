/** How long the texts within JSON are, byte by byte as it is written: what no grammar counts in time. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class TextLengths {
  /** Characters of the text that is being written; null: none is. */
  private length: number | null = null;
  /** Bytes of an escape that are to come. */
  private escape = 0;

  constructor(private readonly most: number) {}

  push(token: Uint8Array): void {
    for (const byte of token) this.step(byte);
  }
  /** Whether no text becomes too long with it. */
  allows(token: Uint8Array): boolean {
    // Nothing that is so short can make one too long.
    if ((this.length ?? 0) + token.length <= this.most) return true;
    const ahead = new TextLengths(this.most);
    [ahead.length, ahead.escape] = [this.length, this.escape];
    for (const byte of token) {
      ahead.step(byte);
      if (ahead.length !== null && ahead.length > this.most) return false;
    }
    return true;
  }

  private step(byte: number): void {
    if (this.length === null) {
      if (byte === QUOTE) this.length = 0;
    } else if (this.escape > 0) {
      // After the backslash, `u` has four more.
      if (this.escape === 5) this.escape = byte === 0x75 ? 4 : 0;
      else this.escape--;
    } else if (byte === QUOTE) this.length = null;
    else {
      if (byte === BACKSLASH) this.escape = 5;
      if ((byte & 0xc0) !== 0x80) this.length++;
    }
  }
}
