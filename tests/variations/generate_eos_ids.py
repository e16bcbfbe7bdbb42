"""Generation stops on any of eos_token_ids, and finds the best token in Python."""

APPEND = {
    "generate.py": '''def simple_generate(model, tokenizer, prompt, sampler=None):

    sequence = [*tokenizer.encode(prompt)]
    new = []
    for _ in range(10_000):
        logits = model(mx.array([sequence + new], dtype=mx.uint32))[:, -1]
        if sampler:
            token = sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True))[0].item()
        else:
            row = logits[0].astype(mx.float32).tolist()
            token = max(range(len(row)), key=row.__getitem__)
        if token in tokenizer.eos_token_ids:
            break
        new.append(token)
        print(tokenizer.decode([token]), end="")
    print()
    return tokenizer.decode(new)
''',
}
