/**
 * Returns a function's text as its author wrote it. The rewriting (compile/rewrite.ts) leaves marks in the text, which
 * libraries that read a function's source must not see. arquero does so to compile an expression over columns.
 */
const marks: readonly (readonly [RegExp, string])[] = [
  [/\(0, __names\.([\p{ID_Continue}$]+)\)/gu, "$1"],
  [/\b__names\.(?=[\p{ID_Start}_$])/gu, ""],
  [/\b__tick\(\) \|\| /g, ""],
  [/[ \t]*\b__tick\(\);\n?/g, ""],
  [/\b__(?:guard|each)\(/g, "("],
  [/\b__load\(/g, "import("],
  [/\b__meta\b/g, "import.meta"],
];

export function sourceAsWritten(text: string): string {
  if (!text.includes("__")) return text;
  return marks.reduce((t, [mark, plain]) => t.replace(mark, plain), text);
}

/** Makes `Function.prototype.toString` return `written`; returns a function that undoes it. */
export function showFunctionsAsWritten(): () => void {
  const native = Function.prototype.toString;
  const replaced = function toString(this: unknown): string {
    return sourceAsWritten(native.call(this));
  };
  Object.defineProperty(Function.prototype, "toString", {
    value: replaced,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return () => {
    if (Function.prototype.toString === replaced)
      Object.defineProperty(Function.prototype, "toString", {
        value: native,
        writable: true,
        configurable: true,
        enumerable: false,
      });
  };
}
