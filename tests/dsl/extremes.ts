/**
 * `npm run extremes`: extreme texts in full size. Prints the CPU seconds that all answers about each text take, and
 * exits with status 1 if a text exceeds its limit. Run it on an otherwise idle machine. The tests use small sizes.
 */
import { answer, maniesOf, tell, textsOf, whole } from "./extreme-texts.js";

const patience = { answers: 6, told: 3 };
const texts = Object.entries(textsOf(whole)).map(([name, extreme]) => ({
  name,
  limit: patience.answers,
  work: () => answer(extreme),
}));
const manies = maniesOf(whole).map(([name, text, code]) => ({
  name: `20,000 ${name}`,
  limit: patience.told,
  work: () => tell(name, text, code),
}));
let late = 0;
for (const { name, limit, work } of [...texts, ...manies]) {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  const seconds = (user + system) / 1e6;
  if (seconds > limit) late++;
  console.log(`${seconds.toFixed(2).padStart(6)} s  ${seconds > limit ? `(above ${limit} s) ` : ""}${name}`);
}
process.exitCode = late === 0 ? 0 : 1;
