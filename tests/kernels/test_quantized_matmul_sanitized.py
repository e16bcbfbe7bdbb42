"""quantized_matmul touches no memory but its operands, on ragged sizes, by every rung with every instruction set."""

import json

from tests.kernels.sanitized import OUT, ROOT, build_sanitized, run_sanitized

CODE = """
import json
from tests.kernels.quantized_cases import MOST, random_products
widest = module.isa()
sets = []
for name in ("plain", "neon", "avx2", "avx512"):
    try:
        module.limit_isa(name)
        sets.append(name)
    except ValueError:
        pass
runs = 0
for case in random_products(60, seed=77):
    for rung in range(module.quantized_matmul_rungs + 1):
        for name in sets:
            module.limit_isa(name)
            assert case.error(module.quantized_matmul_rung(rung, *case.arguments())) <= MOST[case.a.dtype], str(case)
            runs += 1
print(json.dumps({"runs": runs, "sets": len(sets)}))
"""


def test_ragged_sizes_are_clean_under_address_and_undefined_behaviour_sanitizers():
    """60 products, every rung, every instruction set of this machine."""
    out = build_sanitized(ROOT / "reference" / "kernels", OUT)
    done = run_sanitized(CODE, out)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["runs"] == 60 * 7 * found["sets"]
