/**
 * Techniques that are tried, each as it is costed and as it varies, with the points that begin: `times` the rate that is
 * recommended for it, the likeliest first.
 */
export interface TechniqueOption {
  /** Tune text, without what varies in it. */
  readonly technique: string;
  /** Tune text of it as a space. */
  readonly space: string;
  readonly points: readonly { readonly values: Readonly<Record<string, string>>; readonly times: number }[];
  /** What learns, as the line's comment says. */
  readonly learns: string;
  /** Nothing of the base learns. */
  readonly headOnly: boolean;
  /** The head is found at once: no rate changes it, and what it takes doesn't grow with the epochs. Stands before the way by steps. */
  readonly exact?: true;
  /** Every weight learns: most is learnt of enough updates, little of few. */
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
    learns: "small matrices beside the layers",
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
