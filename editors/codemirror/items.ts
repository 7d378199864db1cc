/** How a completion of the assistant reads in a list: its name, and beside it what it does, what it takes and what it is without. */
export interface Match {
  readonly text: string;
  readonly type: string;
  readonly gloss?: string;
  readonly detail?: string;
  readonly doc?: string;
}

/** `rank: ` is listed as `rank`. */
export function labelOf({ text }: Pick<Match, "text">): string {
  return text.replace(/:\s*$/, "");
}

/** What it does comes first; a kind alone (`word`) says nothing beside that. */
export function detailOf({ gloss = "", detail = "" }: Pick<Match, "gloss" | "detail">): string {
  const takes = detail.length > 44 ? `${detail.slice(0, 43)}…` : detail;
  return [gloss, takes].filter((part) => part !== "").join(" · ");
}
