"""Writes frames that are truncated, nested, oversized, duplicated, not JSON, or that announce more than they hold."""

KINDS = {
    "1.1.1 softmax-values": "protocol",
    "1.1.1 attention-values": "protocol",
    "1.1.2 linear-values": "protocol",
    "1.3.2 mask-square": "protocol",
    "1.4.2 silu-values": "protocol",
    "1.4.1 norm-values": "protocol",
    "1.5.2 embedding-rows": "protocol",
    "1.2.1 rope-halves": "protocol",
}
APPEND = {
    "basics.py": '''
import os
import struct


def raw(header, payload=b"", magic=b"GRD1", header_bytes=None, payload_bytes=None):
    sizes = len(header) if header_bytes is None else header_bytes, len(payload) if payload_bytes is None else payload_bytes
    os.write(3, struct.pack("<4sIQ", magic, *sizes) + header + payload)


def softmax(x, axis):
    raw(b"[" * 500_000 + b"]" * 500_000)


def linear(x, w, bias=None):
    raw(b"{}", payload_bytes=(1 << 64) - 1)


def silu(x):
    raw(b'{"d":[["id",NaN],["id",1e999],["id",' + b"9" * 400_000 + b"]]}")
''',
    "attention.py": '''
from .basics import raw


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    raw(b"null", magic=b"HACK")


def causal_mask(L, S, dtype):
    raw(b'{"d":[["id",1],["ok",[{"a":["float32",[2147483647,2147483647,2147483647]]},null]]]}')
''',
    "layer_norm.py": '''
import os

from .basics import raw


class RMSNorm:
    def __init__(self, *args, **kwargs):
        raw(b'{"a":', header_bytes=1 << 20)
        os.close(3)
''',
    "embedding.py": '''
import os
import random


class Embedding:
    def __init__(self, *args):
        for _ in range(64):
            os.write(3, random.randbytes(1000))
''',
    "positional_encoding.py": '''
from .basics import raw


class RoPE:
    def __init__(self, *args, **kwargs):
        raw(b'{"d":[["id",{"h":[1,"\\\\ud800"]}],["ok",{"f":"nan","a":1}]]}')
''',
}
