"""What a speed gate's verdict rests on, in words. Knows nothing about HTML."""

from __future__ import annotations

from grader.speed_result import SpeedResult, three


def why(gate: SpeedResult) -> str:
    """Return why a gate did not pass, or what its figures are worth; empty for a PASS without remark."""
    reason = f"{gate.reason[:1].upper()}{gate.reason[1:].rstrip('.')}. " if gate.reason else ""
    if gate.verdict == "INCONCLUSIVE":
        return (
            f"{reason}Measured: {_channels(gate)}, over {gate.rounds} rounds and "
            f"{gate.processes} process{'es' if gate.processes != 1 else ''}. That cannot be believed "
            "either way, so it costs no points; staff will measure again."
        )
    if gate.verdict == "INVALID":
        return f"{reason}Such a figure cannot be true, so it proves nothing."
    if gate.verdict == "FAIL":
        return f"{_above(gate)} {reason}".strip()
    return reason.strip()


def _above(gate: SpeedResult) -> str:
    if gate.unit == "throughput":
        return f"Throughput lies below the gate: {_channels(gate)}."
    if gate.unit == "memory":
        return "Memory lies above the gate."
    if gate.cpu is None:
        return "Wall time lies above the gate."
    if gate.cpu[1] > gate.threshold:
        return f"Wall time and CPU time both lie above the gate: {_channels(gate)}."
    return f"Wall time, which decides for several threads, lies above the gate: {_channels(gate)}."


def _channels(gate: SpeedResult) -> str:
    def interval(name: str, ratio: tuple[float, float, float]) -> str:
        return f"{name} {three(ratio[0])}x [{three(ratio[1])}, {three(ratio[2])}]"

    name = {"memory": "memory", "throughput": "throughput"}.get(gate.unit, "wall time")
    texts = [interval(name, gate.wall)]
    return ", ".join(texts if gate.cpu is None else [*texts, interval("CPU time", gate.cpu)])
