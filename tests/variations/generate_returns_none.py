"""Generation prints as it goes and returns nothing."""

APPEND = {
    "generate.py": '''def simple_generate(model, tokenizer, prompt: str, sampler=None) -> None:
    def _step(model, y):
        logits = model(y[None])[:, -1, :]
        if sampler is None:
            return mx.argmax(logits, axis=-1)
        return sampler(logits - mx.logsumexp(logits, keepdims=True))

    tokens = mx.array(tokenizer.encode(prompt, add_special_tokens=False))
    detokenizer = tokenizer.detokenizer
    detokenizer.reset()
    while True:
        token = _step(model, tokens)
        mx.eval(token)
        tokens = mx.concat([tokens, token])
        if token.item() == tokenizer.eos_token_id:
            break
        detokenizer.add_token(token.item())
        print(detokenizer.last_segment, end="", flush=True)
''',
}
