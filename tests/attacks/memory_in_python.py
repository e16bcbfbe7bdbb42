"""Fills memory with Python objects, and asks for more than there is."""

KINDS = {"1.1.1 softmax-values": "memory", "1.1.1 attention-values": "memory"}
APPEND = {
    "basics.py": '''
def softmax(x, axis):
    held = []
    while True:
        held.append(bytes(1 << 28))


def silu(x):
    return [[]] * (1 << 40)
''',
    "attention.py": '''
def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    return bytearray(1 << 50)
''',
}
