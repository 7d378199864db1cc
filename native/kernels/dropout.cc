// Dropout by the counter-based generator: the mask is never in memory.
#include "op.h"
#include "pool.h"
#include "random.h"

namespace tunebook {
namespace {
template <class T>
struct Dropout {
  explicit Dropout(Attributes& a)
      : seed(a.integer("seed")), site(a.integer("site")), bound(a.integer("bound")), rate(a.number("rate")) {}
  const int32_t seed, site, bound;
  const float rate;

  // (x [rows, columns], steps: one, or one for each of equal parts of the rows) → y.
  void compute(Context& c) {
    const Tensor x = c.input(0), step = c.input(1);
    const Tensor y = c.output_over({0}, 0, x);
    if (!c.ok()) return;
    const int64_t n = x.rank() ? x.dim(-1) : 1, rows = n ? x.size() / n : 0;
    const int64_t groups = step.size(), each = groups ? rows / groups : 0;
    if (!each) return;
    const Masks masks(seed, site, rate, step.data<int32_t>(), groups, n);
    parallel(rows, 1 + 16384 / (n + 1), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++) {
        const int64_t g = r / each;
        const Mask& mask = masks.of(g);
        line(x.data<T>() + r * n, masks.columns(g), y.data<T>() + r * n, n, mask.row(r - g * each), mask.scale);
      }
    });
  }
  void line(const T* x, const uint32_t* columns, T* y, int64_t n, uint32_t row, float scale) const {
    for (int64_t j = 0; j < n; j++) store(y + j, load(x[j]) * kept(row, columns[j], bound, scale));
  }
};

const bool registered = [] {
  define({"TunebookDropout",
          {"x: T", "step: int32"},
          {"y: T"},
          {FLOATS, "seed: int", "site: int", "bound: int", "rate: float"},
          shapes<0>});
  implement<Dropout<float>>("TunebookDropout", TF_FLOAT);
  implement<Dropout<bf16>>("TunebookDropout", TF_BFLOAT16);
  return true;
}();
}  // namespace
}  // namespace tunebook
