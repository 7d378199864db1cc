/** The models whose steps are measured, by name. */
import type { Carrier, CarrierOptions } from "./carrier.js";
import { gpt2 } from "./gpt2.js";
import { minilm } from "./minilm.js";
import { smollm2 } from "./smollm2.js";

export const MODELS: Readonly<Record<string, (o: CarrierOptions) => Carrier>> = { minilm, gpt2, smollm2 };
