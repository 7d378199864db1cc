/** Places in a source: UTF-16 offsets, end exclusive. Lines and code points exist only in renderers. */
export type SourceId = string;
export interface Span {
  readonly source: SourceId;
  readonly start: number;
  readonly end: number;
}
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
export interface Source {
  readonly id: SourceId;
  /** What a reader is shown: a file's path or `cell 3`. */
  readonly title: string;
  readonly text: string;
  /** The file the text lies in, if it is a file: relative paths in it are relative to that file. */
  readonly path?: string;
  /** Number of the notebook cell, from 1, when the source is a cell. */
  readonly cell?: number;
  /** What the front end calls that cell, whichever number it has when it runs. */
  readonly cellId?: string;
}
