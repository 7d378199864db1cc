// Products of a few rows with a large weight, as when texts are written: the weight is read once, as it lies, and nothing is
// laid out anew. What takes the time is memory, so rows of x are many to one row of the weight.
#include <algorithm>
#include <vector>

#include "op.h"
#include "pool.h"
#include "product.h"

namespace tunebook {
namespace {
// Rows of x that stay near while the weight goes by.
constexpr int64_t NEAR = 64;
// Columns of a weight [in, out] that one piece of work takes at least, and at most at once.
constexpr int64_t NARROW = 64, BROAD = 512;
// Multiplications that are worth a thread of their own.
constexpr int64_t WORTH = 1 << 16;

enum Curve { NONE, RELU, TANH, SIGMOID, GELU, GELU_TANH };
TB_INLINE float curved(float x, int32_t curve) {
  switch (curve) {
    case RELU: return x > 0 ? x : 0;
    case TANH: return tanh_of(x);
    case SIGMOID: return sigmoid_of(x);
    case GELU: return x * normal_of(x).phi;
    case GELU_TANH: return x * sigmoid_of(1.5957691216057308f * (x + 0.044715f * x * x * x));
    default: return x;
  }
}

struct Step {
  const float *x, *w, *bias;
  float* y;
  int64_t rows, in, out;
  int32_t curve;
  float end(float sum, int64_t n) const { return curved(bias ? sum + bias[n] : sum, curve); }
};

// Halves are added until one number is left.
TB_INLINE float summed(const Lanes& lanes) {
  typedef float Four __attribute__((vector_size(16), aligned(4), may_alias));
  const Four* fours = reinterpret_cast<const Four*>(&lanes);
  Four sum = fours[0] + fours[1];
  if (WIDTH == 16) sum += fours[2] + fours[3];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}
// Keeps a compiler from loading it again for each product.
TB_INLINE void once(Lanes& lanes) {
#ifdef __x86_64__
  asm("" : "+v"(lanes));
#endif
}
// M rows of x by N rows of a weight [out, in].
template <int M, int N>
TB_INLINE void dots(const Step& s, int64_t m, int64_t n) {
  Lanes sums[M][N] = {};
  const float *x = s.x + m * s.in, *w = s.w + n * s.in;
  const int64_t whole = s.in / WIDTH * WIDTH;
  for (int64_t k = 0; k < whole; k += WIDTH) {
    Lanes row[N];
    for (int j = 0; j < N; j++) row[j] = *reinterpret_cast<const Lanes*>(w + j * s.in + k);
    for (int i = 0; i < M; i++) {
      Lanes one = *reinterpret_cast<const Lanes*>(x + i * s.in + k);
      once(one);
      for (int j = 0; j < N; j++) sums[i][j] += one * row[j];
    }
  }
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) {
      float sum = summed(sums[i][j]);
      for (int64_t k = whole; k < s.in; k++) sum += x[i * s.in + k] * w[j * s.in + k];
      s.y[(m + i) * s.out + n + j] = s.end(sum, n + j);
    }
}
template <int N>
void turned_rows(const Step& s, int64_t from, int64_t to, int64_t n) {
  int64_t m = from;
  for (; m + 4 <= to; m += 4) dots<4, N>(s, m, n);
  if (m + 2 <= to) {
    dots<2, N>(s, m, n);
    m += 2;
  }
  if (m < to) dots<1, N>(s, m, n);
}
// Outputs [begin, end) of a weight [out, in].
void turned(const Step& s, int64_t begin, int64_t end) {
  for (int64_t from = 0; from < s.rows; from += NEAR) {
    const int64_t to = std::min(s.rows, from + NEAR);
    int64_t n = begin;
    if (to - from == 1)
      for (; n + 8 <= end; n += 8) dots<1, 8>(s, from, n);
    for (; n + 4 <= end; n += 4) turned_rows<4>(s, from, to, n);
    for (; n < end; n++) turned_rows<1>(s, from, to, n);
  }
}

// y [n] += Σ x[i] · w[i · stride + n] over K rows of the weight.
template <int K>
TB_INLINE void add_rows(const float* x, const float* w, int64_t stride, int64_t n, float* y) {
  float* __restrict to = y;
#pragma omp simd simdlen(WIDTH)
  for (int64_t j = 0; j < n; j++) {
    float sum = to[j];
    for (int i = 0; i < K; i++) sum += x[i] * w[i * stride + j];
    to[j] = sum;
  }
}
// Outputs [begin, end) of a weight [in, out].
void straight(const Step& s, int64_t begin, int64_t end) {
  for (int64_t start = begin; start < end; start += BROAD) {
    const int64_t n = std::min(BROAD, end - start);
    for (int64_t from = 0; from < s.rows; from += NEAR) {
      const int64_t to = std::min(s.rows, from + NEAR);
      for (int64_t m = from; m < to; m++) std::fill_n(s.y + m * s.out + start, n, 0.0f);
      int64_t k = 0;
      for (; k + 4 <= s.in; k += 4) {
        const float* w = s.w + k * s.out + start;
        for (int64_t m = from; m < to; m++) add_rows<4>(s.x + m * s.in + k, w, s.out, n, s.y + m * s.out + start);
      }
      for (; k < s.in; k++)
        for (int64_t m = from; m < to; m++)
          add_rows<1>(s.x + m * s.in + k, s.w + k * s.out + start, s.out, n, s.y + m * s.out + start);
      for (int64_t m = from; m < to; m++)
        for (int64_t j = 0; j < n; j++) {
          float* one = s.y + m * s.out + start + j;
          *one = s.end(*one, start + j);
        }
    }
  }
}

struct StepProduct {
  explicit StepProduct(Attributes& a) : transposed(a.flag("transposed")), curve(a.integer("curve")) {}
  const bool transposed;
  const int32_t curve;

  // (x [rows, in], weight [out, in] if transposed, else [in, out], bias [out] or empty) → curve(x · weight + bias).
  void compute(Context& context) {
    const Tensor x = context.input(0), w = context.input(1), bias = context.input(2);
    const int64_t out = w.dim(transposed ? 0 : 1);
    const Tensor y = context.output(0, TF_FLOAT, {x.dim(0), out});
    if (!context.ok()) return;
    if (x.dim(1) != w.dim(transposed ? 1 : 0)) return context.fail("the weight does not fit");
    const Step s = {x.data<float>(), w.data<float>(), bias.size() ? bias.data<float>() : nullptr,
                    y.data<float>(), x.dim(0),        x.dim(1), out, curve};
    if (s.rows == 0) return;
    const int64_t least = std::max<int64_t>(transposed ? 8 : NARROW, WORTH / std::max<int64_t>(1, s.rows * s.in));
    const int64_t pieces = std::max<int64_t>(1, out / least);
    parallel(pieces, 1, [&](int64_t b, int64_t e) {
      // Borders at multiples of 16.
      const auto border = [&](int64_t piece) { return piece == pieces ? out : out * piece / pieces / 16 * 16; };
      if (transposed) turned(s, border(b), border(e));
      else straight(s, border(b), border(e));
    });
  }
};

const bool registered = [] {
  define({"TunebookStep",
          {"x: float", "weight: float", "bias: float"},
          {"y: float"},
          {"transposed: bool", "curve: int"},
          shapes<-1>});
  implement<StepProduct>("TunebookStep");
  return true;
}();
}  // namespace
}  // namespace tunebook
