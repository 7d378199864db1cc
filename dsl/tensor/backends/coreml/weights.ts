/** Core ML's weight file: a header, then for each tensor its metadata and bytes, all aligned to 64 bytes. */

/** The file's codes of types. */
const TYPES = { f16: 1, f32: 2 } as const;
const ALIGNED = 64;
const MARK = 0xdeadbeef;
const VERSION = 2;

export class WeightFile {
  private readonly parts: Uint8Array[] = [];
  private size = ALIGNED;
  private count = 0;

  /** Adds bytes and returns the offset by which the program refers to them. */
  add(type: keyof typeof TYPES, bytes: Uint8Array): number {
    const place = this.size;
    const about = new DataView(new ArrayBuffer(ALIGNED));
    about.setUint32(0, MARK, true);
    about.setUint32(4, TYPES[type], true);
    about.setBigUint64(8, BigInt(bytes.length), true);
    about.setBigUint64(16, BigInt(place + ALIGNED), true);
    const gap = (ALIGNED - (bytes.length % ALIGNED)) % ALIGNED;
    this.parts.push(new Uint8Array(about.buffer), bytes, new Uint8Array(gap));
    this.size += ALIGNED + bytes.length + gap;
    this.count++;
    return place;
  }

  *bytes(): Generator<Uint8Array> {
    const head = new DataView(new ArrayBuffer(ALIGNED));
    head.setUint32(0, this.count, true);
    head.setUint32(4, VERSION, true);
    yield new Uint8Array(head.buffer);
    yield* this.parts;
  }
}
