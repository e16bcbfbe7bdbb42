"""Generation drives a Python generator of tokens."""

APPEND = {
    "generate.py": '''def _tokens(model, ids, eos, choose):
    ids = list(ids)
    while True:
        token = choose(model(mx.array([ids]))[:, -1, :])
        if token == eos:
            return
        ids.append(token)
        yield token


def simple_generate(model, tokenizer, prompt, sampler=None):
    def choose(logits):
        if sampler is None:
            return logits.argmax(axis=-1).item()
        return sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True)).item()

    detokenizer, text = tokenizer.detokenizer, ""
    detokenizer.reset()
    for token in _tokens(model, tokenizer.encode(prompt), tokenizer.eos_token_id, choose):
        detokenizer.add_token(token)
        print(detokenizer.text[len(text) :], end="", flush=True)
        text = detokenizer.text
    return text
''',
}
