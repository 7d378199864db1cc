/** Syntax colours for Tune in CodeMirror. A token stream is sufficient for colours; the assistant analyses meaning. */
import { StreamLanguage, type Language, type StringStream } from "@codemirror/language";
import type { Vocabulary } from "#editors/vocabulary.js";

/** An open comment or string that spans several lines. */
interface Inside {
  readonly close: string;
  readonly style: string;
}
interface State {
  readonly inside: Inside | null;
  readonly depth: number;
  /** Whether a statement's verb precedes on this line. */
  readonly header: boolean;
}
type Changing = { -readonly [K in keyof State]: State[K] };

const name = /^[\p{ID_Start}_][\p{ID_Continue}]*/u;
const long = [
  ["/*", "*/", "comment"],
  ['"""', '"""', "string"],
] as const;

export function tuneLanguage(vocabulary: Vocabulary): Language {
  const known = {
    verbs: new Set(vocabulary.verbs),
    connectors: new Set(vocabulary.connectors),
    words: new Set(vocabulary.words),
    constants: new Set(vocabulary.constants),
  };
  return StreamLanguage.define<Changing>({
    name: "tune",
    startState: () => ({ inside: null, depth: 0, header: false }),
    copyState: (state) => ({ ...state }),
    token(stream, state) {
      if (state.inside) return untilEnd(stream, state, state.inside);
      if (stream.sol() && state.depth === 0) state.header = false;
      if (stream.eatSpace()) return null;
      if (stream.match("//") || stream.match(/^#(?!!)/)) {
        stream.skipToEnd();
        return "comment";
      }
      for (const [open, close, style] of long) {
        if (!stream.match(open)) continue;
        state.inside = { close, style };
        return untilEnd(stream, state, state.inside);
      }
      if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
      if (stream.match(/^%%\w+/)) return "meta";
      if (stream.match(/^-?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?:%|[A-Za-z]+)?/)) return "number";
      if (stream.match(/^\$[\p{ID_Continue}.]+/u)) return "variableName.special";
      if (stream.match(name)) return nameStyle(stream.current(), stream, state);
      const c = stream.next() ?? "";
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

  function nameStyle(text: string, stream: StringStream, state: Changing): string {
    // Colours each part of a dotted key such as `technique.rank` like the complete key.
    if (stream.match(/^(?:\.[\p{ID_Start}_][\p{ID_Continue}]*)*\s*:/u, false)) return "propertyName";
    if (state.depth === 0 && !state.header && known.verbs.has(text)) {
      state.header = true;
      return "keyword";
    }
    if (state.header && state.depth === 0 && known.connectors.has(text)) return "keyword";
    if (known.constants.has(text)) return "atom";
    return state.depth > 0 && known.words.has(text) ? "variableName.standard" : "variableName";
  }
}

function untilEnd(stream: StringStream, state: Changing, { close, style }: Inside): string {
  while (!stream.eol()) {
    if (stream.match(close)) {
      state.inside = null;
      break;
    }
    stream.next();
  }
  return style;
}
