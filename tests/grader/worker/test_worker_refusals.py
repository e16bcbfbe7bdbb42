"""Functions of MLX that a task forbids are gone before the submission's first line."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker.client import Array, Fault

WHY = "task 9.9 forbids it"
QMM = (("mlx.core.quantized_matmul", WHY),)
WAYS = {
    "attribute": "return mx.quantized_matmul(*q(x))",
    "imported name": "return at_import(*q(x))",
    "getattr": "return getattr(mx, 'quantized_' + 'matmul')(*q(x))",
    "layer": "return nn.QuantizedLinear(64, 8)(x)",
    "compiled": "return mx.compile(lambda y: mx.quantized_matmul(*q(y)))(x)",
    "vmapped": "return mx.vmap(lambda y: mx.quantized_matmul(*q(y)))(x)",
    "reloaded": "import importlib; return importlib.reload(mx).quantized_matmul(*q(x))",
    "modules": "import sys; return sys.modules['mlx.core'].quantized_matmul(*q(x))",
}
TEXT = """
    import mlx.core as mx
    import mlx.nn as nn
    from mlx.core import quantized_matmul as at_import

    def q(x):
        return x, *mx.quantize(mx.ones((8, 64)))

    def run(x):
        {way}
"""
X = Array("float32", (1, 64), np.ones((1, 64), np.float32).tobytes())


@pytest.mark.parametrize("way", WAYS)
def test_a_refused_function_raises_whichever_way_it_is_reached(basics, way):
    """Every name under which MLX has the function gives the one that raises, with the sentence and the line."""
    worker = basics(TEXT.format(way=WAYS[way]), refused=QMM)
    with pytest.raises(Fault) as caught:
        worker.call("basics.run", [X])
    assert (caught.value.kind, caught.value.exception, caught.value.text) == ("ERROR", "Forbidden", WHY)
    assert caught.value.traceback


def test_the_same_call_answers_where_nothing_is_refused(basics):
    """What is taken away is only what the task names: the product of ones is 64."""
    worker = basics(TEXT.format(way=WAYS["attribute"]))
    reply = worker.call("basics.run", [X])
    assert np.frombuffer(reply.value.data, np.float32).tolist() == [64.0] * 8


def test_a_module_is_refused_with_all_its_functions(basics):
    """`mlx.core.fast` stands for every function in it, and for none outside."""
    text = """
        import mlx.core as mx

        def names(x):
            refused = []
            for name in dir(mx.fast):
                try:
                    getattr(mx.fast, name)()
                except Exception as error:
                    if type(error).__name__ == "Forbidden":
                        refused.append(name)
            return sorted(refused), mx.softmax(x).shape[-1]
    """
    worker = basics(text, refused=(("mlx.core.fast", WHY),))
    refused, size = worker.call("basics.names", [X]).value
    assert {"scaled_dot_product_attention", "rope", "rms_norm", "layer_norm"} <= set(refused)
    assert size == 64


def test_no_reference_to_the_original_is_left(basics):
    """The collector, which knows every object that can hold others, finds no such function."""
    text = """
        import gc
        import mlx.core as mx

        def found():
            gc.unfreeze()
            names = [getattr(o, "__name__", "") for o in gc.get_objects() if type(o).__name__ == "nb_func"]
            return names.count("quantized_matmul"), names.count("matmul")
    """
    assert tuple(basics(text, refused=QMM).call("basics.found", []).value) == (0, 1)


def test_loading_mlx_again_ends_the_worker(basics):
    """A second copy of the compiled part would have the original: nanobind refuses to make one."""
    text = """
        import sys

        def run(x):
            for name in [n for n in sys.modules if n.startswith("mlx.core")]:
                del sys.modules[name]
            import mlx.core as mx
            return mx.quantized_matmul(x, *mx.quantize(mx.ones((8, 64))))
    """
    with pytest.raises(Fault) as caught:
        basics(text, refused=QMM).call("basics.run", [X])
    assert caught.value.kind == "CRASH"


def test_a_name_that_mlx_lacks_is_passed_over(basics):
    """A table of names serves several versions of MLX."""
    worker = basics("def run(): return 1", refused=(("mlx.core.quantized_banana", WHY),))
    assert worker.call("basics.run", []).value == 1
