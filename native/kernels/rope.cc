// Rotary position embedding: in each head the halves (x₁, x₂) become (x₁ cos − x₂ sin, x₂ cos + x₁ sin).
#include "op.h"
#include "pool.h"

namespace tunebook {
namespace {
template <class T>
struct Rope {
  explicit Rope(Attributes& a) : heads(a.integer("heads")), interleaved(a.flag("interleaved")), sign(a.number("sign")) {}
  const int32_t heads;
  const bool interleaved;
  // −1 turns back: the gradient.
  const float sign;

  // (x [rows, heads × size], cos, sin [rows or fewer, half of what turns]) → y. Fewer rows of the table serve in turn.
  void compute(Context& c) {
    const Tensor x = c.input(0), cosine = c.input(1), sine = c.input(2);
    const Tensor y = c.output_over({0}, 0, x);
    if (!c.ok()) return;
    const int64_t width = x.dim(-1), rows = width ? x.size() / width : 0;
    const int64_t size = width / heads, half = cosine.dim(-1), lines = half ? cosine.size() / half : 0;
    if (lines == 0 || 2 * half > size) return c.fail("the table of angles does not fit the heads");
    parallel(rows, 1 + 8192 / (width + 1), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++)
        for (int64_t h = 0; h < heads; h++) {
          const int64_t at = r * width + h * size, line = (r % lines) * half;
          turn(x.data<T>() + at, cosine.data<float>() + line, sine.data<float>() + line, y.data<T>() + at, half, size);
        }
    });
  }
  void turn(const T* x, const float* cosine, const float* sine, T* y, int64_t half, int64_t size) const {
    const int64_t step = interleaved ? 2 : 1, apart = interleaved ? 1 : half;
    for (int64_t i = 0; i < half; i++) {
      const float a = load(x[i * step]), b = load(x[i * step + apart]);
      const float cos = cosine[i], sin = sine[i] * sign;
      store(y + i * step, a * cos - b * sin);
      store(y + i * step + apart, b * cos + a * sin);
    }
    for (int64_t i = 2 * half; i < size; i++) y[i] = x[i];
  }
};

const bool registered = [] {
  define({"TunebookRope",
          {"x: T", "cos: float", "sin: float"},
          {"y: T"},
          {FLOATS, "heads: int", "interleaved: bool", "sign: float"},
          shapes<0>});
  implement<Rope<float>>("TunebookRope", TF_FLOAT);
  implement<Rope<bf16>>("TunebookRope", TF_BFLOAT16);
  return true;
}();
}  // namespace
}  // namespace tunebook
