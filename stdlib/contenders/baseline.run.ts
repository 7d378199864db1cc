/** Baselines: what is had of the rows of a split without a model. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { ContenderGiven, ContenderImplementation, ReadyContender } from "../kinds/contender.js";
import "../lib/contenders/codes.js";

export const baseline: ContenderImplementation = {
  ready: (given) => Promise.resolve(majority(given)),
};

/** The answer that never changes: the task knows the best one. */
function majority({ call, task, labels, train, rows }: ContenderGiven): ReadyContender {
  const begun = performance.now();
  const constant = task.implementation.answers?.constant?.({
    ...{ labels, call: task.call },
    values: (role) => train?.values(role),
  });
  if (!constant) throw new CodedError("no-answer-for-all", { contender: call.word, task: task.call.word });
  return {
    ask: (asked) =>
      Promise.resolve({
        said: Array.from({ length: rows.texts }, () =>
          Array.from(asked, (row) => constant.said(rows.asked, row)),
        ).flat(),
      }),
    learntIn: (performance.now() - begun) / 1000,
    notes: [constant.name],
  };
}
