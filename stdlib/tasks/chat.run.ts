/** Causal language modelling on the assistant's tokens, which each row's mask selects. */
import type { TaskImplementation } from "./kind.js";
import { conversations } from "../row-formats/conversations.js";
import { nextTokenSupervision } from "./shared/next-token.js";
import { textGeneration } from "./text_generation.run.js";

export const chat: TaskImplementation = {
  ...textGeneration,
  supervision: { ...nextTokenSupervision, rowFormat: conversations },
};
