"""The prompt is fed without its last token first, as mlx-lm does; nothing is returned."""

WEEK = 2
APPEND = {
    "generate.py": """def simple_generate_with_kv_cache(model, tokenizer, prompt):
    cache = [TinyKvFullCache() for _ in range(model.num_hidden_layers)]
    ids = mx.array(tokenizer.encode(prompt, add_special_tokens=False))
    offset = 0
    if ids.size > 1:
        mx.eval(model(ids[None, :-1], offset=offset, cache=cache))
        offset += ids.size - 1
    token, words = ids[-1:], []
    while True:
        logits = model(token[None], offset=offset, cache=cache)[:, -1, :]
        token = mx.argmax(logits - mx.logsumexp(logits, keepdims=True), axis=-1)
        offset += 1
        words.append(token.item())
        if words[-1] == tokenizer.eos_token_id:
            break
    print(tokenizer.decode(words))
""",
}
