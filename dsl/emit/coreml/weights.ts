/** Core ML's file of weights: a head, then for each tensor what it is and its bytes, all at multiples of 64. */

/** The file's numbers for types. */
const TYPES = { f16: 1, f32: 2 } as const;
const ALIGNED = 64;
const MARK = 0xdeadbeef;
const VERSION = 2;

export class WeightFile {
  private readonly parts: Uint8Array[] = [];
  private size = ALIGNED;
  private count = 0;

  /** Gives the place by which the program names it. */
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

/** Rounded to the nearest half float, ties to even; what is too large becomes infinite. */
export function halves(floats: Uint8Array): Uint8Array {
  const bits = new Uint32Array(Uint8Array.from(floats).buffer);
  return new Uint8Array(Uint16Array.from(bits, half).buffer);
}
function half(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) {
    // Too small for an exponent of its own: a multiple of 2⁻²⁴.
    if (size < 0x33000000) return sign;
    const shift = 126 - (size >>> 23);
    const mantissa = (size & 0x7fffff) | 0x800000;
    return sign | rounded(mantissa, shift);
  }
  return sign | rounded(size - 0x38000000, 13);
}
function rounded(value: number, shift: number): number {
  const rest = value & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  const whole = value >>> shift;
  return rest > middle || (rest === middle && whole % 2 === 1) ? whole + 1 : whole;
}
