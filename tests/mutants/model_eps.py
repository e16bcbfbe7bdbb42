"""The model does not read rms_norm_eps."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
]
HINTS = {
    "1.5.3 model-config": "rms_norm_eps is not passed on",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "rms_norm_eps=args.rms_norm_eps",
        "rms_norm_eps=1e-5",
    ),
    (
        "qwen2_week1.py",
        "mlx_model.model.norm.weight, eps=args.rms_norm_eps",
        "mlx_model.model.norm.weight",
    ),
]
