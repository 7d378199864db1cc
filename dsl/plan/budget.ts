/** What an answer may take on a small device. */
export interface Budget {
  /** Seconds. */
  readonly time: number;
  /** Bytes; absent: what the device has room for. */
  readonly memory?: number;
  /** Tokens of the text that is answered; absent: as long as those that it learnt from. */
  readonly length?: number;
}
