/**
 * Checks values of trials that come from a file: the best trial's values become part of a program, and the file may
 * come from anyone.
 */

/** Reports whether the text is a single value that cannot end the surrounding text. */
export function isValueText(value: string): boolean {
  let open = 0;
  for (const [mark] of value.replace(/"(?:[^"\\\n]|\\.)*"/g, "").matchAll(/[()[\]{}\r\n"]/g)) {
    if (/["\r\n]/.test(mark)) return false;
    open += "([{".includes(mark) ? 1 : -1;
    if (open < 0) return false;
  }
  return open === 0;
}
