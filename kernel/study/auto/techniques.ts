/**
 * The techniques that are tried, each with its text for cost estimates, its search space and its starting points.
 * `times` is a multiple of the recommended rate; the most promising point comes first.
 */
export interface TechniqueOption {
  /** Tune text without the varied arguments. */
  readonly technique: string;
  /** Tune text of the search space. */
  readonly space: string;
  readonly points: readonly { readonly values: Readonly<Record<string, string>>; readonly times: number }[];
  /** Which weights are trained, for the line's comment. */
  readonly learns: string;
  /** Only the head is trained. */
  readonly headOnly: boolean;
  /**
   * The head is fitted exactly: the rate has no effect and the cost does not grow with the epochs. Listed before the
   * stepwise variant.
   */
  readonly exact?: true;
  /** All weights are trained: this does best with many updates and poorly with few. */
  readonly whole: boolean;
}

const lora = (rank: number, times: number) => ({
  values: { technique: "lora", "technique.lora.rank": String(rank) },
  times,
});
const plain = (technique: string, times: number) => ({ values: { technique }, times });

export const TECHNIQUES: readonly TechniqueOption[] = [
  {
    technique: "lora(rank: 8)",
    space: "lora(rank: choice(4, 8, 16))",
    points: [lora(8, 1), lora(16, 0.5), lora(4, 1.5)],
    learns: "small matrices added to the layers",
    headOnly: false,
    whole: false,
  },
  {
    technique: "full",
    space: "full",
    points: [plain("full", 1), plain("full", 2), plain("full", 0.5)],
    learns: "all weights",
    headOnly: false,
    whole: true,
  },
  {
    technique: "head_only(fit: exact)",
    space: "head_only(fit: exact)",
    points: [plain("head_only(fit: exact)", 1)],
    learns: "the head alone, found at once",
    headOnly: true,
    whole: false,
    exact: true,
  },
  {
    technique: "head_only",
    space: "head_only",
    points: [plain("head_only", 1)],
    learns: "the head alone",
    headOnly: true,
    whole: false,
  },
];
