/** Parses a positive number of the command line. */
import { InvalidArgumentError } from "commander";

export function parsePositiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("It is not a positive integer.");
  return number;
}
