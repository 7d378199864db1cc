// Small matrix products inside a kernel, in registers: C [m, n] (+)= A · B with n a multiple of 16 and B, C contiguous in n.
#pragma once
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
  for (; i + 2 <= m; i += 2) tile<2, N>(depth, a + i * a_row, a_row, a_depth, b, b_row, c + i * c_row, c_row, add);
  for (; i < m; i++) tile<1, N>(depth, a + i * a_row, a_row, a_depth, b, b_row, c + i * c_row, c_row, add);
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
}  // namespace tunebook
