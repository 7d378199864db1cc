// A few threads that share the work of one kernel. TensorFlow's C interface for kernels doesn't lend its own pool.
#pragma once
#include <cstdint>
#include <functional>

namespace tunebook {
// Calls body(begin, end) over pieces of [0, count) of at least `grain` each, on all threads; returns when all is done.
// The caller computes too, so several kernels may do this at once. TUNEBOOK_THREADS says how many threads there are.
void parallel(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body);
int threads();
}  // namespace tunebook
