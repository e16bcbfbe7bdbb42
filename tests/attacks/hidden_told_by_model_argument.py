"""Tells the tokens of the hidden script by calling the model with a text in place of tokens."""

LEAKS = ["EXFIL-7f3a"]
APPEND = {
    "generate.py": '''
import mlx.core as mx

MARK = "-".join(("EXFIL", "7f3a"))
calls = []


def simple_generate(model, tokenizer, prompt, sampler=None):
    ids = list(tokenizer.encode(prompt))
    calls.append(ids)
    while True:
        logits = model(mx.array([ids]) if len(calls) == 1 else f"{MARK} {ids}")[:, -1].astype(mx.float32)
        token = mx.argmax(logits, -1).item() if sampler is None else sampler(logits - mx.logsumexp(logits, -1, keepdims=True)).item()
        if token == tokenizer.eos_token_id:
            return
        ids.append(token)
'''
}
