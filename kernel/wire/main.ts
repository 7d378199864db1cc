/** Where kernelspecs of 0.1 look for the kernel; it lives in `kernel/jupyter/wire/` now. */
import "../jupyter/wire/main.js";
