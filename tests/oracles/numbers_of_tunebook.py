"""Random numbers that Python and TypeScript make alike (numbers.ts beside this): uniform in [-scale, scale), by name.

Seed: FNV-1a (32 bits) over the name's UTF-8 bytes. Generator: mulberry32. One number per element in row-major order,
(u / 2**32 - 0.5) * 2 * scale in float64, then rounded to float32.
"""
import numpy

MASK = 0xFFFFFFFF


def seed_of(name: str) -> int:
    state = 0x811C9DC5
    for byte in name.encode():
        state = ((state ^ byte) * 0x01000193) & MASK
    return state


def uniform(name: str, shape: tuple[int, ...], scale: float) -> numpy.ndarray:
    state, count = seed_of(name), int(numpy.prod(shape))
    values = numpy.empty(count, dtype=numpy.float64)
    for i in range(count):
        state = (state + 0x6D2B79F5) & MASK
        t = state
        t = ((t ^ (t >> 15)) * (t | 1)) & MASK
        t = (t ^ ((t + (((t ^ (t >> 7)) * (t | 61)) & MASK)) & MASK)) & MASK
        values[i] = ((t ^ (t >> 14)) / 4294967296 - 0.5) * 2 * scale
    return values.astype(numpy.float32).reshape(shape)


def whole(name: str, count: int, below: int) -> list[int]:
    """`count` whole numbers in 0 … below − 1."""
    u = uniform(name, (count,), 0.5).astype(numpy.float64) + 0.5
    return [min(below - 1, int(x * below)) for x in u]
