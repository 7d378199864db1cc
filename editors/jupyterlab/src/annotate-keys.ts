// Assigns keys to labels and defines the other keys. Letters that trigger an action select no label.

/** Keys of the first twenty labels. */
const CHOOSING = "1234567890qwertyiopa";

/** With more labels than keys, labels are searched by their first letters. */
export const MOST_KEYS = CHOOSING.length;

/** Returns the key of each label; empty if labels are searched by their letters. */
export function keysOf(labels: readonly string[]): readonly string[] {
  return labels.length > MOST_KEYS ? [] : [...CHOOSING].slice(0, labels.length);
}

/** Labels that begin with the typed text, then those that contain it. */
export function found(labels: readonly string[], typed: string): readonly string[] {
  const wanted = typed.trim().toLowerCase();
  const at = (label: string): number => label.toLowerCase().indexOf(wanted);
  return [...labels.filter((label) => at(label) === 0), ...labels.filter((label) => at(label) > 0)];
}

/** Descriptions of the keys for the help page. */
export function keyHelp(several: boolean, many: boolean): readonly (readonly [keys: string, does: string])[] {
  const choose = several ? "choose a label, or take it away" : "choose the label";
  return [
    many ? ["/", "find a label by its first letters; Enter chooses the first"] : ["1, 2, …", choose],
    ["Enter", several ? "save the labels that are chosen" : "accept what is suggested, or the label that is there"],
    ["s", "skip: say nothing of this row"],
    ["d", "leave this row out of the data"],
    ["u", "undo the last decision"],
    ["← →", "the row before, the row after"],
    ["↑ ↓", "scroll a long text"],
    ["?", "show or hide these keys"],
  ];
}
