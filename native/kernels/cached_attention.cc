// Attention of texts that are written side by side: the keys of all lie in one store, where a table says. New keys and values
// are written into the store where it lies; a token alone reads its keys from there, several tokens of a text together read
// them laid out once for all of them.
#include <algorithm>
#include <vector>

#include "op.h"
#include "pool.h"
#include "product.h"

namespace tunebook {
namespace {
constexpr int64_t BLOCK = 64;
// So many tokens of one text, one after the other, are worth laying its keys out.
constexpr int64_t TOGETHER = 4;
// Multiplications that are worth a thread of their own.
constexpr int64_t WORTH = 1 << 17;

struct Settings {
  explicit Settings(Attributes& a)
      : heads(a.integer("heads")), key_heads(a.integer("key_value_heads")), window(a.integer("window")),
        scale(a.number("scale")), cap(a.number("cap")), in_place(a.flag("in_place")) {}
  const int64_t heads, key_heads, window;
  const float scale, cap;
  const bool in_place;
};

// Tokens [first, first + count) of one text, each one key further than the one before; the last sees `keys` of them.
struct Run {
  int64_t first, count, text, keys;
};

struct Scratch {
  std::vector<float> buffers[7];
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

template <class T>
struct Call {
  const Settings& s;
  const T *q, *keys, *values;
  const int32_t* places;
  T* y;
  int64_t most, size, width, narrow, group;

  const int32_t* row(const Run& r) const { return places + r.text * most; }
  // The first key that the token sees whose own key is the one before `keys`.
  int64_t from(int64_t keys) const { return s.window ? std::max<int64_t>(0, keys - s.window) : 0; }
};

// Scores become e^(score − greatest); gives the inverse of their sum.
float soften(float* scores, int64_t n, float cap) {
  if (cap > 0)
    for (int64_t j = 0; j < n; j++) scores[j] = cap * tanh_of(scores[j] / cap);
  float most = scores[0];
#pragma omp simd reduction(max : most)
  for (int64_t j = 0; j < n; j++) most = scores[j] > most ? scores[j] : most;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < n; j++) {
    scores[j] = exp_of(scores[j] - most);
    sum += scores[j];
  }
  return 1.0f / sum;
}

template <class T>
TB_INLINE float dot(const float* a, const T* b, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum) simdlen(16)
  for (int64_t i = 0; i < n; i++) sum += a[i] * load(b[i]);
  return sum;
}
template <class T>
TB_INLINE void add(float* to, const T* from, float factor, int64_t n) {
#pragma omp simd simdlen(16)
  for (int64_t i = 0; i < n; i++) to[i] += factor * load(from[i]);
}

// One token, the heads that share key-value head g.
template <class T>
void alone(const Call<T>& c, const Run& r, int64_t g) {
  const int64_t begin = c.from(r.keys), n = r.keys - begin, apart = padded(n);
  const int32_t* at = c.row(r) + begin;
  Scratch& memory = scratch();
  float* q = memory.get(0, c.group * c.size);
  float* p = memory.get(1, c.group * apart);
  float* out = memory.get(2, c.group * c.size);
  const T* query = c.q + r.first * c.width + g * c.group * c.size;
  for (int64_t i = 0; i < c.group * c.size; i++) q[i] = load(query[i]) * c.s.scale;
  for (int64_t j = 0; j < n; j++) {
    const T* key = c.keys + at[j] * c.narrow + g * c.size;
    for (int64_t h = 0; h < c.group; h++) p[h * apart + j] = dot(q + h * c.size, key, c.size);
  }
  std::fill_n(out, c.group * c.size, 0.0f);
  for (int64_t h = 0; h < c.group; h++) {
    const float inverse = soften(p + h * apart, n, c.s.cap);
    for (int64_t j = 0; j < n; j++) p[h * apart + j] *= inverse;
  }
  for (int64_t j = 0; j < n; j++) {
    const T* value = c.values + at[j] * c.narrow + g * c.size;
    for (int64_t h = 0; h < c.group; h++) add(out + h * c.size, value, p[h * apart + j], c.size);
  }
  T* y = c.y + r.first * c.width + g * c.group * c.size;
  for (int64_t i = 0; i < c.group * c.size; i++) store(y + i, out[i]);
}

// Up to BLOCK tokens of a text, the heads that share key-value head g.
template <class T>
void together(const Call<T>& c, const Run& r, int64_t g) {
  const int64_t begin = c.from(r.keys - r.count + 1), n = r.keys - begin, wide = padded(c.size), line = apart(n);
  const int32_t* at = c.row(r) + begin;
  Scratch& memory = scratch();
  float* rows = memory.get(0, n * c.size);
  float* panels = memory.get(1, panelled(n, c.size));
  float* values = memory.get(2, n * wide);
  float* q = memory.get(3, BLOCK * wide);
  float* p = memory.get(4, BLOCK * line);
  float* out = memory.get(5, BLOCK * wide);
  float* inverse = memory.get(6, BLOCK);
  for (int64_t j = 0; j < n; j++) {
    const int64_t place = at[j] * c.narrow + g * c.size;
    for (int64_t i = 0; i < c.size; i++) rows[j * c.size + i] = load(c.keys[place + i]);
    for (int64_t i = 0; i < c.size; i++) values[j * wide + i] = load(c.values[place + i]);
    for (int64_t i = c.size; i < wide; i++) values[j * wide + i] = 0;
  }
  turn(rows, c.size, n, c.size, panels);
  for (int64_t h = g * c.group; h < (g + 1) * c.group; h++) {
    for (int64_t t = 0; t < r.count; t++) {
      const T* query = c.q + (r.first + t) * c.width + h * c.size;
      for (int64_t i = 0; i < c.size; i++) q[t * wide + i] = load(query[i]) * c.s.scale;
      for (int64_t i = c.size; i < wide; i++) q[t * wide + i] = 0;
    }
    product_panels(r.count, 0, n, c.size, q, wide, panels, p, line);
    for (int64_t t = 0; t < r.count; t++) {
      const int64_t keys = r.keys - r.count + 1 + t, low = c.from(keys) - begin, high = keys - begin;
      float* scores = p + t * line;
      inverse[t] = soften(scores + low, high - low, c.s.cap);
      std::fill(scores, scores + low, 0.0f);
      std::fill(scores + high, scores + n, 0.0f);
    }
    product(r.count, wide, n, p, line, 1, values, wide, out, wide, false);
    for (int64_t t = 0; t < r.count; t++) {
      T* y = c.y + (r.first + t) * c.width + h * c.size;
      for (int64_t i = 0; i < c.size; i++) store(y + i, out[t * wide + i] * inverse[t]);
    }
  }
}

// Neighbours that belong together; what is said of places beyond the store or the table is refused.
bool runs_of(const int32_t* texts, const int32_t* lengths, int64_t tokens, int64_t of, int64_t most, std::vector<Run>& runs) {
  for (int64_t t = 0; t < tokens; t++) {
    if (texts[t] < 0 || texts[t] >= of || lengths[t] < 1 || lengths[t] > most) return false;
    const bool goes_on = !runs.empty() && runs.back().text == texts[t] && runs.back().keys + 1 == lengths[t];
    if (goes_on && runs.back().count < BLOCK) {
      runs.back().count++;
      runs.back().keys++;
    } else {
      runs.push_back({t, 1, texts[t], lengths[t]});
    }
  }
  return true;
}
bool inside(const int32_t* places, int64_t count, int64_t end) {
  bool good = true;
  for (int64_t i = 0; i < count; i++) good &= places[i] >= 0 && places[i] < end;
  return good;
}

template <class T>
struct CachedAttention : Settings {
  using Settings::Settings;
  // (q, k, v, keys, values, rows, places, texts, lengths) → context. The two caches are views of variables: in place, what they
  // hold changes, and no other node reads them.
  void compute(Context& context) {
    const Tensor q = context.input(0), k = context.input(1), v = context.input(2);
    const Tensor keys = context.input(3), values = context.input(4), rows = context.input(5);
    const Tensor places = context.input(6), texts = context.input(7), lengths = context.input(8);
    const Tensor y = context.output(0, q.type(), q.shape());
    if (!context.ok()) return;
    const int64_t tokens = rows.size(), width = q.dim(-1), narrow = keys.dim(1), stored = keys.dim(0);
    if (tokens == 0) return;
    std::vector<Run> runs;
    if (!runs_of(texts.data<int32_t>(), lengths.data<int32_t>(), tokens, places.dim(0), places.dim(1), runs) ||
        !inside(rows.data<int32_t>(), tokens, stored) || !inside(places.data<int32_t>(), places.size(), stored))
      return context.fail("a text's keys lie beyond the store");
    if (in_place) {
      write(k.data<T>(), rows.data<int32_t>(), tokens, narrow, keys.data<T>());
      write(v.data<T>(), rows.data<int32_t>(), tokens, narrow, values.data<T>());
    }
    const Call<T> c = {*this,          q.data<T>(), keys.data<T>(), values.data<T>(), places.data<int32_t>(), y.data<T>(),
                       places.dim(1), width / heads, width,          narrow,           heads / key_heads};
    int64_t work = 0;
    for (const Run& r : runs) work += r.count * (r.keys - c.from(r.keys - r.count + 1)) * width * 2;
    const int64_t tasks = static_cast<int64_t>(runs.size()) * key_heads;
    parallel(tasks, std::max<int64_t>(1, tasks * WORTH / std::max<int64_t>(1, work)), [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; task++) {
        const Run& r = runs[static_cast<size_t>(task / key_heads)];
        if (r.count >= TOGETHER) {
          together(c, r, task % key_heads);
          continue;
        }
        for (int64_t t = 0; t < r.count; t++)
          alone(c, Run{r.first + t, 1, r.text, r.keys - r.count + 1 + t}, task % key_heads);
      }
    });
  }
  static void write(const T* from, const int32_t* rows, int64_t tokens, int64_t narrow, T* cache) {
    for (int64_t t = 0; t < tokens; t++) std::copy_n(from + t * narrow, narrow, cache + rows[t] * narrow);
  }
};

const bool registered = [] {
  define({"TunebookCachedAttention",
          {"q: T", "k: T", "v: T", "keys: T", "values: T", "rows: int32", "places: int32", "texts: int32", "lengths: int32"},
          {"context: T"},
          {FLOATS, "heads: int", "key_value_heads: int", "window: int", "scale: float", "cap: float", "in_place: bool"},
          shapes<0>,
          true});
  implement<CachedAttention<float>>("TunebookCachedAttention", TF_FLOAT);
  implement<CachedAttention<bf16>>("TunebookCachedAttention", TF_BFLOAT16);
  return true;
}();
}  // namespace
}  // namespace tunebook
