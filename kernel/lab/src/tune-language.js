// Tune's colours. Verbs, connectors and words come from the registry when the extension is built.
import { StreamLanguage } from "@codemirror/language";
import { connectors, verbs, words } from "./vocabulary.js";

const name = /^[\p{ID_Start}_][\p{ID_Continue}]*/u;
const atoms = new Set(["true", "false", "none", "auto"]);
const known = { verb: new Set(verbs), connector: new Set(connectors), word: new Set(words) };

export const tuneLanguage = StreamLanguage.define({
  name: "tune",
  startState: () => ({ inside: null, depth: 0, header: false }),
  copyState: (state) => ({ ...state }),
  token(stream, state) {
    if (state.inside) return untilEnd(stream, state);
    const start = stream.sol();
    if (start && state.depth === 0) state.header = false;
    if (stream.eatSpace()) return null;
    if (stream.match("//") || stream.match(/^#(?!!)/)) {
      stream.skipToEnd();
      return "comment";
    }
    for (const [open, close, style] of [
      ["/*", "*/", "comment"],
      ['"""', '"""', "string"],
    ]) {
      if (stream.match(open)) {
        state.inside = { close, style };
        return untilEnd(stream, state);
      }
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^%%\w+/)) return "meta";
    if (stream.match(/^-?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?:%|[A-Za-z]+)?/)) return "number";
    if (stream.match(/^\$[\p{ID_Continue}.]+/u)) return "variableName.special";
    const found = stream.match(name);
    if (found) return nameStyle(found[0], stream, state);
    const c = stream.next();
    if ("{[(".includes(c)) state.depth += 1;
    if ("}])".includes(c)) state.depth = Math.max(0, state.depth - 1);
    if (c === "{") state.header = false;
    return "{}[]()".includes(c) ? "bracket" : c === ":" ? "punctuation" : null;
  },
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"'] },
  },
});

function nameStyle(text, stream, state) {
  if (stream.match(/^\s*:/, false)) return "propertyName";
  if (state.depth === 0 && !state.header && known.verb.has(text)) {
    state.header = true;
    return "keyword";
  }
  if (state.header && state.depth === 0 && known.connector.has(text)) return "keyword";
  if (atoms.has(text)) return "atom";
  return state.depth > 0 && known.word.has(text) ? "variableName.standard" : "variableName";
}

function untilEnd(stream, state) {
  const { close, style } = state.inside;
  while (!stream.eol()) {
    if (stream.match(close)) {
      state.inside = null;
      break;
    }
    stream.next();
  }
  return style;
}
