/**
 * Classes of devices, each represented by a measured one: its rate on an encoder, not the vendor's claim. Rates are of
 * ncnn's benchmark (https://github.com/Tencent/ncnn, benchmark/README.md, read in July 2026): its `vision_transformer`
 * is an encoder of 12 layers of 768 features over 145 tokens, 26.1 GFLOP for one picture, with all threads that help.
 * Where a processor supports half precision, ncnn uses it. The gain of int8 is the ratio of its `resnet50` to its
 * `resnet50_int8`.
 *
 * `bandwidth` is half of the memory's specification, because cores seldom reach more. `room` is an assumption: an
 * eighth of a phone's memory, which it shares with all other apps, half of a board's.
 */
export interface Device {
  readonly name: string;
  /** The measured device, and its time per picture. */
  readonly like: string;
  /** GFLOP/s on an encoder, by the precision of the weights. */
  readonly rates: { readonly f32: number; readonly int8: number };
  /** GB/s. */
  readonly bandwidth: number;
  /** Bytes available to a model. */
  readonly room: number;
}

const PICTURE = 26.1;
const GB = 1e9;

function measured(
  name: string,
  options: {
    readonly processor: string;
    /** Milliseconds per picture. */
    readonly picture: number;
    readonly gain: number;
    readonly memory: string;
    /** GB/s by the specification, and available bytes. */
    readonly peak: number;
    readonly room: number;
  },
): Device {
  const f32 = PICTURE / (options.picture / 1e3);
  return {
    name,
    like: `${options.processor}, ${options.memory}: ${String(options.picture)} ms`,
    rates: { f32, int8: f32 * options.gain },
    bandwidth: options.peak / 2,
    room: options.room,
  };
}

export const devices: readonly Device[] = [
  measured("phone, high", {
    processor: "Dimensity 9300, 4 large cores",
    picture: 223.9,
    gain: 19.05 / 9.61,
    memory: "LPDDR5T-9600",
    peak: 76.8,
    room: 1.5 * GB,
  }),
  measured("phone, middle", {
    processor: "Snapdragon 888",
    picture: 614.5,
    gain: 29.64 / 25.16,
    memory: "LPDDR5-6400",
    peak: 51.2,
    room: 1 * GB,
  }),
  measured("phone, low", {
    processor: "four Cortex-A55 at 1.8 GHz (RK3566)",
    picture: 2426,
    gain: 142.5 / 136.3,
    memory: "LPDDR4-2112, 32 bits",
    peak: 8.4,
    room: 0.375 * GB,
  }),
  measured("Raspberry Pi 5", {
    processor: "four Cortex-A76 at 2.4 GHz",
    picture: 611.7,
    gain: 46.21 / 40.75,
    memory: "LPDDR4X-4267, 32 bits",
    peak: 17.1,
    room: 4 * GB,
  }),
  measured("Raspberry Pi 4", {
    processor: "four Cortex-A72 at 1.8 GHz",
    picture: 1909,
    gain: 262.8 / 196.7,
    memory: "LPDDR4-3200, 32 bits",
    peak: 12.8,
    room: 2 * GB,
  }),
];

/** Bytes of external memory on the largest boards of this kind: an ESP32-S3 has 512 kB and supports up to 16 MB. */
export const MICROCONTROLLER_BYTES = 16 * 2 ** 20;
/** Maximum bandwidth of this memory, in bytes per second. */
export const MICROCONTROLLER_BYTES_PER_SECOND = 80e6;
