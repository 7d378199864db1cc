/** Globals available to every cell without an import, and their TypeScript declarations. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { display } from "./display.js";
import { likelyCellRun } from "./scope.js";

/** Ambient declarations of the globals below. */
export const globalDeclarations = `
/** Something that was shown; \`update\` replaces it in place. */
interface TunebookDisplayed<T> { readonly id: string; update(value: T): void }
interface TunebookDisplayOptions { readonly id?: string }
interface TunebookDisplay {
  /** Shows any value: tables as tables, what carries \`Symbol.for("Jupyter.display")\` as it says, the rest as Node prints it. */
  (value: unknown, options?: TunebookDisplayOptions): TunebookDisplayed<unknown>;
  html(text: string, options?: TunebookDisplayOptions): TunebookDisplayed<string>;
  markdown(text: string, options?: TunebookDisplayOptions): TunebookDisplayed<string>;
  svg(text: string, options?: TunebookDisplayOptions): TunebookDisplayed<string>;
  /** Shows a plotly figure: \`{ data, layout }\`. */
  figure(figure: { readonly data: readonly object[]; readonly layout?: object; readonly config?: object }, options?: TunebookDisplayOptions): TunebookDisplayed<{ readonly data: readonly object[]; readonly layout?: object; readonly config?: object }>;
  /** Shows rows (objects) as a table. */
  table(rows: Iterable<object>, options?: TunebookDisplayOptions): TunebookDisplayed<Iterable<object>>;
  /** Shows a MIME bundle: \`{ "text/plain": "..", "text/html": ".." }\`. */
  mime(bundle: Readonly<Record<string, unknown>>, options?: TunebookDisplayOptions): TunebookDisplayed<Readonly<Record<string, unknown>>>;
  /** Clears what the cell has shown; with \`wait\`, when the next thing is shown. */
  clear(wait?: boolean): void;
}
declare const display: TunebookDisplay;
/** Asks the person at the notebook. */
declare function input(prompt?: string): Promise<string>;
/** Asks without showing what is typed. */
declare function password(prompt?: string): Promise<string>;
declare const __filename: string;
declare const __dirname: string;
`;

function ask(call: string, prompt: string, hidden: boolean): Promise<string> {
  const scope = likelyCellRun();
  if (!scope) return Promise.reject(new CodedError("no-cell", { call }));
  return scope.output.input(prompt, hidden);
}

/** Installs the globals; returns a function that removes them. */
export function installGlobals(): () => void {
  const globals: Readonly<Record<string, unknown>> = {
    display,
    input: (prompt = "") => ask("input", String(prompt), false),
    password: (prompt = "") => ask("password", String(prompt), true),
  };
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  return () => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
  };
}
