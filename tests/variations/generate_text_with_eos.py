"""Generation prints the whole text at the end, EOS included, and returns it."""

APPEND = {
    "generate.py": '''def simple_generate(model, tokenizer, prompt, sampler=None):

    ids = list(tokenizer.encode(prompt))
    start = len(ids)
    while ids[-1] != tokenizer.eos_token_id or len(ids) == start:
        logits = model(mx.array(ids)[None, :])[0, -1]
        logprobs = logits - mx.logsumexp(logits)
        if sampler is None:
            ids.append(int(mx.argmax(logprobs)))
        else:
            ids.append(int(sampler(logprobs[None]).item()))
    text = tokenizer.decode(ids[start:])
    print(text)
    return text
''',
}
