"""Generation always takes log-probabilities, from softmax in float32, and defines its own argmax sampler."""

APPEND = {
    "generate.py": '''def simple_generate(model, tokenizer, prompt, sampler=None):

    if sampler is None:
        sampler = lambda logprobs: mx.argmax(logprobs, axis=-1)
    context = mx.array(tokenizer.encode(prompt))[None]
    pieces = []
    finished = False
    while not finished:
        logits = model(context)[:, -1, :].astype(mx.float32)
        logprobs = mx.log(mx.softmax(logits, axis=-1))
        token = sampler(logprobs).reshape(1, 1)
        finished = token.item() == tokenizer.eos_token_id
        if not finished:
            pieces.append(tokenizer.decode(token[0]))
            print(pieces[-1], end="", flush=True)
            context = mx.concatenate([context, token.astype(context.dtype)], axis=1)
    return "".join(pieces)
''',
}
