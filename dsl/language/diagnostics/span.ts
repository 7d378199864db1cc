/** Spans in a source: UTF-16 offsets, end exclusive. Lines and code points exist only in renderers. */
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
  /** Displayed title: a file's path or `cell 3`. */
  readonly title: string;
  readonly text: string;
  /** File that contains the text, if it is a file: relative paths in it are relative to that file. */
  readonly path?: string;
  /** Number of the notebook cell, from 1, if the source is a cell. */
  readonly cell?: number;
  /** The front end's id of that cell, which does not change with its execution number. */
  readonly cellId?: string;
}
