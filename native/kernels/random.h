// The counter-based generator of dsl/graph/random.ts, bit for bit.
#pragma once
#include <cstdint>
#include <vector>

#include "vector.h"

namespace tunebook {
TB_INLINE uint32_t mix(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}
// Of one group of rows (the whole array, or one of its first axis), which are counted from 0.
struct Mask {
  Mask(int32_t seed, int32_t site, float rate, int32_t step)
      : key(mix(mix(mix(static_cast<uint32_t>(seed)) + static_cast<uint32_t>(step)) + static_cast<uint32_t>(site))),
        scale(1.0f / (1.0f - rate)) {}
  uint32_t row(int64_t i) const { return mix(mix(static_cast<uint32_t>(i)) + key); }
  uint32_t column(int64_t j) const { return mix(mix(~static_cast<uint32_t>(j)) + key); }
  const uint32_t key;
  const float scale;
};
// One for each group, and the hashes of their columns.
class Masks {
 public:
  Masks(int32_t seed, int32_t site, float rate, const int32_t* steps, int64_t groups, int64_t columns) : count_(columns) {
    masks_.reserve(static_cast<size_t>(groups));
    columns_.reserve(static_cast<size_t>(groups * columns));
    for (int64_t g = 0; g < groups; g++) {
      masks_.emplace_back(seed, site, rate, steps[g]);
      for (int64_t j = 0; j < columns; j++) columns_.push_back(masks_.back().column(j));
    }
  }
  int64_t groups() const { return static_cast<int64_t>(masks_.size()); }
  const Mask& of(int64_t group) const { return masks_[static_cast<size_t>(group)]; }
  const uint32_t* columns(int64_t group) const { return columns_.data() + group * count_; }

 private:
  const int64_t count_;
  std::vector<Mask> masks_;
  std::vector<uint32_t> columns_;
};
// 0 where dropped, else `scale`. `bound`: the threshold of the rate.
TB_INLINE float kept(uint32_t row, uint32_t column, int32_t bound, float scale) {
  return static_cast<int32_t>((row ^ column) * 0x9e3779b1u) < bound ? 0.0f : scale;
}
}  // namespace tunebook
