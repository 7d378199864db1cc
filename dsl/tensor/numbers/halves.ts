/** Half precision (IEEE 754 binary16) as 16 bits: conversion to the nearest half, ties to even, and back. */

/** Converts numbers to the nearest halves; too large ones become infinite, NaN remains NaN. */
export function toFloat16(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const halves = new Uint16Array(numbers.length);
  for (let i = 0; i < bits.length; i++) halves[i] = toHalf(bits[i]!);
  return halves;
}
export function fromFloat16(halves: Uint16Array): Float32Array {
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) numbers[i] = halfToNumber(halves[i]!);
  return numbers;
}

/** Converts the bits of an f32. */
function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, the nearest half is infinite.
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) return sign | subnormal(size);
  const rest = size & 0x1fff;
  const half = (size - 0x38000000) >>> 13;
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && half & 1) ? 1 : 0));
}
/** Below 2⁻¹⁴ halves are multiples of 2⁻²⁴. */
function subnormal(size: number): number {
  scratch.setUint32(0, size);
  const multiples = scratch.getFloat32(0) * 2 ** 24;
  const below = Math.floor(multiples);
  const rest = multiples - below;
  return below + (rest > 0.5 || (rest === 0.5 && below & 1) ? 1 : 0);
}
const scratch = new DataView(new ArrayBuffer(4));

export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
