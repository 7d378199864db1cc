import assert from "node:assert/strict";
import { palette } from "#kernel/display/svg/colors.js";

type Vector = readonly number[];

/** Missing receptors, as linear maps of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1). */
const VISIONS: Readonly<Record<string, readonly Vector[]>> = {
  "all receptors": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "no red receptors": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "no green receptors": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "no blue receptors": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const LUMINANCE = [0.2126, 0.7152, 0.0722];

const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** Converts sRGB to linear light (IEC 61966-2-1). */
function linear(hex: string): Vector {
  return [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

/** Converts linear RGB to CIE L*a*b* under D65. */
function lab(rgb: Vector): Vector {
  const inside = rgb.map((x) => Math.min(1, Math.max(0, x)));
  const [x, y, z] = [
    dot([0.4124, 0.3576, 0.1805], inside) / 0.95047,
    dot(LUMINANCE, inside),
    dot([0.0193, 0.1192, 0.9505], inside) / 1.08883,
  ].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

function contrast(a: string, b: string): number {
  const [x, y] = [a, b].map((hex) => dot(LUMINANCE, linear(hex)));
  return (Math.max(x!, y!) + 0.05) / (Math.min(x!, y!) + 0.05);
}

describe("palette of charts", () => {
  for (const [name, vision] of Object.entries(VISIONS))
    it(`has no two colours that look alike with ${name}`, () => {
      const seen = palette.map((hex) => lab(vision.map((row) => dot(row, linear(hex)))));
      for (const [i, a] of seen.entries())
        for (const [j, b] of seen.slice(0, i).entries()) {
          // Areas that touch need a difference of 2.3 to be told apart; thin lines need much more.
          const difference = Math.hypot(...a.map((x, k) => x - b[k]!));
          assert.ok(difference > 15, `${palette[i]} and ${palette[j]}: ${difference.toFixed(1)}`);
        }
    });

  it("is visible on white and on near-black", () => {
    for (const hex of palette)
      for (const ground of ["#ffffff", "#111111"]) assert.ok(contrast(hex, ground) > 2.5, `${hex} on ${ground}`);
  });
});
