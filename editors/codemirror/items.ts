/** How a completion of the assistant reads in a list: its name, and beside it what it takes and what it is without. */
export interface Match {
  readonly text: string;
  readonly type: string;
  readonly detail?: string;
  readonly doc?: string;
}

/** `rank: ` is listed as `rank`. */
export function labelOf({ text }: Pick<Match, "text">): string {
  return text.replace(/:\s*$/, "");
}

export function detailOf({ detail = "" }: Pick<Match, "detail">): string {
  return detail.length > 56 ? `${detail.slice(0, 55)}…` : detail;
}
