// Activations and gated products in one pass over memory, forward and backward.
#include "op.h"
#include "pool.h"

namespace tunebook {
namespace {
enum Kind { GELU = 0, GELU_TANH = 1, GELU_QUICK = 2, SILU = 3 };
constexpr int64_t GRAIN = 16384;

struct Point {
  float value, slope;
};
template <int kind>
TB_INLINE Point at(float x) {
  if constexpr (kind == GELU) {
    const Normal n = normal_of(x);
    return {x * n.phi, n.phi + x * n.bell * 0.3989422804014327f};
  } else if constexpr (kind == GELU_TANH) {
    const float c = 0.7978845608028654f;
    const float t = tanh_of(c * (x + 0.044715f * x * x * x));
    const float inner = c * (1.0f + 3 * 0.044715f * x * x);
    return {0.5f * x * (1.0f + t), 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * inner};
  } else {
    const float k = kind == GELU_QUICK ? 1.702f : 1.0f;
    const float s = sigmoid_of(k * x);
    return {x * s, s + k * x * s * (1.0f - s)};
  }
}

template <int kind, class T>
void forward(const T* x, T* y, int64_t n) {
  for (int64_t i = 0; i < n; i++) store(y + i, at<kind>(load(x[i])).value);
}
template <int kind, class T>
void backward(const T* x, const T* dy, T* dx, int64_t n) {
  for (int64_t i = 0; i < n; i++) store(dx + i, at<kind>(load(x[i])).slope * load(dy[i]));
}
template <int kind, class T>
void gate(const T* a, const T* b, T* y, int64_t n) {
  for (int64_t i = 0; i < n; i++) store(y + i, at<kind>(load(a[i])).value * load(b[i]));
}
template <int kind, class T>
void gate_back(const T* a, const T* b, const T* dy, T* da, T* db, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const Point p = at<kind>(load(a[i]));
    const float d = load(dy[i]);
    const float other = load(b[i]);
    store(da + i, d * other * p.slope);
    store(db + i, d * p.value);
  }
}
#define TB_BY_KIND(kind, f, ...)             \
  switch (kind) {                            \
    case GELU: f<GELU>(__VA_ARGS__); break;  \
    case GELU_TANH: f<GELU_TANH>(__VA_ARGS__); break; \
    case GELU_QUICK: f<GELU_QUICK>(__VA_ARGS__); break; \
    default: f<SILU>(__VA_ARGS__);           \
  }

struct Activating {
  explicit Activating(Attributes& a) : kind(a.integer("kind")) {}
  const int kind;
};
template <class T>
struct Activation : Activating {
  using Activating::Activating;
  void compute(Context& c) {
    const Tensor x = c.input(0);
    const Tensor y = c.output_over({0}, 0, x);
    if (!c.ok()) return;
    const T* from = x.data<T>();
    T* to = y.data<T>();
    parallel(x.size(), GRAIN, [&](int64_t b, int64_t e) { TB_BY_KIND(kind, forward, from + b, to + b, e - b) });
  }
};
template <class T>
struct ActivationGradient : Activating {
  using Activating::Activating;
  void compute(Context& c) {
    const Tensor x = c.input(0), dy = c.input(1);
    const Tensor dx = c.output_over({1, 0}, 0, x);
    if (!c.ok()) return;
    const T *from = x.data<T>(), *d = dy.data<T>();
    T* to = dx.data<T>();
    parallel(x.size(), GRAIN, [&](int64_t b, int64_t e) { TB_BY_KIND(kind, backward, from + b, d + b, to + b, e - b) });
  }
};
template <class T>
struct Gated : Activating {
  using Activating::Activating;
  void compute(Context& c) {
    const Tensor a = c.input(0), b = c.input(1);
    const Tensor y = c.output_over({0, 1}, 0, a);
    if (!c.ok()) return;
    const T *left = a.data<T>(), *right = b.data<T>();
    T* to = y.data<T>();
    parallel(a.size(), GRAIN, [&](int64_t s, int64_t e) { TB_BY_KIND(kind, gate, left + s, right + s, to + s, e - s) });
  }
};
template <class T>
struct GatedGradient : Activating {
  using Activating::Activating;
  void compute(Context& c) {
    const Tensor a = c.input(0), b = c.input(1), dy = c.input(2);
    const Tensor da = c.output_over({0}, 0, a), db = c.output_over({2, 1}, 1, a);
    if (!c.ok()) return;
    const T *left = a.data<T>(), *right = b.data<T>(), *d = dy.data<T>();
    T *to_a = da.data<T>(), *to_b = db.data<T>();
    parallel(a.size(), GRAIN, [&](int64_t s, int64_t e) {
      TB_BY_KIND(kind, gate_back, left + s, right + s, d + s, to_a + s, to_b + s, e - s)
    });
  }
};

template <template <class> class K>
void both(const char* op) {
  implement<K<float>>(op, TF_FLOAT);
  implement<K<bf16>>(op, TF_BFLOAT16);
}
const bool registered = [] {
  define({"TunebookActivation", {"x: T"}, {"y: T"}, {FLOATS, "kind: int"}, shapes<0>});
  define({"TunebookActivationGradient", {"x: T", "dy: T"}, {"dx: T"}, {FLOATS, "kind: int"}, shapes<0>});
  define({"TunebookGated", {"a: T", "b: T"}, {"y: T"}, {FLOATS, "kind: int"}, shapes<0>});
  define({"TunebookGatedGradient", {"a: T", "b: T", "dy: T"}, {"da: T", "db: T"}, {FLOATS, "kind: int"}, shapes<0, 0>});
  both<Activation>("TunebookActivation");
  both<ActivationGradient>("TunebookActivationGradient");
  both<Gated>("TunebookGated");
  both<GatedGradient>("TunebookGatedGradient");
  return true;
}();
}  // namespace
}  // namespace tunebook
