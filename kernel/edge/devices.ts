/**
 * Classes of devices, each by one that was measured: what it reached on an encoder, not what its maker promises. Rates are of
 * ncnn's benchmark (https://github.com/Tencent/ncnn, benchmark/README.md, read in July 2026): its `vision_transformer` is an
 * encoder of 12 layers of 768 features over 145 tokens, 26.1 GFLOP for one picture, all threads that help. Where a processor
 * computes in half precision ncnn lets it. What a byte gains is the ratio of its `resnet50` to its `resnet50_int8`.
 *
 * `bandwidth` is half of what the memory's own specification gives: cores seldom get more. `room` is an assumption: an eighth of a
 * phone's memory, which it shares with all other apps, half of a board's.
 */
export interface Device {
  readonly name: string;
  /** What was measured, and how long its picture took. */
  readonly like: string;
  /** GFLOP/s on an encoder, by what weights are rounded to. */
  readonly rates: { readonly f32: number; readonly int8: number };
  /** GB/s. */
  readonly bandwidth: number;
  /** Bytes that a model may take there. */
  readonly room: number;
}

const PICTURE = 26.1;
const GB = 1e9;

function measured(
  name: string,
  options: {
    readonly processor: string;
    /** Milliseconds. */
    readonly picture: number;
    readonly gain: number;
    readonly memory: string;
    /** GB/s by the specification, and bytes. */
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

/** Memory of the largest boards of that sort, beside their chip: an ESP32-S3 has 512 kB and takes up to 16 MB. */
export const MICROCONTROLLER_BYTES = 16 * 2 ** 20;
/** Bytes in a second of that memory, at most. */
export const MICROCONTROLLER_BYTES_PER_SECOND = 80e6;
