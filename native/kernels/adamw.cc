// AdamW in one pass over parameter, moments and gradient, in place. TensorFlow's own kernel lacks the weight decay and
// the scale of the gradient, each of which would cost passes of its own.
#include "op.h"
#include "pool.h"

namespace tunebook {
namespace {
struct Settings {
  float beta1, beta2, step, epsilon, keep, scale;
};
void update(float* p, float* m, float* v, const float* g, int64_t n, const Settings& s) {
  for (int64_t i = 0; i < n; i++) {
    const float d = g[i] * s.scale;
    const float mean = s.beta1 * m[i] + (1.0f - s.beta1) * d;
    const float square = s.beta2 * v[i] + (1.0f - s.beta2) * d * d;
    m[i] = mean;
    v[i] = square;
    p[i] = p[i] * s.keep - s.step * mean / (std::sqrt(square) + s.epsilon);
  }
}
struct AdamW {
  explicit AdamW(Attributes& a) : beta1(a.number("beta1")), beta2(a.number("beta2")) {}
  const float beta1, beta2;

  // (parameter, m, v, gradient, step, epsilon, decay, scale) → a scalar, once all is written. The first three are views of
  // variables: what they hold changes. The graph orders this after every other reader.
  void compute(Context& c) {
    const Tensor p = c.input(0), m = c.input(1), v = c.input(2), g = c.input(3);
    const Tensor step = c.input(4), epsilon = c.input(5), decay = c.input(6), scale = c.input(7);
    const Tensor done = c.output(0, TF_FLOAT, {});
    if (!c.ok()) return;
    *done.data<float>() = 0;
    const Settings s = {beta1,
                        beta2,
                        *step.data<float>(),
                        *epsilon.data<float>(),
                        1.0f - *decay.data<float>(),
                        *scale.data<float>()};
    parallel(p.size(), 32768, [&](int64_t b, int64_t e) {
      update(p.data<float>() + b, m.data<float>() + b, v.data<float>() + b, g.data<float>() + b, e - b, s);
    });
  }
};
void scalar(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* handle = TF_ShapeInferenceContextScalar(context);
  TF_ShapeInferenceContextSetOutput(context, 0, handle, status);
  TF_DeleteShapeHandle(handle);
}

const bool registered = [] {
  define({"TunebookAdamW",
          {"parameter: float", "m: float", "v: float", "gradient: float", "step: float", "epsilon: float",
           "decay: float", "scale: float"},
          {"done: float"},
          {"beta1: float", "beta2: float"},
          scalar,
          true});
  implement<AdamW>("TunebookAdamW");
  return true;
}();
}  // namespace
}  // namespace tunebook
