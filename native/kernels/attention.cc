// Attention head by head and block by block of queries: scores, softmax, dropout and both products stay in the cache, so
// neither [batch, heads, length, keys] nor a transposed copy of q, k or v is ever in memory. The backward pass computes the
// probabilities again.
#include <algorithm>
#include <vector>

#include "op.h"
#include "pool.h"
#include "product.h"
#include "random.h"

namespace tunebook {
namespace {
constexpr int64_t BLOCK = 64;
constexpr float HIDDEN = -1e30f;

struct Settings {
  explicit Settings(Attributes& a)
      : heads(a.integer("heads")), key_heads(a.integer("key_value_heads")), window(a.integer("window")),
        seed(a.integer("seed")), site(a.integer("site")), bound(a.integer("bound")), causal(a.flag("causal")),
        scale(a.number("scale")), rate(a.number("rate")) {}
  const int32_t heads, key_heads, window, seed, site, bound;
  const bool causal;
  const float scale, rate;
};

template <class T>
struct Inputs {
  explicit Inputs(Context& c)
      : q(c.input(0)), k(c.input(1)), v(c.input(2)), mask(c.input(3)), segments(c.input(4)), offset(c.input(5)),
        step(c.input(6)) {}
  Tensor q, k, v, mask, segments, offset, step;
};

// Everything about one call that its tasks share.
template <class T>
struct Call {
  Call(const Settings& settings, const Inputs<T>& x)
      : s(settings), q(x.q.template data<T>()), k(x.k.template data<T>()), v(x.v.template data<T>()),
        mask(x.mask.template data<int32_t>()), segments(x.segments.size() ? x.segments.template data<int32_t>() : nullptr),
        every(x.mask.rank() == 0), offset(*x.offset.template data<int32_t>()), batch(x.q.dim(0)), length(x.q.dim(1)),
        keys(x.k.dim(1)), size(x.q.dim(2) / settings.heads), wide(padded(size)), group(settings.heads / settings.key_heads),
        random(settings.seed, settings.site, settings.rate, *x.step.template data<int32_t>()) {
    if (s.rate > 0) {
      columns.resize(static_cast<size_t>(keys));
      for (int64_t j = 0; j < keys; j++) columns[static_cast<size_t>(j)] = random.column(j);
    }
  }
  const Settings& s;
  const T *q, *k, *v;
  const int32_t *mask, *segments;
  const bool every;
  const int64_t offset, batch, length, keys, size, wide, group;
  const Mask random;
  std::vector<uint32_t> columns;

  int64_t query(int64_t b, int64_t i, int64_t h) const { return (b * length + i) * size * s.heads + h * size; }
  int64_t key(int64_t b, int64_t j, int64_t g) const { return (b * keys + j) * size * s.key_heads + g * size; }
  bool masked(int64_t b, int64_t j) const { return (every ? mask[0] : mask[b * keys + j]) == 0; }
};

struct Range {
  int64_t from, to;
};
// Keys that some query of [i0, i1) may see; `from` is a multiple of 16.
template <class T>
Range range_of(const Call<T>& c, int64_t i0, int64_t i1) {
  if (!c.s.causal) return {0, c.keys};
  const int64_t to = std::max<int64_t>(1, std::min(c.keys, c.offset + i1));
  const int64_t from = c.s.window ? std::max<int64_t>(0, c.offset + i0 - c.s.window + 1) : 0;
  return {std::min(from, to - 1) / 16 * 16, to};
}

// Memory of one thread, kept between calls.
struct Scratch {
  std::vector<float> buffers[10];
  std::vector<int32_t> hides;
  float* get(int i, int64_t count) {
    auto& buffer = buffers[i];
    if (buffer.size() < static_cast<size_t>(count)) buffer.resize(static_cast<size_t>(count));
    return buffer.data();
  }
};
Scratch& scratch() {
  static thread_local Scratch memory;
  return memory;
}

// Rows of a head as f32, `wide` apart; what lies beyond its size is zero.
template <class T>
void pack(const T* from, int64_t stride, int64_t rows, int64_t size, int64_t wide, float factor, float* to) {
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t i = 0; i < size; i++) to[r * wide + i] = load(from[r * stride + i]) * factor;
    for (int64_t i = size; i < wide; i++) to[r * wide + i] = 0;
  }
}
// The same turned: [size, rows padded].
template <class T>
void pack_turned(const T* from, int64_t stride, int64_t rows, int64_t size, int64_t row, float* to) {
  for (int64_t i = 0; i < size; i++) {
    for (int64_t r = 0; r < rows; r++) to[i * row + r] = load(from[r * stride + i]);
    for (int64_t r = rows; r < row; r++) to[i * row + r] = 0;
  }
}

// Scores of one row become e^(score − greatest); gives 1/sum, or 0 where every key is hidden.
template <class T>
float soften(const Call<T>& c, int64_t b, int64_t i, Range keys, const int32_t* hides, float* scores, int64_t row) {
  const int64_t n = keys.to - keys.from, position = c.offset + i;
  const int64_t ahead = c.s.causal ? 0 : c.s.window ? c.s.window - 1 : c.keys;
  const int64_t last = position + ahead - keys.from;
  const int64_t first = c.s.window ? position - c.s.window + 1 - keys.from : 0;
  const int32_t lo = static_cast<int32_t>(std::max<int64_t>(first, 0)), hi = static_cast<int32_t>(std::min(last, n - 1));
  const int32_t* segments = c.segments ? c.segments + b * c.keys + keys.from : nullptr;
  const int32_t own = c.segments ? c.segments[b * c.length + i] : 0;
  float most = HIDDEN;
  if (segments)
    for (int32_t j = 0; j < n; j++) scores[j] = segments[j] == own ? scores[j] : HIDDEN;
#pragma omp simd reduction(max : most)
  for (int32_t j = 0; j < n; j++) {
    const bool hidden = (hides[j] != 0) | (j < lo) | (j > hi);
    scores[j] = hidden ? HIDDEN : scores[j];
    most = scores[j] > most ? scores[j] : most;
  }
  if (most <= HIDDEN) return 0;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int32_t j = 0; j < n; j++) {
    const float e = scores[j] <= HIDDEN ? 0.0f : exp_of(scores[j] - most);
    scores[j] = e;
    sum += e;
  }
  for (int64_t j = n; j < row; j++) scores[j] = 0;
  return 1.0f / sum;
}

template <class T>
void hidden_keys(const Call<T>& c, int64_t b, Range keys, std::vector<int32_t>& hides) {
  hides.resize(static_cast<size_t>(keys.to - keys.from));
  for (int64_t j = keys.from; j < keys.to; j++) hides[static_cast<size_t>(j - keys.from)] = c.masked(b, j);
}

// Probabilities of queries [i0, i1) of a head over keys [from, to), rows `row` apart. A query that sees no key weighs all
// alike: then `keys` grows to all of them, and it is done again.
template <class T>
void probabilities(const Call<T>& c, int64_t b, int64_t h, int64_t i0, int64_t i1, Range& keys, const float* queries,
                   const float* turned, int64_t turned_row, float* p, int64_t& row) {
  auto& hides = scratch().hides;
  for (;;) {
    const int64_t n = keys.to - keys.from;
    row = padded(n);
    hidden_keys(c, b, keys, hides);
    const bool whole = n == c.keys;
    // Padding past the last key is read as it lies there; `soften` sets it to zero.
    product(i1 - i0, std::min(row, turned_row - keys.from), c.size, queries, c.wide, 1, turned + keys.from, turned_row, p, row,
            false);
    bool again = false;
    for (int64_t i = i0; i < i1; i++) {
      float* line = p + (i - i0) * row;
      const float scale = soften(c, b, i, keys, hides.data(), line, row);
      if (scale > 0) {
        for (int64_t j = 0; j < n; j++) line[j] *= scale;
        continue;
      }
      again = again || !whole;
      for (int64_t j = 0; j < row; j++) line[j] = j < n ? 1.0f / static_cast<float>(c.keys) : 0.0f;
    }
    if (!again) return;
    keys = {0, c.keys};
  }
}
// Multiplies probabilities by dropout's mask, or gives them as they are.
template <class T>
const float* dropped(const Call<T>& c, int64_t b, int64_t h, int64_t i0, int64_t i1, Range keys, const float* p, int64_t row,
                     float* to) {
  if (c.s.rate <= 0) return p;
  for (int64_t i = i0; i < i1; i++) {
    const uint32_t line = c.random.row((b * c.s.heads + h) * c.length + i);
    const uint32_t* columns = c.columns.data() + keys.from;
    const int64_t at = (i - i0) * row, n = keys.to - keys.from;
    for (int64_t j = 0; j < n; j++) to[at + j] = p[at + j] * kept(line, columns[j], c.s.bound, c.random.scale);
    for (int64_t j = n; j < row; j++) to[at + j] = 0;
  }
  return to;
}

template <class T>
struct Attention : Settings {
  using Settings::Settings;
  // (q, k, v, mask, segments or empty, offset, step) → context.
  void compute(Context& context) {
    const Inputs<T> x(context);
    const Tensor y = context.output(0, x.q.type(), x.q.shape());
    if (!context.ok()) return;
    const Call<T> c(*this, x);
    if (c.keys == 0 || c.length == 0 || c.batch == 0) return;
    const int64_t blocks = (c.length + BLOCK - 1) / BLOCK;
    T* to = y.data<T>();
    parallel(c.batch * heads * blocks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; task++) {
        const int64_t block = task % blocks, h = task / blocks % heads, b = task / blocks / heads;
        queries(c, b, h, block * BLOCK, std::min(c.length, (block + 1) * BLOCK), to);
      }
    });
  }
  void queries(const Call<T>& c, int64_t b, int64_t h, int64_t i0, int64_t i1, T* y) const {
    Scratch& memory = scratch();
    const int64_t m = i1 - i0, g = h / c.group, stride = c.size * heads, other = c.size * key_heads;
    const int64_t all = padded(c.keys);
    float* q = memory.get(0, m * c.wide);
    float* turned = memory.get(1, c.size * all);
    pack(c.q + c.query(b, i0, h), stride, m, c.size, c.wide, scale, q);
    Range keys = range_of(c, i0, i1);
    pack_turned(c.k + c.key(b, 0, g), other, c.keys, c.size, all, turned);
    float* p = memory.get(2, m * all);
    int64_t row = 0;
    probabilities(c, b, h, i0, i1, keys, q, turned, all, p, row);
    const float* weights = dropped(c, b, h, i0, i1, keys, p, row, memory.get(3, m * all));
    float* values = memory.get(4, c.keys * c.wide);
    pack(c.v + c.key(b, keys.from, g), other, keys.to - keys.from, c.size, c.wide, 1.0f, values);
    float* out = memory.get(5, m * c.wide);
    product(m, c.wide, keys.to - keys.from, weights, row, 1, values, c.wide, out, c.wide, false);
    for (int64_t i = 0; i < m; i++)
      for (int64_t d = 0; d < c.size; d++) store(y + c.query(b, i0 + i, h) + d, out[i * c.wide + d]);
  }
};

template <class T>
struct AttentionGradient : Settings {
  using Settings::Settings;
  // (q, k, v, mask, segments or empty, offset, step, dcontext) → dq, dk, dv.
  void compute(Context& context) {
    const Inputs<T> x(context);
    const Tensor dy = context.input(7);
    const Tensor dq = context.output(0, x.q.type(), x.q.shape());
    const Tensor dk = context.output(1, x.q.type(), x.k.shape()), dv = context.output(2, x.q.type(), x.k.shape());
    if (!context.ok()) return;
    const Call<T> c(*this, x);
    if (c.keys == 0 || c.length == 0 || c.batch == 0) return;
    parallel(c.batch * key_heads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; task++)
        keys_of(c, task / key_heads, task % key_heads, dy.data<T>(), dq.data<T>(), dk.data<T>(), dv.data<T>());
    });
  }
  // All queries of the heads that share one key-value head.
  void keys_of(const Call<T>& c, int64_t b, int64_t g, const T* dy, T* dq, T* dk, T* dv) const {
    Scratch& memory = scratch();
    const int64_t stride = c.size * heads, other = c.size * key_heads, all = padded(c.keys);
    float* key_rows = memory.get(4, c.keys * c.wide);
    float* key_turned = memory.get(1, c.size * all);
    float* value_turned = memory.get(6, c.size * all);
    pack(c.k + c.key(b, 0, g), other, c.keys, c.size, c.wide, 1.0f, key_rows);
    pack_turned(c.k + c.key(b, 0, g), other, c.keys, c.size, all, key_turned);
    pack_turned(c.v + c.key(b, 0, g), other, c.keys, c.size, all, value_turned);
    float* keys_sum = memory.get(7, c.keys * c.wide);
    float* values_sum = memory.get(8, c.keys * c.wide);
    std::fill_n(keys_sum, c.keys * c.wide, 0.0f);
    std::fill_n(values_sum, c.keys * c.wide, 0.0f);
    float* p = memory.get(2, BLOCK * all);
    float* dp = memory.get(9, BLOCK * all);
    for (int64_t h = g * c.group; h < (g + 1) * c.group; h++)
      for (int64_t i0 = 0; i0 < c.length; i0 += BLOCK) {
        const int64_t i1 = std::min(c.length, i0 + BLOCK), m = i1 - i0;
        float* q = memory.get(0, 2 * BLOCK * c.wide);
        float* d = q + BLOCK * c.wide;
        pack(c.q + c.query(b, i0, h), stride, m, c.size, c.wide, scale, q);
        pack(dy + c.query(b, i0, h), stride, m, c.size, c.wide, 1.0f, d);
        Range keys = range_of(c, i0, i1);
        int64_t row = 0;
        probabilities(c, b, h, i0, i1, keys, q, key_turned, all, p, row);
        const int64_t n = keys.to - keys.from;
        const float* weights = dropped(c, b, h, i0, i1, keys, p, row, memory.get(3, BLOCK * all));
        product(n, c.wide, m, weights, 1, row, d, c.wide, values_sum + keys.from * c.wide, c.wide, true);
        product(m, std::min(row, all - keys.from), c.size, d, c.wide, 1, value_turned + keys.from, all, dp, row, false);
        for (int64_t i = 0; i < m; i++)
          slopes(p + i * row, weights == p ? nullptr : weights + i * row, dp + i * row, n, c.random.scale);
        product(n, c.wide, m, dp, 1, row, q, c.wide, keys_sum + keys.from * c.wide, c.wide, true);
        float* out = memory.get(5, BLOCK * c.wide);
        product(m, c.wide, n, dp, row, 1, key_rows + keys.from * c.wide, c.wide, out, c.wide, false);
        for (int64_t i = 0; i < m; i++)
          for (int64_t e = 0; e < c.size; e++) store(dq + c.query(b, i0 + i, h) + e, out[i * c.wide + e] * scale);
      }
    for (int64_t j = 0; j < c.keys; j++)
      for (int64_t e = 0; e < c.size; e++) {
        store(dk + c.key(b, j, g) + e, keys_sum[j * c.wide + e]);
        store(dv + c.key(b, j, g) + e, values_sum[j * c.wide + e]);
      }
  }
  // dp becomes the gradient of the scores: p (dp − Σ p dp), where dropout let dp through.
  static void slopes(const float* p, const float* weights, float* dp, int64_t n, float factor) {
    if (weights)
      for (int64_t j = 0; j < n; j++) dp[j] = weights[j] == 0.0f ? 0.0f : dp[j] * factor;
    float mean = 0;
#pragma omp simd reduction(+ : mean)
    for (int64_t j = 0; j < n; j++) mean += p[j] * dp[j];
    for (int64_t j = 0; j < n; j++) dp[j] = p[j] * (dp[j] - mean);
  }
};

const bool registered = [] {
  std::vector<const char*> inputs = {"q: T", "k: T", "v: T", "mask: int32", "segments: int32", "offset: int32", "step: int32"};
  const std::vector<const char*> attributes = {FLOATS,         "heads: int",    "key_value_heads: int", "causal: bool",
                                               "window: int",  "scale: float",  "rate: float",          "seed: int",
                                               "site: int",    "bound: int"};
  define({"TunebookAttention", inputs, {"y: T"}, attributes, shapes<0>});
  inputs.push_back("dy: T");
  define({"TunebookAttentionGradient", inputs, {"dq: T", "dk: T", "dv: T"}, attributes, shapes<0, 1, 2>});
  implement<Attention<float>>("TunebookAttention", TF_FLOAT);
  implement<Attention<bf16>>("TunebookAttention", TF_BFLOAT16);
  implement<AttentionGradient<float>>("TunebookAttentionGradient", TF_FLOAT);
  implement<AttentionGradient<bf16>>("TunebookAttentionGradient", TF_BFLOAT16);
  return true;
}();
}  // namespace
}  // namespace tunebook
