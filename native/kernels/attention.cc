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
        random(s.seed, s.site, s.rate, x.step.template data<int32_t>(), s.rate > 0 ? x.step.size() : 0, keys) {}
  const Settings& s;
  const T *q, *k, *v;
  const int32_t *mask, *segments;
  const bool every;
  const int64_t offset, batch, length, keys, size, wide, group;
  const Masks random;

  int64_t query(int64_t b, int64_t i, int64_t h) const { return (b * length + i) * size * s.heads + h * size; }
  int64_t key(int64_t b, int64_t j, int64_t g) const { return (b * keys + j) * size * s.key_heads + g * size; }
  bool masked(int64_t b, int64_t j) const { return (every ? mask[0] : mask[b * keys + j]) == 0; }
};

// What the softmax of a row needs to be made again: its greatest score and the inverse of the sum of e^(score − greatest);
// 0 where the query sees no key.
struct RowSum {
  float most, inverse;
};

struct Range {
  int64_t from, to;
};
// Keys that some query of [i0, i1) may see; `from` begins a panel.
template <class T>
Range range_of(const Call<T>& c, int64_t i0, int64_t i1) {
  const int64_t first = c.s.window ? c.offset + i0 - c.s.window + 1 : 0;
  const int64_t last = c.s.causal ? c.offset + i1 : c.s.window ? c.offset + i1 + c.s.window - 1 : c.keys;
  const int64_t to = std::max<int64_t>(1, std::min(c.keys, last));
  return {std::max<int64_t>(0, std::min(first, to - 1)) / PANEL * PANEL, to};
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
    const T* __restrict row = from + r * stride;
    float* __restrict line = to + r * wide;
#pragma omp simd simdlen(16)
    for (int64_t i = 0; i < size; i++) line[i] = load(row[i]) * factor;
    for (int64_t i = size; i < wide; i++) line[i] = 0;
  }
}
template <class T>
void unpack(const float* from, int64_t size, float factor, T* to) {
  const float* __restrict line = from;
  T* __restrict row = to;
#pragma omp simd simdlen(16)
  for (int64_t i = 0; i < size; i++) store(row + i, line[i] * factor);
}

// The keys of a range that query i may see, counted from its start: those of [lo, hi], and of these none that `hides`.
struct Sight {
  int64_t lo, hi;
};
template <class T>
Sight sight_of(const Call<T>& c, int64_t i, Range keys) {
  const int64_t n = keys.to - keys.from, at = c.offset + i - keys.from;
  const int64_t first = c.s.window ? at - c.s.window + 1 : 0;
  const int64_t last = c.s.causal ? at : c.s.window ? at + c.s.window - 1 : n;
  return {std::max<int64_t>(first, 0), std::min(last, n - 1)};
}
// Whether some key of the range is hidden by mask or segment; `hides` says which, for query i.
template <class T>
bool hides_of(const Call<T>& c, int64_t b, Range keys, std::vector<int32_t>& hides) {
  hides.resize(static_cast<size_t>(keys.to - keys.from));
  int32_t any = c.segments != nullptr;
  for (int64_t j = keys.from; j < keys.to; j++) any |= hides[static_cast<size_t>(j - keys.from)] = c.masked(b, j);
  return any != 0;
}
template <class T>
void hide(const Call<T>& c, int64_t b, int64_t i, Range keys, Sight s, const int32_t* hides, float* scores) {
  if (c.segments) {
    const int32_t* segments = c.segments + b * c.keys + keys.from;
    const int32_t own = c.segments[b * c.length + i];
    for (int64_t j = s.lo; j <= s.hi; j++) scores[j] = segments[j] == own ? scores[j] : HIDDEN;
  }
  for (int64_t j = s.lo; j <= s.hi; j++) scores[j] = hides[j] ? HIDDEN : scores[j];
}
// Zero outside of what is seen, up to the row's padding.
inline void clear(float* row, Sight s, int64_t n) {
  std::fill(row, row + s.lo, 0.0f);
  std::fill(row + s.hi + 1, row + padded(n), 0.0f);
}
inline RowSum greatest(const float* scores, Sight s) {
  float most = HIDDEN;
#pragma omp simd reduction(max : most)
  for (int64_t j = s.lo; j <= s.hi; j++) most = scores[j] > most ? scores[j] : most;
  return {most, 0};
}
// Scores become e^(score − greatest) · factor; gives their sum. Hidden ones become 0: e^−1e30 by our exponential isn't.
template <bool hidden>
inline float soften(float* scores, Sight s, float most, float factor) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = s.lo; j <= s.hi; j++) {
    const float e = exp_of(scores[j] - most) * factor;
    scores[j] = hidden && scores[j] <= HIDDEN ? 0.0f : e;
    sum += scores[j];
  }
  return sum;
}

// Scores of queries [i0, i1) of a head over a range of keys, rows `row` apart: the first step of both passes.
template <class T>
int64_t scores_of(const Call<T>& c, int64_t m, Range keys, const float* queries, const float* panels, float* p) {
  const int64_t n = keys.to - keys.from, row = apart(n);
  product_panels(m, keys.from, n, c.size, queries, c.wide, panels, p, row);
  return row;
}
// Softmax of the block, up to the factor 1/sum of each row, which `sums` gets. A query that sees no key weighs all alike:
// then `keys` grows to all of them, and scores are made again.
template <class T>
int64_t softmax(const Call<T>& c, int64_t b, int64_t i0, int64_t i1, Range& keys, const float* queries, const float* panels,
                float* p, RowSum* sums) {
  auto& hides = scratch().hides;
  for (;;) {
    const int64_t row = scores_of(c, i1 - i0, keys, queries, panels, p), n = keys.to - keys.from;
    const bool hidden = hides_of(c, b, keys, hides);
    bool blind = false;
    for (int64_t i = i0; i < i1; i++) {
      float* line = p + (i - i0) * row;
      const Sight s = sight_of(c, i, keys);
      RowSum& sum = sums[i - i0];
      if (hidden) hide(c, b, i, keys, s, hides.data(), line);
      sum = greatest(line, s);
      if (sum.most > HIDDEN) {
        sum.inverse = 1.0f / (hidden ? soften<true>(line, s, sum.most, 1.0f) : soften<false>(line, s, sum.most, 1.0f));
        clear(line, s, n);
      } else {
        blind = true;
        for (int64_t j = 0; j < padded(n); j++) line[j] = j < n ? 1.0f : 0.0f;
      }
    }
    if (!blind || n == c.keys) return row;
    keys = {0, c.keys};
  }
}
// The probabilities again, from the sums that forward kept.
template <class T>
int64_t probabilities(const Call<T>& c, int64_t b, int64_t i0, int64_t i1, Range& keys, const float* queries,
                      const float* panels, float* p, const RowSum* sums) {
  for (int64_t i = i0; i < i1; i++)
    if (sums[i - i0].inverse == 0) keys = {0, c.keys};
  auto& hides = scratch().hides;
  const int64_t row = scores_of(c, i1 - i0, keys, queries, panels, p), n = keys.to - keys.from;
  const bool hidden = hides_of(c, b, keys, hides);
  for (int64_t i = i0; i < i1; i++) {
    float* line = p + (i - i0) * row;
    const auto [most, inverse] = sums[i - i0];
    if (inverse == 0) {
      for (int64_t j = 0; j < padded(n); j++) line[j] = j < n ? 1.0f / static_cast<float>(n) : 0.0f;
      continue;
    }
    const Sight s = sight_of(c, i, keys);
    if (hidden) hide(c, b, i, keys, s, hides.data(), line);
    if (hidden) soften<true>(line, s, most, inverse);
    else soften<false>(line, s, most, inverse);
    clear(line, s, n);
  }
  return row;
}
// Multiplies probabilities by dropout's mask, or gives them as they are. Rows count as if positions came before heads.
template <class T>
const float* dropped(const Call<T>& c, int64_t b, int64_t h, int64_t i0, int64_t i1, Range keys, const float* p, int64_t row,
                     float* to) {
  if (c.s.rate <= 0) return p;
  const int64_t apart = c.random.groups() == c.batch, group = apart ? b : 0;
  const Mask& mask = c.random.of(group);
  const uint32_t* columns = c.random.columns(group) + keys.from;
  for (int64_t i = i0; i < i1; i++) {
    const uint32_t line = mask.row(((apart ? 0 : b) * c.length + i) * c.s.heads + h);
    const int64_t at = (i - i0) * row, n = keys.to - keys.from;
    for (int64_t j = 0; j < n; j++) to[at + j] = p[at + j] * kept(line, columns[j], c.s.bound, mask.scale);
    for (int64_t j = n; j < padded(n); j++) to[at + j] = 0;
  }
  return to;
}

template <class T>
struct Attention : Settings {
  using Settings::Settings;
  // (q, k, v, mask, segments or empty, offset, step) → context, and RowSum of each row [batch, heads, length, 2].
  void compute(Context& context) {
    const Inputs<T> x(context);
    const Tensor y = context.output(0, x.q.type(), x.q.shape());
    const Tensor sums = context.output(1, TF_FLOAT, {x.q.dim(0), heads, x.q.dim(1), 2});
    if (!context.ok()) return;
    const Call<T> c(*this, x);
    if (c.keys == 0 || c.length == 0 || c.batch == 0) return;
    // Queries that share a key-value head are one task, unless that leaves threads idle: keys are laid out once for each.
    const int64_t blocks = (c.length + BLOCK - 1) / BLOCK, all = blocks * c.group, groups = c.batch * key_heads;
    const int64_t parts = std::min(all, std::max<int64_t>(1, 4 * threads() / groups));
    T* to = y.data<T>();
    RowSum* rows = reinterpret_cast<RowSum*>(sums.data<float>());
    parallel(groups * parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; task++) {
        const int64_t part = task % parts, g = task / parts % key_heads, b = task / parts / key_heads;
        queries(c, b, g, all * part / parts, all * (part + 1) / parts, blocks, to, rows);
      }
    });
  }
  // Blocks [first, last) of those of the heads that share key-value head g, head by head.
  void queries(const Call<T>& c, int64_t b, int64_t g, int64_t first, int64_t last, int64_t blocks, T* y, RowSum* rows) const {
    Scratch& memory = scratch();
    const int64_t stride = c.size * heads, other = c.size * key_heads;
    float* q = memory.get(0, BLOCK * c.wide);
    float* panels = memory.get(1, panelled(c.keys, c.size));
    float* values = memory.get(4, c.keys * c.wide);
    float* p = memory.get(2, BLOCK * apart(c.keys));
    float* out = memory.get(5, BLOCK * c.wide);
    turn(c.k + c.key(b, 0, g), other, c.keys, c.size, panels);
    pack(c.v + c.key(b, 0, g), other, c.keys, c.size, c.wide, 1.0f, values);
    for (int64_t block = first; block < last; block++) {
      const int64_t h = g * c.group + block / blocks, i0 = block % blocks * BLOCK, i1 = std::min(c.length, i0 + BLOCK);
      RowSum* sums = rows + (b * heads + h) * c.length + i0;
      pack(c.q + c.query(b, i0, h), stride, i1 - i0, c.size, c.wide, scale, q);
      Range keys = range_of(c, i0, i1);
      const int64_t row = softmax(c, b, i0, i1, keys, q, panels, p, sums);
      const float* weights = dropped(c, b, h, i0, i1, keys, p, row, c.s.rate > 0 ? memory.get(3, BLOCK * row) : nullptr);
      product(i1 - i0, c.wide, keys.to - keys.from, weights, row, 1, values + keys.from * c.wide, c.wide, out, c.wide, false);
      for (int64_t i = i0; i < i1; i++) {
        const float inverse = sums[i - i0].inverse, factor = inverse == 0 ? 1.0f / static_cast<float>(c.keys) : inverse;
        unpack(out + (i - i0) * c.wide, c.size, factor, y + c.query(b, i, h));
      }
    }
  }
};

template <class T>
struct AttentionGradient : Settings {
  using Settings::Settings;
  // (q, k, v, mask, segments or empty, offset, step, dcontext, the forward pass's RowSums) → dq, dk, dv.
  void compute(Context& context) {
    const Inputs<T> x(context);
    const Tensor dy = context.input(7), sums = context.input(8);
    const Tensor dq = context.output(0, x.q.type(), x.q.shape());
    const Tensor dk = context.output(1, x.q.type(), x.k.shape()), dv = context.output(2, x.q.type(), x.k.shape());
    if (!context.ok()) return;
    const Call<T> c(*this, x);
    if (c.keys == 0 || c.length == 0 || c.batch == 0) return;
    const RowSum* rows = reinterpret_cast<const RowSum*>(sums.data<float>());
    parallel(c.batch * key_heads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; task++)
        keys_of(c, task / key_heads, task % key_heads, dy.data<T>(), rows, dq.data<T>(), dk.data<T>(), dv.data<T>());
    });
  }
  // All queries of the heads that share one key-value head.
  void keys_of(const Call<T>& c, int64_t b, int64_t g, const T* dy, const RowSum* rows, T* dq, T* dk, T* dv) const {
    Scratch& memory = scratch();
    const int64_t stride = c.size * heads, other = c.size * key_heads;
    float* key_rows = memory.get(4, c.keys * c.wide);
    float* key_panels = memory.get(1, panelled(c.keys, c.size));
    float* value_panels = memory.get(6, panelled(c.keys, c.size));
    pack(c.k + c.key(b, 0, g), other, c.keys, c.size, c.wide, 1.0f, key_rows);
    turn(c.k + c.key(b, 0, g), other, c.keys, c.size, key_panels);
    turn(c.v + c.key(b, 0, g), other, c.keys, c.size, value_panels);
    float* keys_sum = memory.get(7, c.keys * c.wide);
    float* values_sum = memory.get(8, c.keys * c.wide);
    std::fill_n(keys_sum, c.keys * c.wide, 0.0f);
    std::fill_n(values_sum, c.keys * c.wide, 0.0f);
    float* p = memory.get(2, BLOCK * apart(c.keys));
    float* dp = memory.get(9, BLOCK * apart(c.keys));
    float* q = memory.get(0, 2 * BLOCK * c.wide);
    float* d = q + BLOCK * c.wide;
    float* out = memory.get(5, BLOCK * c.wide);
    for (int64_t h = g * c.group; h < (g + 1) * c.group; h++)
      for (int64_t i0 = 0; i0 < c.length; i0 += BLOCK) {
        const int64_t i1 = std::min(c.length, i0 + BLOCK), m = i1 - i0;
        pack(c.q + c.query(b, i0, h), stride, m, c.size, c.wide, scale, q);
        pack(dy + c.query(b, i0, h), stride, m, c.size, c.wide, 1.0f, d);
        Range keys = range_of(c, i0, i1);
        const int64_t row = probabilities(c, b, i0, i1, keys, q, key_panels, p, rows + (b * heads + h) * c.length + i0);
        const int64_t n = keys.to - keys.from;
        const float* weights = dropped(c, b, h, i0, i1, keys, p, row, c.s.rate > 0 ? memory.get(3, BLOCK * row) : nullptr);
        product(n, c.wide, m, weights, 1, row, d, c.wide, values_sum + keys.from * c.wide, c.wide, true);
        product_panels(m, keys.from, n, c.size, d, c.wide, value_panels, dp, row);
        for (int64_t i = 0; i < m; i++)
          slopes(p + i * row, weights == p ? nullptr : weights + i * row, dp + i * row, n, 1.0f / (1.0f - c.s.rate));
        product(n, c.wide, m, dp, 1, row, q, c.wide, keys_sum + keys.from * c.wide, c.wide, true);
        product(m, c.wide, n, dp, row, 1, key_rows + keys.from * c.wide, c.wide, out, c.wide, false);
        for (int64_t i = 0; i < m; i++) unpack(out + i * c.wide, c.size, scale, dq + c.query(b, i0 + i, h));
      }
    for (int64_t j = 0; j < c.keys; j++) {
      unpack(keys_sum + j * c.wide, c.size, 1.0f, dk + c.key(b, j, g));
      unpack(values_sum + j * c.wide, c.size, 1.0f, dv + c.key(b, j, g));
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
  define({"TunebookAttention", inputs, {"y: T", "sums: float"}, attributes, shapes<0, -1>});
  inputs.insert(inputs.end(), {"dy: T", "sums: float"});
  define({"TunebookAttentionGradient", inputs, {"dq: T", "dk: T", "dv: T"}, attributes, shapes<0, 1, 2>});
  implement<Attention<float>>("TunebookAttention", TF_FLOAT);
  implement<Attention<bf16>>("TunebookAttention", TF_BFLOAT16);
  implement<AttentionGradient<float>>("TunebookAttentionGradient", TF_FLOAT);
  implement<AttentionGradient<bf16>>("TunebookAttentionGradient", TF_BFLOAT16);
  return true;
}();
}  // namespace
}  // namespace tunebook
