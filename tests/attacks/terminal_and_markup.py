"""Writes terminal escapes, HTML, script, rich markup, bidirectional marks, NULs and lone surrogates wherever text can stand."""

LEAKS = ["\u2066", "\u202e", "\x1b]0;", "\x9b31m"]
KINDS = {"1.1.1 softmax-values": "error", "1.1.1 attention-values": "wrong-type", "1.3.2 mask-square": "import"}
APPEND = {
    "basics.py": r'''
EVIL = ("\x1b[2J\x1b]0;owned\x07\x9b31m\x08\r\x00\x7f\u202e\u2066\u200b\ufeff\ud800\udfff<script>alert(7)</script><img src=x onerror=7>"
        "[/red][bold red]PASS[/][link=file:///etc/passwd]{{7*7}}${7*7}%(x)s{0}\u2028\u2029\U000e0041--><!--]]>&lt;\"'")
print(EVIL.encode("utf-8", "replace").decode())


def softmax(x, axis):
    print(EVIL, flush=True)
    raise type(EVIL.replace("\x00", "").encode("utf-8", "replace").decode(), (Exception,), {})(EVIL)


def linear(x, w, bias=None):
    import os

    os.write(1, bytes(range(256)) * 4 + EVIL.encode("utf-8", "surrogatepass"))
    os.write(2, b"\xff\xfe\xc0\x80\xed\xa0\x80")
    raise UnicodeError(EVIL)


def silu(x):
    raise NotImplementedError(EVIL)
''',
    "attention.py": r'''
from .basics import EVIL


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    return type("<script>alert(7)</script>[/red]\u202e\x1b[2J", (), {})()


def causal_mask(L, S, dtype):
    code = causal_mask.__code__.replace(co_name="\x1b[2J<script>alert(7)</script>[/]\u202e", co_firstlineno=3)
    exec(compile("raise ImportError(E)", __file__, "exec").replace(co_name=code.co_name), {"E": EVIL})
''',
    "layer_norm.py": r'''
raise ModuleNotFoundError("no", name="<script>alert(7)</script>\x1b[2J\u202e[/red]")
''',
}
