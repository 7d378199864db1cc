/** The display of a completion in a list: its name, and next to it what it does, its arguments and its default. */
export interface Match {
  readonly text: string;
  readonly type: string;
  readonly gloss?: string;
  readonly detail?: string;
  readonly doc?: string;
}

/** Lists `rank: ` as `rank`. */
export function labelOf({ text }: Pick<Match, "text">): string {
  return text.replace(/:\s*$/, "");
}

/** The description comes first; a bare kind (`word`) adds nothing to it. */
export function detailOf({ gloss = "", detail = "" }: Pick<Match, "gloss" | "detail">): string {
  const takes = detail.length > 44 ? `${detail.slice(0, 43)}…` : detail;
  return [gloss, takes].filter((part) => part !== "").join(" · ");
}
