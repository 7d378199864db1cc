// `npm run test:times`: writes the approximate duration of each test file for machines that never ran one. Run it after
// `npm test`.
import { writeRoughSeconds } from "./suite.mjs";

console.log(writeRoughSeconds());
