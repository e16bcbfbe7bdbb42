"""Changes every argument in place, and the arrays and trees that it is given to read, and answers with them."""

APPEND = {
    "basics.py": '''
def softmax(x, axis):
    x[...] = 0
    return x


def linear(x, w, bias=None):
    x[...] = 7
    w[...] = 7
    return x


def silu(x):
    x += 1
    return x
''',
    "attention.py": '''
def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    query[...] = key[...] = value[...] = 0
    return query


scaled_dot_product_attention_grouped = scaled_dot_product_attention_simple
''',
    "quantize.py": '''
def dequantize_linear(mlx_layer):
    mlx_layer.scales = mlx_layer.weight = mlx_layer.group_size = mlx_layer
    return mlx_layer
''',
    "qwen2_week1.py": '''
class Qwen2ModelWeek1:
    def __init__(self, mlx_model):
        mlx_model.model.layers.clear()
        mlx_model.args.hidden_size = -1
        self.mlx_model = mlx_model

    def __call__(self, inputs):
        inputs[...] = 0
        return self.mlx_model
''',
}
