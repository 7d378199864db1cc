// Small matrix products inside a kernel, in registers: C [m, n] (+)= A · B with n a multiple of 16 and B, C contiguous in n.
#pragma once
#include <algorithm>
#include <cstdint>

#include "vector.h"

namespace tunebook {
#ifdef __AVX512F__
constexpr int WIDTH = 16, COLUMNS = 4;
#else
constexpr int WIDTH = 8, COLUMNS = 2;
#endif
constexpr int ROWS = 6;
typedef float Lanes __attribute__((vector_size(WIDTH * 4), aligned(4), may_alias));

template <int M, int N>
TB_INLINE void tile(int64_t depth, const float* a, int64_t a_row, int64_t a_depth, const float* b, int64_t b_row, float* c,
                    int64_t c_row, bool add) {
  Lanes sums[M][N];
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++)
      sums[i][j] = add ? *reinterpret_cast<const Lanes*>(c + i * c_row + j * WIDTH) : Lanes{};
  for (int64_t k = 0; k < depth; k++) {
    Lanes row[N];
    for (int j = 0; j < N; j++) row[j] = *reinterpret_cast<const Lanes*>(b + k * b_row + j * WIDTH);
    for (int i = 0; i < M; i++) {
      const float x = a[i * a_row + k * a_depth];
      for (int j = 0; j < N; j++) sums[i][j] += row[j] * x;
    }
  }
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) *reinterpret_cast<Lanes*>(c + i * c_row + j * WIDTH) = sums[i][j];
}
template <int N>
void strip(int64_t m, int64_t depth, const float* a, int64_t a_row, int64_t a_depth, const float* b, int64_t b_row, float* c,
           int64_t c_row, bool add) {
  int64_t i = 0;
  for (; i + ROWS <= m; i += ROWS) tile<ROWS, N>(depth, a + i * a_row, a_row, a_depth, b, b_row, c + i * c_row, c_row, add);
  if (i + 4 <= m) {
    tile<4, N>(depth, a + i * a_row, a_row, a_depth, b, b_row, c + i * c_row, c_row, add);
    i += 4;
  }
  if (i + 2 <= m) {
    tile<2, N>(depth, a + i * a_row, a_row, a_depth, b, b_row, c + i * c_row, c_row, add);
    i += 2;
  }
  if (i < m) tile<1, N>(depth, a + i * a_row, a_row, a_depth, b, b_row, c + i * c_row, c_row, add);
}
// Element (i, k) of A is a[i · a_row + k · a_depth]; rows of B and C are b_row and c_row apart.
inline void product(int64_t m, int64_t n, int64_t depth, const float* a, int64_t a_row, int64_t a_depth, const float* b,
                    int64_t b_row, float* c, int64_t c_row, bool add) {
  int64_t j = 0;
  for (; j + COLUMNS * WIDTH <= n; j += COLUMNS * WIDTH)
    strip<COLUMNS>(m, depth, a, a_row, a_depth, b + j, b_row, c + j, c_row, add);
  for (; j + 2 * WIDTH <= n; j += 2 * WIDTH) strip<2>(m, depth, a, a_row, a_depth, b + j, b_row, c + j, c_row, add);
  for (; j < n; j += WIDTH) strip<1>(m, depth, a, a_row, a_depth, b + j, b_row, c + j, c_row, add);
}
constexpr int64_t padded(int64_t n) { return (n + 15) / 16 * 16; }
// The distance between rows of n: rows a power of two apart would fall into the same few lines of the cache.
constexpr int64_t apart(int64_t n) { return padded(n) % 128 == 0 ? padded(n) + 16 : padded(n); }

// A matrix turned for the right side of a product: panels of 64 columns, each [depth, 64].
constexpr int64_t PANEL = 64;
constexpr int64_t panelled(int64_t columns, int64_t depth) { return (columns + PANEL - 1) / PANEL * PANEL * depth; }

typedef float Eight __attribute__((vector_size(32), aligned(4), may_alias));
#if defined(__clang__) || __GNUC__ >= 12
#define TB_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int Picks __attribute__((vector_size(32)));
#define TB_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Picks{__VA_ARGS__})
#endif
// to[e · to_row + r] = from[r · from_row + e], eight by eight.
TB_INLINE void turn_block(const float* from, int64_t from_row, float* to, int64_t to_row) {
  Eight r[8], s[8];
  for (int i = 0; i < 8; i++) r[i] = *reinterpret_cast<const Eight*>(from + i * from_row);
  for (int i = 0; i < 8; i += 2) {
    s[i] = TB_SHUFFLE(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    s[i + 1] = TB_SHUFFLE(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; j++) {
      r[i + j] = TB_SHUFFLE(s[i + j], s[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      r[i + j + 2] = TB_SHUFFLE(s[i + j], s[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int j = 0; j < 4; j++) {
    *reinterpret_cast<Eight*>(to + j * to_row) = TB_SHUFFLE(r[j], r[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *reinterpret_cast<Eight*>(to + (j + 4) * to_row) = TB_SHUFFLE(r[j], r[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}
TB_INLINE void turn_block(const bf16* from, int64_t from_row, float* to, int64_t to_row) {
  float wide[64];
  for (int r = 0; r < 8; r++)
    for (int e = 0; e < 8; e++) wide[r * 8 + e] = load(from[r * from_row + e]);
  turn_block(wide, 8, to, to_row);
}
// Rows [rows, depth] become the panels of their transpose; columns from `rows` to the next multiple of 16 are zero.
template <class T>
void turn(const T* from, int64_t from_row, int64_t rows, int64_t depth, float* panels) {
  for (int64_t start = 0; start < rows; start += PANEL) {
    float* panel = panels + start * depth;
    const int64_t count = std::min(PANEL, rows - start), eights = count / 8 * 8, deep = depth / 8 * 8;
    const T* first = from + start * from_row;
    for (int64_t r = 0; r < eights; r += 8) {
      for (int64_t d = 0; d < deep; d += 8) turn_block(first + r * from_row + d, from_row, panel + d * PANEL + r, PANEL);
      for (int64_t d = deep; d < depth; d++)
        for (int64_t e = r; e < r + 8; e++) panel[d * PANEL + e] = load(first[e * from_row + d]);
    }
    for (int64_t r = eights; r < padded(count); r++)
      for (int64_t d = 0; d < depth; d++) panel[d * PANEL + r] = r < count ? load(first[r * from_row + d]) : 0.0f;
  }
}
// C [m, n] = A · panels, from column `from` (a multiple of 64) on; n is padded to 16.
inline void product_panels(int64_t m, int64_t from, int64_t n, int64_t depth, const float* a, int64_t a_row,
                           const float* panels, float* c, int64_t c_row) {
  for (int64_t start = 0; start < n; start += PANEL)
    product(m, std::min(PANEL, padded(n) - start), depth, a, a_row, 1, panels + (from + start) * depth, PANEL, c + start,
            c_row, false);
}
}  // namespace tunebook
