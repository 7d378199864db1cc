// `npm run test:times`: writes how long each file of tests took here, roughly, for machines that never ran one. After `npm test`.
import { writeRoughSeconds } from "./suite.mjs";

console.log(writeRoughSeconds());
