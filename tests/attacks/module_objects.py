"""Puts objects in the place of its modules and functions whose attributes and signatures are traps."""

KINDS = {"1.4.2 silu-values": "timeout"}
APPEND = {
    "basics.py": '''
import sys
import types


class Signed:
    def __call__(self, *args, **kwargs):
        return 1

    @property
    def __signature__(self):
        raise SystemExit(0)

    @property
    def __wrapped__(self):
        return type(self)()


class Trap(types.ModuleType):
    def __getattribute__(self, name):
        if name == "silu":
            while True:
                pass
        if name in ("softmax", "linear"):
            return Signed()
        raise KeyboardInterrupt


sys.modules[__name__].__class__ = Trap
''',
    "sampler.py": '''
import sys

sys.modules[__name__] = None
''',
    "attention.py": '''
def __getattr__(name):
    raise SystemExit(name)


del causal_mask, scaled_dot_product_attention_simple
''',
}
