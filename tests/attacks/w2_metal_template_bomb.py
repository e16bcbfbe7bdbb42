"""Templates that would keep the compiler busy for ever."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 builds": "does-not-compile"}
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "inline float weight_of(",
        """template <uint n> struct Bomb { typedef typename Bomb<2 * n>::type left; typedef typename Bomb<2 * n + 1>::type right; typedef left type; };
inline uint bomb() { return sizeof(Bomb<1>::type); }
inline float weight_of(""",
    ),
]
