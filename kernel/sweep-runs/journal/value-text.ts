/** Values of trials that come from a file: the best trial's become part of a program, and a folder of runs may come from anybody. */

/** Whether it is a value alone, which ends nothing that stands around it. */
export function isValueText(value: string): boolean {
  let open = 0;
  for (const [mark] of value.replace(/"(?:[^"\\\n]|\\.)*"/g, "").matchAll(/[()[\]{}\r\n"]/g)) {
    if (/["\r\n]/.test(mark)) return false;
    open += "([{".includes(mark) ? 1 : -1;
    if (open < 0) return false;
  }
  return open === 0;
}
