// Layer and root-mean-square normalisation over the last axis: each row is read once, and stays in the cache meanwhile.
#include <algorithm>
#include <vector>

#include "op.h"
#include "pool.h"

namespace tunebook {
namespace {
int64_t grain(int64_t width) { return std::max<int64_t>(1, 8192 / std::max<int64_t>(width, 1)); }

template <class T>
TB_INLINE float sum_of(const T* x, int64_t n) {
  float s = 0;
#pragma omp simd reduction(+ : s)
  for (int64_t i = 0; i < n; i++) s += load(x[i]);
  return s;
}
template <class T>
TB_INLINE float squares_of(const T* x, int64_t n, float mean) {
  float s = 0;
#pragma omp simd reduction(+ : s)
  for (int64_t i = 0; i < n; i++) {
    const float d = load(x[i]) - mean;
    s += d * d;
  }
  return s;
}

struct Norm {
  explicit Norm(Attributes& a) : centred(a.flag("centred")), epsilon(a.number("epsilon")), offset(a.number("offset")) {}
  const bool centred;
  const float epsilon, offset;
};
// (x [..., n], scale [n], bias [n], read if centred) → y, and of each row its mean and mean square deviation if centred,
// else 0 and 1/√(mean square + epsilon).
template <class T>
struct Forward : Norm {
  using Norm::Norm;
  void compute(Context& c) {
    const Tensor x = c.input(0), scale = c.input(1), bias = c.input(2);
    const int64_t n = x.dim(-1), rows = n ? x.size() / n : 0;
    std::vector<int64_t> leading = x.shape();
    leading.pop_back();
    const Tensor mean = c.output(1, TF_FLOAT, leading), variance = c.output(2, TF_FLOAT, leading);
    const Tensor y = c.output(0, x.type(), x.shape());
    if (!c.ok()) return;
    const float *weight = scale.data<float>(), *shift = bias.data<float>();
    parallel(rows, grain(n), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++) {
        const T* from = x.data<T>() + r * n;
        const float m = centred ? sum_of(from, n) / static_cast<float>(n) : 0.0f;
        const float v = squares_of(from, n, m) / static_cast<float>(n);
        const float inverse = 1.0f / std::sqrt(v + epsilon);
        mean.data<float>()[r] = m;
        variance.data<float>()[r] = centred ? v : inverse;
        row(from, weight, shift, y.data<T>() + r * n, n, m, inverse);
      }
    });
  }
  void row(const T* x, const float* weight, const float* shift, T* y, int64_t n, float m, float inverse) const {
    if (centred)
      for (int64_t i = 0; i < n; i++) store(y + i, (load(x[i]) - m) * inverse * weight[i] + shift[i]);
    else
      for (int64_t i = 0; i < n; i++) store(y + i, load(x[i]) * inverse * (weight[i] + offset));
  }
};

// (x, scale, the two per row, dy) → dx, dscale, dbias; the last two are empty unless `parameters`.
template <class T>
struct Backward : Norm {
  explicit Backward(Attributes& a) : Norm(a), parameters(a.flag("parameters")) {}
  const bool parameters;

  void compute(Context& c) {
    const Tensor x = c.input(0), scale = c.input(1), mean = c.input(2), variance = c.input(3), dy = c.input(4);
    const int64_t n = x.dim(-1), rows = n ? x.size() / n : 0;
    const Tensor dx = c.output_over({4}, 0, x);
    const Tensor dscale = c.output(1, TF_FLOAT, {parameters ? n : 0}), dbias = c.output(2, TF_FLOAT, {parameters ? n : 0});
    if (!c.ok()) return;
    // Each block of rows sums its own share of the parameters' gradients: the result doesn't depend on the threads.
    const int64_t blocks = std::max<int64_t>(1, std::min<int64_t>(16, rows / grain(n)));
    std::vector<float> partial(parameters ? static_cast<size_t>(blocks * 2 * n) : 0, 0.0f);
    const float* weight = scale.data<float>();
    parallel(blocks, 1, [&](int64_t first, int64_t last) {
      for (int64_t block = first; block < last; block++) {
        float* sums = parameters ? partial.data() + block * 2 * n : nullptr;
        for (int64_t r = rows * block / blocks; r < rows * (block + 1) / blocks; r++) {
          const float second = variance.data<float>()[r], inverse = centred ? 1.0f / std::sqrt(second + epsilon) : second;
          const float m = centred ? mean.data<float>()[r] : 0.0f;
          const T* d = dy.data<T>() + r * n;
          const T* from = x.data<T>() + r * n;
          if (sums) sum(from, d, sums, n, m, inverse);
          row(from, d, weight, dx.data<T>() + r * n, n, m, inverse);
        }
      }
    });
    if (!parameters) return;
    std::fill_n(dscale.data<float>(), n, 0.0f);
    std::fill_n(dbias.data<float>(), n, 0.0f);
    for (int64_t block = 0; block < blocks; block++)
      for (int64_t i = 0; i < n; i++) {
        dscale.data<float>()[i] += partial[static_cast<size_t>(block * 2 * n + i)];
        dbias.data<float>()[i] += partial[static_cast<size_t>((block * 2 + 1) * n + i)];
      }
  }
  static void sum(const T* x, const T* d, float* sums, int64_t n, float m, float inverse) {
    for (int64_t i = 0; i < n; i++) {
      sums[i] += load(d[i]) * (load(x[i]) - m) * inverse;
      sums[n + i] += load(d[i]);
    }
  }
  void row(const T* x, const T* d, const float* weight, T* dx, int64_t n, float m, float inverse) const {
    const float plus = centred ? 0.0f : offset;
    float level = 0, slope = 0;
#pragma omp simd reduction(+ : level, slope)
    for (int64_t i = 0; i < n; i++) {
      const float g = load(d[i]) * (weight[i] + plus);
      level += g;
      slope += g * (load(x[i]) - m);
    }
    level = centred ? level / static_cast<float>(n) : 0.0f;
    slope = slope * inverse * inverse / static_cast<float>(n);
    for (int64_t i = 0; i < n; i++) {
      const float g = load(d[i]) * (weight[i] + plus);
      store(dx + i, (g - level - (load(x[i]) - m) * slope) * inverse);
    }
  }
};

const bool registered = [] {
  const std::vector<const char*> attributes = {FLOATS, "centred: bool", "epsilon: float", "offset: float"};
  define({"TunebookNorm",
          {"x: T", "scale: float", "bias: float"},
          {"y: T", "mean: float", "variance: float"},
          attributes,
          shapes<0, -1, -1>});
  std::vector<const char*> more = attributes;
  more.push_back("parameters: bool");
  define({"TunebookNormGradient",
          {"x: T", "scale: float", "mean: float", "variance: float", "dy: T"},
          {"dx: T", "dscale: float", "dbias: float"},
          more,
          shapes<0, -1, -1>});
  implement<Forward<float>>("TunebookNorm", TF_FLOAT);
  implement<Forward<bf16>>("TunebookNorm", TF_BFLOAT16);
  implement<Backward<float>>("TunebookNormGradient", TF_FLOAT);
  implement<Backward<bf16>>("TunebookNormGradient", TF_BFLOAT16);
  return true;
}();
}  // namespace
}  // namespace tunebook
