/** Words' records by their paths in the folder `stdlib`, and files in rooms of words that export none. */
export declare function recordsIn(stdlib: string): { readonly records: string[]; readonly strays: string[] };
/** What is said of a file that exports no word. */
export declare function strayTold(file: string): string;
/** The text of stdlib/manifest.generated.ts. */
export declare function manifestOf(records: readonly string[]): string;
