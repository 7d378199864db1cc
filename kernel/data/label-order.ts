/** The order in which labels that were found are numbered: by code points; labels that are all numbers by their value. */
export function inOrder(labels: Iterable<string>): string[] {
  const found = [...labels];
  const numbers = found.every((label) => Number.isFinite(Number(label)));
  return found.sort(numbers ? (a, b) => Number(a) - Number(b) || compare(a, b) : compare);
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)); // UTF-8 sorts as code points do
}
