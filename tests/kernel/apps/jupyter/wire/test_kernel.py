"""jupyter_kernel_test with every attribute filled. TUNEBOOK_TEST_KERNEL names the installed kernel."""

import os
import unittest

# the module, not its classes: unittest would run the bases too
import jupyter_kernel_test as suite

KERNEL = os.environ["TUNEBOOK_TEST_KERNEL"]


class TunebookTests(suite.KernelTests):
    kernel_name = KERNEL
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "Math.hyp", "matches": {"hypot"}},
        {"text": "[1, 2].flatM", "matches": {"flatMap"}},
        {"text": "const 𝒳 = 'é😀'; 𝒳.toLowerC", "matches": {"toLowerCase"}},
    ]
    complete_code_samples = ["1", "const a = 1", "for (const i of [1]) { i }", "function f() { return 1 }", "await 1"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "if (true) {", "`text"]
    invalid_code_samples = ["const = 1", "1 +* 2", "let 1a = 2"]
    code_page_something = "display.page('a long text')"
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "[1, 2, 3].map((x) => x * 2)", "result": "[ 2, 4, 6 ]"},
        {"code": "await Promise.resolve({ a: 1 })", "result": "{ a: 1 }"},
    ]
    code_display_data = [
        {"code": "display.html('<b>bold</b>')", "mime": "text/html"},
        {"code": "display.svg('<svg/>')", "mime": "image/svg+xml"},
        {"code": "display.markdown('*text*')", "mime": "text/markdown"},
        {"code": "display({ a: 1 })", "mime": "text/plain"},
    ]
    code_history_pattern = "6 [*] ?"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.hypot"
    code_clear_output = "display.clear()"


class TunebookWelcomeTests(suite.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
