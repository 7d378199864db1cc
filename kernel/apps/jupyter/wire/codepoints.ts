/** Jupyter counts positions in a text in code points, JavaScript in UTF-16 units. */

/** Code points → UTF-16 units; positions out of range are clamped to the text. */
export function toUtf16(text: string, codePoints: number): number {
  let units = 0;
  for (let left = Math.max(0, codePoints); left > 0 && units < text.length; left--) units += widthAt(text, units);
  return units;
}

/** UTF-16 units → code points; an offset inside a surrogate pair counts as the position before it. */
export function toCodePoints(text: string, offset: number): number {
  const end = Math.min(offset, text.length);
  let points = 0;
  for (let next = widthAt(text, 0); next <= end; next += widthAt(text, next)) points++;
  return points;
}

function widthAt(text: string, offset: number): number {
  return (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
}
