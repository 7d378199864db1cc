/** Techniques that are tried: each as it is costed, as it varies, and the point that begins. What costs least to serve comes first. */
export const WAYS = [
  {
    technique: "lora(rank: 8)",
    space: "lora(rank: choice(4, 8, 16))",
    point: { technique: "lora", "technique.lora.rank": "8" },
    headOnly: false,
  },
  { technique: "full", space: "full", point: { technique: "full" }, headOnly: false },
  { technique: "head_only", space: "head_only", point: { technique: "head_only" }, headOnly: true },
] as const;
