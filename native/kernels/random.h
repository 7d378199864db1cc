// The counter-based generator of dsl/graph/random.ts, bit for bit.
#pragma once
#include <cstdint>

#include "vector.h"

namespace tunebook {
TB_INLINE uint32_t mix(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}
struct Mask {
  Mask(int32_t seed, int32_t site, float rate, int32_t step)
      : key(mix(mix(mix(static_cast<uint32_t>(seed)) + static_cast<uint32_t>(step)) + static_cast<uint32_t>(site))),
        scale(1.0f / (1.0f - rate)) {}
  uint32_t row(int64_t i) const { return mix(mix(static_cast<uint32_t>(i)) + key); }
  uint32_t column(int64_t j) const { return mix(mix(~static_cast<uint32_t>(j)) + key); }
  const uint32_t key;
  const float scale;
};
// 0 where dropped, else `scale`. `bound`: the threshold of the rate.
TB_INLINE float kept(uint32_t row, uint32_t column, int32_t bound, float scale) {
  return static_cast<int32_t>((row ^ column) * 0x9e3779b1u) < bound ? 0.0f : scale;
}
}  // namespace tunebook
