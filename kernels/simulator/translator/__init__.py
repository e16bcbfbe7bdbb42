"""Rewrites from Metal to C++, one concern a module; ``simulator.translation`` applies them in order."""
