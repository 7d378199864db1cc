/** Prompts that the peer makes alike: token ids that follow from a row and a place. */
export function prompt(row: number, length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => 1000 + (((row * length + i) * 7919) % 30000));
}
