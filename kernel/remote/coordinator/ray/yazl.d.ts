/** The part of yazl that is used: it brings no types. */
declare module "yazl" {
  export class ZipFile {
    readonly outputStream: NodeJS.ReadableStream;
    addBuffer(content: Buffer, path: string, o: { readonly mtime: Date; readonly mode: number }): void;
    end(): void;
  }
}
