/** What finds personal data in texts. */
export { findPersonal } from "../lib/personal/find.js";
