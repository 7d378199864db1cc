/** Shows how a long step goes on: a bar on a terminal, a plain line now and then (`every` ms) elsewhere. */
export declare function progressOn(
  stream?: NodeJS.WriteStream,
  every?: number,
): {
  show(progress: { readonly label: string; readonly done?: number; readonly total?: number | null }): void;
  end(): void;
};
