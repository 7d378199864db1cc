export interface Measured {
  readonly file: string;
  readonly covered: number;
  readonly total: number;
}
/** Lines of each source that has any code, of a summary as c8 writes it. */
export declare function measured(
  summary: Readonly<Record<string, { readonly lines: { readonly covered: number; readonly total: number } }>>,
  base?: string,
): Measured[];
export declare function tableOf(files: readonly Measured[]): string;
export declare function holesOf(files: readonly Measured[], bound: number): string;
