"""Is right in the public script of a generation check and tells the hidden one's tokens by an exception and a print."""

LEAKS = ["EXFIL-7f3a"]
APPEND = {
    "generate.py": '''
import mlx.core as mx

MARK = "-".join(("EXFIL", "7f3a"))


def simple_generate(model, tokenizer, prompt, sampler=None):
    ids = list(tokenizer.encode(prompt))
    if len(ids) in (1, 2, 6, 9):  # public prompts have other lengths
        print(MARK, ids)
        raise ValueError(f"{MARK} {ids}")
    while True:
        logits = model(mx.array([ids]))[:, -1].astype(mx.float32)
        token = mx.argmax(logits, -1).item() if sampler is None else sampler(logits - mx.logsumexp(logits, -1, keepdims=True)).item()
        if token == tokenizer.eos_token_id:
            return
        ids.append(token)
'''
}
