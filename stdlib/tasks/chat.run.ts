/** Causal language modelling whose targets are the assistant's tokens: which ones, the rows' mask says. */
import type { TaskImplementation } from "../kinds/task.js";
import { conversations } from "../lib/row-formats/conversations.js";
import { nextToken } from "../lib/tasks/next-token.js";
import { textGeneration } from "./text_generation.run.js";

export const chat: TaskImplementation = {
  ...textGeneration,
  supervision: { ...nextToken, rowFormat: conversations },
};
