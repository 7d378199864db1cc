// Numbers: loads and stores of f32 and bf16, and functions that compilers turn into vector code (no branches, no calls).
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

namespace tunebook {
#define TB_INLINE static inline __attribute__((always_inline))

struct bf16 {
  uint16_t bits;
};
template <class To, class From>
TB_INLINE To bits_as(From from) {
  static_assert(sizeof(To) == sizeof(From), "sizes differ");
  To to;
  std::memcpy(&to, &from, sizeof(To));
  return to;
}
TB_INLINE float load(float x) { return x; }
TB_INLINE float load(bf16 x) { return bits_as<float>(static_cast<uint32_t>(x.bits) << 16); }
TB_INLINE void store(float* to, float x) { *to = x; }
// Rounds to nearest even; a NaN stays one.
TB_INLINE void store(bf16* to, float x) {
  const uint32_t b = bits_as<uint32_t>(x);
  const uint32_t rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;
  to->bits = static_cast<uint16_t>((b & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded);
}

// e^x to about 1 ulp: x = n ln 2 + r, a polynomial in r, n added to the exponent.
TB_INLINE float exp_of(float x) {
  x = x < -87.3f ? -87.3f : x > 88.7f ? 88.7f : x;
  const float magic = 12582912.0f;  // 1.5 · 2²³: adding it rounds to a whole number.
  const float shifted = x * 1.44269504088896341f + magic;
  const float n = shifted - magic;
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r * r + r + 1.0f;
  return p * bits_as<float>((bits_as<int32_t>(shifted) - bits_as<int32_t>(magic) + 127) << 23);
}
TB_INLINE float sigmoid_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }
TB_INLINE float tanh_of(float x) { return 1.0f - 2.0f / (1.0f + exp_of(2.0f * x)); }

// Φ(x), the normal distribution, and e^(−x²/2) on the way: ½ erfc(z) = ½ t q(t) e^(−z²) with t = 1/(1 + 0.47047 z).
// q is a least-squares fit over Chebyshev nodes; greatest error 2e-7.
struct Normal {
  float phi, bell;
};
TB_INLINE Normal normal_of(float x) {
  const float bell = exp_of(-0.5f * x * x);
  const float t = 1.0f / (1.0f + 0.33267252f * std::fabs(x));  // 0.47047 / √2
  float q = -0.05252307653427124f;
  q = q * t + 0.29426857829093933f;
  q = q * t - 0.6184969544410706f;
  q = q * t + 0.5285794138908386f;
  q = q * t - 0.1689317226409912f;
  q = q * t + 0.26655304431915283f;
  q = q * t + 0.21763919293880463f;
  q = q * t + 0.26758599281311035f;
  q = q * t + 0.26532551646232605f;
  const float tail = 0.5f * q * t * bell;
  return {x > 0 ? 1.0f - tail : tail, bell};
}
}  // namespace tunebook
