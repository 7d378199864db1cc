/**
 * Returns all matches of a global expression without copying it as `matchAll` does: for short texts, that copy takes
 * longer than the search.
 */
export function allMatches(global: RegExp, text: string): readonly RegExpExecArray[] {
  global.lastIndex = 0;
  const found: RegExpExecArray[] = [];
  for (let match = global.exec(text); match; match = global.exec(text)) {
    found.push(match);
    if (match[0] === "") global.lastIndex++;
  }
  return found;
}
