/** Causal language modelling whose targets are the assistant's tokens: which ones, the rows' mask says. */
import type { TaskImplementation } from "./kind.js";
import { conversations } from "../row-formats/conversations.js";
import { nextTokenSupervision } from "./shared/next-token.js";
import { textGeneration } from "./text_generation.run.js";

export const chat: TaskImplementation = {
  ...textGeneration,
  supervision: { ...nextTokenSupervision, rowFormat: conversations },
};
