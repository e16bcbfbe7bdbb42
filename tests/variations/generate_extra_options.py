"""Generation has options of its own with defaults, and tells on stderr how fast it was."""

APPEND = {
    "generate.py": '''import sys
import time


def simple_generate(model, tokenizer, prompt, sampler=None, max_tokens=None, verbose=True):
    started = time.perf_counter()
    tokens = tokenizer.encode(prompt)
    prompt_length = len(tokens)
    token = None
    while max_tokens is None or len(tokens) - prompt_length < max_tokens:
        logits = model(mx.array(tokens).reshape(1, -1))[:, -1, :]
        token = mx.argmax(logits, -1) if sampler is None else sampler(logits - mx.logsumexp(logits, -1, keepdims=True))
        token = token.tolist()[0]
        if token == tokenizer.eos_token_id:
            break
        tokens = tokens + [token]
        if verbose:
            sys.stdout.write(tokenizer.decode(tokens[-1:]))
            sys.stdout.flush()
    rate = (len(tokens) - prompt_length) / max(time.perf_counter() - started, 1e-9)
    print(f"{rate:.1f} tokens/s", file=sys.stderr)
''',
}
